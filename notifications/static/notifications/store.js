// The cells as the server has confirmed them, and the queue of changes that it has not confirmed. One request at a time,
// in the order of the clicks. After a failure the queue waits for `retry` or `discard`.

import { Failure, Rejection } from "./api.js";

const MAX_PREFERENCES = 150; // per request

export const keyOf = (cell) => `${cell.notification}\n${cell.backend}`;

/** An operation: { preferences: [{notification, backend, notify}] }, { clear: [cell, …] } or { read: true }. */
export class Store extends EventTarget {
  #busy = false;

  constructor(api, subject, cells) {
    super();
    Object.assign(this, { api, subject });
    this.confirmed = new Map(cells.map((cell) => [keyOf(cell), cell]));
    this.queue = [];
    this.failure = null;
  }

  /** The writes that the server has not confirmed. */
  get unsaved() {
    return this.queue.filter((operation) => !operation.read);
  }

  /**
   * The confirmed cells, overlaid with the queued changes. A changed cell is `pending`, with the `value` that was
   * chosen: null after a reset, as only the server knows the inherited value. Its `source` is the confirmed one.
   */
  get cells() {
    const cells = new Map(this.confirmed);
    for (const operation of this.unsaved) {
      for (const [key, value] of changesOf(operation)) {
        const cell = cells.get(key);
        if (cell) cells.set(key, { ...cell, value, own: value, pending: true });
      }
    }
    return cells;
  }

  add(operation) {
    this.queue.push(operation);
    this.#dispatch("change");
    this.#process();
  }

  refresh() {
    if (!this.queue.length && !this.failure) this.add({ read: true, silent: true });
  }

  retry() {
    this.failure = null;
    this.#dispatch("change");
    this.#process();
  }

  /** Drop the unsaved changes, and read: the server may have made them although its answer was lost. */
  discard() {
    this.queue = [];
    this.failure = null;
    this.add({ read: true });
  }

  async #process() {
    if (this.#busy || this.failure || !this.queue.length) return;
    this.#busy = true;
    const operation = this.queue[0];
    const event = await this.#perform(operation);
    this.#busy = false;
    this.#dispatch("change");
    if (event) this.#dispatch(event.type, event.detail);
    this.#process();
  }

  async #perform(operation) {
    try {
      const answer = await this.#send(operation);
      this.#confirm(answer.matrix ?? answer.matrices[0]);
      this.queue.shift();
      return { type: "success", detail: { operation, answer } };
    } catch (error) {
      if (error instanceof Rejection) {
        this.queue.shift();
        if (operation.silent) return null;
        if (!operation.read) this.queue.push({ read: true, silent: true });
        return { type: "rejection", detail: { operation, error } };
      }
      const failure = error instanceof Failure ? error : new Failure("server");
      if (operation.silent) this.queue.shift();
      else this.failure = operation.read ? failure.as("unknownState") : failure;
      return null;
    }
  }

  #send(operation) {
    const { subject } = this;
    if (operation.read) return this.api.call("Read", { subject });
    if (operation.preferences) return this.#update(operation.preferences);
    return this.api.call("Clear", { subject, ...namesOf(operation.clear) });
  }

  /** Send many preferences in several requests, as the cost of each is limited. */
  async #update(all) {
    let answer;
    for (let start = 0; start < all.length; start += MAX_PREFERENCES) {
      const preferences = all.slice(start, start + MAX_PREFERENCES);
      answer = await this.api.call("Update", { subject: this.subject, preferences });
    }
    return answer;
  }

  /** Take over the server's cells. Rows that are new need the page to be reloaded; missing ones cannot be edited. */
  #confirm(matrix) {
    const current = new Map();
    for (const row of matrix.notifications) {
      for (const { backend, ...values } of row.cells) {
        const cell = { ...values, notification: row.notification.name, backend: backend.name };
        current.set(keyOf(cell), cell);
      }
    }
    this.outdated =
      current.size !== this.confirmed.size || [...current.keys()].some((key) => !this.confirmed.has(key));
    for (const [key, cell] of this.confirmed) {
      this.confirmed.set(key, { ...cell, ...(current.get(key) ?? { editable: false }) });
    }
  }

  #dispatch(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

function changesOf({ preferences, clear }) {
  if (preferences) return preferences.map((preference) => [keyOf(preference), preference.notify]);
  return clear.map((cell) => [keyOf(cell), null]);
}

/** `clear` is a cell, or all cells of a row, of a column or of the page that have a preference. */
function namesOf(cells) {
  return {
    notifications: [...new Set(cells.map((cell) => cell.notification))],
    backends: [...new Set(cells.map((cell) => cell.backend))],
  };
}
