// Progressive enhancement of the settings page: saves each click through GraphQL. Without this module, or without
// GraphQL, the page is a form with a button.

import { Api } from "./api.js";
import { addFilter } from "./filter.js";
import { addMenus } from "./menus.js";
import { interpolate, Messages } from "./messages.js";
import { Store } from "./store.js";
import { Table } from "./table.js";

const page = JSON.parse(document.getElementById("np-data").textContent);
const form = document.getElementById("np-form");
const { texts } = page;
const tabs = new BroadcastChannel("notification-preferences");

const documentUrl = new URL(`${page.kind}.graphql`, import.meta.url);
const token = form.elements.namedItem("csrfmiddlewaretoken").value;
const store = new Store(await Api.load(page, documentUrl, token), page.subject, page.cells);
const table = new Table(form, page, { onSet: set, onReset: (cell) => reset([cell]) });
const messages = new Messages(page, {
  retry: () => store.retry(),
  discard: () => store.discard(),
});

function set(cell, value) {
  if (value === null) return reset([cell]);
  store.add({ preferences: [{ notification: cell.notification, backend: cell.backend, notify: value }] });
}

function setAll(cells, notify) {
  const preferences = cells
    .filter((cell) => cell.value !== notify)
    .map(({ notification, backend }) => ({ notification, backend, notify }));
  if (preferences.length) store.add({ preferences });
  else messages.announce(texts.noChange);
}

async function reset(cells) {
  const own = cells.filter((cell) => cell.own !== null);
  if (!own.length) messages.announce(texts.noChange);
  else if (own.length === 1 || (await confirmed(own.length))) store.add({ clear: own });
}

function confirmed(count) {
  const dialog = document.getElementById("np-confirm");
  const text = page.kind === "group" ? texts.confirmGroup : texts.confirm;
  dialog.querySelector("#np-confirm-text").textContent = interpolate(text, { count });
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

function perform(action, scope) {
  const cells = [...table.cellsIn(scope)];
  if (action === "reset") reset(cells);
  else setAll(cells, action === "on");
}

const nameOf = ({ notification, backend }) => page.titles[notification] ?? page.columns[backend];

function successMessage({ preferences, clear }, { cleared }) {
  if (preferences?.length === 1) {
    return [preferences[0].notify ? texts.on : texts.off, table.labels(preferences[0])];
  }
  if (preferences) return [texts.many, { count: preferences.length }];
  if (clear.length > 1) return [texts.cleared, { count: cleared }];
  return [page.kind === "group" ? texts.resetGroup : texts.reset, table.labels(clear[0])];
}

function rejectionReasons({ outcome, message }) {
  if (outcome.__typename === "Forbidden") return [texts.notPermitted];
  if (outcome.__typename === "NotFound") return [texts.notFound];
  const problems = outcome.problems ?? [];
  if (!problems.length) return [message];
  return problems.map((problem) => {
    const text = page.problems[problem.code];
    return text ? interpolate(text, table.labels(problem)) : problem.message;
  });
}

function render() {
  const { failure, unsaved } = store;
  table.render(store.cells, { failed: failure !== null });
  messages.saving(unsaved.length > 0 && !failure);
  if (failure) messages.fail(failure, unsaved.length);
}

let outdated = false; // already announced

store.addEventListener("change", render);
store.addEventListener("success", ({ detail: { operation, answer } }) => {
  if (!operation.silent) messages.close();
  if (store.outdated && !outdated) messages.append(texts.outdated);
  outdated = store.outdated;
  if (operation.read) return;
  messages.announce(...successMessage(operation, answer));
  tabs.postMessage("saved");
});
store.addEventListener("rejection", ({ detail: { error } }) => {
  messages.alert(rejectionReasons(error).map((reason) => interpolate(texts.rejected, { reason })));
});

tabs.addEventListener("message", () => store.refresh());
document.addEventListener("visibilitychange", () => document.hidden || store.refresh());
addEventListener("pageshow", ({ persisted }) => persisted && store.refresh());
addEventListener("online", () => store.failure?.kind === "offline" && store.retry());
addEventListener("beforeunload", (event) => store.unsaved.length && event.preventDefault());
form.addEventListener("submit", (event) => event.preventDefault());

addMenus(form, { label: (scope) => interpolate(texts.actions, { name: nameOf(scope) }), onAction: perform });
addFilter(form, (count, all) => {
  document.getElementById("np-no-match").hidden = count > 0;
  messages.announce(texts.filtered, { count, all });
});
document.getElementById("np-save")?.remove();
for (const id of ["np-tools", "np-report"]) document.getElementById(id)?.removeAttribute("hidden");
const earlyChanges = [...table.earlyChanges()];
render();
for (const [cell, value] of earlyChanges) set(cell, value);
document.documentElement.dataset.preferences = "live";
