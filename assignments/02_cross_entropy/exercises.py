"""Assignment 2: likelihood and cross-entropy, stable from logits."""

import numpy as np

import bpcore
from bpgrader.draw import labels, samples
from bpgrader.spec import Exercise, Sheet, Written


def predictions(rng):
    """Draw probabilities and labels."""
    m = samples(rng)
    return rng.uniform(0.05, 0.95, (1, m)), labels(rng, m)


def confident(rng):
    """Draw probabilities and labels, with a confident mistake for each class."""
    a, Y = predictions(rng)
    edge = rng.uniform(1e-3, 4e-3, 2)
    return np.hstack([a, [[edge[0], 1 - edge[1]]]]), np.hstack([Y, [[1.0, 0.0]]])


def logits(rng):
    """Draw logits, right and wrong ones: some so large that naive formulas fail, some not quite."""
    large = np.append(rng.uniform(720, 1000, 2), [rng.uniform(15, 17), rng.uniform(23, 26)])
    z = np.concatenate([rng.normal(0, 3, 5), large, -large])
    Y = np.append(rng.integers(0, 2, 5), [0, 1, 0, 1, 0, 1, 1, 0])
    order = rng.permutation(z.size)
    return z[order][None], Y[order][None].astype(float)


def distributions(rng):
    """Draw two distributions over k events; the first has one event that cannot happen."""
    k = int(rng.integers(3, 6))
    p, q = rng.dirichlet(np.ones(k)), rng.dirichlet(np.ones(k) * 3)
    p[rng.integers(k)] = 0
    return p / p.sum(), 0.9 * q + 0.1 / k


def one_feature(rng):
    """Draw one feature, labels, and slopes, some of them steep."""
    m = samples(rng)
    steep = np.append(rng.uniform(300, 600, 2), rng.uniform(5, 8))
    return 2 + rng.normal(size=(1, m)), labels(rng, m), np.append(rng.normal(size=3), steep)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def naive(a, Y, log=np.log):
    """Give the loss of every sample from probabilities."""
    return -(Y * log(a) + (1 - Y) * log(1 - a))


def softplus(s):
    return np.maximum(s, 0) + np.log1p(np.exp(-np.abs(s)))


def losses(z, Y):
    return softplus((1 - 2 * Y) * z)


def scan(x, Y, slopes, loss=losses, reduce=np.mean):
    """Give the cost for every slope."""
    return np.array([reduce(loss(w * x, Y)) for w in slopes])


def likelihood_by_loop(a, Y):
    product = 1.0
    for s in range(a.shape[1]):
        product *= a[0, s] if Y[0, s] == 1 else 1 - a[0, s]
    return product


def losses_by_cases(z, Y):
    result = np.empty(z.shape)
    for s in range(z.shape[1]):
        t = -z[0, s] if Y[0, s] else z[0, s]
        result[0, s] = t + np.log1p(np.exp(-t)) if t > 0 else np.log1p(np.exp(t))
    return result


def kl_by_loop(p, q):
    total = 0.0
    for x, y in zip(p, q, strict=True):
        if x > 0:
            total += x * (np.log(x) - np.log(y))
    return total


def entropy(p):
    return -np.sum(p[p > 0] * np.log(p[p > 0]))


def likelihood_reference(a, Y):
    return bpcore.likelihood(a, Y)


sheet = Sheet(
    title="Assignment 2: likelihood and cross-entropy",
    exercises=[
        Exercise(
            name="likelihood_of_labels",
            points=2,
            equation="eq-likelihood",
            chapter="03_loss",
            inputs=predictions,
            reference=likelihood_reference,
            wrong={
                "The probabilities are added; independent events multiply.": lambda a, Y: np.sum(
                    np.where(Y == 1, a, 1 - a)
                ),
                "Samples of class 0 must contribute 1 - a; only those of class 1 are used.": (
                    lambda a, Y: np.prod(a[Y == 1])
                ),
                "Samples of class 1 must contribute a; only those of class 0 are used.": (
                    lambda a, Y: np.prod(1 - a[Y == 0])
                ),
                "The classes are exchanged: a is the probability of class 1.": lambda a, Y: np.prod(
                    np.where(Y == 1, 1 - a, a)
                ),
                "The labels are not used: that is the probability that all are of class 1.": (
                    lambda a, Y: np.prod(a)
                ),
                "That is the logarithm of the likelihood; the likelihood itself is asked.": (
                    lambda a, Y: np.sum(np.log(np.where(Y == 1, a, 1 - a)))
                ),
                "You took the class that the model prefers; take the one that was observed.": (
                    lambda a, Y: np.prod(np.maximum(a, 1 - a))
                ),
                "You took the m-th root (a mean); the likelihood is the whole product.": (
                    lambda a, Y: likelihood_by_loop(a, Y) ** (1 / a.shape[1])
                ),
                "One number for all samples together is asked; you gave one for each.": (
                    lambda a, Y: np.where(Y == 1, a, 1 - a)
                ),
            },
            right=[
                likelihood_by_loop,
                lambda a, Y: np.prod(a**Y * (1 - a) ** (1 - Y)),
                lambda a, Y: np.exp(np.sum(np.log(np.where(Y == 1, a, 1 - a)))),
            ],
        ),
        Exercise(
            name="cross_entropy_cost",
            uses=("likelihood_of_labels",),
            points=2,
            equation="eq-cost",
            chapter="03_loss",
            inputs=[predictions, confident],
            reference=lambda a, Y: np.mean(bpcore.cross_entropy(np.log(a / (1 - a)), Y)),
            wrong={
                "You summed over the samples; the cost is the mean.": lambda a, Y: np.sum(
                    naive(a, Y)
                ),
                "The minus sign is missing: logarithms of probabilities are negative.": (
                    lambda a, Y: -np.mean(naive(a, Y))
                ),
                "That is in base 10; use the natural logarithm, np.log.": lambda a, Y: np.mean(
                    naive(a, Y, np.log10)
                ),
                "That is in bits; use the natural logarithm, np.log.": lambda a, Y: np.mean(
                    naive(a, Y, np.log2)
                ),
                "The term (1 - y) ln(1 - a) is missing.": lambda a, Y: -np.mean(Y * np.log(a)),
                "The term y ln a is missing.": lambda a, Y: -np.mean((1 - Y) * np.log(1 - a)),
                "The classes are exchanged: y goes with ln a, 1 - y with ln(1 - a).": (
                    lambda a, Y: np.mean(naive(1 - a, Y))
                ),
                "y and a have changed places; the logarithm is of the prediction.": (
                    lambda a, Y: np.mean(naive(Y, a))
                ),
                "That is the quadratic cost; this is about cross-entropy.": (
                    lambda a, Y: np.mean((a - Y) ** 2) / 2
                ),
                "That is the mean squared error; this is about cross-entropy.": (
                    lambda a, Y: np.mean((a - Y) ** 2)
                ),
                "The two terms are added, not subtracted from each other.": lambda a, Y: (
                    -np.mean(Y * np.log(a) - (1 - Y) * np.log(1 - a))
                ),
                "One number is asked, the mean; you gave the loss of every sample.": naive,
            },
            right=[
                lambda a, Y: np.mean(naive(a, Y)),
                lambda a, Y: -np.log(likelihood_by_loop(a, Y)) / a.shape[1],
                lambda a, Y: -((Y @ np.log(a).T + (1 - Y) @ np.log(1 - a).T) / Y.size).item(),
            ],
        ),
        Exercise(
            name="losses_from_logits",
            points=4,
            equation="eq-loss-logits",
            chapter="03_loss",
            inputs=logits,
            reference=lambda z, Y: bpcore.cross_entropy(z, Y)[None],
            wrong={
                "For large |z| the sigmoid is exactly 0 or 1 and you take ln 0; go from z.": (
                    lambda z, Y: naive(sigmoid(z), Y)
                ),
                "Clipping hides the infinity: the loss must grow with |z|, yours stops at 34.5.": (
                    lambda z, Y: naive(np.clip(sigmoid(z), 1e-15, 1 - 1e-15), Y)
                ),
                "Clipping hides the infinity: the loss must grow with |z|, yours stops at 27.6.": (
                    lambda z, Y: naive(np.clip(sigmoid(z), 1e-12, 1 - 1e-12), Y)
                ),
                "Clipping hides the infinity: the loss must grow with |z|, yours stops at 16.1.": (
                    lambda z, Y: naive(np.clip(sigmoid(z), 1e-7, 1 - 1e-7), Y)
                ),
                "np.exp overflows for large arguments; split into max(s, 0) + ln(1 + e^-|s|).": (
                    lambda z, Y: np.log(1 + np.exp((1 - 2 * Y) * z))
                ),
                "The sign of s is turned round: s = (1 - 2y) z is negative on the right side.": (
                    lambda z, Y: softplus((2 * Y - 1) * z)
                ),
                "The term max(s, 0) is missing.": lambda z, Y: np.log1p(np.exp(-np.abs(z))),
                "The term ln(1 + e^-|s|) is missing.": lambda z, Y: np.maximum((1 - 2 * Y) * z, 0),
                "The labels are not used: that is the loss of class 0.": lambda z, Y: softplus(z),
                "The loss of each sample is asked, shape (1, m); you gave the mean.": (
                    lambda z, Y: np.mean(losses(z, Y))
                ),
                "The exponent must be -|s|, not |s|: it overflows.": lambda z, Y: (
                    np.maximum((1 - 2 * Y) * z, 0) + np.log1p(np.exp(np.abs(z)))
                ),
                "That is in bits; use natural logarithms.": lambda z, Y: losses(z, Y) / np.log(2),
                "ln(1 + e^(-y z)) is for labels -1 and 1; here they are 0 and 1: s = (1 - 2y) z.": (
                    lambda z, Y: softplus(-Y * z)
                ),
                "That is the quadratic loss.": lambda z, Y: (sigmoid(z) - Y) ** 2 / 2,
                "np.max(s, 0) is the greatest entry along axis 0; np.maximum(s, 0) compares each "
                "entry with 0.": lambda z, Y: (
                    np.max((1 - 2 * Y) * z, 0) + np.log1p(np.exp(-np.abs(z)))
                ),
            },
            equal={
                "return np.maximum(s, 0) + np.log1p(np.exp(-np.abs(z)))": "s is z or -z.",
            },
            right=[
                losses,
                losses_by_cases,
                lambda z, Y: np.logaddexp(0, (1 - 2 * Y) * z),
                lambda z, Y: np.maximum(z, 0) - Y * z + np.log1p(np.exp(-np.abs(z))),
            ],
        ),
        Exercise(
            name="relative_entropy",
            points=3,
            equation="eq-kl",
            chapter="03_loss",
            inputs=distributions,
            reference=bpcore.kl_divergence,
            wrong={
                "0 ln 0 counts as 0; yours is nan: leave out the events with p = 0.": (
                    lambda p, q: np.sum(p * np.log(p / q))
                ),
                "p and q have changed places; the order matters.": lambda p, q: np.sum(
                    q[p > 0] * np.log(q[p > 0] / p[p > 0])
                ),
                "That is the cross-entropy; the entropy of p must be subtracted.": (
                    lambda p, q: -np.sum(p * np.log(q))
                ),
                "That is the entropy of p; q is not used.": lambda p, q: entropy(p),
                "The sign is wrong: KL is never negative.": lambda p, q: -kl_by_loop(p, q),
                "That is in bits; use the natural logarithm.": lambda p, q: (
                    kl_by_loop(p, q) / np.log(2)
                ),
                "The logarithms are not weighted with p.": lambda p, q: np.sum(
                    np.log(p[p > 0] / q[p > 0])
                ),
                "The mean over the events is not wanted: it is a sum, weighted with p.": (
                    lambda p, q: kl_by_loop(p, q) / p.size
                ),
                "That is the mean of both directions, to the middle of p and q (Jensen-Shannon); "
                "KL goes from p to q alone.": lambda p, q: (
                    (kl_by_loop(p, (p + q) / 2) + kl_by_loop(q, (p + q) / 2)) / 2
                ),
                "The entropies are added; KL is cross-entropy MINUS entropy.": lambda p, q: (
                    entropy(p) - np.sum(p * np.log(q))
                ),
                "That is the difference of two entropies; q must stand inside the logarithm of "
                "p ln(p / q).": lambda p, q: entropy(q) - entropy(p),
            },
            equal={
                "return np.sum(p[possible] @ np.log(p[possible] / q[possible]))": "@ is that sum.",
            },
            right=[
                kl_by_loop,
                lambda p, q: -np.sum(p * np.log(q)) - entropy(p),
                lambda p, q: np.sum(p[p > 0] * np.log(p[p > 0] / q[p > 0])),
                lambda p, q: np.sum(np.where(p > 0, p * np.log(np.where(p > 0, p, 1) / q), 0)),
            ],
        ),
        Exercise(
            name="cost_of_slopes",
            uses=("losses_from_logits",),
            points=3,
            equation="eq-cost",
            chapter="03_loss",
            inputs=one_feature,
            reference=lambda x, Y, slopes: np.array(
                [bpcore.cross_entropy(w * x, Y).mean() for w in slopes]
            ),
            wrong={
                "For steep slopes you take ln 0; use your stable loss from the logits z = w x.": (
                    lambda x, Y, slopes: scan(x, Y, slopes, lambda z, Y: naive(sigmoid(z), Y))
                ),
                "You summed over the samples; the cost is the mean.": (
                    lambda x, Y, slopes: scan(x, Y, slopes, reduce=np.sum)
                ),
                "That is the quadratic cost.": lambda x, Y, slopes: scan(
                    x, Y, slopes, lambda z, Y: (sigmoid(z) - Y) ** 2 / 2
                ),
                "The cost of every slope is asked; you gave the least cost only.": (
                    lambda x, Y, slopes: scan(x, Y, slopes).min()
                ),
                "The costs are asked, not the best slope.": lambda x, Y, slopes: slopes[
                    np.argmin(scan(x, Y, slopes))
                ],
                "The sign of z = w x is turned round, or the classes.": lambda x, Y, slopes: scan(
                    x, Y, -slopes
                ),
                "The loss of every sample is not wanted: give one mean for each slope.": (
                    lambda x, Y, slopes: losses(slopes[:, None] * x, Y)
                ),
                "The slopes are not used: the logit is w x.": lambda x, Y, slopes: scan(
                    x, Y, np.ones(len(slopes))
                ),
                "The slopes are in a row of shape (1, k); a vector of shape (k,) is asked.": (
                    lambda x, Y, slopes: scan(x, Y, slopes)[None]
                ),
            },
            right=[
                scan,
                lambda x, Y, slopes: losses(slopes[:, None] * x, Y).mean(axis=1),
                lambda x, Y, slopes: np.array(
                    [np.logaddexp(0, (1 - 2 * Y) * w * x).sum() / x.size for w in slopes]
                ),
            ],
        ),
    ],
    written=[
        Written(
            name="from-likelihood",
            rubric={
                "Writes P(y|x) as one formula": 1,
                "Product for independent samples": 1,
                "Takes the logarithm and says why the maximiser stays": 1,
                "Sign and 1/m; why a program computes J (the product underflows)": 1,
            },
        ),
        Written(
            name="separable",
            rubric={
                "Overlapping: the curve has one minimum": 1,
                "Separable: it falls for ever, there is no best slope; descent goes on for ever": 1,
                "Explains that every sample is right and a steeper slope only more certain; "
                "mentions stopping early or a penalty": 1,
            },
        ),
    ],
)
