import { forward } from "./network.js";
import { put, python, t, tag, text } from "./kit.js";

// A picture whose pixels the reader blackens, beside the weights of the one unit that reads it.
const SIDE = 40, HEAD = 24, AWAY = `translate(0,${-9 * SIDE})`; // of a pixel; what stands above the pixels; out of sight
const signed = (x) => (Math.abs(x) < 0.005 ? "0.00" : (x > 0 ? "+" : "") + text(x, 2));

export function pixels(stage) {
  const { pictures, columns, names } = stage.given, count = stage.state.X.length, rows = count / columns;
  const said = names.map((name) => t(name)), place = (k) => [1 + Math.floor(k / columns), 1 + (k % columns)];
  const x = (k) => (k % columns) * SIDE, y = (k) => HEAD + Math.floor(k / columns) * SIDE;
  const square = (head, attributes, row = {}, cell = {}) => {
    const cells = Array.from({ length: count }, (_, k) => tag("rect", { x: x(k), y: y(k), width: SIDE, height: SIDE, ...cell }));
    const mark = tag("g", { class: "bpx-mark", transform: AWAY }, ...[0, 1].map(() => tag("rect", { width: SIDE, height: SIDE })));
    const node = tag("svg", { viewBox: `-3 0 ${columns * SIDE + 6} ${HEAD + rows * SIDE + 3}`, class: "bpx-pixels", ...attributes }, tag("text", { x: (columns * SIDE) / 2, y: 15, "text-anchor": "middle", "aria-hidden": true }, head),
      ...Array.from({ length: rows }, (_, r) => tag("g", row, ...cells.slice(r * columns, (r + 1) * columns))), mark);
    stage.add(node);
    return { node, cells, mark };
  };
  const weights = square(t`the weights`, { role: "img" }), signs = weights.cells.map(() => tag("path", { class: "bpx-line" }));
  weights.node.append(...signs);
  const ink = square(t`blacken pixels`, { role: "grid", "aria-label": t`the picture, pixel by pixel` }, { role: "row" }, { role: "gridcell", tabindex: -1 });
  const strip = tag("svg", { viewBox: "0 0 400 40", class: "bpx-strip", role: "img" });
  stage.add(strip);
  stage.choice({ label: t`start from`, options: Object.keys(pictures).map((name) => [name, t(name)]), get: (s) => s.start, set: (s, start) => ({ ...s, start, X: pictures[start], at: null }) });
  stage.button(t`Clear changes`, () => stage.set({ ...stage.state, X: pictures[stage.state.start], at: null }));

  let here = 0, colour = 1; // the pixel that is looked at; what is painted, 1 for black
  ink.cells[here].setAttribute("tabindex", 0);
  const look = (k) => {
    ink.cells[here].setAttribute("tabindex", -1);
    ink.cells[here = k].setAttribute("tabindex", 0);
    for (const { mark } of [weights, ink]) mark.setAttribute("transform", `translate(${x(k)},${y(k)})`);
  };
  const paint = (k, moving) => {
    const was = stage.state.X[k][0];
    look(k);
    if (was !== colour) stage.set({ ...put(stage.state, ["X", k, 0], colour), at: [k, was] }, moving);
  };
  const turn = (k, moving) => { colour = stage.state.X[k][0] < 1 ? 1 : 0; paint(k, moving); };
  const under = (act) => ({ x: u, y: v, dx, dy }) => { // a stroke is one step back, as every drag; a fast one leaves no holes
    const steps = Math.max(1, Math.ceil((2 * Math.hypot(dx, dy)) / SIDE));
    for (let i = steps - 1; i >= 0; i--) {
      const [r, c] = [Math.floor((v - (dy * i) / steps - HEAD) / SIDE), Math.floor((u - (dx * i) / steps) / SIDE)];
      if (r >= 0 && r < rows && c >= 0 && c < columns) act(r * columns + c, ink);
    }
  };
  const blank = () => !pictures[stage.state.start].some(([u]) => u);
  let finger = false; // it scrolls over a picture that is there, where it can only tap; on an empty one it draws
  ink.node.addEventListener("pointerdown", (event) => { finger = event.pointerType === "touch"; }, true);
  d3.select(ink.node).call(d3.drag().container(ink.node).filter((event) => !event.ctrlKey && !event.button && (!finger || blank())).on("start", under(turn)).on("drag", under(paint)));
  ink.cells.forEach((cell, k) => cell.addEventListener("click", ({ detail }) => { if (!detail || (finger && !blank())) turn(k); })); // no detail: of a screen reader
  weights.cells.forEach((cell, k) => cell.addEventListener("click", () => turn(k)));
  ink.cells.forEach((cell, k) => cell.addEventListener("focus", () => look(k))); // a listener of the drawing would let it take the focus itself
  ink.node.addEventListener("keydown", (event) => {
    const next = here + { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[event.key];
    if (event.key === " " || event.key === "Enter") turn(here);
    else if (next in ink.cells) ink.cells[next].focus();
    else return;
    event.preventDefault();
  });

  const numbers = (s) => { // at: the pixel that was changed last, and its ink before
    const z = (X) => forward(s, X).z[1][0][0], [k, was] = s.at ?? [0, s.X[0][0]];
    return { z: z(s.X), a: forward(s, s.X).a[1][0][0], before: z(put(s.X, [k, 0], was)), change: s.W[1][0][k] * (s.X[k][0] - was) };
  };
  return {
    numbers,
    python,
    say(s) {
      const { z, a, before, change } = numbers(s), from = s.at ? `${signed(before)} → ` : "";
      const sum = t`Sum ${from + signed(z)}: the unit says ${said[+(z >= 0)]} and is ${text(100 * Math.max(a, 1 - a), 1)} % sure.`;
      if (!s.at) return sum;
      const [k, was] = s.at, [r, c] = place(k), changed = s.X.filter(([u], i) => u !== pictures[s.start][i][0]).length;
      const now = s.X[k][0];
      return `${t`Pixels changed: ${changed}. Row ${r}, column ${c}: ink ${text(was, 2)} → ${text(now, 2)}; weight ${signed(s.W[1][0][k])} · ${signed(now - was)} = ${signed(change)}.`}\n${sum}`;
    },
    draw(s) {
      const [w] = s.W[1], most = Math.max(...w.map(Math.abs)) || 1, { z } = numbers(s), dot = 200 + 22 * Math.max(-8, Math.min(8, z));
      for (const [k, cell] of ink.cells.entries()) {
        const size = Math.abs(w[k]) / most, arm = 0.34 * SIDE * Math.sqrt(size), [u, v] = [x(k) + SIDE / 2, y(k) + SIDE / 2], [r, c] = place(k);
        signs[k].setAttribute("d", `M${u - arm},${v}h${2 * arm}${w[k] > 0 ? `M${u},${v - arm}v${2 * arm}` : ""}`);
        weights.cells[k].setAttribute("class", w[k] > 0 ? "bpx-class1" : "bpx-class0");
        weights.cells[k].style.fillOpacity = size;
        cell.style.fillOpacity = s.X[k][0];
        cell.setAttribute("aria-label", t`row ${r}, column ${c}: weight ${signed(w[k])}, ink ${text(s.X[k][0], 2)}`);
      }
      ink.node.style.touchAction = blank() ? "none" : "auto";
      if (!s.at && !ink.node.matches(":focus-within")) for (const { mark } of [weights, ink]) mark.setAttribute("transform", AWAY);
      const [r, c] = place(w.indexOf(Math.max(...w)));
      weights.node.setAttribute("aria-label", t`The ${count} weights: + for ${said[1]}, − for ${said[0]}; the largest in row ${r}, column ${c}.`);
      strip.setAttribute("aria-label", t`The sum ${signed(z)} on a line: ${said[0]} below 0, ${said[1]} above.`);
      strip.replaceChildren(...[20, 200].map((u, k) => tag("rect", { x: u, y: 8, width: 180, height: 16, class: `bpx-p${k}` })), tag("path", { d: "M200,4v24", class: "bpx-line" }),
        ...[[3, said[0], 20, "start"], [397, said[1], 20, "end"], [dot, signed(z), 38, "middle"]].map(([u, words, v, anchor]) => tag("text", { x: u, y: v, "text-anchor": anchor }, words)), tag("circle", { cx: dot, cy: 16, r: 7, class: "bpx-now" }));
    },
  };
}
