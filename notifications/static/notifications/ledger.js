// What the server is known to have, and what is still to be told to it. One request at a time, in the order of the
// clicks. When one fails without an answer, the rest waits until somebody says `retry` or `discard`.

import { Refusal, Trouble } from "./api.js";

const MOST = 150; // preferences in a request

export const keyOf = (cell) => `${cell.notification}\n${cell.backend}`;

/** An operation: { wishes: [{notification, backend, notify}] }, { clear: [cell, …] } or { read: true }. */
export class Ledger extends EventTarget {
  #busy = false;

  constructor(api, kind, subject, cells) {
    super();
    Object.assign(this, { api, kind, subject });
    this.known = new Map(cells.map((cell) => [keyOf(cell), cell]));
    this.queue = [];
    this.trouble = null;
  }

  /** The writes that the server has not confirmed. */
  get unsaved() {
    return this.queue.filter((operation) => !operation.read);
  }

  /** The cells as they will be once everything is saved; `pending` where that is not what the server has. */
  get cells() {
    const cells = new Map(this.known);
    for (const operation of this.unsaved) {
      for (const [key, value] of effects(operation)) {
        const cell = cells.get(key);
        if (cell) cells.set(key, { ...this.kind.set(cell, value), pending: true });
      }
    }
    return cells;
  }

  add(operation) {
    this.queue.push(operation);
    this.#tell("change");
    this.#pump();
  }

  refresh() {
    if (!this.queue.length && !this.trouble) this.add({ read: true, silent: true });
  }

  retry() {
    this.trouble = null;
    this.#tell("change");
    this.#pump();
  }

  /** Give up what is not saved, and find out what the server has: it may have done it all the same. */
  discard() {
    this.queue = [];
    this.trouble = null;
    this.add({ read: true });
  }

  async #pump() {
    if (this.#busy || this.trouble || !this.queue.length) return;
    this.#busy = true;
    const operation = this.queue[0];
    const event = await this.#perform(operation);
    this.#busy = false;
    this.#tell("change");
    if (event) this.#tell(event.type, event.detail);
    this.#pump();
  }

  async #perform(operation) {
    try {
      const answer = await this.#send(operation);
      this.#learn(answer.matrix ?? answer.matrices[0]);
      this.queue.shift();
      return { type: "done", detail: { operation, answer } };
    } catch (error) {
      if (error instanceof Refusal) {
        this.queue.shift();
        if (operation.silent) return null;
        if (!operation.read) this.queue.push({ read: true, silent: true });
        return { type: "refused", detail: { operation, error } };
      }
      const trouble = error instanceof Trouble ? error : new Trouble("server");
      if (operation.silent) this.queue.shift();
      else this.trouble = operation.read ? trouble.as("unknownState") : trouble;
      return null;
    }
  }

  #send(operation) {
    const { subject } = this;
    if (operation.read) return this.api.call("Read", { subject });
    if (operation.wishes) return this.#update(operation.wishes);
    return this.api.call("Clear", { subject, ...namesOf(operation.clear) });
  }

  /** Send many preferences in several requests, as the cost of each is limited. */
  async #update(wishes) {
    let answer;
    for (let sent = 0; sent < wishes.length; sent += MOST) {
      const preferences = wishes.slice(sent, sent + MOST);
      answer = await this.api.call("Update", { subject: this.subject, preferences });
    }
    return answer;
  }

  /** Rows and cells that come or go are for the page to be loaded anew: what is gone cannot be edited. */
  #learn(matrix) {
    const now = new Map();
    for (const row of matrix.notifications) {
      for (const cell of row.cells) {
        const found = { ...cell, notification: row.notification.name, backend: cell.backend.name };
        now.set(keyOf(found), found);
      }
    }
    this.outdated = now.size !== this.known.size || [...now.keys()].some((key) => !this.known.has(key));
    for (const [key, cell] of this.known) {
      this.known.set(key, { ...cell, ...(now.get(key) ?? { editable: false }) });
    }
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

function effects({ wishes, clear }) {
  if (wishes) return wishes.map((wish) => [keyOf(wish), wish.notify]);
  return clear.map((cell) => [keyOf(cell), null]);
}

/** `clear` is always a cell, or what a row, a column or the page shows of one's own. */
function namesOf(cells) {
  return {
    notifications: [...new Set(cells.map((cell) => cell.notification))],
    backends: [...new Set(cells.map((cell) => cell.backend))],
  };
}
