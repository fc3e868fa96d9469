// Links back and to close a window, which Oscar writes as inline handlers.
"use strict";
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-go-back]")) {
    event.preventDefault();
    history.back();
  } else if (event.target.closest("[data-window-close]")) {
    event.preventDefault();
    window.close();
  }
});
