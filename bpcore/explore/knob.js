import { Chart } from "./chart.js";
import { Graph } from "./graph.js";
import { cost, forward } from "./network.js";
import { nameOf, put, python, t, text } from "./kit.js";
import { numbers } from "./passes.js";

// Turn the weighted input z of one unit by t, and see the loss move; its slope at t = 0 is that unit's delta.
export function knob(stage) {
  const first = stage.state, n = [first.X.length, ...first.W.slice(1).map((A) => A.length)], units = [];
  for (let i = 1; i < n.length; i++) for (let j = 0; j < n[i]; j++) units.push([i, j]);
  const turned = (s, t) => { // a bias moves z and nothing else
    const [i, j] = s.unit;
    return put(s, ["b", i, j, 0], s.b[i][j][0] + t);
  };
  const J = (s, t) => cost(forward(turned(s, t), s.X), s.Y, s.loss);
  const graph = new Graph(stage, n, { height: 260 });
  const chart = new Chart(stage, { x: { min: -3, max: 3, label: t`turn t of z` }, y: { min: 0, max: 2, label: t`loss ℓ` } });
  stage.choice({ label: t`unit`, options: units.map((unit) => [String(unit), nameOf("z", ...unit)]), get: (s) => String(s.unit), set: (s, key) => ({ ...s, unit: key.split(",").map(Number) }) });
  stage.control({ label: t`turn t`, min: -3, max: 3, path: ["t"] });
  const delta = (s) => numbers(s).delta[s.unit[0]][s.unit[1]][0];
  return {
    numbers: (s) => ({ J: J(s, 0), turned: J(s, s.t), delta: delta(s) }),
    python,
    say: (s) => t`${nameOf("δ", ...s.unit)} = ${text(delta(s), 4)}. Turned by ${text(s.t, 2)}, the loss goes from ${text(J(s, 0), 4)} to ${text(J(s, s.t), 4)}; the line says ${text(J(s, 0) + delta(s) * s.t, 4)}${s.t ? t`; change / turn = ${text((J(s, s.t) - J(s, 0)) / s.t, 4)}` : ""}.`,
    draw(s) {
      const now = forward(turned(s, s.t), s.X);
      chart.range(undefined, [0, Math.max(0.1, 1.1 * Math.max(J(s, -3), J(s, 3)))]);
      chart.draw(t`The loss over the turn of ${nameOf("z", ...s.unit)}, with a straight line of slope δ through t = 0.`,
        chart.curve((t) => J(s, t), "J"), chart.curve((t) => J(s, 0) + delta(s) * t, "delta"), chart.dot(0, J(s, 0), "bpx-then"), chart.dot(s.t, J(s, s.t), "bpx-now", 6));
      graph.draw(t`The network; the values while ${nameOf("z", ...s.unit)} is turned by ${text(s.t, 2)}.`, s, {
        values: now.a.map((M) => M.map(([x]) => x)), unit: (i, j) => ({ on: String([i, j]) === String(s.unit) }),
        act: ([part, i, j]) => part === "b" && stage.set({ ...stage.state, unit: [i, j] }),
      });
    },
  };
}
