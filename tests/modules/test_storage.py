"""Files of our values: what was written is read, and nothing else is."""

import io
import json
from collections import Counter

import numpy as np
import pytest

from bpcore import History, Network, flatten, init_network, train, xor

DATA = xor(40, rng=0)
NET, HISTORY = train(
    init_network([2, 3, 1], rng=0, hidden="tanh"), DATA.X, DATA.Y,
    learning_rate=0.5, epochs=3, batch_size=8, rng=0,
)  # fmt: skip
VALUES = {"Network": (Network, NET), "History": (History, HISTORY)}
every = pytest.mark.parametrize("kind", VALUES)


def written(value):
    file = io.BytesIO()
    value.save(file)
    return file.getvalue()


def numbers(value):
    """Give all that a value holds, as one text."""
    if isinstance(value, Network):
        return repr(value), flatten(value).tobytes()
    arrays = (value.epoch, value.cost, value.accuracy, value.gradient_norm)
    return repr(value.rng_state), value.report, *(array.tobytes() for array in arrays)


@every
def test_a_path_a_name_or_an_open_file(kind, tmp_path):
    """The name is taken as it is given, and a file that was open stays open."""
    cls, value = VALUES[kind]
    for name in ("value.npz", "value", "value.1"):
        for place in (tmp_path / name, str(tmp_path / name), bytes(tmp_path / name)):
            value.save(place)
            assert [p.name for p in tmp_path.iterdir()] == [name]
            assert numbers(cls.load(place)) == numbers(value)
            (tmp_path / name).unlink()
    file = io.BytesIO()
    value.save(file)
    file.seek(0)
    assert numbers(cls.load(file)) == numbers(value)
    assert not file.closed


@every
def test_a_file_of_something_else_is_refused(kind, tmp_path):
    cls, _ = VALUES[kind]
    with pytest.raises(FileNotFoundError):
        cls.load(tmp_path / "missing.npz")
    np.save(tmp_path / "array.npy", np.eye(2))
    np.savez(tmp_path / "arrays.npz", a=np.eye(2))
    np.savez(tmp_path / "scalars.npz", scalars=json.dumps({"epoch": 1}))
    np.savez(tmp_path / "list.npz", scalars="[1]")
    np.savez(tmp_path / "nothing.npz", scalars="{}")
    np.savez(tmp_path / "pickle.npz", scalars="{}", cost=np.array([print], dtype=object))
    np.savez(tmp_path / "names.npz", scalars=json.dumps({"g": ["sigmoid", "unknown"]}))
    np.savez(tmp_path / "shapes.npz", scalars=json.dumps({"g": ["sigmoid"]}), W1=[1.0], b1=[1.0])
    (tmp_path / "text.npz").write_text("epoch,cost")
    (tmp_path / "empty.npz").write_bytes(b"")
    (tmp_path / "torn.npz").write_bytes((tmp_path / "arrays.npz").read_bytes()[:100])
    for other, (_, another) in VALUES.items():
        if other != kind:
            another.save(tmp_path / other)
    for file in tmp_path.iterdir():
        with pytest.raises(
            ValueError, match=rf"^file must be written by {kind}\.save, got .*: "
        ) as caught:
            cls.load(file)
        assert "you can load it" not in str(caught.value)  # NumPy's advice is none here


@every
@pytest.mark.parametrize("file", [None, 3, [], io.StringIO()], ids=lambda f: type(f).__name__)
def test_what_is_no_file(kind, file):
    cls, value = VALUES[kind]
    with pytest.raises(TypeError, match=r"^file must be a path or an open binary file, got \w+"):
        value.save(file)
    with pytest.raises(ValueError, match=rf"^file must be written by {kind}\.save, got "):
        cls.load(file)


@every
def test_a_file_with_a_wrong_byte_is_refused_or_says_the_same(kind):
    """A changed byte or a torn end anywhere: nothing half read, and no other kind of error."""
    cls, value = VALUES[kind]
    whole, wanted, rng = written(value), numbers(value), np.random.default_rng(0)
    answers = Counter()
    for k in range(800):
        place, torn = int(rng.integers(len(whole))), bytearray(whole)
        torn[place] ^= 1 << int(rng.integers(8))
        answers[answer(cls, torn[:place] if k % 4 == 0 else torn)] += 1
    assert set(answers) == {"refused", wanted}
    assert answers["refused"] > 400


def answer(cls, content):
    """Give what a file holds, or that it was refused."""
    try:
        return numbers(cls.load(io.BytesIO(content)))
    except ValueError as error:
        right = str(error).startswith(f"file must be written by {cls.__name__}.save, got ")
        return "refused" if right else str(error)


@every
def test_a_loaded_value_is_read_only(kind):
    cls, value = VALUES[kind]
    twin = cls.load(io.BytesIO(written(value)))
    assert type(twin) is cls
    for part in vars(twin).values():
        for array in part if isinstance(part, tuple) else [part]:
            assert not isinstance(array, np.ndarray) or not array.flags.writeable
