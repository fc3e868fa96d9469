// Before anything is painted: light or dark, as this device was told, or as its system is.
(() => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const chosen = () => {
    try {
      return localStorage.getItem("theme") || "auto";
    } catch {
      return "auto"; // storage is switched off
    }
  };
  const paint = () => {
    const choice = chosen();
    const theme = choice === "auto" ? (dark.matches ? "dark" : "light") : choice;
    root.dataset.bsTheme = theme;
    const bar = document.querySelector('meta[name="theme-color"]');
    if (bar) bar.content = theme === "dark" ? "#0f1513" : "#f6f5f1";
    for (const button of document.querySelectorAll("[data-theme]"))
      button.setAttribute("aria-pressed", String(button.dataset.theme === choice));
  };
  paint();
  dark.addEventListener("change", paint);
  document.addEventListener("DOMContentLoaded", () => {
    for (const group of document.querySelectorAll("[data-themes]")) group.hidden = false;
    paint();
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme]");
    if (!button) return;
    try {
      localStorage.setItem("theme", button.dataset.theme);
    } catch {
      // then it holds for this page only
      root.dataset.bsTheme = button.dataset.theme;
    }
    paint();
  });
})();
