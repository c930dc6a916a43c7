"""The README's picture is what the package computes now."""

from pathlib import Path

import pictures
from matplotlib.testing.compare import compare_images

from bpcore import Network, plots, worked_example

ROOT = Path(__file__).parents[2]
# Root mean square of the difference of pixels (0 to 255): other versions draw letters otherwise.
CLOSE = 2


def difference(path):
    """Draw it there and compare it with the one that is shown: None, or what differs."""
    pictures.draw(path)
    return compare_images(str(ROOT / pictures.PICTURE), str(path), CLOSE)


def test_it_shows_what_the_package_computes_whatever_style_is_set(tmp_path):
    with plots.plt.rc_context():
        plots.use_style()
        now = difference(tmp_path / "now.png")
    assert f"]({pictures.PICTURE})" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert now is None, "draw it again: make pictures"


def test_another_number_is_found(tmp_path, monkeypatch):
    net, X, Y = worked_example()
    other = Network([None, net.W[1], 1.1 * net.W[2]], net.b)
    monkeypatch.setattr(pictures, "worked_example", lambda: (other, X, Y))
    assert difference(tmp_path / "other.png") is not None
