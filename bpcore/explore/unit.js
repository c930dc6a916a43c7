import { Chart } from "./chart.js";
import { forward, sigmoid } from "./network.js";
import { nameOf, put, python, t, text } from "./kit.js";

// One unit with two inputs: where it says 1 in the plane, and where a sample of one's choice lands on the sigmoid.
export function unit(stage) {
  const { box = [-3, 3], most = 6 } = stage.given, names = (stage.given.names ?? ["x₁", "x₂"]).map((name) => t(name));
  const plane = new Chart(stage, { x: { min: box[0], max: box[1], label: names[0] }, y: { min: box[0], max: box[1], label: names[1] }, height: 320 });
  const curve = new Chart(stage, { x: { min: -8, max: 8, label: "z = w₁x₁ + w₂x₂ + b" }, y: { min: 0, max: 1, label: "a = σ(z)" }, height: 250 });
  const w = (k) => ({ label: nameOf("W", 1, 0, k), min: -most, max: most, path: ["W", 1, 0, k] });
  stage.control(w(0));
  stage.control(w(1));
  stage.control({ label: nameOf("b", 1, 0), min: -most, max: most, path: ["b", 1, 0, 0] });
  const turn = ({ W }) => (Math.atan2(W[1][0][1], W[1][0][0]) * 180) / Math.PI;
  const size = ({ W }) => Math.hypot(...W[1][0]);
  stage.control({ label: t`turn w (degrees)`, min: -180, max: 180, digits: 0, get: turn, set: (s, x) => {
    const angle = (x * Math.PI) / 180;
    return put(s, ["W", 1, 0], [size(s) * Math.cos(angle), size(s) * Math.sin(angle)]);
  } });
  for (const k of [0, 1]) stage.control({ label: t`sample, ${names[k]}`, min: box[0], max: box[1], path: ["x", k, 0] });

  const numbers = (s) => {
    const { z, a } = forward(s, s.x);
    return { z: z[1][0][0], a: a[1][0][0] };
  };
  return {
    numbers,
    python: ({ x, ...s }) => `${python(s)}\nforward(net, np.array(${JSON.stringify(x)})).a[1]`,
    say(s) {
      const { z, a } = numbers(s), [[w1, w2]] = s.W[1], b = s.b[1][0][0];
      return t`z = ${text(w1, 2)} · ${text(s.x[0][0], 2)} + ${text(w2, 2)} · ${text(s.x[1][0], 2)} + ${text(b, 2)} = ${text(z)}; a = σ(z) = ${text(a)}: the unit says ${a >= 0.5 ? 1 : 0}.`;
    },
    draw(s) {
      const { z, a } = numbers(s), [[w1, w2]] = s.W[1], [u, v] = s.x.map(([x]) => x);
      const place = plane.dot(u, v, "bpx-now", 7);
      const far = w1 * w1 + w2 * w2, foot = far ? [(-s.b[1][0][0] * w1) / far, (-s.b[1][0][0] * w2) / far] : [0, 0];
      plane.draw(t`The plane, darker where the unit says 1; the arrow, half as long as w, stands on the boundary z = 0; the sample at ${text(u, 2)}, ${text(v, 2)}.`,
        plane.answer((U, V) => forward(s, [U, V]).z[1][0]),
        far > 0 && [plane.arrow(...foot, w1 / 2, w2 / 2, "W"), plane.mark(foot[0] + w1 / 2, foot[1] + w2 / 2, "½ w", { class: "bpx-halo" })], s.X && plane.samples(s.X, s.Y),
        plane.drag(place, (p, q) => stage.set(put(stage.state, ["x"], [[p], [q]]), plane)));
      curve.draw(t`The sigmoid; the sample stands at z = ${text(z)} and a = ${text(a)}.`, curve.curve(sigmoid, "a"),
        curve.path([[z, 0], [z, a]], "thin"), curve.path([[-8, a], [z, a]], "thin"), curve.dot(Math.max(-8, Math.min(8, z)), a, "bpx-now", 6));
    },
  };
}
