import { Graph } from "./graph.js";
import { forward } from "./network.js";
import { down, nameOf, put, python, t, text, up } from "./kit.js";

// One number under all its names: other counts of layers, the folded Theta, samples in rows, code that counts from 0.
export function names(stage) {
  const first = stage.state, n = [first.X.length, ...first.W.slice(1).map((A) => A.length)], paths = [];
  for (let i = 1; i < n.length; i++) for (let j = 0; j < n[i]; j++) paths.push(...first.W[i][j].map((_, k) => ["W", i, j, k]), ["b", i, j, 0]);
  const graph = new Graph(stage, n, { height: 280 });
  stage.choice({ label: t`number`, options: paths.map((path) => [String(path), path[0] === "W" ? nameOf(...path) : nameOf("b", path[1], path[2])]), get: (s) => String(s.look), set: (s, key) => ({ ...s, look: paths.find((path) => String(path) === key) }) });
  const sub = (...numbers) => numbers.map((k) => down(k)).join("");
  const lines = ({ look: [part, i, j, k] }) => (part === "W"
    ? [t`this book: ${nameOf("W", i, j, k)}, to unit ${j + 1} of layer ${i}, from unit ${k + 1} of layer ${i - 1}; in code net.W[${i}][${j}, ${k}]`,
      t`source 002, Nielsen (the input is layer 1): w${up(i + 1)}${sub(j + 1, k + 1)}`,
      t`Ng 2011 (the bias is column 0, Θ starts at its layer): Θ⁽${up(i)}⁾${sub(j + 1, k + 1)}; folded, in code Theta[${i}][${j}, ${k + 1}]`,
      t`source 004 (the same matrix, indices from, to): Θ⁽${up(i)}⁾${down(k + 1)},${down(j + 1)}`,
      t`scikit-learn, Keras (samples in rows; from, to): coefs_[${i - 1}][${k}, ${j}], kernel[${k}, ${j}]`,
      t`PyTorch (samples in rows; to, from): layers[${i - 1}].weight[${j}, ${k}]`]
    : [t`this book: ${nameOf("b", i, j)}, of unit ${j + 1} of layer ${i}; in code net.b[${i}][${j}, 0]`,
      t`source 002, Nielsen (the input is layer 1): b${up(i + 1)}${sub(j + 1)}`,
      t`Ng 2011 (the weight of a constant 1): Θ⁽${up(i)}⁾${sub(j + 1)}₀; folded, in code Theta[${i}][${j}, 0]`,
      t`source 004 (indices from, to): Θ⁽${up(i)}⁾₀,${down(j + 1)}`,
      t`scikit-learn, Keras: intercepts_[${i - 1}][${j}], bias[${j}]`,
      `PyTorch: layers[${i - 1}].bias[${j}]`]);
  return {
    numbers: (s) => ({ out: forward(s, s.X).a.at(-1), value: s.look.reduce((tree, key) => tree[key], s), folded: s.W[s.look[1]][s.look[2]].toSpliced(0, 0, s.b[s.look[1]][s.look[2]][0]) }),
    python,
    say: (s) => lines(s).join("\n"),
    draw(s) {
      const values = forward(s, s.X).a.map((M) => M.map(([x]) => x));
      graph.draw(t`The network ${n.join("-")}; ${lines(s)[0]}.`, s, {
        edge: (i, j, k) => ({ on: String(s.look) === String(["W", i, j, k]), label: String(s.look) === String(["W", i, j, k]) ? text(s.W[i][j][k], 2) : undefined }),
        unit: (i, j) => ({ on: String(s.look) === String(["b", i, j, 0]) }), values,
        act: (path) => path[0] !== "X" && stage.set(put(stage.state, ["look"], path)),
      });
    },
  };
}
