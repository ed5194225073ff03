// The cells on the page: paints them, and tells what was clicked.

import { keyOf } from "./ledger.js";

export const fill = (text, values) => text.replace(/%\((\w+)\)s/g, (_, name) => values[name]);

export class Board {
  /** `page` is what the server handed over; `onSet(cell, value)` and `onReset(cell)` are called for clicks. */
  constructor(form, page, kind, { onSet, onReset }) {
    Object.assign(this, { page, kind });
    this.places = new Map();
    for (const cell of page.cells) {
      const input = form.elements.namedItem(cell.input);
      if (!input) continue; // an own template need not show every cell
      const place = { cell, input, ...this.#equip(cell, input, onReset) };
      input.addEventListener("change", () => onSet(place.cell, kind.read(input)));
      this.places.set(keyOf(cell), place);
    }
  }

  names(cell) {
    return {
      title: this.page.titles[cell.notification] ?? cell.notification,
      column: this.page.columns[cell.backend] ?? cell.backend,
    };
  }

  /** Cells that were ticked before this module was there. */
  *ahead() {
    for (const { cell, input } of this.places.values()) {
      const value = this.kind.read(input);
      if (cell.editable && value !== this.kind.shown(cell)) yield [cell, value];
    }
  }

  /** The cells of this row and column, as they are on screen; what a filter hides is left out. */
  *on({ notification, backend } = {}) {
    for (const { cell, input } of this.places.values()) {
      const meant =
        (!notification || cell.notification === notification) &&
        (!backend || cell.backend === backend);
      if (meant && cell.editable && !input.closest("[hidden]")) yield cell;
    }
  }

  paint(cells, { troubled }) {
    for (const [key, place] of this.places) {
      const cell = cells.get(key);
      const { input, source, reset } = place;
      place.cell = cell;
      this.kind.show(input, this.kind.shown(cell));
      input.disabled = !cell.editable;
      const unsaved = Boolean(cell.pending && troubled);
      input.closest("td")?.toggleAttribute("data-unsaved", unsaved);
      if (source) {
        const text = this.page.sources[this.kind.source(cell)] ?? place.said;
        source.textContent = unsaved ? this.page.texts.unsaved : text;
      }
      if (reset) {
        const useful = cell.editable && this.kind.own(cell) !== null;
        if (!useful && document.activeElement === reset) input.focus();
        reset.hidden = !useful;
      }
    }
  }

  #equip(cell, input, onReset) {
    const source = input.closest("td")?.querySelector("[data-source]");
    if (!source) return {};
    source.id = `np-source-${cell.input}`;
    input.setAttribute("aria-describedby", source.id);
    const template = document.getElementById("np-reset");
    if (!template || input.tagName === "SELECT" || !cell.editable) return { source, said: source.textContent };
    const reset = template.content.cloneNode(true).querySelector("button");
    reset.hidden = true;
    const label = fill(this.page.texts.resetCell, this.names(cell));
    reset.setAttribute("aria-label", label);
    reset.title = label;
    reset.addEventListener("click", () => onReset(this.places.get(keyOf(cell)).cell));
    source.after(reset);
    return { source, reset, said: source.textContent };
  }
}
