// The price curve: touch it, point at it, or use the arrow keys, and read a day.
(() => {
  const parts = (slider) => {
    const curve = slider.closest("[data-curve]");
    const drawing = curve.parentElement.querySelector(".wallet-curve");
    const line = drawing.querySelector(".curve-line").getAttribute("points");
    return { curve, drawing, places: line.split(" ").map((place) => place.split(",").map(Number)) };
  };

  const read = (slider) => {
    const { curve, drawing, places } = parts(slider);
    const at = Number(slider.value);
    const [x, y] = places[at];
    const words = `${slider.dataset.days.split("|")[at]} · ${slider.dataset.prices.split("|")[at]}`;
    const dot = drawing.querySelector(".curve-dot");
    dot.setAttribute("cx", x);
    dot.setAttribute("cy", y);
    const here = drawing.querySelector(".curve-here");
    for (const name of ["x1", "x2"]) here.setAttribute(name, x);
    here.setAttribute("y1", y);
    curve.querySelector("output").textContent = words;
    slider.setAttribute("aria-valuetext", words);
  };

  const show = () => {
    for (const curve of document.querySelectorAll("[data-curve][hidden]")) {
      curve.hidden = false;
      read(curve.querySelector("input"));
    }
  };

  document.addEventListener("input", (event) => {
    if (event.target.matches("[data-curve] input")) read(event.target);
  });
  for (const kind of ["pointermove", "pointerdown"])
    document.addEventListener(kind, (event) => {
      const drawing = event.target.closest?.(".wallet-curve");
      const slider = drawing?.parentElement.querySelector("[data-curve] input");
      if (!slider) return;
      const { places } = parts(slider);
      const box = drawing.getBoundingClientRect();
      const x = ((event.clientX - box.left) / box.width) * drawing.viewBox.baseVal.width;
      let nearest = 0;
      places.forEach((place, at) => {
        if (Math.abs(place[0] - x) < Math.abs(places[nearest][0] - x)) nearest = at;
      });
      slider.value = nearest;
      read(slider);
    });
  document.addEventListener("htmx:afterSettle", show);
  show();
})();
