import { down, fill, nameOf, tag, text } from "./kit.js";

// A network drawn with its units, its weights as lines (blue and dashed below zero) and what is written on both.
export class Graph {
  constructor(stage, n, { width = 420, height = 260, radius = 20 } = {}) {
    const high = Math.max(...n), left = 46, right = 46;
    this.n = n;
    this.radius = Math.min(radius, (height - 50) / high / 2.3);
    this.x = (i) => left + (i * (width - left - right)) / (n.length - 1);
    this.y = (i, j) => 34 + (height - 44) / 2 + (j - (n[i] - 1) / 2) * ((height - 44) / high);
    this.node = tag("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", class: "bpx-graph" });
    stage.add(this.node);
  }

  // edge(i, j, k) and unit(i, j) give { label, on } or nothing; act(path) is called when one is clicked.
  draw(alt, net, { values, edge = () => ({}), unit = () => ({}), act, heads = [] }) {
    const lines = [], words = [], circles = [], all = this.n.flatMap((rows, i) => Array.from({ length: rows }, (_, j) => [i, j, unit(i, j)?.label]));
    const taken = all.flatMap(([i, j, label]) => [[this.x(i), this.y(i, j), 0.9 * this.radius], ...(label ? [[this.x(i), this.y(i, j) + this.radius + 9, 3.7 * label.length]] : [])]);
    const written = (label, ends, wanted) => { // on its line, at the free place nearest to the wanted one, or where most is free
      const half = 3.7 * label.length, spots = Array.from({ length: 27 }, (_, k) => 0.15 + 0.026 * k).sort((p, q) => Math.abs(p - wanted) - Math.abs(q - wanted));
      const place = (p) => ends.map(([from, to]) => from + p * (to - from));
      const room = ([x, y]) => Math.min(...taken.map(([u, v, wide]) => Math.max(Math.abs(x - u) - half - wide, Math.abs(y - v) - 11)));
      const [x, y] = place(spots.find((p) => room(place(p)) > 0) ?? spots.reduce((best, p) => (room(place(p)) > room(place(best)) ? p : best)));
      taken.push([x, y, half]);
      return tag("text", { x, y: y + 4, class: "bpx-halo", "text-anchor": "middle" }, label);
    };
    for (const [i, head] of heads.entries()) if (head) words.push(tag("text", { x: this.x(i), y: 14, "text-anchor": "middle" }, head));
    for (let i = 0; i < this.n.length; i++) {
      for (let j = 0; j < this.n[i]; j++) {
        const [x, y] = [this.x(i), this.y(i, j)], own = unit(i, j) ?? {};
        if (i) net.W[i][j].forEach((w, k) => {
          const [x0, y0] = [this.x(i - 1), this.y(i - 1, k)], seen = edge(i, j, k) ?? {};
          const place = this.n[i] > 1 ? 0.26 + (0.46 * j) / (this.n[i] - 1) : 0.55, line = { x1: x0, y1: y0, x2: x, y2: y };
          const node = tag("line", { ...line, class: `bpx-edge ${w < 0 ? "bpx-minus" : "bpx-plus"} ${seen.on ? "bpx-on" : ""}`, "stroke-width": Math.min(6, 0.8 + Math.abs(w)) });
          lines.push(node);
          if (act) {
            const wide = tag("line", { ...line, class: "bpx-hit", "data-edge": nameOf("W", i, j, k) });
            wide.addEventListener("click", () => act(["W", i, j, k]));
            lines.push(wide);
          }
          if (seen.label) words.push(written(seen.label, [[x0, x], [y0, y]], place));
        });
        const circle = tag("circle", { cx: x, cy: y, r: this.radius, class: `bpx-unit ${own.on ? "bpx-on" : ""}` });
        if (act) circle.addEventListener("click", () => act(i ? ["b", i, j, 0] : ["X", j]));
        circles.push(circle, tag("text", { x, y: y + 4, "text-anchor": "middle", "pointer-events": "none" }, values?.[i][j] === undefined ? (values ? "" : i ? nameOf("a", i, j) : `x${down(j + 1)}`) : text(values[i][j], this.radius > 16 ? 3 : 2)));
        if (own.label) words.push(tag("text", { x, y: y + this.radius + 13, class: "bpx-halo", "text-anchor": "middle" }, own.label));
      }
    }
    this.node.setAttribute("aria-label", alt);
    const drawn = [...this.node.childNodes], nodes = [...lines, ...circles, ...words];
    fill(this.node, nodes.map((node, k) => (drawn[k]?.isEqualNode(node) ? drawn[k] : node))); // text costs most: what is equal stays
  }
}
