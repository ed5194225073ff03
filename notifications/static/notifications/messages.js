// Messages to the user: a live region for successes, an alert with buttons for failures.

const VISIBLE = 10_000; // milliseconds
const SLOW = 600; // milliseconds

/** Insert values into a text with named placeholders such as `%(count)s`. */
export const interpolate = (text, values) => text.replace(/%\((\w+)\)s/g, (_, name) => values[name]);

export class Messages {
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

  announce(text, values = {}) {
    this.status.textContent = interpolate(text, values);
    clearTimeout(this.#fade);
    this.#fade = setTimeout(() => (this.status.textContent = ""), VISIBLE);
  }

  /** Announce that changes are being saved, if it takes long. */
  saving(busy) {
    clearTimeout(this.#slow);
    if (busy) this.#slow = setTimeout(() => this.announce(this.texts.saving), SLOW);
  }

  /** Alert to sentences that need no action. */
  alert(sentences) {
    this.#open(sentences, ["dismiss"]);
  }

  /** Add a sentence to the open alert, or open one. */
  append(sentence) {
    const before = this.box.hidden ? [] : [this.box.querySelector("[data-text]").textContent];
    this.alert([...before, sentence]);
  }

  /** Alert to a failure, with the number of unsaved changes. */
  fail({ kind, signedOut }, count) {
    const actions = kind === "unknownState" ? ["retry"] : ["retry", "discard"];
    if (signedOut) actions.push("sign-in");
    this.#open([interpolate(this.texts[kind], { count })], actions);
  }

  close() {
    const focused = this.box.contains(document.activeElement);
    this.box.hidden = true;
    if (focused) this.origin?.focus();
  }

  #open(sentences, actions) {
    if (!this.box.contains(document.activeElement)) this.origin = document.activeElement;
    const text = sentences.join(" ");
    this.announce("");
    const paragraph = this.box.querySelector("[data-text]");
    if (paragraph.textContent !== text) paragraph.textContent = text;
    for (const [name, button] of Object.entries(this.buttons)) button.hidden = !actions.includes(name);
    this.box.hidden = false;
  }
}
