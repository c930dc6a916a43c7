import { Chart } from "./chart.js";
import { chosen } from "./playground.js";
import { backward, cost, finite, forward, step } from "./network.js";
import { python, t, text } from "./kit.js";

// One unit without a bias: the path of its two weights over the cost, for any batch size; and the cost against the work.
export function batches(stage) {
  const { sizes, box } = stage.given, m = stage.state.Y[0].length;
  const plane = new Chart(stage, { x: { min: box[0], max: box[1], label: "w₁" }, y: { min: box[2], max: box[3], label: "w₂" }, height: 320 });
  const work = new Chart(stage, { x: { min: 0, max: m, label: t`samples used` }, y: { min: 0, max: 1, label: t`cost over all samples` } });
  const at = (s, w) => ({ ...s, W: [null, [w]], b: [null, [[0]]] });
  const J = (s, w) => cost(forward(at(s, w), s.X), s.Y);
  const run = (s, batch) => { // the weights after each step, as long as they are finite
    const points = [s.W[1][0]], count = s.epochs * Math.ceil(m / batch);
    for (let t = 0; t < count; t++) {
      const part = chosen(m, batch, s.seed, t), [X, Y] = [s.X, s.Y].map((M) => M.map((row) => part.map((k) => row[k]))), here = at(s, points[t]);
      const next = step(here, backward(here, forward(here, X), Y), s.learning_rate);
      if (!finite(next)) break;
      points.push(next.W[1][0]);
    }
    return points;
  };
  stage.choice({ label: t`batch size`, options: sizes.map((k) => [k, k === m ? t`${k}: all` : String(k)]), path: ["batch"] });
  stage.control({ label: t`learning rate η`, min: 0.01, max: 20, log: true, path: ["learning_rate"] });
  stage.control({ label: t`order (seed)`, min: 0, max: 100, digits: 0, get: (s) => s.seed, set: (s, x) => ({ ...s, seed: Math.round(x) }) });
  stage.slider({ label: t`epochs`, names: Array.from({ length: 31 }, (_, t) => String(t)), path: ["epochs"] });
  stage.player((s) => (s.epochs < 30 ? { ...s, epochs: s.epochs + 1 } : null), t`One epoch`);
  return {
    numbers(s) {
      const points = run(s, s.batch);
      return { w: points.at(-1), J: J(s, points.at(-1)), steps: points.length - 1 };
    },
    python,
    say(s) {
      const points = run(s, s.batch);
      return t`${s.epochs} epochs with batches of ${s.batch}: ${points.length - 1} steps, ${s.epochs * m} samples used. Cost over all ${m} samples: ${text(J(s, points.at(-1)), 4)}.`;
    },
    draw(s) {
      const points = run(s, s.batch), full = run(s, m), each = Math.ceil(m / s.batch);
      if (!plane.made) plane.ground.replaceChildren(...plane.contours((U, V) => U.map((u, k) => J(s, [u, V[k]])), 12));
      plane.made = true;
      plane.draw(t`The path of the two weights: ${points.length - 1} steps; dotted, the path of the full batch.`, plane.path(full, "z dots"), plane.path(points, "path"), plane.dot(...points.at(-1), "bpx-now", 6));
      const seen = points.map((w, t) => [(t / each) * m, J(s, w)]);
      work.range([0, Math.max(m, s.epochs * m)], [0, 1.05 * Math.max(...seen.map(([, c]) => c))]);
      work.draw(t`The cost against the samples used: the chosen batch size, and the full batch as a dotted line.`, work.path(full.map((w, t) => [t * m, J(s, w)]), "z dots"), work.path(seen, "path"));
    },
  };
}
