// Makes the form of the settings page save each click by itself. Without this module, or without GraphQL, the page is
// the form.

import { Api } from "./api.js";
import { Board, fill } from "./board.js";
import { addFilter } from "./filter.js";
import { kinds } from "./kinds.js";
import { Ledger } from "./ledger.js";
import { addMenus } from "./menus.js";
import { Report } from "./report.js";

const page = JSON.parse(document.getElementById("np-data").textContent);
const form = document.getElementById("np-form");
const { texts } = page;
const kind = kinds[page.kind];
const tabs = new BroadcastChannel("notification-preferences");

const documentUrl = new URL(`${page.kind}.graphql`, import.meta.url);
const token = form.elements.namedItem("csrfmiddlewaretoken").value;
const ledger = new Ledger(await Api.load(page, documentUrl, token), kind, page.subject, page.cells);
const board = new Board(form, page, kind, { onSet: set, onReset: (cell) => remove([cell]) });
const report = new Report(page, {
  retry: () => ledger.retry(),
  discard: () => ledger.discard(),
});

function set(cell, value) {
  if (value === null) return remove([cell]);
  ledger.add({ wishes: [{ notification: cell.notification, backend: cell.backend, notify: value }] });
}

function setAll(cells, notify) {
  const wishes = cells
    .filter((cell) => kind.shown(cell) !== notify)
    .map(({ notification, backend }) => ({ notification, backend, notify }));
  if (wishes.length) ledger.add({ wishes });
  else report.say(texts.nothingToDo);
}

async function remove(cells) {
  const own = cells.filter((cell) => kind.own(cell) !== null);
  if (!own.length) report.say(texts.nothingToDo);
  else if (own.length === 1 || (await confirmed(own.length))) ledger.add({ clear: own });
}

function confirmed(count) {
  const dialog = document.getElementById("np-confirm");
  const text = page.kind === "group" ? texts.confirmGroup : texts.confirm;
  dialog.querySelector("#np-confirm-text").textContent = fill(text, { count });
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

function act(does, scope) {
  const cells = [...board.on(scope)];
  if (does === "reset") remove(cells);
  else setAll(cells, does === "on");
}

const nameOf = ({ notification, backend }) => page.titles[notification] ?? page.columns[backend];

function success({ wishes, clear }, { cleared }) {
  if (wishes?.length === 1) {
    return [wishes[0].notify ? texts.on : texts.off, board.names(wishes[0])];
  }
  if (wishes) return [texts.many, { count: wishes.length }];
  if (clear.length > 1) return [texts.removed, { count: cleared }];
  return [page.kind === "group" ? texts.noOpinion : texts.reset, board.names(clear[0])];
}

function reasons({ outcome, message }) {
  if (outcome.__typename === "Forbidden") return [texts.mayNot];
  if (outcome.__typename === "NotFound") return [texts.gone];
  const problems = outcome.problems ?? [];
  if (!problems.length) return [message];
  return problems.map((problem) => {
    const text = page.problems[problem.code];
    return text ? fill(text, board.names(problem)) : problem.message;
  });
}

function paint() {
  const { trouble, unsaved } = ledger;
  board.paint(ledger.cells, { troubled: trouble !== null });
  report.saving(unsaved.length > 0 && !trouble);
  if (trouble) report.trouble(trouble, unsaved.length);
}

let told = false; // that there are other rows by now

ledger.addEventListener("change", paint);
ledger.addEventListener("done", ({ detail: { operation, answer } }) => {
  if (!operation.silent) report.close();
  if (ledger.outdated && !told) report.add(texts.rowsChanged);
  told = ledger.outdated;
  if (operation.read) return;
  report.say(...success(operation, answer));
  tabs.postMessage("saved");
});
ledger.addEventListener("refused", ({ detail: { error } }) => {
  report.explain(reasons(error).map((reason) => fill(texts.refused, { reason })));
});

tabs.addEventListener("message", () => ledger.refresh());
document.addEventListener("visibilitychange", () => document.hidden || ledger.refresh());
addEventListener("pageshow", ({ persisted }) => persisted && ledger.refresh());
addEventListener("online", () => ledger.trouble?.kind === "offline" && ledger.retry());
addEventListener("beforeunload", (event) => ledger.unsaved.length && event.preventDefault());
form.addEventListener("submit", (event) => event.preventDefault());

addMenus(form, { label: (scope) => fill(texts.actions, { name: nameOf(scope) }), onAction: act });
addFilter(form, (count, all) => {
  document.getElementById("np-no-match").hidden = count > 0;
  report.say(texts.shown, { count, all });
});
document.getElementById("np-save")?.remove();
for (const id of ["np-tools", "np-report"]) document.getElementById(id)?.removeAttribute("hidden");
const ahead = [...board.ahead()];
paint();
for (const [cell, value] of ahead) set(cell, value);
document.documentElement.dataset.preferences = "live";
