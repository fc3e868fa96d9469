// The dashboard's texts are written as they are, without Oscar's rich editor; and a function that
// the page of an order calls, though Oscar has it no more.
"use strict";

oscar.dashboard.initWYSIWYG = () => {};
oscar.dashboard.orders.initTable ??= () => {};

// Oscar's tables have boxes without names: each is named for its row, the one of all for the page.
for (const box of document.querySelectorAll("th input, td input[type=checkbox], td input[type=radio]")) {
  if (box.labels?.length || box.hasAttribute("aria-label")) continue;
  const row = box.closest("th") ? null : box.closest("tr")?.querySelector("a");
  box.setAttribute("aria-label", (row ?? document.querySelector("h1"))?.textContent.trim() || box.name);
}
for (const link of document.querySelectorAll("th a")) if (!link.textContent.trim()) link.remove();
$(() => setTimeout(() => {
  for (const field of document.querySelectorAll(".select2-selection .select2-search__field")) {
    const select = field.closest(".select2-container")?.previousElementSibling;
    field.setAttribute("aria-label", select?.labels?.[0]?.textContent.trim() || document.title);
  }
}));
