import { backward, cost, forward } from "./network.js";
import { put, python, t, tag, text } from "./kit.js";

// One unit a layer: a nudge of the first weight runs through the chain, and each link multiplies it.
const WIDTH = 330, ROW = 62, LEFT = 44, RIGHT = 316;

export function chain(stage) {
  const svg = tag("svg", { viewBox: `0 0 ${WIDTH} ${ROW * 6}`, role: "img", class: "bpx-chart" });
  stage.add(svg);
  const { target } = stage.given;
  stage.control({ label: t`nudge of w_h`, min: -2, max: 2, path: ["nudge"] });
  for (const [label, path] of [["w_h", ["W", 1, 0, 0]], ["b_h", ["b", 1, 0, 0]], ["w_o", ["W", 2, 0, 0]], ["b_o", ["b", 2, 0, 0]]]) stage.control({ label, min: -6, max: 6, path });
  const values = (s) => {
    const { z, a } = forward(s, s.X);
    return [z[1][0][0], a[1][0][0], z[2][0][0], a[2][0][0], cost({ z }, s.Y, s.loss)];
  };
  const nudged = (s) => put(s, ["W", 1, 0, 0], s.W[1][0][0] + s.nudge);
  const links = (s) => { // the five derivatives, from w_h to the loss
    const [, a, , out] = values(s), y = s.Y[0][0];
    return [s.X[0][0], a * (1 - a), s.W[2][0][0], out * (1 - out), s.loss === "quadratic" ? out - y : y ? -1 / out : 1 / (1 - out)];
  };
  const numbers = (s) => ({ before: values(s), after: values(nudged(s)), links: links(s), slope: backward(s, forward(s, s.X), s.Y, s.loss).dW[1][0][0] });
  const fits = (x, digits = 4) => text(x, Math.abs(x) < 1000 ? digits : 0); // three numbers on one line
  const NAMES = ["z_h", "a_h", "z_o", "a_o", "ℓ"];
  return {
    numbers,
    python,
    say(s) {
      const { before, after, slope } = numbers(s);
      const reached = after[4] <= target ? t`Target hit: the loss is at most ${text(target, 2)}.` : t`Target: a nudge that brings the loss down to ${text(target, 2)}.`;
      return t`With the nudge ${text(s.nudge, 2)} the loss goes from ${text(before[4], 4)} to ${text(after[4], 4)}: it changes by ${text(after[4] - before[4], 5)}. The product of the five links, ${text(slope, 4)}, times the nudge promises ${text(slope * s.nudge, 5)}. ${reached}`;
    },
    draw(s) {
      const { before, after, links: rates } = numbers(s), rows = [["w_h", s.W[1][0][0], s.W[1][0][0] + s.nudge], ...NAMES.map((name, k) => [name, before[k], after[k]])], nodes = [];
      for (const [k, [name, from, to]] of rows.entries()) {
        const y = 30 + k * ROW, [low, high] = name[0] === "a" ? [0, 1] : name === "ℓ" ? [0, Math.max(0.5, from, to)] : [Math.min(-4, from, to), Math.max(4, from, to)];
        const place = (v) => LEFT + ((Math.max(low, Math.min(high, v)) - low) / (high - low)) * (RIGHT - LEFT), style = { z: "z", a: "a", ℓ: "J", w: "W" }[name[0]];
        nodes.push(tag("line", { x1: LEFT, x2: RIGHT, y1: y, y2: y, class: "bpx-line thin" }), tag("text", { x: LEFT - 12, y: y + 4, "text-anchor": "end" }, name),
          tag("line", { x1: place(from), x2: place(to), y1: y, y2: y, class: `bpx-line ${style}`, "stroke-width": 5 }), tag("circle", { cx: place(from), cy: y, r: 6, class: "bpx-then" }), tag("circle", { cx: place(to), cy: y, r: 5, class: "bpx-now" }),
          tag("text", { x: LEFT, y: y - 12 }, t`${fits(from)} → ${fits(to)}   change ${to >= from ? "+" : ""}${fits(to - from, 5)}`));
        if (name === "ℓ") nodes.push(tag("line", { x1: place(target), x2: place(target), y1: y - 8, y2: y + 8, class: "bpx-line" }), tag("text", { x: place(target), y: y + 22, "text-anchor": "middle" }, t`target`));
        if (k) {
          const [, was, is] = rows[k - 1], turn = is - was;
          nodes.push(tag("text", { x: LEFT, y: y - ROW / 2, class: "bpx-delta" }, `× ${text(rates[k - 1], 4)}${turn ? t`   (this nudge: × ${text((to - from) / turn, 4)})` : ""}`));
        }
      }
      svg.setAttribute("aria-label", t`Six number lines from w_h to the loss, each with a dot before and after the nudge of ${text(s.nudge, 2)}.`);
      svg.replaceChildren(...nodes);
    },
  };
}
