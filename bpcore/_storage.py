"""Files of our values: the .npz format, with one text of JSON for what is no array."""

from contextlib import nullcontext
from os import PathLike

import numpy as np

from bpcore._validate import describe, freeze


def _opened(file, mode):
    """Open a path; a file that is open already passes through, and stays open."""
    return open(file, mode) if isinstance(file, (str, bytes, PathLike)) else nullcontext(file)


def save(file, values):
    """Write named values, arrays and plain ones, to a path or an open binary file."""
    import json  # here, because `import bpcore` must be quick

    arrays = {k: v for k, v in values.items() if isinstance(v, np.ndarray)}
    scalars = {k: v for k, v in values.items() if k not in arrays}
    text = json.dumps(scalars, default=np.ndarray.tolist)  # some generators' states have arrays
    try:
        with _opened(file, "wb") as out:
            np.savez(out, scalars=text, **arrays)
    except TypeError:
        wanted = "a path or an open binary file"
        raise TypeError(f"file must be {wanted}, got {describe(file)}") from None


def load(file, kind, build):
    """Read what `save` wrote and build a value from it, or say that the file is another's."""
    import json
    from zipfile import BadZipFile

    wrong = (AttributeError, EOFError, KeyError, RuntimeError, TypeError, ValueError, BadZipFile)
    try:
        with _opened(file, "rb") as source, np.lib.npyio.NpzFile(source) as data:
            arrays = {k: data[k] for k in data.files if k != "scalars"}
            freeze(*arrays.values())
            return build(**arrays, **json.loads(str(data["scalars"])))
    except wrong as error:
        raise ValueError(f"file must be written by {kind}.save, got {file}: {error}") from None
