"""bpcore: backpropagation for a two-class network, written as the equations are.

Code index = superscript in the text; samples are columns. All numbers are float64: integers,
booleans and float32 are promoted on entry; float16, longdouble and complex are refused. The four
equations of backpropagation stand in ``backprop.py``, one line each; `train` replays them. Plots,
live pictures and notebook helpers are separate modules: ``from bpcore import explore, plots``.
"""

from bpcore.activations import Activation, identity, relu, sigmoid, tanh
from bpcore.backprop import Gradients, backward, per_sample_gradients
from bpcore.data import Dataset
from bpcore.datasets import (
    blobs,
    breast_cancer,
    circles,
    digits,
    moons,
    ten_digits,
    worked_example,
    xor,
)
from bpcore.descent import Path, descend, step
from bpcore.diagnosis import GradientCheck, LayerCheck, check_gradients
from bpcore.equations import check
from bpcore.gradcheck import (
    complex_step_gradient,
    flatten,
    numerical_gradient,
    relative_error,
    unflatten,
)
from bpcore.losses import (
    Loss,
    cross_entropy,
    entropy,
    kl_divergence,
    likelihood,
    quadratic,
    soft_cross_entropy,
    soft_quadratic,
)
from bpcore.network import Cache, Network, accuracy, cost, forward, init_network, predict
from bpcore.theta import backward_theta, fold, forward_theta, unfold, with_bias
from bpcore.training import History, Sweep, sweep, train

__all__ = [
    "Activation",
    "Cache",
    "Dataset",
    "GradientCheck",
    "Gradients",
    "History",
    "LayerCheck",
    "Loss",
    "Network",
    "Path",
    "Sweep",
    "accuracy",
    "backward",
    "backward_theta",
    "blobs",
    "breast_cancer",
    "check",
    "check_gradients",
    "circles",
    "complex_step_gradient",
    "cost",
    "cross_entropy",
    "descend",
    "digits",
    "entropy",
    "flatten",
    "fold",
    "forward",
    "forward_theta",
    "identity",
    "init_network",
    "kl_divergence",
    "likelihood",
    "moons",
    "numerical_gradient",
    "per_sample_gradients",
    "predict",
    "quadratic",
    "relative_error",
    "relu",
    "sigmoid",
    "soft_cross_entropy",
    "soft_quadratic",
    "step",
    "sweep",
    "tanh",
    "ten_digits",
    "train",
    "unflatten",
    "unfold",
    "with_bias",
    "worked_example",
    "xor",
]
