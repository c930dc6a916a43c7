import { Chart } from "./chart.js";
import { ACTIVATIONS } from "./network.js";
import { t, text } from "./kit.js";

// A point on an activation, with its tangent; below it the slope, as a curve of its own.
const NAMES = { sigmoid: "σ", tanh: "tanh", relu: "max(0, z)" };

export function tangent(stage) {
  const upper = new Chart(stage, { x: { min: -6, max: 6, label: "z" }, y: { min: -1.2, max: 1.2, label: "a = g(z)" } });
  const lower = new Chart(stage, { x: { min: -6, max: 6, label: "z" }, y: { min: 0, max: 1.1, label: t`slope g′(z)` } });
  stage.choice({ label: t`activation`, options: Object.entries(NAMES), path: ["g"] });
  stage.control({ label: "z", min: -6, max: 6, path: ["z"] });
  const numbers = ({ g, z }) => {
    const a = ACTIVATIONS[g].of(z);
    return { a, slope: ACTIVATIONS[g].slope(a) };
  };
  const rule = { sigmoid: (a) => `a (1 − a) = ${text(a, 4)} · ${text(1 - a, 4)}`, tanh: (a) => `1 − a² = 1 − ${text(a, 4)}²`, relu: (a) => (a > 0 ? t`1, as a > 0` : t`0, as a = 0`) };
  return {
    numbers,
    python: ({ g, z }) => `from bpcore import *\n\na = ${g}([[${z}]])\na, ${g}.prime(a)`,
    say(s) {
      const { a, slope } = numbers(s);
      return t`a = ${NAMES[s.g]}${s.g === "relu" ? "" : `(${text(s.z, 2)})`} = ${text(a, 4)}; slope = ${rule[s.g](a)}${s.g === "relu" ? "" : ` = ${text(slope, 4)}`}.`;
    },
    draw(s) {
      const { of, slope } = ACTIVATIONS[s.g], now = numbers(s), reach = 1.6 / Math.hypot(1, now.slope);
      upper.range(undefined, s.g === "relu" ? [-1, 6] : s.g === "tanh" ? [-1.2, 1.2] : [-0.1, 1.1]);
      upper.draw(t`The curve of ${s.g} with its tangent at z = ${text(s.z, 2)}.`, upper.curve(of, "a"),
        upper.path([-reach, reach].map((d) => [s.z + d, now.a + now.slope * d]), "J"), upper.dot(s.z, now.a, "bpx-now", 6));
      lower.draw(t`Its slope, ${text(now.slope)} at z = ${text(s.z, 2)}.`, lower.curve((z) => slope(of(z)), "delta"), lower.path([[s.z, 0], [s.z, now.slope]], "thin"), lower.dot(s.z, now.slope, "bpx-now", 6));
    },
  };
}
