// Tells people what happened: a live region for what went well, an alert with ways out for what did not.

import { fill } from "./board.js";

const READ = 10_000; // milliseconds until a message that needs no answer goes away

export class Report {
  #slow;
  #fade;

  constructor(page, actions) {
    this.texts = page.texts;
    this.status = document.getElementById("np-status");
    this.box = document.getElementById("np-trouble");
    this.buttons = Object.fromEntries(
      [...this.box.querySelectorAll("[data-do]")].map((button) => [button.dataset.do, button]),
    );
    const back = encodeURIComponent(location.pathname + location.search);
    this.buttons["sign-in"].href = `${page.signIn}?next=${back}`;
    for (const [name, action] of Object.entries(actions)) {
      this.buttons[name].addEventListener("click", action);
    }
    this.buttons.dismiss.addEventListener("click", () => this.close());
  }

  say(text, values = {}) {
    this.status.textContent = fill(text, values);
    clearTimeout(this.#fade);
    this.#fade = setTimeout(() => (this.status.textContent = ""), READ);
  }

  /** Says so when saving takes longer than a moment. */
  saving(busy) {
    clearTimeout(this.#slow);
    if (busy) this.#slow = setTimeout(() => this.say(this.texts.saving), 600);
  }

  explain(reasons) {
    this.#open(reasons, ["dismiss"]);
  }

  /** One more sentence to what is being explained already. */
  add(reason) {
    const before = this.box.hidden ? [] : [this.box.querySelector("[data-text]").textContent];
    this.explain([...before, reason]);
  }

  trouble({ kind, signedOut }, count) {
    const ways = kind === "unknownState" ? ["retry"] : ["retry", "discard"];
    if (signedOut) ways.push("sign-in");
    this.#open([fill(this.texts[kind], { count })], ways);
  }

  close() {
    const focused = this.box.contains(document.activeElement);
    this.box.hidden = true;
    if (focused) this.origin?.focus();
  }

  #open(sentences, ways) {
    if (!this.box.contains(document.activeElement)) this.origin = document.activeElement;
    const text = sentences.join(" ");
    this.say("");
    const place = this.box.querySelector("[data-text]");
    if (place.textContent !== text) place.textContent = text;
    for (const [name, button] of Object.entries(this.buttons)) button.hidden = !ways.includes(name);
    this.box.hidden = false;
  }
}
