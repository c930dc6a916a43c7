import { Chart } from "./chart.js";
import { LOSSES, sigmoid } from "./network.js";
import { t, tag, text } from "./kit.js";

// The probability that a model gives to each label seen, and its price -ln; a confidence stretches all logits.
export function bars(stage) {
  const m = stage.state.z.length, sample = t(stage.given.sample), axis = { min: 0.4, max: m + 0.6, label: sample, ticks: m };
  const given = new Chart(stage, { x: axis, y: { min: 0, max: 1, label: t`probability of the label seen` } });
  const price = new Chart(stage, { x: axis, y: { min: 0, max: 3, label: t`−ln of it (nats)` } });
  stage.control({ label: t`confidence c`, min: 0.05, max: 20, log: true, path: ["c"] });
  for (let k = 0; k < m; k++) stage.choice({ label: t`label of ${sample} ${k + 1}`, options: [[0, "0"], [1, "1"]], path: ["y", k] });
  const seen = ({ z, y, c }) => z.map((x, k) => sigmoid((2 * y[k] - 1) * c * x));
  const prices = ({ z, y, c }) => z.map((x, k) => LOSSES.cross_entropy.of(c * x, y[k]));
  const numbers = (s) => ({ likelihood: seen(s).reduce((p, q) => p * q, 1), J: prices(s).reduce((p, q) => p + q, 0) / m, seen: seen(s), prices: prices(s) });
  const bar = (chart, style) => (h, k) => tag("rect", { x: chart.x(k + 0.72), width: chart.x(1.56) - chart.x(1), y: chart.y(h), height: chart.y(0) - chart.y(h), class: style });
  const digits = (chart, at) => (h, k) => chart.mark(k + 1, at ?? h, text(h, 3).replace(/\.\d(?=e)/, ""), { dx: 0, "text-anchor": "middle", class: "bpx-halo" });
  return {
    numbers,
    python: ({ z, y, c }) => `import numpy as np\nfrom bpcore import *\n\nz, Y = ${c} * np.array([${JSON.stringify(z)}]), np.array([${JSON.stringify(y)}])\nlikelihood(sigmoid(z), Y), cross_entropy(z, Y).mean()`,
    say(s) {
      const { likelihood, J } = numbers(s);
      return t`The logits times ${text(s.c, 2)}. Likelihood: the product of the first bars, ${text(likelihood, 4)}. Cost: the mean of the second bars (line), ${text(J, 4)} nats a ${sample}; a coin pays ln 2 = 0.6931 (dots).`;
    },
    draw(s) {
      const [left, right] = [seen(s), prices(s)], level = (h, style) => price.path([[0.4, h], [m + 0.6, h]], style);
      given.draw(t`Bars: ${left.map((p) => text(p)).join(", ")}.`, left.map(bar(given, "bpx-class0")), left.map(digits(given)));
      const top = Math.max(3, 1.15 * Math.max(...right)); // above all bars and lines: their digits
      price.range(undefined, [0, top]);
      price.draw(t`Their prices: ${right.map((p) => text(p)).join(", ")}; their mean ${text(numbers(s).J)} as a line, a coin's ln 2 as dots.`, right.map(bar(price, "bpx-class1")),
        level(numbers(s).J, "J"), level(Math.LN2, "J dots"), right.map(digits(price, 0.9 * top)));
    },
  };
}
