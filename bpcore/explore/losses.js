import { Chart } from "./chart.js";
import { LOSSES, sigmoid } from "./network.js";
import { put, python, t, text } from "./kit.js";

// One unit, one sample: both costs over the weight, and what each says about the way down.
const STYLE = { cross_entropy: "J", quadratic: "delta" };

export function losses(stage) {
  const z = (s, w = s.W[1][0][0]) => w * s.X[0][0] + s.b[1][0][0], y = (s) => s.Y[0][0];
  const top = Math.max(4, 1.1 * LOSSES.cross_entropy.of(z(stage.state), y(stage.state))), reach = 1.1 * Math.max(1, Math.abs(stage.state.X[0][0]));
  const high = new Chart(stage, { x: { min: -8, max: 8, label: t`weight w` }, y: { min: 0, max: top, label: t`loss` } });
  const steep = new Chart(stage, { x: { min: -8, max: 8, label: t`weight w` }, y: { min: -reach, max: reach, label: t`slope with respect to w` } });
  const slope = (s, name, w) => LOSSES[name].delta(z(s, w), y(s)) * s.X[0][0];
  stage.control({ label: t`weight w`, min: -8, max: 8, get: (s) => s.W[1][0][0], set: (s, w) => ({ ...put(s, ["W", 1, 0, 0], w), steps: 0 }) });
  stage.control({ label: t`learning rate η`, min: 0.01, max: 100, log: true, path: ["learning_rate"] });
  stage.choice({ label: t`label y`, options: [[0, "0"], [1, "1"]], path: ["Y", 0, 0] });
  stage.choice({ label: t`step with`, options: [["cross_entropy", t`cross-entropy`], ["quadratic", t`quadratic`]], path: ["loss"] });
  stage.player((s) => ({ ...s, steps: (s.steps ?? 0) + 1, W: [null, [[s.W[1][0][0] - s.learning_rate * slope(s, s.loss)]]] }));
  return {
    numbers: (s) => Object.fromEntries(Object.keys(STYLE).map((name) => [name, [LOSSES[name].of(z(s), y(s)), slope(s, name)]])),
    python,
    say: (s) => t`${s.steps ? t`Step ${s.steps}: ` : ""}z = ${text(z(s), 2)}, a = ${text(sigmoid(z(s)), 4)}, label ${y(s)}. Cross-entropy: loss ${text(LOSSES.cross_entropy.of(z(s), y(s)), 4)}, slope ${text(slope(s, "cross_entropy"), 4)}. Quadratic: loss ${text(LOSSES.quadratic.of(z(s), y(s)), 4)}, slope ${text(slope(s, "quadratic"), 4)}.`,
    draw(s) {
      const w = s.W[1][0][0];
      for (const [chart, f, alt] of [[high, (name, v) => LOSSES[name].of(z(s, v), y(s)), t`Both losses`], [steep, (name, v) => slope(s, name, v), t`The slopes of both losses`]]) {
        chart.draw(t`${alt} over the weight: the cross-entropy a full line, the quadratic loss a broken one.`,
          Object.entries(STYLE).map(([name, style]) => [chart.curve((v) => f(name, v), style), Math.abs(w) <= 8 && chart.dot(w, f(name, w), name === s.loss ? "bpx-now" : "bpx-then", 5)]));
      }
    },
  };
}
