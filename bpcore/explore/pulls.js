import { Chart, roomy } from "./chart.js";
import { accuracy, backward, cost, finite, forward, step } from "./network.js";
import { nameOf, python, t, text } from "./kit.js";

// Logistic regression: the boundary, and what each sample asks of w, which is (y - a) x.
export function pulls(stage) {
  const { box } = stage.given, measure = (s) => cost(forward(s, s.X), s.Y);
  const begun = (s) => ({ ...s, costs: [measure(s)], diverged: 0 });
  stage.begin = (s) => (s.costs?.at(-1) === measure(s) ? s : begun(s)); // another view's own, or new from Python
  stage.state = stage.first = stage.begin(stage.state);
  const plane = new Chart(stage, { x: { min: box[0], max: box[1], label: "x₁" }, y: { min: box[0], max: box[1], label: "x₂" }, height: 320 });
  const curve = new Chart(stage, { x: { min: 0, max: 10, label: t`epoch` }, y: { min: 0, max: 1, label: t`cost J` } });
  for (const [label, path] of [[nameOf("W", 1, 0, 0), ["W", 1, 0, 0]], [nameOf("W", 1, 0, 1), ["W", 1, 0, 1]], [nameOf("b", 1, 0), ["b", 1, 0, 0]]]) {
    stage.control({ label, min: -6, max: 6, get: (s) => s[path[0]][1][0][path[3]], set: (s, x) => {
      const part = structuredClone(s[path[0]]);
      part[1][0][path[3]] = x;
      return begun({ ...s, [path[0]]: part });
    } });
  }
  stage.control({ label: t`learning rate η`, min: 0.01, max: 100, log: true, path: ["learning_rate"] });
  stage.player((s) => {
    if (s.diverged || s.costs.length > 3000) return null;
    const next = step(s, backward(s, forward(s, s.X), s.Y), s.learning_rate), J = measure(next);
    return finite(next) && Number.isFinite(J) ? { ...next, costs: [...s.costs, J] } : { ...s, diverged: s.costs.length };
  }, t`One epoch`);
  const numbers = (s) => {
    const pass = forward(s, s.X), { dW, db, delta } = backward(s, pass, s.Y);
    return { J: cost(pass, s.Y), accuracy: accuracy(pass, s.Y), dW, db, delta };
  };
  return {
    numbers,
    python,
    say(s) {
      const { J, accuracy: share, dW: [, [[d1, d2]]], db } = numbers(s);
      if (s.diverged) return t`Diverged at epoch ${s.diverged}: take a smaller rate.`;
      return t`Epoch ${s.costs.length - 1}: cost ${text(J, 4)}, ${text(100 * share, 1)} % right. The mean of all pulls is −dW = (${text(-d1)}, ${text(-d2)}); −db = ${text(-db[1][0][0])}.`;
    },
    draw(s) {
      const { delta, dW, J } = numbers(s), [w1, w2] = s.W[1][0];
      const pull = (u, k) => plane.arrow(u, s.X[1][k], -delta[1][0][k] * u, -delta[1][0][k] * s.X[1][k], "class1");
      plane.draw(t`Samples with their pulls: an arrow from each sample, long where the unit is wrong; the arrow w at the origin.`,
        plane.answer((U, V) => forward(s, [U, V]).z[1][0]),
        s.X[0].map(pull), plane.samples(s.X, s.Y), plane.arrow(0, 0, w1, w2, "W"), plane.arrow(w1, w2, -dW[1][0][0], -dW[1][0][1], "path"));
      curve.range([0, roomy(s.costs.length - 1)], [0, 1.05 * Math.max(...s.costs, J)]);
      curve.draw(t`The cost over ${s.costs.length - 1} epochs.`, curve.path(s.costs.map((c, t) => [t, c]), "J"));
    },
  };
}
