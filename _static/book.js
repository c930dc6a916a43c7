"use strict";

// ipywidgets gives a slider's handle neither a name nor a spoken value: take both from what stands beside it.
function nameSlider(slider) {
  const handle = slider.querySelector(".noUi-handle");
  const label = slider.querySelector(".widget-label");
  const readout = slider.querySelector(".widget-readout");
  if (!handle || !label || !readout) return;
  handle.setAttribute("aria-label", label.textContent);
  const say = () => {
    if (handle.getAttribute("aria-valuetext") !== readout.textContent) {
      handle.setAttribute("aria-valuetext", readout.textContent);
    }
  };
  new MutationObserver(say).observe(readout, { childList: true, characterData: true, subtree: true });
  new MutationObserver(say).observe(handle, { attributeFilter: ["aria-valuetext"] });
  say();
}

function nameSliders() {
  for (const slider of document.querySelectorAll(".widget-slider:not([data-named])")) {
    if (slider.querySelector(".noUi-handle") && slider.querySelector(".widget-readout")) {
      slider.dataset.named = "";
      nameSlider(slider);
    }
  }
}

// What is wider than its column scrolls in its own box; then it can be reached by the keyboard, too.
const scrolls = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }
});

function watch(selector) {
  for (const box of document.querySelectorAll(selector)) scrolls.observe(box);
}

// Opened from a folder a page may not read other pages: search shows titles without excerpts.
if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;

// What the theme's buttons call; the page's policy allows no code in attributes.
const CALLS = { "window.print()": () => print(), "toggleFullScreen()": () => toggleFullScreen() };

addEventListener("DOMContentLoaded", () => {
  for (const button of document.querySelectorAll("[data-call]")) {
    button.addEventListener("click", CALLS[button.dataset.call]);
  }
  if (document.querySelector('script[type="application/vnd.jupyter.widget-view+json"]')) {
    new MutationObserver(nameSliders).observe(document.querySelector("article"), { childList: true, subtree: true });
    nameSliders();
  }
  watch("article pre, div.math, .pst-scrollable-table-container");
});
