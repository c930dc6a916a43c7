"""How far rounding, and the step of a difference, can move what a check of gradients compares."""

import numpy as np

from bpcore._guard import Guard
from bpcore.backprop import _backward
from bpcore.network import _forward

EPS, TINY = np.finfo(float).eps, np.finfo(float).tiny


def _spread(function, x, error):
    """Give how much a function changes when its argument is off by at most an error."""
    return np.abs(function(x + error) - function(x - error))


def _slip(function, value):
    """Bound the rounding of a formula; somebody else's may subtract numbers of the order of 1."""
    return 4 * EPS * np.maximum(np.abs(value), isinstance(function, Guard))


def forward_rounding(net, X):
    """Run F1 and F2 with bounds of their rounding errors: z, a, errors of z, errors of a."""
    z, a = _forward(net, X)
    z_error, a_error = [None], [np.zeros_like(X)]
    for i in range(1, net.L + 1):
        W = np.abs(net.W[i])
        sums = EPS * (W.shape[1] + 2) * (W @ np.abs(a[i - 1]) + np.abs(net.b[i]))
        z_error.append(sums + W @ a_error[i - 1])
        g = net.g[i].function
        a_error.append(_spread(g, z[i], z_error[i]) + _slip(g, a[i]))
    return z, a, z_error, a_error


def rounding(net, X, Y, loss):
    """Bound the difference that rounding makes between two ways to dW and db, and to J."""
    z, a, z_error, a_error = forward_rounding(net, X)
    L, m = net.L, X.shape[1]
    _, _, delta = _backward(net, z, a, Y, loss)
    delta = [None, *(np.abs(x) for x in delta[1:])]
    z_error[L] = z_error[L] + 4 * EPS  # as much as a - y loses where a soft label is near a
    error = _spread(lambda z: loss.delta_function(z, Y), z[L], z_error[L])
    error += 2 * _slip(loss.delta_function, delta[L])
    of_J = (delta[L] * z_error[L] + _slip(loss.function, loss.function(z[L], Y))).sum() / m
    bounds = []
    for i in range(L, 0, -1):
        below = np.abs(a[i - 1])
        dW = error @ below.T + delta[i] @ (a_error[i - 1] + EPS * (m + 4) * below).T
        db = (error + EPS * (m + 4) * delta[i]).sum(axis=1, keepdims=True)
        bounds = [dW, db, *bounds]
        if i > 1:
            W, prime = np.abs(net.W[i]).T, net.g[i - 1].derivative
            back, slope = W @ delta[i], np.abs(prime(a[i - 1]))
            off = _spread(prime, a[i - 1], a_error[i - 1]) + _slip(prime, slope)
            error = (W @ error + EPS * (W.shape[1] + 2) * back) * slope + back * off
    return 2 * np.concatenate([part.ravel() for part in bounds]) / m + TINY, of_J


def reach_of_step(net, X, h):
    """Give by how much a step h in one parameter moves a weighted input at most."""
    _, a = _forward(net, X)
    most, moved = 0.0, np.zeros_like(X)
    for i in range(1, net.L + 1):
        own = h * np.maximum(1.0, np.abs(a[i - 1]).max(axis=0))
        reach = np.maximum(own, np.abs(net.W[i]) @ moved)
        most, moved = max(most, reach.max()), np.abs(net.g[i].derivative(a[i])) * reach
    return most
