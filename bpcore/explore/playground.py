"""A network that trains in the page, on data and with a rate of the reader's choice."""

import numpy as np

from bpcore import _validate as valid
from bpcore import plots
from bpcore.activations import Activation
from bpcore.data import Dataset, moments
from bpcore.explore._picture import Picture, as_activation, as_loss, axes, picture, plain
from bpcore.losses import Loss, cross_entropy
from bpcore.network import init_network

BOX = 3.0  # the plane goes from -3 to 3


def playground(
    data: dict[str, Dataset],
    *,
    hidden: tuple[int, ...] = (8,),
    activation: Activation | str = "tanh",
    learning_rate: float = 1.0,
    loss: Loss | str = cross_entropy,
    seed: int = 0,
    label: str = "playground",
) -> Picture:
    """Make a playground: data, layers, activation, rate and batch size to choose, steps to take.

    Parameters
    ----------
    data : dict of str -> Dataset
        Of two features each; they are standardised so that the plane from -3 to 3 shows them.
    hidden : tuple of int
        Units of the hidden layers at the start.
    activation : Activation or str
        Of the hidden layers: sigmoid, tanh or relu.
    learning_rate : float
    loss : Loss or str
        cross_entropy or quadratic.
    seed : int
        For the weights at the start.
    label : str
        What a screen reader calls the picture.

    Returns
    -------
    Picture
        With ``.net``, the network as the reader left it.

    Raises
    ------
    ValueError, TypeError
        If a data set has not two features and two classes, or an argument does not fit.

    Examples
    --------
    >>> from bpcore import moons
    >>> playground({"moons": moons(20, rng=0)}, hidden=(3,)).net.n
    (2, 3, 1)
    """
    sets = {}
    for name, one in valid.as_instance(data, dict, "data", 'such as {"moons": ...}').items():
        valid.as_instance(name, str, "a name in data", 'such as "moons"')
        valid.as_instance(one, Dataset, f"data[{name!r}]", "such as moons gives")
        if (d := len(one.X)) != 2 or len(one.Y) != 1:
            wanted = f"2 features and one row of labels, got {d} and {len(one.Y)}"
            raise ValueError(f"data[{name!r}] must have {wanted}")
        mean, spread = moments(one.X, f"data[{name!r}].X")
        X = (one.X - mean) / spread
        sets[name] = {"X": X.round(4).tolist(), "Y": one.Y.tolist()}
    if not sets:
        raise ValueError("data must hold at least one Dataset, got an empty dict")
    first, loss, activation = next(iter(sets)), as_loss(loss), as_activation(activation)
    units, seed = valid.as_sizes(hidden, "hidden", least=0), valid.as_count(seed, "seed")
    net = init_network([2, *units, 1], rng=seed, hidden=activation)
    state = {
        "data": first,
        "hidden": units,
        "activation": activation,
        "learning_rate": valid.as_positive(learning_rate, "learning_rate"),
        "loss": loss.name,
        "batch": 10**9,
        "seed": seed,
    }
    state |= plain(net) | sets[first]
    figure, ax = axes()
    plots.samples(np.array(sets[first]["X"]), np.array(sets[first]["Y"]), ax=ax)
    ax.set(xlim=(-BOX, BOX), ylim=(-BOX, BOX))
    alt = f"{len(sets[first]['Y'][0])} samples of two classes, on which a network can be trained."
    return picture("playground", label, state, {"data": sets}, figure, alt)
