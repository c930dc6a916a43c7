import { Chart, roomy } from "./chart.js";
import { Graph } from "./graph.js";
import { accuracy, backward, cost, finite, forward, length, step } from "./network.js";
import { python, t, text } from "./kit.js";

const HIDDEN = [[], [2], [3], [8], [4, 3], [8, 5], [5, 4, 3]];

function random(seed) { // mulberry32: numbers from 0 to 1, the same for the same seed
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export function fresh(hidden, activation, seed) { // weights of variance 1 / n, for ReLU 2 / n; biases 0
  const n = [2, ...hidden, 1], draw = random(seed), W = [null], b = [null], g = [null];
  const normal = () => Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw());
  for (let i = 1; i < n.length; i++) {
    g[i] = i < n.length - 1 ? activation : "sigmoid";
    const size = Math.sqrt((g[i] === "relu" ? 2 : 1) / n[i - 1]);
    W[i] = Array.from({ length: n[i] }, () => Array.from({ length: n[i - 1] }, () => size * normal()));
    b[i] = Array.from({ length: n[i] }, () => [0]);
  }
  return { W, b, g };
}

export function chosen(m, size, seed, steps) { // the samples of this step: a fresh shuffle each epoch
  const each = Math.ceil(m / size), epoch = Math.floor(steps / each), draw = random(7919 * seed + epoch);
  const order = Array.from({ length: m }, (_, s) => s);
  for (let s = m - 1; s > 0; s--) {
    const t = Math.floor(draw() * (s + 1));
    [order[s], order[t]] = [order[t], order[s]];
  }
  return order.slice((steps % each) * size, (steps % each) * size + size);
}

export function playground(stage) {
  const { data } = stage.given;
  const measure = (s) => cost(forward(s, s.X), s.Y, s.loss);
  const begun = (s) => ({ ...s, steps: 0, diverged: 0, costs: [[0, measure(s)]] });
  const again = (s) => begun({ ...s, ...fresh(s.hidden, s.activation, s.seed), X: data[s.data].X, Y: data[s.data].Y });
  stage.begin = (s) => (s.costs?.at(-1)[1] === measure(s) ? s : begun(s)); // another view's own, or new from Python
  stage.state = stage.first = stage.begin(stage.state);
  const box = { min: -3, max: 3 };
  const plane = new Chart(stage, { x: { ...box, label: "x₁" }, y: { ...box, label: "x₂" }, height: 320 });
  const curve = new Chart(stage, { x: { min: 0, max: 10, label: t`step` }, y: { min: 0, max: 1, label: t`cost J` }, height: 250 });
  let graph;

  function advance(s) {
    if (s.diverged) return null;
    const part = chosen(s.Y[0].length, Math.min(s.batch, s.Y[0].length), s.seed, s.steps);
    const [X, Y] = [s.X, s.Y].map((M) => M.map((row) => part.map((k) => row[k])));
    const next = { ...step(s, backward(s, forward(s, X), Y, s.loss), s.learning_rate), steps: s.steps + 1 };
    const J = measure(next);
    if (!finite(next) || !Number.isFinite(J)) return { ...s, diverged: next.steps };
    const kept = s.costs.length > 600 ? s.costs.filter((_, k) => k % 2 === 0) : s.costs;
    return { ...next, costs: [...kept, [next.steps, J]] };
  }

  const restart = (key) => ({ get: (s) => s[key], set: (s, value) => again({ ...s, [key]: value }) });
  stage.choice({ label: t`data`, options: Object.keys(data).map((name) => [name, t(name)]), ...restart("data") });
  stage.choice({ label: t`hidden units`, options: [...new Set([...HIDDEN, stage.state.hidden].map(String))].map((n) => [n, n.replaceAll(",", t` and `) || t`none`]),
    get: (s) => String(s.hidden), set: (s, n) => again({ ...s, hidden: n ? n.split(",").map(Number) : [] }) });
  stage.choice({ label: t`hidden activation`, options: ["sigmoid", "tanh", "relu"].map((g) => [g, g]), ...restart("activation") });
  stage.choice({ label: t`batch size`, options: [1, 4, 16, 1e9].map((m) => [m, m > 1e6 ? t`all samples` : String(m)]), path: ["batch"] });
  stage.control({ label: t`learning rate η`, min: 0.001, max: 100, most: 1e300, log: true, digits: 3, path: ["learning_rate"] });
  stage.control({ label: t`other start (seed)`, min: 0, max: 200, digits: 0, get: (s) => s.seed, set: (s, x) => again({ ...s, seed: Math.round(x) }) });
  stage.player(advance);

  const numbers = (s) => {
    const pass = forward(s, s.X);
    return { J: cost(pass, s.Y, s.loss), accuracy: accuracy(pass, s.Y), norm: length(backward(s, pass, s.Y, s.loss)) };
  };
  return {
    numbers,
    python,
    say(s) {
      if (s.diverged) return t`Diverged at step ${s.diverged}: the rate ${text(s.learning_rate)} left the finite numbers. This is the last network before it; take a smaller rate.`;
      const { J, accuracy: share, norm } = numbers(s);
      return t`Step ${s.steps}: cost ${text(J, 4)}, accuracy ${text(100 * share, 1)} %, length of the gradient ${text(norm, 4)}.`;
    },
    draw(s) {
      if (graph?.made !== String(s.hidden)) {
        graph = new Graph(stage, [2, ...s.hidden, 1], { width: 320, height: 230, radius: 13 });
        graph.made = String(s.hidden);
        stage.below.replaceChildren(graph.node); // it gives its place to the buttons
      }
      if (!(stage.frame && s.steps % 4)) graph.draw(t`The network ${[2, ...s.hidden, 1].join("-")}; thicker lines are larger weights, dashed ones are negative.`, s, {});
      plane.draw(t`The plane, shaded by the probability of class 1, with its boundary and ${s.Y[0].length} samples.`,
        plane.answer((U, V) => forward(s, [U, V]).z.at(-1)[0], stage.frame ? 24 : 36), plane.samples(s.X, s.Y)); // coarser while it plays
      curve.range([0, roomy(s.steps)], [0, 1.05 * Math.max(0.1, ...s.costs.map(([, J]) => J))]);
      curve.draw(t`The cost over ${s.steps} steps, now ${text(s.costs.at(-1)[1], 4)}.`, curve.path(s.costs, "J"));
    },
  };
}
