import { Chart } from "./chart.js";
import { Graph } from "./graph.js";
import { forward } from "./network.js";
import { nameOf, python, t, text } from "./kit.js";

// A small network over the plane: each hidden unit draws a line, the output bias says how many sides must agree.
export function region(stage) {
  const { box } = stage.given, first = stage.state, hidden = first.W[1].length;
  const graph = new Graph(stage, [2, hidden, 1], { height: 240 });
  const plane = new Chart(stage, { x: { min: box[0], max: box[1], label: "x₁" }, y: { min: box[0], max: box[1], label: "x₂" }, height: 320 });
  stage.control({ label: t`output bias ${nameOf("b", 2, 0)}`, min: -20 * hidden, max: 20, digits: 1, path: ["b", 2, 0, 0] });
  for (let j = 0; j < hidden; j++) stage.control({ label: t`line ${j + 1}: ${nameOf("b", 1, j)}`, min: -40, max: 40, digits: 1, path: ["b", 1, j, 0] });
  for (const k of [0, 1]) stage.control({ label: t`sample x${"₁₂"[k]}`, min: box[0], max: box[1], path: ["x", k, 0] });
  return {
    numbers: (s) => ({ a: forward(s, s.x).a }),
    python: ({ x, ...s }) => `${python(s)}\nforward(net, np.array(${JSON.stringify(x)})).a`,
    say(s) {
      const a = forward(s, s.x).a;
      return t`At the sample the hidden units say ${a[1].map(([x]) => text(x, 2)).join(", ")}; the output is ${text(a[2][0][0])}.`;
    },
    draw(s) {
      const { a } = forward(s, s.x), [u, v] = s.x.map(([x]) => x);
      const side = (j) => plane.bands(plane.grid((U, V) => forward(s, [U, V]).z[1][j], 40), [0], "bpx-level", 40);
      plane.draw(t`The plane, darker where the output says 1, with the line of each hidden unit.`,
        plane.answer((U, V) => forward(s, [U, V]).z[2][0], 90),
        s.W[1].map((_, j) => side(j)),
        plane.drag(plane.dot(u, v, "bpx-now", 7), (p, q) => stage.set({ ...stage.state, x: [[p], [q]] }, plane)));
      graph.draw(t`The network 2-${hidden}-1 with its values at the sample.`, s, { values: a.map((M) => M.map(([x]) => x)) });
    },
  };
}
