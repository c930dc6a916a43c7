import { Chart } from "./chart.js";
import { t, tag, text } from "./kit.js";

// Three ways to a derivative of f(x) = ln(1 + e^x): their error over the step h, and the secant of each.
const f = (x) => Math.log(1 + Math.exp(x));
export const METHODS = {
  forward: (x, h) => (f(x + h) - f(x)) / h,
  central: (x, h) => (f(x + h) - f(x - h)) / (2 * h),
  complex: (x, h) => Math.atan2(Math.exp(x) * Math.sin(h), 1 + Math.exp(x) * Math.cos(h)) / h, // the imaginary part of f(x + ih)
};
const STYLE = { forward: "z", central: "path", complex: "a" };
const NAMES = { forward: t`forward`, central: t`central`, complex: t`complex` };
const SHAPES = { forward: d3.symbol(d3.symbolCircle, 12)(), central: d3.symbol(d3.symbolTriangle, 14)(), complex: "M-3,-.7H3V.7H-3Z" };

export function difference(stage) {
  const error = new Chart(stage, { x: { min: 1e-16, max: 1, label: t`step h`, log: true, ticks: 5 }, y: { min: 1e-18, max: 1, label: t`error of the derivative`, log: true, ticks: 5 }, height: 300 });
  const secant = new Chart(stage, { x: { min: -3, max: 4, label: "x" }, y: { min: -0.5, max: 4, label: t`f(x) = ln(1 + eˣ)` }, height: 300 });
  stage.control({ label: t`step h`, min: 1e-16, max: 1, most: 100, log: true, digits: 17, path: ["h"], set: (s, h) => ({ ...s, h, visited: [...new Set([...s.visited, s.h, h])] }) });
  stage.control({ label: t`place x`, min: -3, max: 4, most: 100, path: ["x"] }); // eˣ stays finite
  stage.choice({ label: t`errors shown`, options: [[false, t`at the steps visited`], [true, t`at all steps`]], path: ["all"] });
  const truth = (x) => 1 / (1 + Math.exp(-x));
  const numbers = ({ x, h }) => ({ truth: truth(x), ...Object.fromEntries(Object.entries(METHODS).map(([name, slope]) => [name, slope(x, h)])) });
  const steps = Array.from({ length: 121 }, (_, k) => 10 ** (-k / 7.5));
  return {
    numbers,
    python: ({ x, h }) => `import numpy as np\n\nx, h = ${x}, ${h}\nf = lambda x: np.log(1 + np.exp(x))\n(f(x + h) - f(x)) / h, (f(x + h) - f(x - h)) / (2 * h), np.imag(f(x + 1j * h)) / h`,
    say(s) {
      const now = numbers(s);
      return t`h = ${text(s.h, 3)}; f′(x) = ${text(now.truth, 12)}. ${Object.keys(METHODS).map((name) => t`${NAMES[name]}: ${text(now[name], 12)}, off by ${Math.abs(now[name] - now.truth).toExponential(0).replace("-", "−")}`).join("; ")}.`;
    },
    draw(s) {
      const point = (name, h, e) => tag("path", { d: SHAPES[name], transform: `translate(${error.x(h)},${error.y(e)})`, class: `bpx-point ${STYLE[name]}` });
      const off = (name, h) => Math.max(1e-17, Math.abs(METHODS[name](s.x, h) - truth(s.x)));
      error.draw(t`Error over step, both logarithmic: forward and central differences fall and rise again, the complex step falls and stays.`,
        Object.entries(STYLE).map(([name, style]) => [(s.all ? steps : s.visited).map((h) => point(name, h, off(name, h))), error.dot(s.h, off(name, s.h), "bpx-now", 5)]),
        error.path([[s.h, 1e-18], [s.h, 1]], "thin"), Object.keys(STYLE).map((name, k) => [point(name, 1e-9, 0.1 / 20 ** k), error.mark(1e-9, 0.1 / 20 ** k, NAMES[name], { dx: 10, dy: 4 })]));
      const through = (u, v, slope, style) => secant.path([-3, 4].map((x) => [x, v + slope * (x - u)]), style);
      secant.draw(t`The curve, its tangent, and the secants of the forward and the central difference.`, secant.curve(f, "J"), through(s.x, f(s.x), truth(s.x), "W dots"),
        through(s.x, f(s.x), METHODS.forward(s.x, s.h), "z"), through(s.x + s.h, f(s.x + s.h), METHODS.central(s.x, s.h), "delta"),
        [s.x - s.h, s.x, s.x + s.h].map((x) => secant.dot(x, f(x), "bpx-now", 4)));
    },
  };
}
