import { ACTIVATIONS, backward, cost, forward, length } from "./network.js";
import { at, put, tag, text } from "./kit.js";

// A backward pass with a fault of one's choice, and what a gradient check says of each layer.
const map2 = (f, A, B) => A.map((row, j) => row.map((x, s) => f(x, B[j][s])));
export const FAULTS = { // name: [what was done, the wrong gradient from the right pass]
  A: ["nothing: this pass is right", (grads) => grads],
  B: ["the sign of BP1 is turned: y − a", (grads) => each(grads, (M) => M.map((row) => row.map((x) => -x)))],
  C: ["the mean is forgotten: no 1/m in BP3 and BP4", (grads, s) => each(grads, (M) => M.map((row) => row.map((x) => x * s.Y[0].length)))],
  D: ["BP2 forgets the slope σ′", (grads, s) => rerun(s, () => 1)],
  E: ["BP2 puts z where the slope wants a: z (1 − z)", (grads, s) => rerun(s, (a, z) => z * (1 - z))],
  F: ["BP4 of layer 1 takes δ of the wrong sign", (grads) => ({ ...grads, dW: grads.dW.map((M, i) => (i === 1 ? M.map((row) => row.map((x) => -x)) : M)) })],
  G: ["db of layer 1 is forgotten: it stays 0", (grads) => ({ ...grads, db: grads.db.map((M, i) => (i === 1 ? M.map(() => [0]) : M)) })],
};
const each = ({ dW, db }, f) => ({ dW: dW.map((M) => M && f(M)), db: db.map((M) => M && f(M)) });

function rerun(s, slope) { // the backward pass with another slope in BP2
  const { z, a } = forward(s, s.X), { delta } = backward(s, { z, a }, s.Y, s.loss), L = s.W.length - 1, m = s.Y[0].length, dW = [null], db = [null];
  for (let i = L; i > 0; i--) {
    if (i < L) delta[i] = a[i].map((row, j) => row.map((x, t) => slope(x, z[i][j][t]) * s.W[i + 1].reduce((sum, out, l) => sum + out[j] * delta[i + 1][l][t], 0)));
    db[i] = delta[i].map((row) => [row.reduce((sum, x) => sum + x, 0) / m]);
    dW[i] = delta[i].map((row) => a[i - 1].map((input) => row.reduce((sum, x, t) => sum + x * input[t], 0) / m));
  }
  return { dW, db };
}

export function numeric(s, h = 1e-5) { // every derivative once more, from the cost alone
  const J = (path, x) => { const moved = put(s, path, x); return cost(forward(moved, s.X), s.Y, s.loss); };
  const slope = (part, i) => s[part][i].map((row, j) => row.map((x, k) => (J([part, i, j, k], x + h) - J([part, i, j, k], x - h)) / (2 * h)));
  const of = (part) => s[part].map((M, i) => M && slope(part, i));
  return { dW: of("W"), db: of("b") };
}

export function faults(stage) {
  const table = tag("table", {}), names = Object.keys(FAULTS).filter((name) => stage.given.faults.includes(name));
  stage.add(table);
  stage.choice({ label: "backward pass", options: names.map((name) => [name, `program ${name}`]), path: ["fault"] });
  stage.choice({ label: "what was done", options: [[false, "guess first"], [true, "tell me"]], path: ["told"] });
  const rows = (s) => {
    const pass = forward(s, s.X), wrong = FAULTS[s.fault][1](backward(s, pass, s.Y, s.loss), s), right = numeric(s), found = [];
    for (let i = s.W.length - 1; i > 0; i--) for (const part of ["dW", "db"]) {
      const [u, v] = [wrong[part][i].flat(), right[part][i].flat()], ratios = u.map((x, k) => x / v[k]);
      const off = Math.hypot(...u.map((x, k) => x - v[k])) / Math.max(Math.hypot(...u), Math.hypot(...v));
      found.push({ name: `${part}, layer ${i}`, off, ratio: Math.max(...ratios) - Math.min(...ratios) < 1e-4 * Math.abs(ratios[0]) + 1e-9 ? ratios[0] : null });
    }
    return found;
  };
  return {
    numbers: (s) => ({ wrong: FAULTS[s.fault][1](backward(s, forward(s, s.X), s.Y, s.loss), s), rows: rows(s), length: length(backward(s, forward(s, s.X), s.Y, s.loss)) }),
    say(s) {
      const bad = rows(s).filter(({ off }) => !(off < 1e-6));
      const verdict = bad.length ? `Wrong: ${bad.map(({ name, ratio }) => name + (ratio === null ? "" : `, ${text(ratio, 2)} times the right one in every entry`)).join("; ")}.` : "Every layer agrees with the finite difference.";
      return `Program ${s.fault}. ${verdict}${s.told ? ` What was done: ${FAULTS[s.fault][0]}.` : ""}`;
    },
    draw(s) {
      const cells = ({ name, off, ratio }) => tag("tr", {}, tag("th", { scope: "row" }, name), tag("td", {}, off ? off.toExponential(1).replace("-", "−") : "0"), tag("td", {}, ratio === null ? "no single one" : text(ratio, 4)), tag("td", {}, off < 1e-6 ? "agrees" : "WRONG"));
      table.replaceChildren(tag("caption", {}, `program ${s.fault}, from the top layer down`), tag("tr", {}, ...["part", "relative error", "analytic / numerical", ""].map((name) => tag("th", { scope: "col" }, name))), ...rows(s).map(cells));
    },
  };
}
