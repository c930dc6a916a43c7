"""The check of a backward pass: where it is wrong, from the last layer down, and in which way.

It knows what it cannot see: how far rounding and the step h can reach, layer by layer, and which
samples put a unit on the kink of its activation, where there is no derivative.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from bpcore import _validate as valid
from bpcore._guard import Guard, Value, untouched
from bpcore._rounding import EPS, TINY, forward_rounding, reach_of_step, rounding
from bpcore.backprop import backward
from bpcore.gradcheck import (
    _flat,
    _unflatten,
    complex_step_gradient,
    flatten,
    numerical_gradient,
    relative_error,
)
from bpcore.losses import Loss, cross_entropy
from bpcore.network import Network, _cost, _forward, as_problem, forward

BLIND = 1e-3  # where rounding explains more than this, a layer is not judged
CLOSE = {"complex": 1e-12, "central": 1e-8}  # relative to the largest entry of a part


@dataclass(frozen=True, eq=False)
class LayerCheck(Value):
    """What `check_gradients` found in one layer.

    Parameters
    ----------
    layer : int
    error : float
        Relative error of what is wrong; if nothing is, of dW and db of this layer together.
    floor : float
        How much of dW or db, the one that is harder to judge, rounding and the step h can explain.
    wrong : tuple of str
        Those of ``dW[i]`` and ``db[i]`` that are off by more than that.
    ratio : float or None
        Backward / numerical in what is wrong, if it is the same in every entry and not near 1.
    hidden : tuple of str
        Those of the two that are 0, or in which rounding or the step could hide a mistake.
    """

    layer: int
    error: float
    floor: float
    wrong: tuple[str, ...]
    ratio: float | None
    hidden: tuple[str, ...] = ()

    @property
    def blind(self) -> bool:
        """Whether dW or db is 0 here, or rounding or the step could hide a mistake in it."""
        return not self.wrong and self.floor > BLIND


@dataclass(frozen=True, eq=False)
class GradientCheck(Value):
    """The outcome of `check_gradients`; printed, a diagnosis from the last layer down.

    Parameters
    ----------
    layers : tuple
        layers[0] is None; layers[i] is the LayerCheck of layer i.
    where : str
        The entry that is furthest off, such as ``W[2][0, 1]``, in the last layer that is wrong:
        there the backward pass goes wrong first, and in what is wrong of it. If none is wrong, in
        all layers.
    analytic, numerical : float
        Its derivative by the backward pass and by the numerical method.
    method : str
        ``central`` or ``complex``.
    samples : int
        Samples that were compared.
    kinks : tuple of (int, int, int)
        Layer, unit and sample (the last two from 0) where a unit sits on a kink of its activation,
        so that there is no derivative: these samples were left out.
    """

    layers: tuple[Any, ...]
    where: str
    analytic: float
    numerical: float
    method: str
    samples: int
    kinks: tuple[tuple[int, int, int], ...] = ()

    @property
    def error(self) -> float:
        """Largest relative error of a layer; of one that cannot be judged, 0."""
        return max(0.0 if found.blind else found.error for found in self.layers[1:])

    @property
    def passed(self) -> bool:
        """Whether every layer could be judged, and none is wrong."""
        return not any(found.wrong or found.blind for found in self.layers[1:])

    def __str__(self) -> str:
        down = self.layers[:0:-1]
        parts = []
        if right := [f for f in down if not (f.wrong or f.blind)]:
            worst = max(CLOSE[self.method], *(f.error for f in right))
            bound = 10.0 ** np.ceil(np.log10(worst))  # the same on every machine
            parts.append(f"{_listed(right)} right to {bound:.0e} ({self.method})")
        if wrong := [f for f in down if f.wrong]:
            parts += _blame(wrong)
            parts.append(
                f"worst at {self.where}: backward {self.analytic:.10g}, "
                f"numerical {self.numerical:.10g}"
            )
        if blind := [f for f in down if f.blind]:
            cause = "rounding or the step h" if self.method == "central" else "rounding"
            why = f"{cause} could hide a mistake"
            if all(f.floor == np.inf for f in blind):
                why = f"{'their gradients are' if len(blind) > 1 else 'its gradient is'} zero"
            if not self.samples:
                why = "no sample is left"
            whole = all(len(f.hidden) != 1 for f in blind)
            names = _listed(blind) if whole else ", ".join(k for f in blind for k in f.hidden)
            parts.append(f"{names} cannot be judged, {why}")
        if self.kinks:
            layer, unit, sample = self.kinks[0]
            left_out = len({sample for *_, sample in self.kinks})
            parts.append(
                f"left out, as a unit sits on the kink of its activation: {left_out} of "
                f"{left_out + self.samples} samples, first z[{layer}][{unit}, {sample}]"
            )
        return "; ".join(parts)


def _listed(found):
    """Name layers: ``layer 3``, ``layers 3, 2``."""
    return f"layer{'s' * (len(found) > 1)} {', '.join(str(f.layer) for f in found)}"


def _blame(wrong):
    """Say where a backward pass goes wrong, and in which way it does so first."""
    top = wrong[0]
    lower = 1 < len(wrong) == top.layer
    yield f"wrong from layer {top.layer} down" if lower else f"wrong in {_listed(wrong)}"
    place = f"layer {top.layer}" if len(top.wrong) == 2 else top.wrong[0]
    if top.ratio == 0:
        yield f"backward gives 0 in every entry of {place}"
    elif top.ratio is not None:
        yield f"ratio {top.ratio:.6g} in every entry of {place}"
    else:
        yield f"relative error {top.error:.1e} in {place}"


def check_gradients(
    net: Network,
    X: ArrayLike,
    Y: ArrayLike,
    loss: Loss | str = cross_entropy,
    *,
    backward: Callable[..., Any] = backward,
    method: str = "complex",
    h: float | None = None,
) -> GradientCheck:
    """Compare a backward pass with the derivative from its definition, layer by layer.

    Parameters
    ----------
    net : Network
        One network, not a stack.
    X : array, shape (d, m)
    Y : array, shape (n[L], m)
    loss : Loss or str
    backward : callable
        (net, cache, Y, loss) -> Gradients, or anything with dW and db: put your own here.
    method : {"complex", "central"}
        Complex step (expect 1e-15) or central difference (expect 1e-9).
    h : float, optional
        Step; default 1e-20 (complex) or 1e-5 (central).

    Returns
    -------
    GradientCheck
        For each layer its relative error and how much of it rounding explains, and the worst
        parameter with its value by both ways. Print it for a diagnosis.

    Raises
    ------
    ValueError, TypeError
        If an argument does not fit, a gradient has not the shape of its parameter, the weighted
        inputs are so large that e^-z overflows, the step h moves one by more than 32, or a
        function of your own takes no complex step or computes in float32.

    Examples
    --------
    >>> net = Network([None, [[0.5, -1.0]]], [None, [[0.1]]])
    >>> report = check_gradients(net, [[3.0, 1.0], [1.0, 2.0]], [[1, 0]])
    >>> report.passed, report.error < 1e-13
    (True, True)

    Notes
    -----
    Chapter :doc:`/chapters/13_gradient_checking`.
    """
    if not (isinstance(method, str) and method in CLOSE):
        raise ValueError(f"method must be 'complex' or 'central', got {method!r}")
    net, X, Y, loss = as_problem(net, X, Y, loss)
    usual = 1e-20 if method == "complex" else 1e-5
    h = usual if h is None else valid.as_positive(h, "h", usual=usual, at_most=1.0)
    valid.as_callable(backward, "backward")
    valid.sealed((cache := forward(net, X)).a, "a")
    with np.errstate(all="ignore"):
        kinks = _kinks(net, X, h if method == "central" else 0.0)
    judged = np.isin(np.arange(X.shape[1]), [sample for *_, sample in kinks], invert=True)
    if kinks and judged.any():
        X, Y = X[:, judged], Y[:, judged]
        cache = forward(net, X)
    grads = untouched(backward, "backward", net, cache, *valid.freeze(Y), loss)
    got, names = _slopes(grads, net), [*_names(net)]
    with np.errstate(all="ignore"):
        _try_functions(net, cache, Y, loss, method)
        want, floor = _numerical(net, X, Y, loss, method, h)
        if not judged.any():
            floor[:] = np.inf
        layers, start = [], 0
        for i in range(1, net.L + 1):
            layer = slice(start, start := start + net.n[i] * (net.n[i - 1] + 1))
            weights, close = net.W[i].size, CLOSE[method]
            layers.append(_judge(i, got[layer], want[layer], floor[layer], weights, close))
        blamed = next((found.wrong for found in reversed(layers) if found.wrong), ())
        among = [not blamed or f"d{name.split('][')[0]}]" in blamed for name in names]
        worst = int(np.where(among, np.abs(got - want), -1).argmax())
    values = names[worst], float(got[worst]), float(want[worst])
    return GradientCheck((None, *layers), *values, method, int(judged.sum()), tuple(kinks))


def _slopes(grads, net):
    """Give what somebody's backward pass returned as one vector, if it fits the network."""
    if not (hasattr(grads, "dW") and hasattr(grads, "db")):
        raise TypeError(
            f"backward must return Gradients, got {valid.describe(grads)}; "
            "end it with: return Gradients(dW, db, delta)"
        )
    parts = {"dW": valid.as_layers(grads.dW, "dW"), "db": valid.as_layers(grads.db, "db")}
    for name, wanted in (("dW", net.W), ("db", net.b)):
        if (layers := len(parts[name]) - 1) != net.L:
            raise ValueError(f"backward must return {name} of layers 1..{net.L}, got {layers}")
        for i in range(1, net.L + 1):
            part, shape = parts[name][i], wanted[i].shape
            if part.shape != shape:
                fits = lambda v, shape=shape: v.shape == shape
                given = getattr(grads, name)[i]
                codes = (valid.itself(given) + change for change in (".T", ".reshape(-1, 1)"))
                hint = valid.cure(part, f"{name}[{i}]", fits, *codes)
                what = f"{name}[{i}] of shape {shape}, got {part.shape}"
                raise ValueError(f"backward must return {what}{hint}")
    return _flat(parts["dW"], parts["db"])


def _judge(i, got, want, floor, weights, close):
    """Give the LayerCheck of layer i, from its derivatives: first those of the weights."""
    wrong, ratios, blur = [], [], {}
    parts = {f"dW[{i}]": slice(weights), f"db[{i}]": slice(weights, None)}
    for name, part in parts.items():
        a, b, least = got[part], want[part], floor[part]
        largest = np.abs([a, b]).max()
        blur[name] = least.max() / largest if largest else np.inf  # 0 = 0 would tell nothing
        if (np.abs(a - b) > least + close * largest).any():
            clear = (np.abs(b) > least / close**0.5) | (a == 0) & (b != 0)
            wrong.append(name)
            ratios += [*(a[clear] / b[clear])]
    alike = close**0.5 * np.abs([*ratios, 0.0]).max()
    same = len(ratios) > 0 and np.ptp(ratios) <= alike < np.ptp([*ratios, 1.0])  # and not all are 1
    ratio = float(np.mean(ratios)) if same else None
    hidden = tuple(name for name in blur if blur[name] > BLIND)
    least = min((blur[name] for name in hidden), default=max(blur.values()))
    where = parts[wrong[0]] if len(wrong) == 1 else slice(None)
    error = relative_error(got[where], want[where])
    return LayerCheck(i, error, float(least), tuple(wrong), ratio, hidden)


def _try_functions(net, cache, Y, loss, method):
    """Refuse a function of the user's that rounds to float32, or lets no complex step through."""
    uses = [(g.function, z) for g, z in zip(net.g[1:], cache.z[1:], strict=True)]
    for function, z, *labels in [*uses, (loss.function, cache.z[-1], Y)]:
        if not isinstance(function, Guard):
            continue
        here = function(z, *labels)
        given = np.asarray(untouched(function.function, function.name, z, *labels)).dtype
        if given == np.float32:
            raise ValueError(f"{function.name} must compute in float64 to be checked, got {given}")
        if method != "complex":
            continue
        try:
            slope = np.imag(function(z + 1e-20j, *labels)) / 1e-20
        except TypeError as error:
            wanted = "must take complex numbers for the complex step"
            raise TypeError(f"{function.name} {wanted}: {error}; use method='central'") from error
        e = 1e-6 * np.maximum(1.0, np.abs(z))
        sides = [(function(z + x, *labels) - here) / x for x in (e, -e)]  # they differ at a kink
        least = 1e-2 * np.abs(sides).max() + 4 * EPS * np.abs(here) / e
        if (np.abs(slope - sides).min(axis=0) > least).any():
            why = "or the complex step finds a wrong slope (abs and sign break it)"
            raise ValueError(f"{function.name} must be analytic, {why}; use method='central'")


def _numerical(net, X, Y, loss, method, h):
    """Give the derivative from its definition, and how far off both ways can be."""
    gradient = complex_step_gradient if method == "complex" else numerical_gradient

    def J(theta):
        value = _cost(_forward(_unflatten(theta, net), X)[0][-1], Y, loss)
        if not np.isfinite(value):
            raise ValueError(f"X, W or b is too large: the {method} step overflows; standardise X")
        return value

    if not (reach := reach_of_step(net, X, h)) <= 32:
        what = f"the step h = {h:g} moves a weighted input by up to {reach:.2g}"
        raise ValueError(f"X or W is too large: {what}; standardise X, or pass a smaller h")
    # the formula is off by a multiple of h^2, which half the step shows, if the step is small
    parts = () if reach <= 1e-8 else (2,) if reach <= 1e-4 else (2, 8, 32)
    most = np.abs(theta := flatten(net)).max()
    if method == "central" and most + h / max(parts, default=1) == most:
        wanted = f"large enough to change every parameter, up to {most:g} in size, got {h:g}"
        fine = most + 1e-5 / 32 > most and reach_of_step(net, X, 1e-5) <= 32
        raise ValueError(f"h must be {wanted}{'; did you mean h=1e-05?' if fine else ''}")
    want = gradient(J, theta, h=h)
    round_off, of_J = rounding(net, X, Y, loss)
    floor = round_off = round_off + (TINY if method == "complex" else of_J) / h
    for part in parts:
        floor = np.maximum(floor, round_off + 2 * np.abs(gradient(J, theta, h=h / part) - want))
    return want, floor


def _kinks(net, X, h):
    """Find the units that rounding, or the step h in a parameter, can put across a kink."""
    z, a, z_error, _ = forward_rounding(net, X)
    found, moved = [], np.zeros_like(X)
    for i in range(1, net.L):
        own = h * np.maximum(1.0, np.abs(a[i - 1]).max(axis=0))
        reach = np.maximum(own, np.abs(net.W[i]) @ moved) + z_error[i] + TINY
        places = (net.g[i].function(z[i] + s * reach) for s in np.linspace(-1, 1, 9))
        slopes = np.array([net.g[i].derivative(a) for a in places])
        changes, steepest = np.abs(np.diff(slopes, axis=0)), np.abs(slopes).max(axis=0)
        # on a bend the slope changes all the way, at a kink in one place
        jump = np.where(changes.max(axis=0) > changes.sum(axis=0) / 2, changes.max(axis=0), 0)
        found += [(i, *map(int, k)) for k in np.argwhere(jump > np.maximum(1e-3 * steepest, 1e-6))]
        moved = steepest * reach
    return found


def _names(net):
    """Name all parameters in the order of `flatten`, such as ``W[2][0, 1]``."""
    for i in range(1, net.L + 1):
        for name, parameter in (("W", net.W[i]), ("b", net.b[i])):
            yield from (f"{name}[{i}]{list(k)}" for k in np.ndindex(parameter.shape))
