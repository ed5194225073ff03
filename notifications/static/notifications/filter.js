// The filter of the table: hides rows that do not match the words in its input.

export function addFilter(form, onFiltered) {
  const input = form.querySelector("#np-filter");
  if (!input) return;
  const rows = [...form.querySelectorAll("tr[data-notification]")].map((row) => ({
    row,
    text: fold(`${categoryOf(row)} ${row.querySelector("th").textContent} ${row.dataset.notification}`),
  }));
  const apply = () => {
    const words = fold(input.value).split(/\s+/).filter(Boolean);
    for (const { row, text } of rows) row.hidden = !words.every((word) => text.includes(word));
    for (const body of form.querySelectorAll("tbody")) {
      body.hidden = !body.querySelector("tr[data-notification]:not([hidden])");
    }
    onFiltered(rows.filter(({ row }) => !row.hidden).length, rows.length);
  };
  input.addEventListener("input", apply);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault(); // would submit the form
  });
}

const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

const categoryOf = (row) => row.closest("tbody")?.querySelector(".np-category")?.textContent ?? "";
