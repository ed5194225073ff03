// The menus of rows, columns and the page.

/** Puts a menu into every `[data-actions]`; `onAction(does, scope)` with the row's or column's name as the scope. */
export function addMenus(form, { label, onAction }) {
  const template = document.getElementById("np-menu");
  if (!template) return;
  for (const place of form.querySelectorAll("[data-actions]")) {
    const scope = {
      notification: place.closest("[data-notification]")?.dataset.notification,
      backend: place.closest("[data-backend]")?.dataset.backend,
    };
    const menu = template.content.cloneNode(true).querySelector("details");
    const summary = menu.querySelector("summary");
    if (place.dataset.label) summary.prepend(place.dataset.label);
    else summary.setAttribute("aria-label", label(scope));
    menu.addEventListener("click", (event) => {
      const does = event.target.closest("[data-do]")?.dataset.do;
      if (!does) return;
      close(menu, summary);
      onAction(does, scope);
    });
    place.append(menu);
  }
  closeWhenLeft(form);
}

function closeWhenLeft(form) {
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
