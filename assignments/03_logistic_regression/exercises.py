"""Assignment 3: the sigmoid's derivative and logistic regression."""

import numpy as np

import bpcore
from bpgrader.draw import labels, samples
from bpgrader.spec import Exercise, Sheet, Written


def any_z(rng):
    """Draw logits of every size."""
    large = np.append(rng.uniform(720, 1000, 2), [rng.uniform(17, 20), rng.uniform(23, 26)])
    z = np.concatenate([rng.normal(0, 2, 7), large, -large])
    return (rng.permutation(z)[None],)


def matrix(rng):
    return (rng.normal(0, 2, (int(rng.integers(2, 5)), samples(rng))),)


def model(rng):
    """Draw a logistic regression with data."""
    d = int(rng.integers(2, 6))
    m = samples(rng)
    return rng.normal(size=(1, d)), rng.normal(size=(1, 1)), rng.normal(size=(d, m)), labels(rng, m)


def training(rng):
    _, _, X, Y = model(rng)
    return X, Y, float(rng.uniform(0.2, 0.9)), int(rng.integers(3, 7))


def two_parts(rng):
    d, m = int(rng.integers(2, 5)), samples(rng)
    spread, centre = rng.uniform(2, 9, (d, 1)), rng.uniform(3, 9, (d, 1))
    return centre + spread * rng.normal(size=(d, m)), centre + spread * rng.normal(size=(d, 6))


def sigmoid(z):
    t = np.exp(-np.abs(z))
    return np.where(z >= 0, 1 / (1 + t), t / (1 + t))


def gradients(w, b, X, Y, delta=lambda a, Y: a - Y):
    """Give dw and db; delta says what stands in for a - y."""
    error = delta(sigmoid(w @ X + b), Y)
    m = X.shape[1]
    return [error @ X.T / m, error.sum(axis=1, keepdims=True) / m]


def cost(w, b, X, Y):
    s = (1 - 2 * Y) * (w @ X + b)
    return np.mean(np.maximum(s, 0) + np.log1p(np.exp(-np.abs(s))))


def train(
    X, Y, rate, steps, start=0.0, factor=1.0, with_bias=True, late=False, once=False, shown=1.0
):
    """Train, with the mistakes that one can make."""
    w, b = np.full((1, X.shape[0]), start), np.full((1, 1), start)
    first, costs = gradients(w, b, X, Y), [cost(w, b * shown, X, Y)]
    for _ in range(steps):
        dw, db = first if once else gradients(w, b, X, Y)
        w = w - rate * factor * dw
        if late:
            db = gradients(w, b, X, Y)[1]
        b = b - rate * factor * db * with_bias
        costs.append(cost(w, b * shown, X, Y))
    return [w, b, np.array(costs)]


def squares(X, Y, rate, steps):
    """Give the mean squared error before each step and after the last."""
    models = [train(X, Y, rate, k)[:2] for k in range(steps + 1)]
    return np.array([np.mean((sigmoid(w @ X + b) - Y) ** 2) for w, b in models])


def train_reference(X, Y, learning_rate, steps):
    net = bpcore.Network([None, np.zeros((1, X.shape[0]))], [None, np.zeros((1, 1))])
    costs = [bpcore.cost(net, X, Y)]
    for _ in range(steps):
        grads = bpcore.backward(net, bpcore.forward(net, X), Y, bpcore.cross_entropy)
        net = bpcore.step(net, grads, learning_rate)
        costs.append(bpcore.cost(net, X, Y))
    return [net.W[1], net.b[1], np.array(costs)]


def train_folded(X, Y, rate, steps):
    """Train with the bias as the weight of a feature that is always 1."""
    X1 = np.vstack([X, np.ones((1, X.shape[1]))])
    theta, costs = np.zeros((1, X1.shape[0])), []
    for t in range(steps + 1):
        costs.append(cost(theta, 0, X1, Y))
        if t < steps:
            theta = theta - rate * (sigmoid(theta @ X1) - Y) @ X1.T / X.shape[1]
    return [theta[:, :-1], theta[:, -1:], np.array(costs)]


def train_by_samples(X, Y, rate, steps):
    d, m = X.shape
    w, b, costs = np.zeros(d), 0.0, []
    for t in range(steps + 1):
        costs.append(cost(w[None], b, X, Y))
        if t < steps:
            error = np.array([sigmoid(w @ X[:, s] + b) - Y[0, s] for s in range(m)])
            w = w - rate * np.mean([error[s] * X[:, s] for s in range(m)], axis=0)
            b = b - rate * error.mean()
    return [w[None], np.array([[b]]), np.array(costs)]


def gradients_reference(w, b, X, Y):
    net = bpcore.Network([None, w], [None, b])
    grads = bpcore.backward(net, bpcore.forward(net, X), Y, bpcore.cross_entropy)
    return [grads.dW[1], grads.db[1]]


def gradients_by_samples(w, b, X, Y):
    dw, db, m = np.zeros(w.shape), np.zeros((1, 1)), X.shape[1]
    for s in range(m):
        x = X[:, s : s + 1]
        error = sigmoid(w @ x + b) - Y[:, s : s + 1]
        dw, db = dw + error * x.T / m, db + error / m
    return [dw, db]


def scaled(train_part, other, mean, std):
    return [(train_part - mean) / std, (other - mean) / std]


def standardised(P, Q):
    return scaled(P, Q, P.mean(axis=1, keepdims=True), P.std(axis=1, keepdims=True))


def standardised_by_rows(P, Q):
    P2, Q2 = P.copy(), Q.copy()
    for k in range(P.shape[0]):
        centre = sum(P[k]) / len(P[k])
        spread = (sum((P[k] - centre) ** 2) / len(P[k])) ** 0.5
        P2[k], Q2[k] = (P[k] - centre) / spread, (Q[k] - centre) / spread
    return [P2, Q2]


def standardised_reference(train, other):
    return standardised(train, other)


sheet = Sheet(
    title="Assignment 3: the sigmoid's derivative and logistic regression",
    exercises=[
        Exercise(
            name="stable_sigmoid",
            points=2,
            equation="eq-sigmoid",
            chapter="05_sigmoid_derivative",
            inputs=[any_z, lambda rng: (any_z(rng)[0][0],), matrix],
            reference=bpcore.sigmoid,
            wrong={
                "The sign in the exponent is turned round: it is 1 / (1 + e^-z).": (
                    lambda z: sigmoid(-z)
                ),
                "e^z / (1 + e^z) is inf / inf = nan for large z.": lambda z: (
                    np.exp(z) / (1 + np.exp(z))
                ),
                "That is tanh; it runs from -1 to 1, the sigmoid from 0 to 1.": np.tanh,
                "|z| is right in the exponent, but negative z then need e^z / (1 + e^z).": (
                    lambda z: 1 / (1 + np.exp(-np.abs(z)))
                ),
                "The 1 in the denominator is missing.": lambda z: np.exp(np.minimum(z, 700)),
                "That is a step; the sigmoid rises smoothly.": lambda z: (z >= 0) * 1.0,
                "That is softplus, whose derivative the sigmoid is.": lambda z: np.logaddexp(0, z),
                "Do not clip: the values near 0 and 1 are wanted as they are.": lambda z: np.clip(
                    sigmoid(z), 0.01, 0.99
                ),
                "1 - e^-z in the denominator is wrong: it is a plus.": lambda z: (
                    1 / (1 - np.exp(-z))
                ),
                "That is the derivative; the sigmoid itself is asked.": lambda z: (
                    sigmoid(z) * sigmoid(-z)
                ),
            },
            equal={
                "return np.where(z > 0, 1 / (1 + t), t / (1 + t))": ("Both forms are 1/2 at 0."),
            },
            right=[
                sigmoid,
                lambda z: 0.5 * (1 + np.tanh(z / 2)),
                lambda z: np.exp(-np.logaddexp(0, -z)),
                lambda z: 1 / (1 + np.exp(-z)),
            ],
        ),
        Exercise(
            name="sigmoid_slope",
            uses=("stable_sigmoid",),
            points=2,
            equation="eq-sigmoid-prime",
            chapter="05_sigmoid_derivative",
            inputs=matrix,
            reference=lambda z: bpcore.sigmoid.prime(bpcore.sigmoid(z)),
            wrong={
                "You put z in place of a: the derivative is a (1 - a) with a = sigmoid(z).": (
                    lambda z: z * (1 - z)
                ),
                "The sigmoid was applied twice: a (1 - a) takes a itself, not sigmoid(a).": (
                    lambda z: sigmoid(sigmoid(z)) * (1 - sigmoid(sigmoid(z)))
                ),
                "The factor 1 - a is missing.": sigmoid,
                "The factor a is missing.": lambda z: 1 - sigmoid(z),
                "The sign is wrong: the sigmoid rises everywhere.": lambda z: (
                    -sigmoid(z) * sigmoid(-z)
                ),
                "1 - a^2 is the derivative of tanh, from its output.": lambda z: (
                    1 - sigmoid(z) ** 2
                ),
                "That is the derivative of tanh, 1 - tanh(z)^2.": lambda z: 1 - np.tanh(z) ** 2,
                "It is 1 - a, not 1 + a.": lambda z: sigmoid(z) * (1 + sigmoid(z)),
                "That is the second derivative.": lambda z: (
                    sigmoid(z) * (1 - sigmoid(z)) * (1 - 2 * sigmoid(z))
                ),
                "That is the sum a + (1 - a), which is 1; multiply.": np.ones_like,
            },
            right=[
                lambda z: sigmoid(z) * (1 - sigmoid(z)),
                lambda z: np.exp(-z) / (1 + np.exp(-z)) ** 2,
                lambda z: 0.25 / np.cosh(z / 2) ** 2,
            ],
        ),
        Exercise(
            name="logistic_gradients",
            uses=("stable_sigmoid",),
            points=4,
            equation="eq-logistic-batch",
            chapter="06_logistic_regression",
            inputs=model,
            reference=gradients_reference,
            wrong={
                "You summed over the samples; divide both by m.": lambda w, b, X, Y: [
                    g * X.shape[1] for g in gradients(w, b, X, Y)
                ],
                "db is summed, dw is averaged: divide both by m.": lambda w, b, X, Y: [
                    gradients(w, b, X, Y)[0],
                    gradients(w, b, X, Y)[1] * X.shape[1],
                ],
                "The sign is wrong: it is a - y, the prediction first.": lambda w, b, X, Y: [
                    -g for g in gradients(w, b, X, Y)
                ],
                "There is a factor a (1 - a) too many: with cross-entropy it cancels.": (
                    lambda w, b, X, Y: gradients(w, b, X, Y, lambda a, Y: (a - Y) * a * (1 - a))
                ),
                "The sigmoid is missing: you subtracted the labels from z.": lambda w, b, X, Y: [
                    (w @ X + b - Y) @ X.T / X.shape[1],
                    np.mean(w @ X + b - Y, axis=1, keepdims=True),
                ],
                "The bias is missing in z = w X + b.": lambda w, b, X, Y: gradients(w, 0 * b, X, Y),
                "dw must have the shape of w, (1, d); yours is transposed.": lambda w, b, X, Y: [
                    gradients(w, b, X, Y)[0].T,
                    gradients(w, b, X, Y)[1],
                ],
                "The predictions are not used: that is the gradient for a = 0.": (
                    lambda w, b, X, Y: gradients(w, b, X, Y, lambda a, Y: -Y)
                ),
                "You rounded the predictions to classes; the gradient needs probabilities.": (
                    lambda w, b, X, Y: gradients(w, b, X, Y, lambda a, Y: (a >= 0.5) - Y)
                ),
                "You divided by m - 1.": lambda w, b, X, Y: [
                    g * X.shape[1] / (X.shape[1] - 1) for g in gradients(w, b, X, Y)
                ],
                "db must have the shape of b, (1, 1): keepdims=True.": lambda w, b, X, Y: [
                    gradients(w, b, X, Y)[0],
                    gradients(w, b, X, Y)[1][0],
                ],
                "The labels are not used.": lambda w, b, X, Y: gradients(
                    w, b, X, Y, lambda a, Y: a
                ),
            },
            equal={
                "return [dz @ X.T / X.shape[1], dz.mean(keepdims=True)]": "dz has one row.",
                "return [dz @ X.T / Y.shape[1], dz.mean(axis=1, keepdims=True)]": (
                    "X and Y have m columns."
                ),
                "return [dz @ X.T / dz.shape[1], dz.mean(axis=1, keepdims=True)]": (
                    "X and dz have m columns."
                ),
            },
            right=[
                gradients,
                gradients_by_samples,
                lambda w, b, X, Y: [
                    np.einsum("is,ks->ik", sigmoid(w @ X + b) - Y, X) / Y.size,
                    np.mean(sigmoid(w @ X + b) - Y, keepdims=True),
                ],
            ],
        ),
        Exercise(
            name="train_logistic",
            uses=("stable_sigmoid", "logistic_gradients"),
            points=4,
            equation="eq-update",
            chapter="04_gradient_descent",
            inputs=training,
            reference=train_reference,
            wrong={
                "The cost rises: the step goes against the gradient, with a minus.": (
                    lambda X, Y, rate, steps: train(X, Y, rate, steps, factor=-1)
                ),
                "The gradients are summed; take the mean over the samples.": (
                    lambda X, Y, rate, steps: train(X, Y, rate, steps, factor=X.shape[1])
                ),
                "The learning rate is not used.": lambda X, Y, rate, steps: train(
                    X, Y, rate, steps, factor=1 / rate
                ),
                "The bias is never updated.": lambda X, Y, rate, steps: train(
                    X, Y, rate, steps, with_bias=False
                ),
                "Compute both gradients first, then update: your db saw the new w.": (
                    lambda X, Y, rate, steps: train(X, Y, rate, steps, late=True)
                ),
                "The bias is missing in your costs.": lambda X, Y, rate, steps: train(
                    X, Y, rate, steps, shown=0.0
                ),
                "Start with zeros, not with ones.": lambda X, Y, rate, steps: train(
                    X, Y, rate, steps, start=1.0
                ),
                "There is one step too many.": lambda X, Y, rate, steps: train(
                    X, Y, rate, steps + 1
                ),
                "There is one step too few.": lambda X, Y, rate, steps: train(
                    X, Y, rate, steps - 1
                ),
                "The cost before the first step is missing: steps + 1 costs are wanted.": (
                    lambda X, Y, rate, steps: [
                        *train(X, Y, rate, steps)[:2],
                        train(X, Y, rate, steps)[2][1:],
                    ]
                ),
                "The cost after the last step is missing: steps + 1 costs are wanted.": (
                    lambda X, Y, rate, steps: [
                        *train(X, Y, rate, steps)[:2],
                        train(X, Y, rate, steps)[2][:-1],
                    ]
                ),
                "The costs are summed over the samples; take the mean.": (
                    lambda X, Y, rate, steps: [
                        *train(X, Y, rate, steps)[:2],
                        train(X, Y, rate, steps)[2] * X.shape[1],
                    ]
                ),
                "Your costs are squared errors; the mean cross-entropy is asked.": (
                    lambda X, Y, rate, steps: [
                        *train(X, Y, rate, steps)[:2],
                        squares(X, Y, rate, steps),
                    ]
                ),
                "The gradients are computed once, before the loop; each step needs new ones.": (
                    lambda X, Y, rate, steps: train(X, Y, rate, steps, once=True)
                ),
            },
            equal={
                "w, b, costs = (np.zeros((X.shape[0],)), np.zeros((1, 1)), [])": (
                    "The first update gives w both axes."
                ),
                "w, b, costs = (np.zeros((1, X.shape[0])), np.zeros((1,)), [])": (
                    "The first update gives b both axes."
                ),
            },
            right=[train, train_folded, train_by_samples],
        ),
        Exercise(
            name="standardise_both",
            points=3,
            equation="eq-standardise",
            chapter="12_training_on_real_data",
            inputs=two_parts,
            reference=standardised_reference,
            wrong={
                "The other part must be scaled with mean and deviation of the TRAINING part.": (
                    lambda P, Q: [standardised(P, P)[0], standardised(Q, Q)[0]]
                ),
                "Mean and deviation come from both parts together: held-back data leaks in.": (
                    lambda P, Q: scaled(
                        P,
                        Q,
                        np.hstack([P, Q]).mean(axis=1, keepdims=True),
                        np.hstack([P, Q]).std(axis=1, keepdims=True),
                    )
                ),
                "You divided by the variance; divide by its square root.": lambda P, Q: scaled(
                    P, Q, P.mean(axis=1, keepdims=True), P.var(axis=1, keepdims=True)
                ),
                "axis=0 scales each sample; the features are the rows, so go along axis=1.": (
                    lambda P, Q: [(x - x.mean(axis=0)) / x.std(axis=0) for x in (P, Q)]
                ),
                "The mean is not subtracted.": lambda P, Q: scaled(
                    P, Q, 0, P.std(axis=1, keepdims=True)
                ),
                "You did not divide by the standard deviation.": lambda P, Q: scaled(
                    P, Q, P.mean(axis=1, keepdims=True), 1
                ),
                "One mean and one deviation for all features is not enough: use axis=1.": (
                    lambda P, Q: scaled(P, Q, P.mean(), P.std())
                ),
                "You scaled to 0 ... 1 with least and greatest value; that is another way.": (
                    lambda P, Q: scaled(
                        P,
                        Q,
                        P.min(axis=1, keepdims=True),
                        np.ptp(P, axis=1, keepdims=True),
                    )
                ),
                "The standard deviation here divides by m, not by m - 1.": lambda P, Q: scaled(
                    P, Q, P.mean(axis=1, keepdims=True), P.std(axis=1, keepdims=True, ddof=1)
                ),
                "The other part is not scaled.": lambda P, Q: [standardised(P, Q)[0], Q],
                "The two parts have changed places.": lambda P, Q: standardised(P, Q)[::-1],
            },
            right=[
                standardised,
                standardised_by_rows,
                lambda P, Q: [((A.T - P.mean(axis=1)) / np.sqrt(P.var(axis=1))).T for A in (P, Q)],
            ],
        ),
    ],
    written=[
        Written(
            name="why-a-minus-y",
            rubric={
                "dl/da": 1,
                "da/dz": 1,
                "The product and what cancels": 1,
                "Says that with the quadratic loss a(1-a) stays, and what it does to wrong "
                "samples": 1,
            },
        ),
        Written(
            name="what-you-measured",
            rubric={
                "Reports own numbers for several rates": 1,
                "Slow, good and unstable rates": 1,
                "Training against held-back accuracy": 1,
                "Says why the data are standardised": 1,
            },
        ),
    ],
)
