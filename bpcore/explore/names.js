import { Graph } from "./graph.js";
import { forward } from "./network.js";
import { down, nameOf, put, python, text, up } from "./kit.js";

// One number under all its names: this book, the folded Theta, row layout, code that counts from 0.
export function names(stage) {
  const first = stage.state, n = [first.X.length, ...first.W.slice(1).map((A) => A.length)], paths = [];
  for (let i = 1; i < n.length; i++) for (let j = 0; j < n[i]; j++) paths.push(...first.W[i][j].map((_, k) => ["W", i, j, k]), ["b", i, j, 0]);
  const graph = new Graph(stage, n, { height: 280 });
  stage.choice({ label: "number", options: paths.map((path) => [String(path), path[0] === "W" ? nameOf(...path) : nameOf("b", path[1], path[2])]), get: (s) => String(s.look), set: (s, key) => ({ ...s, look: paths.find((path) => String(path) === key) }) });
  const sub = (...numbers) => numbers.map((k) => down(k)).join("");
  const lines = ({ look: [part, i, j, k] }) => (part === "W"
    ? [`this book: ${nameOf("W", i, j, k)}, to unit ${j + 1} of layer ${i}, from unit ${k + 1} of layer ${i - 1}; in code W[${i}][${j}, ${k}]`, `folded: Θ${up(i)}${sub(j + 1)}${down(k + 1)}, column ${k + 1}, as column 0 holds b; in code Theta[${i}][${j}, ${k + 1}]`,
      `one layer less in the index, as in Θ⁽ˡ⁾ from layer l: Θ⁽${up(i)}⁾${sub(j + 1, k + 1)} if layers are counted from 1`, `samples in rows (NumPy tutorials, Keras): the transpose, kernel[${k}, ${j}] of layer ${i}`, `PyTorch: layers[${i - 1}].weight[${j}, ${k}]`]
    : [`this book: ${nameOf("b", i, j)}, of unit ${j + 1} of layer ${i}; in code b[${i}][${j}, 0]`, `folded: Θ${up(i)}${sub(j + 1)}₀, the weight of a constant 1; in code Theta[${i}][${j}, 0]`,
      `one layer less in the index: Θ⁽${up(i)}⁾${sub(j + 1)}₀ if layers are counted from 1`, `samples in rows (NumPy tutorials, Keras): bias[${j}] of layer ${i}`, `PyTorch: layers[${i - 1}].bias[${j}]`]);
  return {
    numbers: (s) => ({ out: forward(s, s.X).a.at(-1), value: s.look.reduce((tree, key) => tree[key], s), folded: s.W[s.look[1]][s.look[2]].toSpliced(0, 0, s.b[s.look[1]][s.look[2]][0]) }),
    python,
    say: (s) => lines(s).join("\n"),
    draw(s) {
      const values = forward(s, s.X).a.map((M) => M.map(([x]) => x));
      graph.draw(`The network ${n.join("-")}; ${lines(s)[0]}.`, s, {
        edge: (i, j, k) => ({ on: String(s.look) === String(["W", i, j, k]), label: String(s.look) === String(["W", i, j, k]) ? text(s.W[i][j][k], 2) : undefined }),
        unit: (i, j) => ({ on: String(s.look) === String(["b", i, j, 0]) }), values,
        act: (path) => path[0] !== "X" && stage.set(put(stage.state, ["look"], path)),
      });
    },
  };
}
