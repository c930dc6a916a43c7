"use strict";

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

// Old addresses of passages that stand on another page now.
function follow() {
  const place = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (place?.closest(".moved")) location.replace(place.href);
}
addEventListener("hashchange", follow);

// The other language shows the same section: the last one that begins above the middle of the window.
function sameSection({ target }) {
  const begun = [...document.querySelectorAll(".bd-article section[id]:has(> :is(h1, h2, h3))")].filter(
    (section) => section.getBoundingClientRect().top < innerHeight / 2,
  );
  target.hash = scrollY && begun.length ? begun.at(-1).id : "";
}

// Sections wait for their layout (book.css), live pictures for being drawn (host.js): each gets it
// when there is time, from the top, and all of them at once before a jump, a search or print.
const WAITING = ".bd-article > section section:not(.laid-out), .bp-live:not(.bpx)";
const idle = self.requestIdleCallback ?? setTimeout;

function layOut() {
  const part = document.querySelector(WAITING);
  if (part?.matches(".bp-live")) drawPicture(part);
  else part?.classList.add("laid-out");
  return part;
}

function layOutInTime() {
  if (layOut()) idle(layOutInTime);
}

// The theme's scripts: a fifth of the work until the first screen stands, which needs none of them.
function startOthers() {
  const links = document.querySelectorAll("link[rel='preload'][as='script']");
  for (const src of new Set([...links].map(({ href }) => href))) {
    const script = document.createElement("script");
    script.addEventListener("error", () => document.documentElement.classList.add("unfolded"));
    document.head.append(Object.assign(script, { src, async: false }));
  }
}

// A page that is opened a second time, by "back" or by "reload", goes where it was left.
const again = performance.getEntriesByType("navigation")[0]?.type !== "navigate";

function layOutForJump() {
  if (!(location.hash || again) || !layOut()) return;
  while (layOut());
  document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
}
addEventListener("hashchange", layOutForJump);
let begun = false;
function goOn() {
  if (begun) return;
  begun = true;
  startOthers();
  layOutInTime();
}
// The frame after "load" finds the pictures on the screen; they are drawn before there is time.
addEventListener("load", () => requestAnimationFrame(() => idle(goOn, { timeout: 1000 })));
setTimeout(goOn, 4000); // where an image never comes, nor does "load"
addEventListener("beforeprint", () => {
  while (layOut());
});
// A browser that finds a word scrolls once: what is above the word must have its layout by then.
addEventListener("keydown", ({ ctrlKey, metaKey, key }) => {
  if (key === "F3" || ((ctrlKey || metaKey) && ["f", "g"].includes(key))) while (layOut());
});

// What the theme's buttons call; the page's policy allows no code in attributes.
const CALLS = { "window.print()": () => print(), "toggleFullScreen()": () => self.toggleFullScreen?.() };

// Live Python in the browser needs a server, and a site that it was built into: else no button.
async function keepOnlyLiveLinks() {
  const links = [...document.querySelectorAll("a[href*='lite/notebooks/index.html']")];
  if (!links.length) return;
  const settings = new URL("../jupyter-lite.json", links[0].href);
  const there = location.protocol !== "file:"
    && await fetch(settings).then((answer) => answer.ok && answer.text()).catch(() => false);
  if (there) return;
  for (const link of links) {
    const menu = link.closest(".dropdown");
    if (!menu) link.replaceWith(link.textContent);
    else if (menu.querySelectorAll("li").length > 1) link.closest("li").remove();
    else menu.remove();
  }
}

// Nor does a button lead to another language that was not built: a picture tells, from a folder, too.
function keepIfBuilt(link) {
  const probe = new Image();
  probe.addEventListener("error", () => link.remove());
  probe.src = new URL(link.dataset.probe, location);
}

addEventListener("DOMContentLoaded", () => {
  for (const button of document.querySelectorAll("[data-call]")) {
    button.addEventListener("click", CALLS[button.dataset.call]);
  }
  for (const link of document.querySelectorAll("a.language")) {
    link.addEventListener("click", sameSection);
    keepIfBuilt(link);
  }
  follow();
  layOutForJump();
  keepOnlyLiveLinks();
  watch("article pre, .cell_output > .output, div.math, .pst-scrollable-table-container");
});
