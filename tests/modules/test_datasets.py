"""Data sets: shapes, classes, the split without leakage, and accuracy on the real ones."""

import numpy as np
import pytest

from bpcore import (
    Dataset,
    accuracy,
    blobs,
    breast_cancer,
    circles,
    digits,
    init_network,
    moons,
    ten_digits,
    train,
    worked_example,
    xor,
)

shapes = pytest.mark.parametrize("shape", [blobs, moons, circles, xor], ids=lambda f: f.__name__)


@shapes
@pytest.mark.parametrize("m", [2, 3, 7, 200])
def test_half_of_each_class(shape, m):
    data = shape(m, rng=0)
    assert data.X.shape == (2, m)
    assert data.Y.shape == (1, m)
    assert (data.Y == 0).sum() == m // 2
    assert repr(data) == f"Dataset('{shape.__name__}': d=2, m={m})"
    assert shape(rng=0).X.shape == (2, 200)


@shapes
def test_the_seed_decides(shape):
    first, again, other = shape(9, rng=3), shape(9, rng=np.random.default_rng(3)), shape(9, rng=4)
    assert np.array_equal(first.X, again.X)
    assert not np.array_equal(first.X, other.X)
    assert not np.array_equal(shape(9, rng=None).X, shape(9, rng=None).X)


@shapes
def test_noise_is_the_standard_deviation(shape):
    """The same draw with more noise moves away from the noiseless shape by that factor."""
    quiet, usual = shape(4000, rng=0, noise=0).X, shape(4000, rng=0).X
    defaults = {blobs: 1.0, moons: 0.1, circles: 0.1, xor: 0.3}
    assert (usual - quiet).std() == pytest.approx(defaults[shape], rel=0.03)
    loud = shape(4000, rng=0, noise=2).X
    np.testing.assert_allclose(loud - quiet, (usual - quiet) * 2 / defaults[shape], rtol=1e-9)
    rng = np.random.default_rng(0)  # the noise is what the generator draws last
    if shape is xor:
        rng.choice([-1.0, 1.0], 4000)
    elif shape is not blobs:
        rng.uniform(size=4000)
    np.testing.assert_allclose(loud - quiet, 2 * rng.normal(size=(2, 4000)), rtol=1e-9)


@pytest.mark.parametrize("shape", [blobs, circles, moons, xor])
def test_too_much_noise_is_blamed_and_not_the_samples(shape):
    part, _ = shape(40, rng=0, noise=1e100).split(rng=0)
    np.testing.assert_allclose(part.X.std(axis=1), 1)
    with pytest.raises(ValueError, match=r"^noise must be 0 or positive and at most 1e\+100, got"):
        shape(40, rng=0, noise=1e308)


def test_the_shapes_without_noise():
    X, y = (lambda d: (d.X, d.Y[0]))(blobs(8, rng=0, noise=0))
    assert np.array_equal(X, [np.where(y == 1, 2.0, -2.0), np.zeros(8)])

    X, y = (lambda d: (d.X, d.Y[0]))(xor(40, rng=0, noise=0))
    assert np.array_equal(np.abs(X), np.ones((2, 40)))
    assert np.array_equal(X[0] * X[1] < 0, y == 1)
    assert len(np.unique(X, axis=1).T) == 4

    X, y = (lambda d: (d.X, d.Y[0]))(circles(40, rng=0, noise=0))
    np.testing.assert_allclose(np.hypot(*X), np.where(y == 1, 1.0, 2.0), rtol=1e-15)
    X = circles(8000, rng=0, noise=0).X  # all round, and evenly
    _, counts = np.unique(np.floor(np.arctan2(X[1], X[0]) / (np.pi / 4)), return_counts=True)
    assert len(counts) == 8
    assert counts.min() > 900

    X, y = (lambda d: (d.X, d.Y[0]))(moons(400, rng=0, noise=0))
    upper, lower = X[:, y == 0], X[:, y == 1]
    np.testing.assert_allclose(np.hypot(upper[0] + 0.5, upper[1] + 0.25), 1, rtol=1e-15)
    np.testing.assert_allclose(np.hypot(lower[0] - 0.5, lower[1] - 0.25), 1, rtol=1e-15)
    assert (upper[1] >= -0.25).all()
    assert (lower[1] <= 0.25).all()
    assert upper[0].min() < -1.4 < 1.4 < lower[0].max()
    assert upper[0].max() > 0.4
    assert lower[0].min() < -0.4


def test_real_sets():
    cancer = breast_cancer()
    assert repr(cancer) == "Dataset('breast cancer': d=30, m=569)"
    assert cancer.Y.sum() == 212  # malignant
    pair = digits()
    assert repr(pair) == "Dataset('digits 3 and 8': d=64, m=357)"
    assert pair.Y.sum() == 174  # eights
    assert (pair.X.min(), pair.X.max()) == (0, 16)
    swapped = digits(8, 3)
    assert np.array_equal(swapped.X, pair.X)
    assert np.array_equal(swapped.Y, 1 - pair.Y)
    assert digits(0, 9).name == "digits 0 and 9"


@pytest.mark.parametrize("none", [[], (), np.zeros((0, 13)), [[]]], ids=repr)
def test_a_class_of_no_digits_is_refused(none):
    for zero, one in ((none, 3), (3, none)):
        with pytest.raises(
            TypeError, match=r"^(zero|one) must be a whole number or a list of them"
        ):
            digits(zero, one)


def test_digits_in_groups():
    """Even and odd, as groups of any kind; each image keeps its place."""
    images = ten_digits()
    assert repr(images) == "Dataset('ten digits': d=64, m=1797)"
    assert images.Y.shape == (10, 1797)
    assert np.array_equal(images.Y.sum(axis=0), np.ones(1797))
    number = images.Y.argmax(axis=0)
    for even in (range(0, 10, 2), [0, 2, 4, 6, 8], np.array([8, 6, 4, 2, 0])):
        data = digits(even, range(1, 10, 2))
        assert np.array_equal(data.X, images.X)
        assert np.array_equal(data.Y[0], number % 2)
    data = digits(3, [8, 0])
    assert data.name == "digits 3 and 8, 0"
    assert np.array_equal(data.X, images.X[:, np.isin(number, (0, 3, 8))])
    assert np.array_equal(data.Y[0], number[np.isin(number, (0, 3, 8))] != 3)
    pair = digits(3, 8)
    assert np.array_equal(pair.X, images.X[:, np.isin(number, (3, 8))])
    for groups in ((3, 3), ([3, 4], 3), ([3, 3], 1), (3, 10), ([1, 12], 3)):
        with pytest.raises(ValueError, match=r"^zero and one must be different digits 0\.\.9, got"):
            digits(*groups)
    for empty in ([], "38", ()):
        with pytest.raises(
            TypeError, match=r"^zero must be a whole number or a list of them, got "
        ):
            digits(empty, 3)


def test_breast_cancer_is_learned(record_property):
    data, scores = breast_cancer(), []
    for k in range(5):
        ours, theirs = data.split(rng=k)
        net = init_network([30, 16, 1], rng=k)
        net, _ = train(net, ours.X, ours.Y, learning_rate=1.0, epochs=100, record=False)
        scores.append(accuracy(net, theirs.X, theirs.Y))
    record_property("breast cancer, held-back share wrong, 5 splits", float(1 - np.mean(scores)))
    assert np.mean(scores) >= 0.96, scores


def test_two_digits_are_learned(record_property):
    data, scores = digits(3, 8), []
    for k in range(5):
        ours, theirs = data.split(rng=k)
        net = init_network([64, 32, 1], rng=k)
        net, _ = train(net, ours.X, ours.Y, learning_rate=1.0, epochs=100, record=False)
        scores.append(accuracy(net, theirs.X, theirs.Y))
    record_property("digits 3 and 8, held-back share wrong, 5 splits", float(1 - np.mean(scores)))
    assert np.mean(scores) >= 0.98, scores


def test_ten_digits_are_learned(record_property):
    data, scores = ten_digits(), []
    for k in range(2):
        ours, theirs = data.split(rng=k)
        net = init_network([64, 32, 10], rng=k)
        net, _ = train(net, ours.X, ours.Y, learning_rate=1.0, epochs=100, record=False)
        scores.append(accuracy(net, theirs.X, theirs.Y))
    record_property("ten digits, held-back share wrong, 2 splits", float(1 - np.mean(scores)))
    assert np.mean(scores) >= 0.95, scores


def held_back(Y, **options):
    """Give the numbers of the samples that go into each part, which depend on the labels alone."""
    parts = Dataset(np.arange(Y.shape[1])[None], Y).split(**options)
    return [np.rint(part.X * part.deviation + part.mean)[0].astype(int) for part in parts]


def test_split_standardises_by_the_training_part_alone():
    data = breast_cancer()
    ours, theirs = data.split(rng=0)
    assert (ours.X.shape, theirs.X.shape) == ((30, 427), (30, 142))
    np.testing.assert_allclose(ours.X.mean(axis=1), 0, atol=1e-12)
    np.testing.assert_allclose(ours.X.std(axis=1), 1, rtol=1e-12)
    assert np.abs(theirs.X.mean(axis=1)).max() > 0.01
    assert ours.name == "breast cancer, training part"
    assert theirs.name == "breast cancer, held back"
    # what is held back may say anything: the training part does not move
    ours_are, theirs_are = held_back(data.Y, rng=0)
    assert np.array_equal(np.sort(np.concatenate([ours_are, theirs_are])), np.arange(569))
    X = data.X.copy()
    X[:, theirs_are] = 7.0
    changed, _ = Dataset(X, data.Y).split(rng=0)
    assert np.array_equal(changed.X, ours.X)
    # and both parts are the same affine map of the data
    part = data.X[:, ours_are]
    mean, std = part.mean(axis=1, keepdims=True), part.std(axis=1, keepdims=True)
    np.testing.assert_allclose(theirs.X, (data.X[:, theirs_are] - mean) / std, rtol=1e-12)
    assert np.array_equal(ours.Y, data.Y[:, ours_are])
    assert np.array_equal(theirs.Y, data.Y[:, theirs_are])


def test_the_scale_is_kept_for_samples_that_come_later():
    """The next patient comes alone, and is treated as those before."""
    data = breast_cancer()
    ours, theirs = data.split(rng=0)
    ours_are, theirs_are = held_back(data.Y, rng=0)
    for part in (ours, theirs):
        assert np.array_equal(part.mean, ours.mean)
        assert np.array_equal(part.deviation, ours.deviation)
        assert part.mean.shape == part.deviation.shape == (30, 1)
        assert not (part.mean.flags.writeable or part.deviation.flags.writeable)  # noqa: PT018
        for k in (0, 17):
            patient = data.X[:, theirs_are[k], None]
            assert np.array_equal(part.standardise(patient), theirs.X[:, k, None])
        assert np.array_equal(part.standardise(data.X[:, ours_are].tolist()), ours.X)
    with pytest.raises(ValueError, match=r"^X must have shape \(30, m\), got \(30,\); .*reshape"):
        ours.standardise(data.X[:, 0])
    with pytest.raises(ValueError, match=r"^Dataset\('breast cancer.* must be a part that split "):
        data.standardise(data.X)


def test_a_part_that_is_split_again_knows_both_scales():
    data = breast_cancer()
    ours, _ = data.split(rng=0)
    fit, validation = ours.split(rng=1)
    ours_are, fit_are = held_back(data.Y, rng=0)[0], held_back(ours.Y, rng=1)[0]
    patients = data.X[:, ours_are[fit_are]]
    for part in (fit, validation):
        np.testing.assert_allclose(part.standardise(patients), fit.X, rtol=1e-9, atol=1e-12)


def test_split_of_a_constant_feature():
    """Not even where the standard deviation of a constant is rounded to something above 0."""
    X = np.array([np.full(40, 0.1), np.arange(40)])
    assert X[0, :30].std() > 0
    ours, theirs = Dataset(X, np.arange(40)[None] % 2).split(rng=0)
    assert np.abs(ours.X[0]).max() < 1e-15
    assert np.abs(theirs.X[0]).max() < 1e-15
    assert ours.X[1].std() == pytest.approx(1)


def test_what_is_constant_in_training_keeps_its_scale():
    X, Y = np.full((1, 40), 3.0), np.arange(40)[None] % 2
    X[0, held_back(Y, rng=0)[1]] = 5.0
    ours, theirs = Dataset(X, Y).split(rng=0)
    assert (ours.X == 0).all()
    assert (theirs.X == 2).all()


def test_split_sizes():
    data = blobs(10, rng=0)  # 5 samples of each class
    for share, each in ((0.01, 1), (0.1, 1), (0.25, 1), (0.5, 2), (0.7, 4), (0.9, 4), (0.99, 4)):
        for part, size in zip(data.split(rng=0, held_back=share), (5 - each, each), strict=True):
            assert [(y == part.Y).sum() for y in (0, 1)] == [size, size]
    assert data.split(rng=0)[1].X.shape == (2, 2)
    with pytest.raises(ValueError, match=r"^held_back must leave .* parts, got 1.0 of 5 in one"):
        data.split(rng=0, held_back=1.0)
    once, twice = data.split(rng=1)[0], data.split(rng=1)[0]
    assert np.array_equal(once.X, twice.X)


@pytest.mark.parametrize("rare", [2, 3, 20])
def test_every_class_is_in_both_parts(rare):
    """3 positives of 40, which a draw without care leaves out of one part in 37 of 100 splits."""
    Y = (np.arange(40) < rare)[None]
    for seed in range(100):
        counts = [np.bincount(Y[0, part]) for part in held_back(Y, rng=seed)]
        assert counts[0].min() >= 1
        assert counts[1].tolist() == [round((40 - rare) / 4), max(1, round(rare / 4))]
    drawn = {tuple(sorted(held_back(Y, rng=seed)[1])) for seed in range(100)}
    assert len(drawn) > 90  # and not always the same samples


def test_every_digit_is_in_both_parts():
    data = ten_digits()
    for part, share in zip(data.split(rng=0, held_back=0.2), (0.8, 0.2), strict=True):
        assert np.abs(part.Y.sum(axis=1) - share * data.Y.sum(axis=1)).max() <= 0.5
        assert (part.Y.sum(axis=0) == 1).all()


def test_a_class_of_one_sample_cannot_be_split():
    data = Dataset(np.arange(8.0)[None], [[0, 0, 0, 1, 0, 0, 0, 0]])
    with pytest.raises(ValueError, match=r"^held_back must leave .* parts, got 0.25 of 1 in one "):
        data.split(rng=0)


@pytest.mark.parametrize("scale", [1e308, 1e-200])
def test_split_of_numbers_too_large_or_too_small(scale):
    data = Dataset(np.array([[1.0, -1.0, 0.0, 0.5]]) * scale, [[0, 1, 0, 1]])
    lost = pytest.raises(
        ValueError,
        match=r"^X is too large or too small: its standard deviation is lost; scale X$",
    )
    with np.errstate(all="raise", under="ignore"), lost:
        data.split(rng=0)


def test_a_dataset_is_a_read_only_copy():
    X, Y = np.eye(2), np.array([[0.0, 1.0]])
    mean, deviation = np.zeros((2, 1)), np.ones((2, 1))
    data = Dataset(X, Y)
    assert data.name == "data"
    assert data.mean is data.deviation is None
    data = Dataset(X, Y, mean=mean, deviation=deviation)
    arrays = (data.X, data.Y, data.mean, data.deviation)
    assert not any(array.flags.writeable for array in arrays)
    before = [array.copy() for array in arrays]
    for array in (X, Y, mean, deviation):
        array += 5
    assert all(map(np.array_equal, arrays, before))


def test_a_scale_is_whole_or_not_there():
    for half in ({"mean": [[0.0]]}, {"deviation": [[1.0]]}):
        with pytest.raises(ValueError, match=r"^mean and deviation must be given together"):
            Dataset([[1.0, 2.0]], [[0, 1]], **half)
    with pytest.raises(
        ValueError, match=r"^deviation must have shape \(1, 1\), got \(1,\); .*reshape"
    ):
        Dataset([[1.0, 2.0]], [[0, 1]], mean=[[0.0]], deviation=[1.0])


@pytest.mark.parametrize("deviation", [0.0, -1.0])
def test_nothing_can_be_divided_by_that_deviation(deviation):
    with pytest.raises(
        ValueError,
        match=rf"^deviation must be positive, 1 for a constant feature, got {deviation}$",
    ):
        Dataset(np.eye(2), [[0, 1]], mean=np.zeros((2, 1)), deviation=[[1.0], [deviation]])


def test_mean_and_deviation_go_by_their_names():
    with pytest.raises(TypeError, match=r"^name must be a str, got ndarray .*; give mean and"):
        Dataset(np.eye(2), [[0, 1]], np.zeros((2, 1)), np.ones((2, 1)))


def test_labels_that_are_names():
    with pytest.raises(TypeError, match=r"^Y must hold the numbers 0 and 1, .* == 'M'\)?.*\?$"):
        Dataset([[1.0, 2.0]], [["B", "M"]])


def test_labels_of_several_classes_have_a_row_for_each():
    Y = np.eye(3)[:, [0, 2, 1, 2]]
    assert np.array_equal(Dataset(np.ones((5, 4)), Y).Y, Y)
    assert np.array_equal(Dataset(np.eye(2), [[0, 1]]).Y, [[0, 1]])
    assert Dataset([[1.0]], [[0], [1]]).Y.shape == (2, 1)


def test_labels_of_several_classes_that_come_otherwise_are_told_their_rows():
    kinds = np.array([0, 1, 2, 0, 1, 2])
    for labels in (kinds, kinds[None], kinds * 1.0, np.eye(3)[kinds], [*"abcabc"]):
        with pytest.raises((ValueError, TypeError), match=r"^Y must .*; did you mean ") as caught:
            Dataset(np.ones((4, 6)), labels)
        code = str(caught.value).split("did you mean ")[1][:-1]
        rows = eval(code, {"np": np, "Y": labels})
        assert np.array_equal(Dataset(np.ones((4, 6)), rows).Y, np.eye(3)[:, kinds])
    for labels in (np.arange(6), np.arange(6) / 4, [1, "a", None] * 2, [[1], [1, 2]]):
        with pytest.raises((ValueError, TypeError), match=r"^Y must [^;]*$"):
            Dataset(np.ones((4, 6)), labels)


def test_worked_example():
    net, X, Y = worked_example()
    assert (net.n, net.num_parameters) == ((4, 3, 1), 19)
    assert np.array_equal(
        net.W[1], [[0.5, -0.3, 0.8, 0.1], [-0.6, 0.4, 0.2, -0.7], [0.3, 0.9, -0.5, 0.2]]
    )
    assert np.array_equal(net.W[2], [[0.7, -0.4, 0.6]])
    assert np.array_equal(net.b[1], [[0.1], [-0.2], [0.05]])
    assert np.array_equal(net.b[2], [[-0.3]])
    assert np.array_equal(X, [[1.0], [0.5], [-1.5], [2.0]])
    assert np.array_equal(Y, [[1.0]])
    assert not any(array.flags.writeable for array in (X, Y))
    sizes = sorted({abs(x) for p in (net.W[1], net.W[2]) for x in p.ravel()})
    assert len(sizes) == 9  # few repetitions: a wrong index is seen
