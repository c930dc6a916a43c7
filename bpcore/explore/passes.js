import { Graph } from "./graph.js";
import { ACTIVATIONS, backward, cost, forward } from "./network.js";
import { at, down, nameOf, put, python, t, text, up } from "./kit.js";

// A network with one sample: every number can be moved, both passes go step by step with their arithmetic.
const short = (x, digits = 4) => text(x, Math.abs(x - x.toFixed(2)) < 1e-12 ? (String(+x.toFixed(2)).split(".")[1] ?? "").length : digits); // given numbers as they are
const factor = (x, digits) => (x < 0 ? `(${short(x, digits)})` : short(x, digits));
const G = { sigmoid: "σ", tanh: "tanh", relu: "max(0, ·)", identity: "id" };

function stages(L) { // forward: z, a of each layer; the loss; backward: delta, then the derivatives, of each layer
  const layers = Array.from({ length: L }, (_, k) => k + 1);
  return [["x", 0], ...layers.flatMap((i) => [["z", i], ["a", i]]), ["J", L], ...layers.reverse().flatMap((i) => [["δ", i], ["d", i]])];
}
const TITLES = { x: () => t`the inputs`, z: (i) => `F1: z${up(i)}`, a: (i) => `F2: a${up(i)}`, J: () => t`the loss`, δ: (i, L) => `${i === L ? "BP1" : "BP2"}: δ${up(i)}`, d: (i) => t`BP3 and BP4: db${up(i)}, dW${up(i)}` };

export const numbers = (s) => {
  const pass = forward(s, s.X), grads = backward(s, pass, s.Y, s.loss);
  return { J: cost(pass, s.Y, s.loss), z: pass.z, a: pass.a, ...grads };
};

export function difference(s, path, h = 1e-5) { // of the loss, by one number of the state
  const J = (x) => cost(forward(put(s, path, x), put(s, path, x).X), s.Y, s.loss);
  const x = at(s, path);
  return (J(x + h) - J(x - h)) / (2 * h);
}

export function arithmetic(s, { z, a, delta, dW, db, J }, [kind, i]) { // the lines of one stage, with all products
  const L = s.W.length - 1, one = (M, j) => M[j][0], sum = (terms) => terms.join(" + ");
  const each = (line) => s.W[i].map((row, j) => line(row, j));
  switch (kind) {
    case "x": return s.X.map((_, j) => `${nameOf("x", 0, j).replace("⁰", "")} = ${short(one(s.X, j))}`);
    case "z": return each((row, j) => `${nameOf("z", i, j)} = ${sum(row.map((w, k) => `${factor(w)} · ${factor(one(a[i - 1], k))}`))} + ${factor(one(s.b[i], j))} = ${short(one(z[i], j))}`);
    case "a": return each((_, j) => `${nameOf("a", i, j)} = ${G[s.g[i]]}(${short(one(z[i], j))}) = ${short(one(a[i], j))}`);
    case "J": return [`ℓ = ${sum(s.Y.map((_, j) => loss(s, one(a[L], j), one(s.Y, j))))} = ${short(J)}`];
    case "δ": return each((_, j) => {
      const result = ` = ${short(one(delta[i], j))}`, [out, y] = [one(a[i], j), i === L ? one(s.Y, j) : 0], slope = ACTIVATIONS[s.g[i]].slope(out);
      if (i === L) return `${nameOf("δ", i, j)} = ${s.loss === "quadratic" ? `(${short(out)} − ${y}) · ${short(slope)}` : `${short(out)} − ${y}`}${result}`;
      const parts = s.W[i + 1].map((row, l) => `${factor(row[j])} · ${factor(one(delta[i + 1], l))}`);
      return `${nameOf("δ", i, j)} = ${parts.length > 1 ? `(${sum(parts)})` : parts} · ${short(slope)}${result}`;
    });
    default: return each((row, j) => `db${up(i)}${down(j + 1)} = δ = ${short(one(db[i], j))};  dW${up(i)}${down(j + 1)} = δ · a${up(i - 1)} = ${short(one(delta[i], j))} · (${a[i - 1].map(([x]) => short(x)).join(", ")}) = (${dW[i][j].map((x) => short(x)).join(", ")})`);
  }
}

const loss = (s, a, y) => (s.loss === "quadratic" ? `½ (${short(a)} − ${y})²` : y ? `−ln ${short(a)}` : `−ln(1 − ${short(a)})`);

export function slope(s, { delta, a }, [part, i, j, k]) { // the derivative by a chosen number, as the book writes it
  if (part === "W") return [delta[i][j][0] * a[i - 1][k][0], `${nameOf("δ", i, j)} · ${i > 1 ? nameOf("a", i - 1, k) : `x${down(k + 1)}`} = ${factor(delta[i][j][0])} · ${factor(a[i - 1][k][0])}`];
  if (part === "b") return [delta[i][j][0], nameOf("δ", i, j)];
  return [s.W[1].reduce((sum, row, l) => sum + row[i] * delta[1][l][0], 0), t`the sum of W${up(1)} · δ${up(1)} over the lines that leave it`];
}

export const label = ([part, i, j, k]) => (part === "X" ? `x${down(i + 1)}` : part === "W" ? nameOf("W", i, j, k) : nameOf("b", i, j));

export function every(s) { // the paths of all weights, biases and inputs
  const paths = s.X.map((_, j) => ["X", j, 0]);
  for (let i = 1; i < s.W.length; i++) s.W[i].forEach((row, j) => paths.push(...row.map((_, k) => ["W", i, j, k]), ["b", i, j, 0]));
  return paths;
}

export function passes(stage) {
  const first = stage.state, L = first.W.length - 1, n = [first.X.length, ...first.W.slice(1).map((A) => A.length)];
  const order = stages(L), graph = new Graph(stage, n, { height: 300 });
  const paths = every(first), crowded = Math.max(...n.slice(1).map((rows, k) => rows * n[k])) > 12;
  stage.slider({ label: t`stage`, names: order.map(([kind, i]) => TITLES[kind](i, L)), path: ["at"] });
  stage.choice({ label: t`look at`, options: paths.map((path) => [String(path), label(path)]), get: (s) => String(s.look), set: (s, key) => ({ ...s, look: paths.find((path) => String(path) === key) }) });
  stage.control({ label: t`its value`, min: -3, max: 3, get: (s) => at(s, s.look), set: (s, x) => put(s, s.look, x) });
  for (const j of first.Y.keys()) stage.choice({ label: first.Y.length > 1 ? t`label y${down(j + 1)}` : t`label y`, options: [[0, "0"], [1, "1"]], path: ["Y", j, 0] });
  stage.button(t`Next`, () => stage.set({ ...stage.state, at: (stage.state.at + 1) % order.length }));
  const reached = (s, kind, i) => order.findIndex(([a, b]) => a === kind && b === i) <= s.at;
  const act = (path) => stage.set({ ...stage.state, look: path[0] === "X" ? [...path, 0] : path });
  return {
    numbers: (s) => ({ ...numbers(s), slope: slope(s, numbers(s), s.look)[0], difference: difference(s, s.look) }),
    python,
    say(s) {
      const now = numbers(s), [value, product] = slope(s, now, s.look), [kind, i] = order[s.at];
      const needed = s.look[0] === "X" ? 1 : s.look[1]; // the layer whose delta the derivative is made of
      const chosen = reached(s, "δ", needed)
        ? t`∂ℓ/∂${label(s.look)} = ${product} = ${short(value, 5)}; the page's own finite difference: ${short(difference(s, s.look), 5)}.`
        : t`∂ℓ/∂${label(s.look)} needs δ${up(needed)}: go on to the stage "${TITLES.δ(needed, L)}".`;
      return [`${TITLES[kind](i, L)}`, ...arithmetic(s, now, order[s.at]), chosen].join("\n");
    },
    draw(s) {
      const now = numbers(s), [kind, layer] = order[s.at];
      graph.draw(t`The network ${n.join("-")} at the stage ${TITLES[kind](layer, L)}: the values of its units, and δ below them where it is known.`, s, {
        heads: n.map((_, i) => (i ? t`layer ${i}` : t`inputs`)),
        values: now.a.map((M, i) => M.map(([x]) => (i === 0 || reached(s, "a", i) ? x : undefined))),
        unit: (i, j) => ({ on: (kind === "z" || kind === "a" || kind === "δ") && i === layer, label: i && reached(s, "δ", i) ? `δ ${short(now.delta[i][j][0], 3)}` : i && reached(s, "z", i) ? `z ${short(now.z[i][j][0], 3)}` : undefined }),
        edge(i, j, k) { // what stands on the lines of the layer at work
          const on = String(s.look) === String(["W", i, j, k]);
          if (kind !== "x" && i !== (kind === "δ" ? layer + 1 : layer)) return { on };
          if (kind === "d") return { on, label: on || L * n[i] * n[i - 1] <= 24 ? short(now.dW[i][j][k], 3) : undefined }; // the words below give all
          const w = s.W[i][j][k];
          if (kind === "δ" && n[i] * n[i - 1] <= 3) return { on, label: short(w * now.delta[i][j][0], 3) }; // among more lines there is no room
          return { on, label: crowded && !on ? undefined : short(w, 2) };
        },
        act,
      });
    },
  };
}
