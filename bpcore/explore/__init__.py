"""Live pictures: the reader moves a number, and the page computes what follows from it.

A picture is an anywidget. In a notebook its state comes back to Python (``picture.net``); on the
page of the book it runs without a kernel. The arithmetic is ``network.js``: F1, F2, BP1 to BP4 and
the update once more, one line each, equal to bpcore to 1e-12. Each kind of picture is a
function here and a file of JavaScript of the same name.
"""

from bpcore.explore._picture import Picture
from bpcore.explore.descent import batches, bowl, difference, valley
from bpcore.explore.frames import frames, grid
from bpcore.explore.one_unit import bars, fit, losses, pulls, region, tangent, unit
from bpcore.explore.passes import chain, faults, knob, names, passes
from bpcore.explore.pixels import pixels
from bpcore.explore.playground import playground

__all__ = [
    "Picture",
    "bars",
    "batches",
    "bowl",
    "chain",
    "difference",
    "faults",
    "fit",
    "frames",
    "grid",
    "knob",
    "losses",
    "names",
    "passes",
    "pixels",
    "playground",
    "pulls",
    "region",
    "tangent",
    "unit",
    "valley",
]
