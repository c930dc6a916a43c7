"""Draw the README's picture from the package itself: ``python site/pictures.py``."""

import matplotlib

matplotlib.use("agg")

import matplotlib.pyplot as plt

from bpcore import backward, forward, plots, worked_example

PICTURE = "site/static/worked-example.png"


@plt.style.context("default", after_reset=True)  # whoever calls may have set another style
def draw(path=PICTURE):
    """Draw forward values in the units, deltas below them."""
    net, X, Y = worked_example()
    cache = forward(net, X)
    grads = backward(net, cache, Y)
    units = [(i, j) for i in range(net.L + 1) for j in range(1, net.n[i] + 1)]
    figure, ax = plt.subplots(figsize=(8, 5))
    plots.network(
        net.n,
        inside={(i, j): f"{cache.a[i][j - 1, 0]:.2f}" for i, j in units},
        below={(i, j): rf"$\delta$ = {grads.delta[i][j - 1, 0]:+.3f}" for i, j in units if i},
        below_colour="delta",
        apart=1.35,
        edges={
            (i, j, k): f"{net.W[i][j - 1, k - 1]:+.1f}"
            for i, j in units
            if i
            for k in range(1, net.n[i - 1] + 1)
        },
        ax=ax,
    )
    ax.annotate(
        "forward: $z = Wa + b$, $a = g(z)$", (0.22, 1.0), xycoords="axes fraction", fontsize=11,
        ha="center", color=plots.COLOUR["a"],
    )  # fmt: skip
    ax.annotate(
        r"backward: $\delta = (W^{\!\top}\!\delta)\odot g'(z)$", (0.82, 1.0),
        xycoords="axes fraction", fontsize=11, ha="center", color=plots.COLOUR["delta"],
    )  # fmt: skip
    figure.savefig(path, dpi=150, bbox_inches="tight")
    plt.close(figure)


if __name__ == "__main__":
    draw()
