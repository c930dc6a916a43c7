import { Chart } from "./chart.js";
import { t, tag, text } from "./kit.js";

// A straight line through points, and the same line as a dot over the plane of w and b.
export function fit(stage) {
  const { x, y } = stage.state, m = x.length, { box } = stage.given;
  const line = new Chart(stage, { x: { min: Math.min(0, ...x.map((u) => u - 1)), max: Math.max(...x) + 1, label: "x" }, y: { min: Math.min(0, ...y.map((v) => v - 1.5)), max: Math.max(...y) + 1.5, label: "y" }, height: 300 });
  const bowl = new Chart(stage, { x: { min: box[0], max: box[1], label: "w" }, y: { min: box[2], max: box[3], label: "b" }, height: 300 });
  const residuals = (w, b) => x.map((u, k) => y[k] - (w * u + b));
  const J = (w, b) => residuals(w, b).reduce((sum, e) => sum + e * e, 0) / m; // the mean square
  const slopes = ({ w, b }) => [
    (-2 / m) * residuals(w, b).reduce((sum, e, k) => sum + e * x[k], 0),
    (-2 / m) * residuals(w, b).reduce((sum, e) => sum + e, 0),
  ];
  const moved = (s, w, b) => ({ ...s, w, b, path: [[w, b]] });
  stage.control({ label: t`weight w`, min: box[0], max: box[1], get: (s) => s.w, set: (s, w) => moved(s, w, s.b) });
  stage.control({ label: t`bias b`, min: box[2], max: box[3], get: (s) => s.b, set: (s, b) => moved(s, s.w, b) });
  stage.control({ label: t`learning rate η`, min: 0.001, max: 1, log: true, digits: 3, path: ["learning_rate"] });
  const far = (v) => !(Math.abs(v) < 1e6);
  stage.player((s) => {
    const [dw, db] = slopes(s), w = s.w - s.learning_rate * dw, b = s.b - s.learning_rate * db;
    return far(w) || far(b) || s.path.length > 400 ? null : { ...s, w, b, path: [...s.path, [w, b]] };
  });
  return {
    numbers: (s) => ({ S: m * J(s.w, s.b), J: J(s.w, s.b), slopes: slopes(s) }),
    python: (s) => `import numpy as np\n\nx, y = np.array(${JSON.stringify(x)}), np.array(${JSON.stringify(y)})\nw, b = ${s.w}, ${s.b}\nr = y - (w * x + b)\n(r**2).sum(), -2 * (r * x).mean(), -2 * r.mean()`,
    say(s) {
      const [dw, db] = slopes(s);
      return t`Sum of squares S = ${text(m * J(s.w, s.b), 3)}, mean ${text(J(s.w, s.b), 3)}; its slopes: ${text(dw, 3)} with respect to w, ${text(db, 3)} with respect to b. ${s.path.length - 1} steps.`;
    },
    draw(s) {
      const e = residuals(s.w, s.b);
      const square = (k) => { // as wide in pixels as the residual is long
        const [u, v0, v1] = [line.x(x[k]), line.y(y[k]), line.y(y[k] - e[k])], side = Math.abs(v1 - v0);
        return tag("rect", { x: u, y: Math.min(v0, v1), width: side, height: side, class: "bpx-square" });
      };
      line.draw(t`${m} points, the line y = ${text(s.w, 2)} x + ${text(s.b, 2)} and the squares of its residuals.`, x.map((_, k) => square(k)),
        line.curve((u) => s.w * u + s.b, "J"), x.map((u, k) => line.dot(u, y[k], "bpx-class0", 5)));
      if (!bowl.made) bowl.ground.replaceChildren(...bowl.contours((U, V) => U.map((u, k) => J(u, V[k])), 10));
      bowl.made = true;
      const [dw, db] = slopes(s), place = bowl.dot(s.w, s.b, "bpx-now", 7);
      bowl.draw(t`The same line as a dot among lines of equal cost; the arrow is the step that the rate gives.`, bowl.path(s.path, "path"), s.path.slice(0, -1).map(([u, v]) => bowl.dot(u, v, "bpx-then", 2.5)),
        bowl.arrow(s.w, s.b, -s.learning_rate * dw, -s.learning_rate * db, "class1"), bowl.drag(place, (u, v) => stage.set(moved(stage.state, u, v), bowl)));
    },
  };
}
