"use strict";
// Filters and sorting. Without this script all is there, unfiltered and in its first order.

// Rows are shown if they hold the text, and what is chosen in the column that is marked data-by.
function filterTable(table) {
  const text = document.querySelector(`[data-filter="${table.id}"]`).value.trim().toLowerCase();
  const choice = document.querySelector(`[data-filter-by="${table.id}"]`)?.value ?? "";
  const by = [...table.tHead.rows[0].cells].findIndex((cell) => "by" in cell.dataset);
  let shown = 0;
  for (const row of table.tBodies[0].rows) {
    const fits = row.textContent.toLowerCase().includes(text) && (!choice || row.cells[by].textContent.includes(choice));
    row.hidden = !fits;
    shown += fits;
  }
  document.querySelector(`[data-count="${table.id}"]`).textContent = `${shown} of ${table.tBodies[0].rows.length}`;
}

for (const box of document.querySelectorAll(".filter")) {
  const table = document.getElementById(box.querySelector("[data-filter]").dataset.filter);
  box.hidden = false;
  box.addEventListener("input", () => filterTable(table));
  filterTable(table);
}

// "1 234" and "99.5 %" sort as numbers, all else as text in which numbers count.
const order = new Intl.Collator("en", { numeric: true });
function compare(a, b) {
  const [x, y] = [a, b].map((text) => parseFloat(text.replace(/[\u202f,+]/g, "")));
  return Number.isNaN(x) || Number.isNaN(y) ? order.compare(a, b) : x - y;
}

function sortTable(table, column, heading) {
  const down = heading.getAttribute("aria-sort") === "ascending";
  for (const cell of table.tHead.rows[0].cells) cell.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", down ? "descending" : "ascending");
  const rows = [...table.tBodies[0].rows];
  const text = (row) => row.cells[column].textContent.trim();
  rows.sort((a, b) => (down ? compare(text(b), text(a)) : compare(text(a), text(b))));
  table.tBodies[0].append(...rows);
}

for (const table of document.querySelectorAll("table.sortable")) {
  [...table.tHead.rows[0].cells].forEach((heading, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener("click", () => sortTable(table, column, heading));
  });
}

// A link may lead into something that is folded away.
function unfold() {
  let element = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (; element; element = element.parentElement) if (element.tagName === "DETAILS") element.open = true;
}
addEventListener("hashchange", unfold);
unfold();
