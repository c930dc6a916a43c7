// The network of bpcore in plain lists: W[i][j][k] leads to unit j of layer i, from unit k of layer i - 1.
// A matrix is a list of rows, samples stand in columns, entry 0 of W, b, z and delta is null, as in the book.
const entries = (f, A, B) => A.map((row, j) => row.map(B ? (x, s) => f(x, B[j][s]) : (x) => f(x)));
const transpose = (A) => A[0].map((_, s) => A.map((row) => row[s]));
const dot = (A, B) => A.map((row) => {
  const sums = B[0].map(() => 0);
  for (const [k, x] of row.entries()) for (let s = 0; s < sums.length; s++) sums[s] += x * B[k][s];
  return sums;
});
const plus = (A, b) => A.map((row, j) => row.map((x) => x + b[j][0])); // the column b to every column
const minus = (A, B) => entries((x, y) => x - y, A, B);
const times = (A, B) => entries((x, y) => x * y, A, B);
const scaled = (c, A) => entries((x) => c * x, A);
const sum = (numbers) => numbers.reduce((total, x) => total + x, 0);

export const sigmoid = (z) => 1 / (1 + Math.exp(-z));
export const ACTIVATIONS = { // a = g(z), and g'(z) from the output a
  sigmoid: { of: sigmoid, slope: (a) => a * (1 - a) },
  tanh: { of: Math.tanh, slope: (a) => 1 - a * a },
  relu: { of: (z) => Math.max(z, 0), slope: (a) => (a > 0 ? 1 : 0) },
  identity: { of: (z) => z, slope: () => 1 },
};
const difference = (z, y) => { // a - y, without 1 - 1 where the sigmoid rounds to 1
  const sign = 1 - 2 * y;
  return sign / (1 + Math.exp(-sign * z));
};
export const LOSSES = { // of a sigmoid output, from its logit z
  cross_entropy: {
    // y = 0: ln(1 + e^z); y = 1: ln(1 + e^-z)
    of: (z, y) => Math.max((1 - 2 * y) * z, 0) + Math.log1p(Math.exp(-Math.abs(z))),
    delta: difference,
  },
  quadratic: {
    of: (z, y) => difference(z, y) ** 2 / 2,
    delta: (z, y) => difference(z, y) * sigmoid(z) * sigmoid(-z),
  },
};

export function forward({ W, b, g }, X) {
  const z = [null], a = [X];
  for (let i = 1; i < W.length; i++) {
    z[i] = plus(dot(W[i], a[i - 1]), b[i]); // F1
    a[i] = entries(ACTIVATIONS[g[i]].of, z[i]); // F2
  }
  return { z, a };
}

export function backward({ W, g }, { z, a }, Y, loss = "cross_entropy") {
  const L = W.length - 1, m = Y[0].length, ones = Y[0].map(() => [1]);
  const delta = [null], dW = [null], db = [null];
  delta[L] = entries(LOSSES[loss].delta, z[L], Y); // BP1
  for (let i = L - 1; i > 0; i--) {
    delta[i] = times(dot(transpose(W[i + 1]), delta[i + 1]), entries(ACTIVATIONS[g[i]].slope, a[i])); // BP2
  }
  for (let i = 1; i <= L; i++) {
    db[i] = scaled(1 / m, dot(delta[i], ones)); // BP3
    dW[i] = scaled(1 / m, dot(delta[i], transpose(a[i - 1]))); // BP4
  }
  return { dW, db, delta };
}

export function cost({ z }, Y, loss = "cross_entropy") {
  return sum(entries(LOSSES[loss].of, z.at(-1), Y).map(sum)) / Y[0].length;
}

export function step(net, { dW, db }, rate) {
  const W = net.W.map((A, i) => A && minus(A, scaled(rate, dW[i]))); // update W
  const b = net.b.map((A, i) => A && minus(A, scaled(rate, db[i]))); // update b
  return { ...net, W, b };
}

export function accuracy({ z }, Y) { // class 1 from z = 0 on; of several outputs the largest
  const best = (M, s) => M.reduce((top, row, j) => (row[s] > M[top][s] ? j : top), 0);
  const classOf = (M, s, middle) => (M.length > 1 ? best(M, s) : M[0][s] >= middle);
  return sum(Y[0].map((_, s) => +(classOf(z.at(-1), s, 0) === classOf(Y, s, 0.5)))) / Y[0].length;
}

export const length = ({ dW, db }) => Math.hypot(...[...dW.slice(1), ...db.slice(1)].flat(2)); // of the gradient

export const finite = ({ W, b }) => [...W.slice(1), ...b.slice(1)].flat(2).every(Number.isFinite);
