// The action menus of rows, columns and the whole table.

/** Put a menu into every `[data-actions]`. A click calls `onAction(action, scope)`; the scope names a row or a column. */
export function addMenus(form, { label, onAction }) {
  const template = document.getElementById("np-menu");
  if (!template) return;
  for (const container of form.querySelectorAll("[data-actions]")) {
    const scope = {
      notification: container.closest("[data-notification]")?.dataset.notification,
      backend: container.closest("[data-backend]")?.dataset.backend,
    };
    const menu = template.content.cloneNode(true).querySelector("details");
    const summary = menu.querySelector("summary");
    if (container.dataset.label) summary.prepend(container.dataset.label);
    else summary.setAttribute("aria-label", label(scope));
    menu.addEventListener("click", (event) => {
      const action = event.target.closest("[data-do]")?.dataset.do;
      if (!action) return;
      close(menu, summary);
      onAction(action, scope);
    });
    container.append(menu);
  }
  closeOnLeaving(form);
}

function closeOnLeaving(form) {
  const others = (target) =>
    [...form.querySelectorAll("details.np-menu[open]")].filter((menu) => !menu.contains(target));
  document.addEventListener("click", ({ target }) => others(target).forEach((menu) => (menu.open = false)));
  form.addEventListener("focusin", ({ target }) => others(target).forEach((menu) => (menu.open = false)));
  form.addEventListener("keydown", (event) => {
    const menu = event.target.closest?.("details.np-menu[open]");
    if (event.key === "Escape" && menu) close(menu, menu.querySelector("summary"));
  });
}

function close(menu, summary) {
  menu.open = false;
  summary.focus();
}
