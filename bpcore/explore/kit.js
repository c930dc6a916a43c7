// What all pictures share: a state that can be moved, taken back and handed over, and its controls.
const SVG = new Set(["svg", "g", "line", "circle", "path", "text", "rect", "clipPath"]);

export function tag(name, attributes = {}, ...children) {
  const node = SVG.has(name) ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) if (value !== undefined) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

export function fill(parent, nodes) { // what stood there before, such as samples, stays in its place
  const stays = new Set(nodes);
  for (const node of [...parent.childNodes]) if (!stays.has(node)) node.remove();
  let place = parent.firstChild;
  for (const node of nodes) {
    if (node === place) place = place.nextSibling;
    else parent.insertBefore(node, place);
  }
}

// Words with values in them, in the language of the page: $words has a sentence for "Step {0}", else it is English.
export function t(parts, ...values) {
  const message = typeof parts === "string" ? parts : parts.reduce((whole, part, k) => `${whole}{${k - 1}}${part}`);
  return (globalThis.$words?.[message] ?? message).replace(/\{(\d+)\}/g, (_, k) => values[k]);
}

export function text(x, digits = 3) { // a number as it is read: with a true minus, never "-0"
  if (Number.isNaN(x)) return t`not a number`;
  if (!Number.isFinite(x)) return x > 0 ? "∞" : "−∞";
  const small = x !== 0 && Math.abs(x) < 0.5 * 10 ** -digits;
  const written = small || Math.abs(x) >= 1e6 ? x.toExponential(1) : x.toFixed(digits);
  return written.replaceAll("-", "−");
}

// A number as people write it: of −0,5 a number field of the browser would make 5. 1,000 may be one or a thousand: it is none.
export const read = (words) => Number(words.normalize("NFKC").replaceAll("−", "-").trim().replace(/^-?[1-9]\d{0,2},(?=\d{3}$)/, "?").replace(/[,。]/, ".") || NaN);

export const up = (i) => [...String(i)].map((c) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[c] ?? "⁻").join("");
export const down = (i) => [...String(i)].map((c) => "₀₁₂₃₄₅₆₇₈₉"[c]).join("");
export const nameOf = (key, i, j, k) => `${key}${up(i)}${down(j + 1)}${k === undefined ? "" : (j > 8 || k > 8 ? "," : "") + down(k + 1)}`; // W²₁₃, and W²₁,₁₃

// put(state, ["W", 1, 0, 2], 0.5) is a copy of the state with that entry changed.
export function put(tree, [key, ...rest], value) {
  const copy = Array.isArray(tree) ? [...tree] : { ...tree };
  copy[key] = rest.length ? put(tree[key], rest, value) : value;
  return copy;
}
export const at = (tree, path) => path.reduce((part, key) => part[key], tree);

// Lines of Python that build what the picture holds; bpcore and the book's checks run on them.
export function python({ W, b, g, X, Y, loss, learning_rate: rate }) {
  const large = /(?<![\d.])\d{17,}(?![\d.])/g; // Python would take it for an int, which is too large for NumPy
  const list = (x) => JSON.stringify(x).replaceAll("null", "None").replaceAll(",", ", ").replace(large, "$&.0");
  const lines = ["import numpy as np", "from bpcore import *", "", `net = Network(${list(W)},\n              ${list(b)},\n              ${list(g)})`];
  if (X) lines.push(`X = np.array(${list(X)})`);
  if (X && !Y) lines.push("forward(net, X).a[-1]");
  if (Y) lines.push(`Y = np.array(${list(Y)})`, `grads = backward(net, forward(net, X), Y, "${loss ?? "cross_entropy"}")`);
  if (Y && rate) lines.push(`net = step(net, grads, ${rate})`);
  return lines.join("\n");
}

export const widget = (picture) => ({ // what anywidget, and the host of a page, ask for
  render({ model, el }) {
    const stage = new Stage(model, el);
    return stage.open(picture(stage));
  },
});

export class Stage {
  constructor(model, el) {
    this.model = model;
    this.el = el;
    this.state = this.first = model.get("state");
    this.begin = (state) => state; // what a picture adds to a state that comes from Python
    this.given = model.get("given");
    this.past = [];
    this.moving = null; // which control moves: one drag is one step back
    this.frame = 0;
    this.shows = []; // what brings each control up to date
    this.pictures = tag("div", { class: "bpx-pictures" });
    this.said = tag("p", { class: "bpx-said" });
    this.controls = tag("div", { class: "bpx-controls" });
    this.buttons = tag("div", { class: "bpx-buttons" });
    this.below = tag("div", { class: "bpx-pictures" });
    this.status = tag("p", { class: "bpx-status", role: "status" });
  }

  open(picture) {
    this.picture = picture;
    this.undo = this.button(t`Back`, () => this.back());
    this.button(t`Start again`, () => this.set(this.first));
    this.el.classList.add("bpx");
    this.el.setAttribute("role", "group");
    this.el.setAttribute("aria-label", t(this.model.get("label")));
    this.el.append(this.pictures, this.buttons, this.said, this.controls, this.below, this.status); // no words push a button away from a finger
    if (picture.python) this.el.append(this.code());
    this.el.picture = () => ({ state: this.state, numbers: picture.numbers(this.state) });
    const follow = () => { if (this.model.get("state") !== this.state) this.set(this.begin(this.model.get("state"))); };
    this.model.on("change:state", follow);
    let before; // the press
    this.el.addEventListener("pointerdown", () => {
      if (!this.frame) this.moving = null; // a drag is one step back, the next another
      before = this.past.length;
    });
    this.el.addEventListener("pointercancel", () => { if (this.past.length > before) this.back(); }); // a finger on a slider only scrolled the page
    for (const node of this.el.querySelectorAll("input, select, button, summary, [tabindex]")) {
      node.dataset.lmSuppressShortcuts = true; // JupyterLab would take the arrow keys for its own
    }
    this.draw();
    return () => { cancelAnimationFrame(this.frame); this.model.off("change:state", follow); };
  }

  show(state, moving) { // the state that is drawn; the one before can be had back
    if (moving === null || moving !== this.moving) this.past.push(this.state);
    this.moving = moving;
    this.state = state;
    this.draw();
  }

  set(state, moving = null) {
    this.pause();
    this.show(state, moving);
    this.keep();
  }

  keep() { // hand over to Python, or to the page
    this.model.set("state", this.state);
    this.model.save_changes();
  }

  back() {
    this.pause();
    if (!this.past.length) return;
    this.state = this.past.pop();
    this.moving = null;
    this.draw();
    this.keep();
  }

  draw() {
    this.picture.draw(this.state);
    for (const show of this.shows) show(this.state);
    this.said.textContent = this.picture.say(this.state);
    this.undo.disabled = !this.past.length;
    clearTimeout(this.waiting);
    if (!this.frame) this.waiting = setTimeout(() => { this.status.textContent = this.said.textContent; }, 400);
  }

  add(...nodes) { this.pictures.append(...nodes); }

  button(label, act) {
    const node = tag("button", { type: "button" }, label);
    node.addEventListener("click", act);
    this.buttons.append(node);
    return node;
  }

  // A number to drag or to type, at most `most`. path leads to it in the state, or get and set do.
  control({ label, min, max, most = 1e6, log = false, digits = 2, path, get = (s) => at(s, path), set = (s, x) => put(s, path, x), hide }) {
    const [there, here] = log ? [Math.log10, (u) => 10 ** u] : [(x) => x, (u) => u];
    const step = (there(max) - there(min)) / 200;
    const range = tag("input", { type: "range", min: there(min), max: there(max), step, "aria-label": label });
    const field = tag("input", { type: "text", inputmode: log || min >= 0 ? "decimal" : undefined, autocomplete: "off", "aria-label": t`${label}, typed` }); // a decimal keyboard may have no minus
    const row = tag("div", { class: "bpx-row" }, tag("span", { "aria-hidden": "true" }, label), range, field);
    const move = (x) => { this.pause(); this.show(set(this.state, x), row); };
    range.addEventListener("input", () => move(Number(here(range.valueAsNumber).toPrecision(4))));
    range.addEventListener("change", () => { this.moving = null; this.keep(); });
    field.addEventListener("focus", () => this.pause()); // else the next step would write over what is typed
    field.addEventListener("change", () => {
      const x = Math.max(-most, Math.min(most, read(field.value)));
      if (Number.isFinite(x) && (!log || x > 0)) move(x);
      this.moving = null;
      row.shown = null;
      this.draw(); // also where what was typed is no number
      this.keep();
    });
    this.shows.push((state) => {
      row.hidden = hide?.(state) ?? false;
      if (row.hidden) return;
      const x = get(state);
      if (x === row.shown) return;
      row.shown = x;
      range.value = there(x);
      range.setAttribute("aria-valuetext", text(x, digits));
      field.value = String(Number(x.toPrecision(5))).replaceAll("-", "−");
    });
    this.controls.append(row);
  }

  // One of several positions in a row, each with its name.
  slider({ label, names, path }) {
    const range = tag("input", { type: "range", min: 0, max: names.length - 1, step: 1, "aria-label": label });
    const shown = tag("output", {});
    range.addEventListener("input", () => { this.pause(); this.show(put(this.state, path, range.valueAsNumber), range); });
    range.addEventListener("change", () => { this.moving = null; this.keep(); });
    this.shows.push((state) => {
      range.value = at(state, path);
      shown.textContent = names[at(state, path)];
      range.setAttribute("aria-valuetext", shown.textContent);
    });
    const long = names.some((name) => name.length > 12); // such a name gets a line of its own, and the slider the whole row
    this.controls.append(tag("div", { class: `bpx-row ${long ? "bpx-long" : ""}` }, tag("span", { "aria-hidden": "true" }, label), range, shown));
  }

  // One of several: options are [value, text].
  choice({ label, options, path, get = (s) => at(s, path), set = (s, x) => put(s, path, x) }) {
    const select = tag("select", { "aria-label": label }, ...options.map(([, name], k) => tag("option", { value: k }, name)));
    select.addEventListener("change", () => this.set(set(this.state, options[select.selectedIndex][0])));
    this.shows.push((state) => { select.selectedIndex = options.findIndex(([value]) => value === get(state)); });
    this.controls.append(tag("div", { class: "bpx-row" }, tag("span", { "aria-hidden": "true" }, label), select));
  }

  // Steps, one by one or many a second. advance(state) gives the next state, or null at the end.
  player(advance, label = t`Step`) {
    const one = () => { const next = advance(this.state); if (next) this.show(next, this.frame ? this : null); return next; };
    this.button(label, () => { this.pause(); if (one()) this.keep(); });
    this.play = this.button(t`Play`, () => { if (this.frame) this.pause(); else { this.play.textContent = t`Pause`; this.moving = null; this.frame = requestAnimationFrame(run); } });
    const run = () => {
      this.el.dataset.frames = 1 + Number(this.el.dataset.frames ?? 0);
      if (one()) this.frame = requestAnimationFrame(run);
      else this.pause();
    };
  }

  pause() {
    if (!this.frame) return;
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    this.moving = null;
    this.play.textContent = t`Play`;
    this.draw();
    this.keep();
  }

  code() {
    const shown = tag("pre", { tabindex: 0, "aria-label": t`lines of Python` });
    const fold = tag("details", { class: "bpx-code" }, tag("summary", {}, t`As Python`), shown);
    const copy = tag("button", { type: "button" }, t`Copy`);
    copy.addEventListener("click", async () => {
      getSelection().selectAllChildren(shown);
      await navigator.clipboard?.writeText(shown.textContent); // pages from a folder have none: the lines stay selected
    });
    fold.append(copy);
    const show = () => { if (fold.open) shown.textContent = this.picture.python(this.state); };
    fold.addEventListener("toggle", show);
    this.shows.push(show);
    return fold;
  }
}
