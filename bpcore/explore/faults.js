import { backward, cost, forward, length } from "./network.js";
import { put, t, tag, text } from "./kit.js";

// A backward pass with a fault of one's choice, and what a gradient check says of each layer.
const right = (s, pass) => backward(s, pass, s.Y, s.loss);
const times = (c, M) => M && M.map((row) => row.map((x) => c * x));
const every = (c, { dW, db }) => ({ dW: dW.map((M) => times(c, M)), db: db.map((M) => times(c, M)) });
const first = (c, part, grads) => ({ ...grads, [part]: grads[part].map((M, i) => (i === 1 ? times(c, M) : M)) }); // layer 1 only
export const FAULTS = { // name: [what was done, the gradient that comes of it]
  A: [t`nothing: this pass is right`, right],
  B: [t`the sign of BP1 is turned: y − a`, (s, pass) => every(-1, right(s, pass))],
  C: [t`the mean is forgotten: no 1/m in BP3 and BP4`, (s, pass) => every(s.Y[0].length, right(s, pass))],
  D: [t`BP2 forgets the slope σ′`, (s, pass) => right({ ...s, g: s.g.map(() => "identity") }, pass)],
  E: [t`the hidden layer kept z under the name of a`, (s, { z, a }) => right(s, { z, a: [a[0], ...z.slice(1)] })],
  F: [t`BP4 of layer 1 takes δ of the wrong sign`, (s, pass) => first(-1, "dW", right(s, pass))],
  G: [t`db of layer 1 is forgotten: it stays 0`, (s, pass) => first(0, "db", right(s, pass))],
};

export function numeric(s, h = 1e-5) { // every derivative once more, from the cost alone
  const J = (path, x) => { const moved = put(s, path, x); return cost(forward(moved, s.X), s.Y, s.loss); };
  const slope = (part, i) => s[part][i].map((row, j) => row.map((x, k) => (J([part, i, j, k], x + h) - J([part, i, j, k], x - h)) / (2 * h)));
  const of = (part) => s[part].map((M, i) => M && slope(part, i));
  return { dW: of("W"), db: of("b") };
}

export function faults(stage) {
  const table = tag("table", {}), shown = (fault) => stage.given.faults.find(([, letter]) => letter === fault)[0];
  stage.add(table);
  stage.choice({ label: t`backward pass`, options: stage.given.faults.map(([name, fault]) => [fault, t`program ${name}`]), path: ["fault"] });
  stage.choice({ label: t`what was done`, options: [[false, t`guess first`], [true, t`tell me`]], path: ["told"] });
  const judged = (s) => FAULTS[s.fault][1](s, forward(s, s.X));
  const rows = (s) => {
    const wrong = judged(s), truth = numeric(s), found = [];
    for (let i = s.W.length - 1; i > 0; i--) for (const part of ["dW", "db"]) {
      const [u, v] = [wrong[part][i].flat(), truth[part][i].flat()], far = (c) => Math.hypot(...u.map((x, k) => x - c * v[k]));
      const off = far(1) && far(1) / Math.max(Math.hypot(...u), Math.hypot(...v)); // 0 where both are zero, as relative_error
      const ratio = u.reduce((sum, x, k) => sum + x * v[k], 0) / v.reduce((sum, x) => sum + x * x, 0); // the nearest; an entry may be 0
      found.push({ name: t`${part}, layer ${i}`, off, ratio: far(ratio) <= 1e-4 * Math.hypot(...u) ? ratio : null });
    }
    return found;
  };
  return {
    numbers: (s) => ({ wrong: judged(s), rows: rows(s), length: length(right(s, forward(s, s.X))) }),
    say(s) {
      const bad = rows(s).filter(({ off }) => !(off < 1e-6));
      const verdict = bad.length ? t`Wrong: ${bad.map(({ name, ratio }) => name + (ratio === null ? "" : t`, ${text(ratio, 2)} times the right one in every entry`)).join("; ")}.` : t`Every layer agrees with the finite difference.`;
      return t`Program ${shown(s.fault)}. ${verdict}${s.told ? t` What was done: ${FAULTS[s.fault][0]}.` : ""}`;
    },
    draw(s) {
      const cells = ({ name, off, ratio }) => tag("tr", {}, tag("th", { scope: "row" }, name), tag("td", {}, off ? off.toExponential(1).replace("-", "−") : "0"), tag("td", {}, ratio === null ? t`no single one` : text(ratio, 4)), tag("td", {}, off < 1e-6 ? t`agrees` : t`WRONG`));
      table.replaceChildren(tag("caption", {}, t`program ${shown(s.fault)}, from the top layer down`), tag("tr", {}, ...[t`part`, t`relative error`, t`analytic / numerical`, ""].map((name) => tag("th", { scope: "col" }, name))), ...rows(s).map(cells));
    },
  };
}
