// The inputs of the table: renders cells into them, and reports changes by the user.

import { interpolate } from "./messages.js";
import { keyOf } from "./store.js";

const CHOICES = { true: true, false: false, unknown: null }; // the options of a group's select

export class Table {
  /** `page` is the data from the server. A click calls `onSet(cell, value)` or `onReset(cell)`. */
  constructor(form, page, { onSet, onReset }) {
    this.page = page;
    this.entries = new Map();
    for (const cell of page.cells) {
      const input = form.elements.namedItem(cell.input);
      if (!input) continue; // a custom template may leave out cells
      const entry = { cell, input, ...this.#enhance(cell, input, onReset) };
      input.addEventListener("change", () => onSet(entry.cell, valueOf(input)));
      this.entries.set(keyOf(cell), entry);
    }
  }

  /** Display names for messages. */
  labels(cell) {
    return {
      title: this.page.titles[cell.notification] ?? cell.notification,
      column: this.page.columns[cell.backend] ?? cell.backend,
    };
  }

  /** Yield cells and values that the user changed before this module was loaded. */
  *earlyChanges() {
    for (const { cell, input } of this.entries.values()) {
      const value = valueOf(input);
      if (cell.editable && value !== cell.value) yield [cell, value];
    }
  }

  /** Yield the editable cells of a row, a column or, without either, the table. Filtered rows are left out. */
  *cellsIn({ notification, backend } = {}) {
    for (const { cell, input } of this.entries.values()) {
      const inScope =
        (!notification || cell.notification === notification) &&
        (!backend || cell.backend === backend);
      if (inScope && cell.editable && !input.closest("[hidden]")) yield cell;
    }
  }

  /** `failed`: pending cells could not be saved. */
  render(cells, { failed }) {
    for (const [key, entry] of this.entries) {
      entry.cell = cells.get(key);
      this.#renderInput(entry);
      this.#renderSource(entry, failed);
      this.#renderReset(entry);
    }
  }

  #renderInput({ cell, input }) {
    if (!cell.required) show(input, cell.value);
    input.disabled = !cell.editable;
  }

  #renderSource({ cell, input, source, initialSource }, failed) {
    const unsaved = Boolean(cell.pending && failed);
    const container = input.closest("td");
    container?.toggleAttribute("data-pending", Boolean(cell.pending && !failed));
    container?.toggleAttribute("data-unsaved", unsaved);
    if (!source) return;
    const text = this.page.sources[cell.source] ?? initialSource;
    source.textContent = unsaved ? this.page.texts.unsaved : text;
  }

  #renderReset({ cell, input, reset }) {
    if (!reset) return;
    const hidden = !cell.editable || cell.own === null;
    if (hidden && document.activeElement === reset) input.focus();
    reset.hidden = hidden;
  }

  /** Add a description and, to a checkbox, a button to reset it. */
  #enhance(cell, input, onReset) {
    const source = input.closest("td")?.querySelector("[data-source]");
    if (!source) return {};
    source.id = `np-source-${cell.input}`;
    input.setAttribute("aria-describedby", source.id);
    const initialSource = source.textContent;
    const template = document.getElementById("np-reset");
    if (!template || input.tagName === "SELECT" || !cell.editable) return { source, initialSource };
    const reset = template.content.cloneNode(true).querySelector("button");
    reset.hidden = true;
    const label = interpolate(this.page.texts.resetCell, this.labels(cell));
    reset.setAttribute("aria-label", label);
    reset.title = label;
    reset.addEventListener("click", () => onReset(this.entries.get(keyOf(cell)).cell));
    source.after(reset);
    return { source, reset, initialSource };
  }
}

function valueOf(input) {
  return input.tagName === "SELECT" ? CHOICES[input.value] : input.checked;
}

/** Show a value. A checkbox with null is indeterminate: the server has yet to send the inherited value. */
function show(input, value) {
  if (input.tagName === "SELECT") {
    input.value = value ?? "unknown";
    return;
  }
  input.indeterminate = value === null;
  input.checked = value ?? input.checked;
}
