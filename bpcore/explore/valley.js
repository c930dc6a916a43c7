import { Chart } from "./chart.js";
import { t, tag, text } from "./kit.js";

// Gradient descent on a curve: any start, any rate.
export const CURVES = {
  "x²": { f: (x) => x * x, slope: (x) => 2 * x, second: 2, box: [-1.5, 1.5], top: 2.2, python: ["x**2", "2 * x"] },
  "two valleys": {
    f: (x) => x ** 4 / 4 - x * x / 2 + x / 5, slope: (x) => x ** 3 - x + 1 / 5, box: [-1.9, 1.9], top: 1.2,
    python: ["x**4 / 4 - x**2 / 2 + x / 5", "x**3 - x + 1 / 5"],
  },
  "ln cosh x": {
    f: (x) => Math.abs(x) + Math.log1p(Math.exp(-2 * Math.abs(x))) - Math.LN2, slope: Math.tanh, second: 1, box: [-4, 4], top: 3.6,
    python: ["np.logaddexp(x, -x) - np.log(2)", "np.tanh(x)"],
  },
};

export function valley(stage) {
  const { curves } = stage.given, chart = new Chart(stage, { x: { min: -1, max: 1, label: "x" }, y: { min: 0, max: 1, label: "f(x)" }, width: 400, height: 280 });
  const strip = tag("svg", { viewBox: "0 0 400 46", class: "bpx-strip", role: "img" });
  stage.add(strip);
  const path = ({ curve, x, learning_rate: rate, steps }) => {
    const points = [x];
    for (let t = 0; t < steps && Math.abs(points[t]) < 1e9; t++) points.push(points[t] - rate * CURVES[curve].slope(points[t])); // the rule of descent
    return points;
  };
  const known = ({ curve }) => stage.given.threshold && CURVES[curve].second;
  if (curves.length > 1) stage.choice({ label: t`curve`, options: curves.map((name) => [name, t(name)]), get: (s) => s.curve, set: (s, curve) => ({ ...s, curve, steps: 0 }) });
  stage.control({ label: t`start x₀`, min: -1.9, max: 1.9, get: (s) => s.x, set: (s, x) => ({ ...s, x }) });
  stage.control({ label: t`learning rate η`, min: 0.005, max: 4, log: true, digits: 3, path: ["learning_rate"] });
  stage.slider({ label: t`steps`, names: Array.from({ length: 61 }, (_, t) => String(t)), path: ["steps"] });
  stage.player((s) => (s.steps < 60 ? { ...s, steps: s.steps + 1 } : null));
  return {
    numbers: (s) => ({ path: path(s), f: path(s).map(CURVES[s.curve].f) }),
    python: (s) => `import numpy as np\nfrom bpcore import descend\n\ndescend(lambda x: ${CURVES[s.curve].python[0]}, lambda x: ${CURVES[s.curve].python[1]}, ${s.x}, learning_rate=${s.learning_rate}, steps=${path(s).length - 1}).x`,
    say(s) {
      const points = path(s), x = points.at(-1), { slope, second, f } = CURVES[s.curve];
      const first = points.slice(0, 5).map((u) => text(u)).join(", ");
      const factor = s.curve === "x²" && known(s) ? t` Each step multiplies the distance to the bottom by 1 − η · 2 = ${text(1 - 2 * s.learning_rate)}.` : "";
      return t`After ${points.length - 1} steps: x = ${text(x, 4)}, f(x) = ${text(f(x), 4)}, slope ${text(slope(x), 4)}. The path begins ${first}.${factor}${known(s) ? t` Threshold: 2 / f″ = ${text(2 / second, 1)}.` : ""}`;
    },
    draw(s) {
      const { f, slope, box, top, second } = CURVES[s.curve], points = path(s), x = points.at(-1);
      const heights = Array.from({ length: 101 }, (_, k) => f(box[0] + ((box[1] - box[0]) * k) / 100));
      chart.range(box, [Math.min(...heights) - 0.08 * top, top]);
      const ends = [x - 0.25 * (box[1] - box[0]), x + 0.25 * (box[1] - box[0])];
      chart.draw(t`Descent on ${t(s.curve)}: from ${text(s.x, 2)} to ${text(x, 3)} in ${points.length - 1} steps.`, chart.curve(f, "J"),
        chart.path(ends.map((u) => [u, f(x) + slope(x) * (u - x)]), "z dots"), chart.path(points.map((u) => [u, f(u)]), "path"),
        points.slice(0, -1).map((u) => chart.dot(u, f(u), "bpx-then", 3)), chart.dot(x, f(x), "bpx-now", 6),
        chart.drag(chart.dot(s.x, f(s.x), "bpx-class1", 6), (u) => stage.set({ ...stage.state, x: Math.max(box[0], Math.min(box[1], u)) }, chart)));
      const place = (rate) => 20 + 360 * Math.min(1, rate / ((2 / (second ?? 2)) * 1.25)), edge = place(2 / (second ?? 2));
      strip.setAttribute("aria-label", t`The rate ${text(s.learning_rate, 3)} between 0 and the threshold ${text(2 / (second ?? 2), 1)}.`);
      strip.replaceChildren(tag("rect", { x: 20, y: 8, width: edge - 20, height: 16, class: "bpx-safe" }), tag("line", { x1: edge, x2: edge, y1: 4, y2: 28, class: "bpx-line W" }),
        tag("text", { x: edge, y: 42, "text-anchor": "middle" }, t`threshold`), tag("circle", { cx: place(s.learning_rate), cy: 16, r: 6, class: "bpx-now" }));
      strip.style.display = known(s) ? "" : "none";
    },
  };
}
