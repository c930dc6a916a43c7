"""Samples and labels as a value: split into two parts, standardised, with what undoes it kept."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from bpcore import _validate as valid
from bpcore._guard import Value


@dataclass(frozen=True, eq=False)
class Dataset(Value):
    """Samples in columns and their labels.

    Parameters
    ----------
    X : array, shape (d, m)
    Y : array, shape (1, m)
        Labels, 0 or 1; for n classes shape (n, m), with a 1 in the row of the class.
    name : str
    mean, deviation : array, shape (d, 1), optional
        What was taken off every feature and what it was divided by, if `split` standardised it;
        every deviation is positive.

    Raises
    ------
    ValueError, TypeError
        If X and Y, or mean and deviation, do not fit together.

    Examples
    --------
    >>> Dataset([[1.0, 2.0]], [[0, 1]], "two points")
    Dataset('two points': d=1, m=2)

    Notes
    -----
    Chapter :doc:`/chapters/12_training_on_real_data`. The arrays are read-only copies.
    """

    X: Any
    Y: Any
    name: str = "data"
    mean: Any = None
    deviation: Any = None

    def __post_init__(self) -> None:
        valid.as_instance(self.name, str, "name", "give mean and deviation by their names")
        shape, labels = valid.shape_of(self.X), valid.shape_of(self.Y)
        d, m = shape if len(shape) == 2 else ("d", None)
        if m not in labels and d == max(labels, default=0):  # so many labels: samples in rows
            d, m = m, d
        X = valid.as_columns(self.X, d, m=m)
        m = X.shape[1]
        rows = labels[0] if labels[1:] == (m,) and labels[0] > 1 else valid.classes(self.Y, m)
        fields = {"X": X, "Y": valid.as_labels(self.Y, rows, m)}
        for name in ("mean", "deviation"):
            if (value := getattr(self, name)) is not None:
                fields[name] = valid.as_columns(value, len(X), name, m=1)
        if len(fields) == 3:
            raise ValueError("mean and deviation must be given together, or neither")
        if len(fields) == 4 and not (least := fields["deviation"].min()) > 0:
            raise ValueError(f"deviation must be positive, 1 for a constant feature, got {least}")
        valid.freeze(*fields.values())
        vars(self).update(fields)

    def __repr__(self) -> str:
        return f"Dataset({self.name!r}: d={self.X.shape[0]}, m={self.X.shape[1]})"

    def standardise(self, X: ArrayLike) -> np.ndarray:
        """Treat samples that come later, such as the next patient, as `split` treated these.

        Parameters
        ----------
        X : array, shape (d, m)
            Features as they were measured.

        Returns
        -------
        array, shape (d, m)
            (X - mean) / deviation, with those of this set.

        Raises
        ------
        ValueError, TypeError
            If X does not fit, or this set was not standardised.

        Examples
        --------
        >>> from bpcore import blobs
        >>> data = blobs(40, rng=0)
        >>> training, _ = data.split(rng=1)
        >>> training.standardise(data.X[:, :1]).shape
        (2, 1)
        """
        if self.mean is None:
            wanted = "a part that split made, to have mean and deviation"
            raise ValueError(f"{self!r} must be {wanted}")
        with np.errstate(all="ignore"):
            return (valid.as_columns(X, len(self.X)) - self.mean) / self.deviation

    def split(self, *, rng: valid.Seed, held_back: float = 0.25) -> tuple["Dataset", "Dataset"]:
        """Split at random into a training part and a held-back part, and standardise both.

        Parameters
        ----------
        rng : int, numpy Generator or None
            Decides which samples are held back.
        held_back : float
            Share of the samples of each class, between 0 and 1.

        Returns
        -------
        (Dataset, Dataset)
            Training part and held-back part, each with every class. Mean and standard deviation
            come from the training part alone; both parts keep them, for samples that come later.
            A feature that is constant in the training part becomes 0 in it.

        Raises
        ------
        ValueError, TypeError
            If a class is too small to be in both parts, the standard deviation overflows or
            underflows, or an argument is not of its kind.

        Examples
        --------
        >>> from bpcore import blobs
        >>> train_part, test_part = blobs(40, rng=0).split(rng=1)
        >>> train_part.X.shape, test_part.X.shape
        ((2, 30), (2, 10))
        """
        share = valid.as_positive(held_back, "held_back", usual=0.25, at_most=1.0)
        order = valid.as_rng(rng).permutation(self.X.shape[1])
        kinds = np.unique(self.Y[:, order], axis=1, return_inverse=True)[1].ravel()
        test = np.zeros(len(order), dtype=bool)
        for kind in range(kinds.max() + 1):
            members = np.flatnonzero(kinds == kind)
            if share == 1 or len(members) < 2:
                raise ValueError(
                    f"held_back must leave samples of every class in both parts, got {held_back} "
                    f"of {len(members)} in one class"
                )
            test[members[: min(max(round(share * len(members)), 1), len(members) - 1)]] = True
        mean, std = moments(self.X[:, order[~test]], "X")
        with np.errstate(all="ignore"):
            X = (self.X - mean) / std
            if self.mean is not None:  # a part is split again: its samples were scaled before
                mean, std = self.mean + self.deviation * mean, self.deviation * std

        def part_of(chosen, name):
            return Dataset(X[:, chosen], self.Y[:, chosen], f"{self.name}, {name}", mean, std)

        return part_of(order[~test], "training part"), part_of(order[test], "held back")


def moments(X: np.ndarray, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Give mean and standard deviation of every feature, 1 for a constant one."""
    with np.errstate(all="ignore"):
        mean, std = X.mean(axis=1, keepdims=True), X.std(axis=1, keepdims=True)
        std[np.ptp(X, axis=1) == 0] = 1.0  # not 0, and not a rounding error in place of 0
    if not ((std > 0) & np.isfinite(std)).all():
        what = f"{name} is too large or too small"
        raise ValueError(f"{what}: its standard deviation is lost; scale {name}")
    return mean, std
