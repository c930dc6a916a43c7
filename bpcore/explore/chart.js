import { tag, text } from "./kit.js";

// A plane with axes, in which a picture draws in its own numbers. x and y are { min, max, label, log, ticks }.
const MARGIN = { top: 12, right: 12, bottom: 38, left: 46 };

export class Chart {
  constructor(stage, { x, y, width = 320, height = 250 }) {
    this.node = tag("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", class: "bpx-chart" });
    this.x = (x.log ? d3.scaleLog() : d3.scaleLinear()).range([MARGIN.left, width - MARGIN.right]);
    this.y = (y.log ? d3.scaleLog() : d3.scaleLinear()).range([height - MARGIN.bottom, MARGIN.top]);
    this.axes = [[x, d3.axisBottom, `translate(0,${height - MARGIN.bottom})`], [y, d3.axisLeft, `translate(${MARGIN.left},0)`]];
    this.lines = this.axes.map(([, , transform]) => tag("g", { transform, class: "bpx-axis", "aria-hidden": "true" }));
    this.ground = tag("g"); // what changes seldom
    this.front = tag("g"); // what is drawn anew every time
    const corner = `M${MARGIN.left},${MARGIN.top}H${width - MARGIN.right}V${height - MARGIN.bottom}H${MARGIN.left}Z`;
    this.node.append(tag("path", { d: corner, class: "bpx-ground" }), this.ground, ...this.lines, this.front,
      tag("text", { x: (MARGIN.left + width - MARGIN.right) / 2, y: height - 6, "text-anchor": "middle" }, x.label),
      tag("text", { x: -(height - MARGIN.bottom + MARGIN.top) / 2, y: 12, transform: "rotate(-90)", "text-anchor": "middle" }, y.label));
    this.range([x.min, x.max], [y.min, y.max]);
    stage.add(this.node);
  }

  range(x, y) { // of the axes; they are drawn anew where it changes
    for (const [k, [scale, domain]] of [[this.x, x], [this.y, y]].entries()) {
      if (!domain || String(domain) === String(scale.drawn)) continue;
      scale.domain(domain).drawn = domain;
      const [{ ticks = 5, log }, axis] = this.axes[k];
      d3.select(this.lines[k]).call(axis(scale).ticks(ticks, log ? "~e" : undefined).tickSizeOuter(0));
    }
  }

  draw(alt, ...nodes) {
    this.node.setAttribute("aria-label", alt);
    this.front.replaceChildren(...nodes.flat(Infinity).filter(Boolean));
  }

  path(points, style, attributes = {}) { // a line through points; gaps where a number is not finite, and outside
    const [low, high] = [Math.min(...this.y.range()) - 4, Math.max(...this.y.range()) + 4];
    const inside = ([u, v]) => Number.isFinite(this.x(u)) && this.y(v) >= low && this.y(v) <= high;
    const d = d3.line().x(([u]) => this.x(u)).y(([, v]) => this.y(v)).defined(inside)(points) ?? "";
    return tag("path", { d, class: `bpx-line ${style}`, ...attributes });
  }

  curve(f, style, n = 160) { // y = f(x) over the whole axis
    const [from, to] = this.x.range();
    return this.path(Array.from({ length: n + 1 }, (_, k) => this.x.invert(from + ((to - from) * k) / n)).map((u) => [u, f(u)]), style);
  }

  dot(u, v, style, r = 5) { return tag("circle", { cx: this.x(u), cy: this.y(v), r, class: style }); }

  mark(u, v, words, attributes = {}) { return tag("text", { x: this.x(u), y: this.y(v), dx: 6, dy: -6, ...attributes }, words); }

  arrow(u, v, du, dv, style) { // from (u, v) by (du, dv)
    const [x0, y0, x1, y1] = [this.x(u), this.y(v), this.x(u + du), this.y(v + dv)];
    const angle = Math.atan2(y1 - y0, x1 - x0), head = Math.min(9, Math.hypot(x1 - x0, y1 - y0));
    const barb = (turn) => `${x1 - head * Math.cos(angle + turn)},${y1 - head * Math.sin(angle + turn)}`;
    return head > 0.5 && tag("path", { d: `M${x0},${y0}L${x1},${y1}M${barb(0.5)}L${x1},${y1}L${barb(-0.5)}`, class: `bpx-line ${style}` });
  }

  samples(X, Y, chosen = -1) { // circles for class 0, triangles for class 1, as in the figures
    const shapes = [d3.symbol(d3.symbolCircle, 44)(), d3.symbol(d3.symbolTriangle, 50)()];
    return X[0].map((u, s) => tag("path", {
      d: shapes[+(Y[0][s] >= 0.5)], transform: `translate(${this.x(u)},${this.y(X[1][s])})`, "data-sample": s,
      class: `bpx-class${+(Y[0][s] >= 0.5)} ${s === chosen ? "bpx-chosen" : ""}`,
    }));
  }

  // Bands and lines of equal values; values(U, V) gives them for lists of n × n places at once.
  contours(values, thresholds, style, n = 40) {
    const [left, right] = this.x.range(), [bottom, top] = this.y.range(), U = [], V = [];
    for (let r = 0; r < n; r++) for (let c = 0; c < n; c++) {
      U.push(this.x.invert(left + ((right - left) * (c + 0.5)) / n));
      V.push(this.y.invert(top + ((bottom - top) * (r + 0.5)) / n));
    }
    const place = ([c, r]) => `${(left + ((right - left) * c) / n).toFixed(1)},${(top + ((bottom - top) * r) / n).toFixed(1)}`;
    return d3.contours().size([n, n]).thresholds(thresholds)(values(U, V)).map(({ coordinates }, k) => tag("path", {
      d: coordinates.flat().map((ring) => `M${ring.map(place).join("L")}Z`).join(""), class: `${style} ${style}-${k}`,
    }));
  }

  drag(node, moved) { // moved(u, v) while a node is dragged; the pictures have controls for the same numbers
    node.classList.add("bpx-drag");
    d3.select(node).call(d3.drag().container(() => this.node).on("drag", ({ x, y }) => moved(this.x.invert(x), this.y.invert(y))));
    return node;
  }
}

export const readable = (pairs, digits) => pairs.map(([name, x]) => `${name} = ${text(x, digits)}`).join(", ");
