// The little that pages cannot do without a script. Everything works, if less smoothly, without.
(() => {
  if ("serviceWorker" in navigator) navigator.serviceWorker.register("/sw.js").catch(() => {});

  // A form that does something is sent once, however often its button is pressed.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "yes";
    setTimeout(() => delete form.dataset.sent, 8000);
  });
  addEventListener("pageshow", () => {
    for (const form of document.forms) delete form.dataset.sent;
  });

  // <button data-copy="text"> copies and says so.
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (button) {
      await navigator.clipboard.writeText(button.dataset.copy);
      const word = button.querySelector("[data-copied]");
      if (word) word.textContent = word.dataset.copied;
      button.classList.add("is-done");
    }
    // Suggestions close when somebody goes on elsewhere.
    if (!event.target.closest(".top-search")) clearSuggestions();
  });

  // <div data-reveal="id"> holds a box that shows what is typed into that password field.
  for (const holder of document.querySelectorAll("[data-reveal]")) {
    holder.hidden = false;
    holder.addEventListener("change", (event) => {
      document.getElementById(holder.dataset.reveal).type = event.target.checked ? "text" : "password";
    });
  }

  // <select data-submit> sends its form when it changes.
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
  });

  // What somebody types while the page still answers to what they had typed before stays: that
  // answer is dropped, for what they type now asks again when they leave the field.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { target, requestConfig } = event.detail;
    const field = document.activeElement;
    if (!field?.matches("input, textarea") || !target.contains(field)) return;
    const isTyped = field.value !== field.defaultValue;
    if (isTyped && field.value !== requestConfig.parameters[field.name])
      event.detail.shouldSwap = false;
  });

  const clearSuggestions = () => {
    const box = document.getElementById("suggestions");
    if (box) box.replaceChildren();
  };
  document.addEventListener("keydown", (event) => {
    const box = document.getElementById("suggestions");
    const links = box ? [...box.querySelectorAll("a")] : [];
    if (!links.length) return;
    if (event.key === "Escape") return clearSuggestions();
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || !event.target.closest(".top-search")) return;
    event.preventDefault();
    const at = links.indexOf(document.activeElement);
    links[(at + step + links.length) % links.length].focus();
  });
})();
