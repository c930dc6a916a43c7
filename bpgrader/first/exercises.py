"""A first assignment: what is asked, on which inputs, and how it usually goes wrong."""

import numpy as np

from bpgrader.spec import Exercise, Sheet, Written


def marks(rng):
    """Draw marks of some people in some subjects; their numbers differ from each other."""
    people, subjects = rng.choice(np.arange(3, 9), size=2, replace=False)
    return (rng.normal(60, 15, (people, subjects)),)


def scores(A, axis=0, ddof=0):
    return (A - A.mean(axis=axis, keepdims=True)) / A.std(axis=axis, keepdims=True, ddof=ddof)


def scores_by_loop(A):
    result = np.empty(A.shape)
    for k in range(A.shape[1]):
        column = A[:, k] - sum(A[:, k]) / len(A)
        result[:, k] = column / np.sqrt(sum(column**2) / len(A))
    return result


sheet = Sheet(
    title="A first assignment",
    exercises=[
        Exercise(
            name="standard_scores",
            points=2,
            equation="eq-score",  # what students search for in their text
            chapter="Week 1: means",
            inputs=marks,
            reference=lambda A: (A - A.mean(axis=0)) / A.std(axis=0),
            wrong={  # what to tell -> an answer that makes the mistake; eight at least
                "The mean is not subtracted.": lambda A: A / A.std(axis=0),
                "You did not divide by the standard deviation.": lambda A: A - A.mean(axis=0),
                "You divided by the variance; take its square root.": lambda A: (
                    (A - A.mean(axis=0)) / A.var(axis=0)
                ),
                "Means are over the people, axis 0, not over the subjects.": lambda A: scores(A, 1),
                "One mean for all subjects is not enough: take axis=0.": lambda A: (
                    (A - A.mean()) / A.std()
                ),
                "Divide by the number of people, not by one less (ddof=0).": lambda A: scores(
                    A, ddof=1
                ),
                "The sign is turned round: the mean is subtracted from the marks.": lambda A: (
                    -scores(A)
                ),
                "Subjects are columns; your result is transposed.": lambda A: scores(A).T,
                "You scaled to 0 ... 1 with the least and the greatest mark.": lambda A: (
                    (A - A.min(axis=0)) / np.ptp(A, axis=0)
                ),
            },
            right=[  # three at least, written differently from each other
                scores,
                scores_by_loop,
                lambda A: ((A.T - A.mean(axis=0)[:, None]) / A.T.std(axis=1, keepdims=True)).T,
            ],
        ),
    ],
    written=[
        Written(
            name="why-scores",
            rubric={
                "Subjects differ in their means and spreads": 1,
                "Scores compare a person with the others, in units of the spread": 1,
            },
        ),
    ],
)
