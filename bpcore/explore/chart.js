import { fill, tag, up } from "./kit.js";

// A plane with axes, in which a picture draws in its own numbers. x and y are { min, max, label, log, ticks }.
const MARGIN = { top: 12, right: 18, bottom: 38, left: 58 }; // 1.5e6 and 10⁻¹⁵ stand beside the axis and its words
const P = [0.5, 0.7, 0.9].map((p) => Math.log(p / (1 - p))); // bands of probability, as logits

export const roomy = (n) => 10 * 2 ** Math.max(0, Math.ceil(Math.log2(n / 10))); // 10, 20, 40, …: an axis that seldom changes

// 200,000 at an axis would not fit: 2e5.
const short = (v) => (v ? Number(v.toPrecision(3)).toExponential().replace("+", "").replaceAll("-", "−") : "0");

export class Chart {
  constructor(stage, { x, y, width = 336, height = 250 }) {
    this.node = tag("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", class: "bpx-chart" });
    const { left } = MARGIN;
    this.x = (x.log ? d3.scaleLog() : d3.scaleLinear()).range([left, width - MARGIN.right]);
    this.y = (y.log ? d3.scaleLog() : d3.scaleLinear()).range([height - MARGIN.bottom, MARGIN.top]);
    this.axes = [[x, d3.axisBottom, `translate(0,${height - MARGIN.bottom})`], [y, d3.axisLeft, `translate(${left},0)`]];
    this.lines = this.axes.map(([, , transform]) => tag("g", { transform, class: "bpx-axis", "aria-hidden": "true" }));
    this.ground = tag("g"); // what changes seldom
    this.front = tag("g"); // what is drawn anew every time
    const corner = `M${left},${MARGIN.top}H${width - MARGIN.right}V${height - MARGIN.bottom}H${left}Z`;
    const clip = `bpx-${Math.random()}`; // each plane cuts off what leads out of it; no count, as in a notebook each picture would begin with 1
    for (const layer of [this.ground, this.front]) layer.setAttribute("clip-path", `url(#${clip})`);
    const cut = tag("clipPath", { id: clip }, tag("rect", { x: left - 8, y: MARGIN.top - 8, width: width - left - MARGIN.right + 16, height: height - MARGIN.top - MARGIN.bottom + 16 }));
    const inside = tag("clipPath", { id: `${clip}-in` }, tag("rect", { x: left + 1, y: MARGIN.top + 1, width: width - left - MARGIN.right - 2, height: height - MARGIN.top - MARGIN.bottom - 2 }));
    this.inside = `url(#${clip}-in)`; // a band ends at the frame, which is no boundary
    this.node.append(cut, inside, tag("path", { d: corner, class: "bpx-ground" }), this.ground, ...this.lines, this.front,
      tag("text", { x: (left + width - MARGIN.right) / 2, y: height - 6, "text-anchor": "middle" }, x.label),
      tag("text", { x: -(height - MARGIN.bottom + MARGIN.top) / 2, y: 11, transform: "rotate(-90)", "text-anchor": "middle" }, y.label));
    this.range([x.min, x.max], [y.min, y.max]);
    stage.add(this.node);
  }

  range(x, y) { // of the axes; they are drawn anew where it changes
    for (const [k, [scale, domain]] of [[this.x, x], [this.y, y]].entries()) {
      if (!domain || String(domain) === String(scale.drawn)) continue;
      scale.domain(domain).drawn = domain;
      const [{ ticks = 5, log }, axis] = this.axes[k], large = !log && Math.max(...domain.map(Math.abs)) >= 1e4;
      const drawn = axis(scale).ticks(ticks, log && ((v) => `10${up(Math.round(Math.log10(v)))}`)).tickSizeOuter(0);
      d3.select(this.lines[k]).call(drawn.tickFormat(large ? short : null));
    }
  }

  draw(alt, ...nodes) {
    this.node.setAttribute("aria-label", alt);
    fill(this.front, nodes.flat(Infinity).filter(Boolean));
  }

  path(points, style, attributes = {}) { // a line through points; gaps where a number is not finite, or far away
    const near = ([u, v]) => Math.abs(this.x(u)) < 1e5 && Math.abs(this.y(v)) < 1e5;
    const d = d3.line().x(([u]) => this.x(u)).y(([, v]) => this.y(v)).defined(near)(points) ?? "";
    return tag("path", { d, class: `bpx-line ${style}`, ...attributes });
  }

  curve(f, style, n = 160) { // y = f(x) over the whole axis
    const [from, to] = this.x.range();
    return this.path(Array.from({ length: n + 1 }, (_, k) => this.x.invert(from + ((to - from) * k) / n)).map((u) => [u, f(u)]), style);
  }

  dot(u, v, style, r = 5) { return tag("circle", { cx: this.x(u), cy: this.y(v), r, class: style }); }

  mark(u, v, words, attributes = {}) { // whole, at a place inside the frame; at one outside there is nothing
    const x = this.x(u), y = this.y(v), [left, right] = this.x.range(), [bottom, top] = this.y.range();
    if (x < left || x > right || y < top || y > bottom) return false;
    const far = x + 7 * words.length > right;
    return tag("text", { x, y, dx: far ? -6 : 6, dy: y < top + 12 ? 15 : -6, "text-anchor": far ? "end" : undefined, ...attributes }, words);
  }

  arrow(u, v, du, dv, style) { // from (u, v) by (du, dv)
    const [x0, y0, x1, y1] = [this.x(u), this.y(v), this.x(u + du), this.y(v + dv)];
    const angle = Math.atan2(y1 - y0, x1 - x0), head = Math.min(9, Math.hypot(x1 - x0, y1 - y0));
    const barb = (turn) => `${x1 - head * Math.cos(angle + turn)},${y1 - head * Math.sin(angle + turn)}`;
    return head > 0.5 && tag("path", { d: `M${x0},${y0}L${x1},${y1}M${barb(0.5)}L${x1},${y1}L${barb(-0.5)}`, class: `bpx-line ${style}` });
  }

  triangle(u, v, style) { return tag("path", { d: `M${this.x(u)},${this.y(v) - 6.2}l5.37,9.3h-10.74Z`, class: style }); }

  // Circles for class 0, triangles for class 1, as in the figures; none by a transform, which costs a layer in every frame.
  samples(X, Y) {
    if (this.kept?.X !== X || this.kept.Y !== Y) {
      const node = (u, s) => (Y[0][s] >= 0.5 ? this.triangle(u, X[1][s], "bpx-class1") : this.dot(u, X[1][s], "bpx-class0", 3.74));
      this.kept = { X, Y, nodes: X[0].map(node) };
    }
    return this.kept.nodes;
  }

  // What a network says over the plane: bands of the probability of either class, and the boundary; n sets how fine.
  answer(logits, n = 36) {
    const values = this.grid(logits, n), other = values.map((z) => -z);
    const [edge, ...rest] = this.bands(values, P, "bpx-p1", n);
    edge.classList.add("bpx-boundary");
    return [this.bands(other, P, "bpx-p0", n), edge, rest];
  }

  // Lines of equal values; levels is how many, and they lie closer where the values do.
  contours(f, levels, n = 40) {
    const values = this.grid(f, n), order = [...values].sort((p, q) => p - q);
    const at = Array.from({ length: levels }, (_, k) => order[Math.floor(((k + 0.5) / levels) ** 1.5 * order.length)]);
    return this.bands(values, at, "bpx-level", n);
  }

  grid(f, n) { // f(U, V) gives the values at lists of n × n places at once
    const middles = (scale, [from, to]) => Array.from({ length: n }, (_, k) => scale.invert(from + ((to - from) * (k + 0.5)) / n));
    const u = middles(this.x, this.x.range()), v = middles(this.y, [this.y.range()[1], this.y.range()[0]]);
    return f(v.flatMap(() => u), v.flatMap((y) => u.map(() => y)));
  }

  bands(values, thresholds, style, n) {
    const [left, right] = this.x.range(), [bottom, top] = this.y.range();
    const tenth = (u) => Math.round(10 * u) / 10;
    const place = ([c, r]) => `${tenth(left + ((right - left) * c) / n)},${tenth(top + ((bottom - top) * r) / n)}`;
    return d3.contours().size([n, n]).thresholds(thresholds)(values).map(({ coordinates }) => tag("path", {
      d: coordinates.flat().map((ring) => `M${ring.map(place).join("L")}Z`).join(""), class: style, "clip-path": this.inside,
    }));
  }

  drag(node, moved) { // moved(u, v) while a point is dragged, by itself or close to it; the pictures have controls for the same numbers
    const [x, y] = ["cx", "cy"].map((name) => Number(node.getAttribute(name)));
    const hold = tag("circle", { cx: x, cy: y, r: 22, class: "bpx-drag" }); // as wide as a finger
    d3.select(hold).call(d3.drag().container(() => this.node).subject({ x, y }).on("drag", (to) => moved(this.x.invert(to.x), this.y.invert(to.y))));
    return [node, hold];
  }
}
