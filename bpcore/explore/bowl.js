import { Chart } from "./chart.js";
import { t, text } from "./kit.js";

// Descent in a tilted bowl f(p) = p'Ap / 2, whose eigenvectors are the directions that go their own way.
export function bowl(stage) {
  const box = 2, chart = new Chart(stage, { x: { min: -box, max: box, label: "x" }, y: { min: -box, max: box, label: "y" }, height: 320 });
  const far = new Chart(stage, { x: { min: 0, max: 20, label: t`step` }, y: { min: 1e-6, max: 10, label: t`distance to the bottom`, log: true, ticks: 4 }, height: 280 });
  const slopes = ({ A }, [x, y]) => [A[0][0] * x + A[0][1] * y, A[1][0] * x + A[1][1] * y];
  const f = (s, p) => (p[0] * slopes(s, p)[0] + p[1] * slopes(s, p)[1]) / 2;
  const eigen = ({ A: [[a, c], [, b]] }) => { // of a symmetric 2 × 2 matrix: values, and the angle of the first vector
    const mean = (a + b) / 2, half = Math.hypot((a - b) / 2, c), angle = Math.atan2(2 * c, a - b) / 2;
    return { values: [mean + half, mean - half], vectors: [[Math.cos(angle), Math.sin(angle)], [-Math.sin(angle), Math.cos(angle)]] };
  };
  const path = (s) => {
    const points = [s.p];
    for (let t = 0; t < s.steps && Math.hypot(...points[t]) < 1e9; t++) points.push(points[t].map((x, k) => x - s.learning_rate * slopes(s, points[t])[k]));
    return points;
  };
  const [[a], [, d]] = stage.state.A, most = Math.floor(95 * Math.sqrt(a * d)) / 100; // more tilt would make a saddle
  stage.control({ label: t`learning rate η`, min: 0.01, max: 2, log: true, digits: 3, path: ["learning_rate"] });
  stage.control({ label: t`tilt (the mixed term)`, min: -most, max: most, most, get: (s) => s.A[0][1], set: (s, c) => ({ ...s, A: [[s.A[0][0], c], [c, s.A[1][1]]] }) });
  for (const k of [0, 1]) stage.control({ label: t`start ${"xy"[k]}₀`, min: -box, max: box, path: ["p", k] });
  stage.slider({ label: t`steps`, names: Array.from({ length: 61 }, (_, t) => String(t)), path: ["steps"] });
  stage.player((s) => (s.steps < 60 ? { ...s, steps: s.steps + 1 } : null));
  return {
    numbers: (s) => ({ path: path(s), eigenvalues: eigen(s).values, f: f(s, path(s).at(-1)) }),
    python: (s) => `import numpy as np\nfrom bpcore import descend\n\nA = np.array(${JSON.stringify(s.A)})\ndescend(lambda p: p @ A @ p / 2, lambda p: A @ p, ${JSON.stringify(s.p)}, learning_rate=${s.learning_rate}, steps=${path(s).length - 1}).x`,
    say(s) {
      const { values } = eigen(s), p = path(s).at(-1), rest = t`Now f = ${text(f(s, p), 5)}.`;
      if (!stage.given.threshold) return rest;
      return t`Eigenvalues ${values.map((v) => text(v, 2)).join(t` and `)}: each step multiplies the parts by ${values.map((v) => text(1 - s.learning_rate * v, 3)).join(t` and `)}. The threshold is 2 / ${text(values[0], 2)} = ${text(2 / values[0], 3)}.` + ` ${rest}`;
    },
    draw(s) {
      const { values, vectors } = eigen(s), points = path(s);
      chart.draw(t`Lines of equal height, the two eigenvectors and the path of ${points.length - 1} steps.`, chart.contours((U, V) => U.map((u, k) => f(s, [u, V[k]])), 8),
        vectors.map(([u, v], k) => [chart.arrow(0, 0, u, v, k ? "W dots" : "W"), chart.mark(u, v, `λ ${k ? "min" : "max"}${stage.given.threshold ? ` = ${text(values[k], 2)}` : ""}`)]),
        chart.path(points, "path"), points.slice(1).map(([u, v]) => Math.hypot(u, v) < 2 * box && chart.dot(u, v, "bpx-then", 3)),
        chart.drag(chart.dot(...s.p, "bpx-class1", 7), (u, v) => stage.set({ ...stage.state, p: [u, v] }, chart)));
      const part = (k) => points.map(([x, y], t) => [t, Math.max(1e-12, Math.abs(x * vectors[k][0] + y * vectors[k][1]))]);
      far.range([0, Math.max(10, s.steps)], undefined);
      far.draw(t`The distance along the steeper eigenvector, a full line, and along the flatter one, dashed.`, far.path(part(0), "z"), far.path(part(1), "a"));
    },
  };
}
