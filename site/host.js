"use strict";
// The host of the live pictures on a page without Jupyter (https://anywidget.dev/en/afm): what a notebook keeps in
// Python stays here in the page.
function modelOf(state) {
  const heard = {}; // the callbacks of every event
  return {
    get: (name) => state[name],
    set(name, value) {
      if (state[name] === value) return;
      state[name] = value;
      for (const act of heard[`change:${name}`] ?? []) act();
    },
    on: (event, act) => void (heard[event] ??= []).push(act),
    off: (event, act) => void (heard[event] = heard[event]?.filter((other) => other !== act)),
    save_changes() {},
  };
}

// What comes near the screen is drawn at once, the others when there is time (book.js).
const near = new IntersectionObserver((seen) => {
  for (const { isIntersecting, target } of seen) if (isIntersecting && !target.matches(".bpx")) drawPicture(target);
}, { rootMargin: "50%" });

function drawPicture(el) {
  near.unobserve(el);
  const model = modelOf(JSON.parse(el.querySelector("script").textContent));
  el.replaceChildren();
  $kit.widget(window[`$${model.get("kind")}`][model.get("kind")]).render({ model, el });
}

for (const el of document.querySelectorAll(".bp-live")) near.observe(el);
