"""A class of students, drawn: what each of them sends, and what that is worth.

For the walk through the guide, its pictures, and the measurements of speed. The answers are to the
first assignment, as students write them: right ones, the usual slips, words of several kinds, and
everything that comes in a zip of a course site.
"""

import base64
import io
import json
import random
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bpgrader.assignment import Assignment
from bpgrader.notebook import make_release

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "assignments" / "01_forward_pass"
NAMES = [
    *("Li Wei", "Li Wei", "Wei Li", "José Díaz", "Jose Diaz", "Łukasz Żak", "O'Brien, Pat"),
    *(
        "'t Hooft, Anna",
        "=SUM(1;2)",
        "Ada Lovelace",
        "ada lovelace",
        "रवि शर्मा",
        "李雷",
        "X Æ A-12",
    ),
    *("Anna Lee", "Ann Alee", "Müller, Eva", "Mueller, Eva", "van der Berg, Jan", "Participant 4"),
    *("Grace Hopper", "Emmy Noether", "Sofia Kovalevskaya", "Alan Turing", "Mary Cartwright"),
    *("Mohamed Al-Khwarizmi", "Nguyễn Thị Minh", "Zoë Müller-Lüdenscheidt", "D'Arcy Ní Bhriain"),
    *("Srinivasa Ramanujan", "Julia Robinson", "Karen Uhlenbeck", "Maryam Mirzakhani"),
    *("Hypatia", "Søren Ågård", "Ólöf Guðmundsdóttir", "Kim Min-jun", "Kim Min-jun", "Tom", "-"),
]
SLIPS = {  # what students get wrong, by the task
    "count-parameters": ["return sum(n[i] * n[i - 1] for i in range(1, len(n)))"],
    "weighted-input": ["return W @ A", "return W * A + b", "return W.T @ A + b"],
    "forward-pass": [
        "z, a = [None], [X]\n    for i in range(1, len(W)):\n        z.append(W[i] @ a[i - 1])\n"
        "        a.append(1 / (1 + np.exp(-z[i])))\n    return {'z': z, 'a': a}",
        "z, a = [None], [X]\n    for i in range(1, len(W)):\n        z.append(W[i] @ X + b[i])\n"
        "        a.append(1 / (1 + np.exp(-z[i])))\n    return {'z': z, 'a': a}",
    ],
    "classify": [
        "return (forward_pass(W, b, X)['a'][-1] > 0.5).astype(int)",
        "return forward_pass(W, b, X)['a'][-1]",
    ],
    "saturated-share": [
        "a = 1 / (1 + np.exp(-(scale * W[1] @ X + b[1])))\n    return np.mean(a > 0.99)"
    ],
}
HEADS = {
    "count-parameters": "count_parameters(n)",
    "weighted-input": "weighted_input(W, b, A)",
    "forward-pass": "forward_pass(W, b, X)",
    "classify": "classify(W, b, X)",
    "saturated-share": "saturated_share(W, b, X, scale)",
}
WORDS = {  # answers in words, with the lines of the rubric that are found in them
    "why-activations": [
        (
            "Put one layer into the other:\n\n$$z^{[2]} = W^{[2]} (W^{[1]} x + b^{[1]}) + b^{[2]} "
            "= W x + b$$\n\nwith $W = W^{[2]} W^{[1]}$ of shape $(n_2, n_0)$ and $b = W^{[2]} "
            "b^{[1]} + b^{[2]}$ of shape $(n_2, 1)$. Ten layers are one map, too.",
            (0, 1),
        ),
        (
            "$$\\begin{aligned} z^{[2]} &= W^{[2]} z^{[1]} + b^{[2]} \\\\ &= W^{[2]} W^{[1]} x + "
            "W^{[2]} b^{[1]} + b^{[2]} \\end{aligned}$$\n\nso $W$ is $(n_2, n_0)$ and $b$ is "
            "$(n_2, 1)$.",
            (0,),
        ),
        ("A chain of linear maps is linear, so ten layers are no more than one: $Wx + b$.", (1,)),
        ("Without activations the network *cannot learn*, it needs **nonlinearity**.", ()),
        ("I did it on paper:\n\n![my proof](attachment:proof.png)", (0, 1)),
        ("", ()),
    ],
    "saturation-observed": [
        (
            "The share is 0 for small scales and rises towards 1. The sigmoid is flat there: "
            "$\\sigma'(z) \\to 0$. So with more inputs $n_0$ the weights must be smaller, about "
            "$1/\\sqrt{n_0}$.",
            (0, 1, 2),
        ),
        ("It goes up.\n\n- small scale: 0\n- large scale: nearly 1", (0,)),
        (
            "| inputs | scale of 50 % |\n|---|---|\n| 10 | 2 |\n| 100 | 0.7 |\n\nIt rises from 0; "
            "more inputs, smaller weights.",
            (0, 2),
        ),
        ("", ()),
    ],
}


@dataclass(frozen=True)
class Student:
    """What one student sends.

    Parameters
    ----------
    number : int
        The participant.
    name : str
    files : tuple
        (name, bytes) of each file; empty for who sends nothing.
    points : float
        What the code of the best notebook is worth.
    found : dict
        Question -> the lines of the rubric that a person finds, by number.
    """

    number: int
    name: str
    files: tuple[tuple[str, bytes], ...]
    points: float = 0
    found: dict[str, tuple[int, ...]] | None = None


def make_class(names: Sequence[str] = NAMES, seed: int = 0) -> Iterator[Student]:
    """Draw a class: what each of these people sends for the first assignment."""
    draw = random.Random(seed)
    assignment = Assignment.load(FOLDER)
    points = {e.name.replace("_", "-"): e.points for e in assignment.sheet.exercises}
    for number, name in enumerate(names, 4720):
        if number % 20 == 19:
            yield Student(number, name, ())
        elif number % 13 == 5:
            yield Student(number, name, (("homework.pdf", b"%PDF-1.4"),))
        else:
            wrong = [task for task in SLIPS if draw.random() < 0.3]
            words = {question: draw.choice(texts) for question, texts in WORDS.items()}
            data = notebook(assignment, {t: draw.choice(SLIPS[t]) for t in wrong}, words)
            files = [(draw.choice(["work.ipynb", "w.ipynb.json", "ü b (1).ipynb"]), data)]
            if number % 7 == 1:
                files.append(("0 first try.ipynb", notebook(assignment, None, {})))
            if number % 11 == 2:
                files = [("all.zip", zipped(files))]
            worth = sum(points.values()) - sum(points[task] for task in wrong)
            yield Student(
                number, name, tuple(files), worth, {q: ticks for q, (_, ticks) in words.items()}
            )


def notebook(assignment, slips, words):
    """Make a notebook: the solution with slips in it, or a blank one, with words of a student."""
    made = make_release(assignment.notebook, solution=slips is not None)
    blank = {c["id"]: c for c in make_release(assignment.notebook, solution=False)["cells"]}
    cells = {cell["id"]: cell for cell in made["cells"]}
    for task, body in (slips or {}).items():
        cells[task]["source"] = f"def {HEADS[task]}:\n    {body}\n"
    for question, (text, _) in words.items():
        cell = {"cell_type": "markdown", "metadata": {}, "source": text}
        if "attachment:" in text:
            cell["attachments"] = {"proof.png": {"image/png": base64.b64encode(png()).decode()}}
        cells[question]["source"] = blank[question]["source"]
        made["cells"].insert(made["cells"].index(cells[question]) + 1, cell)
    return json.dumps(made).encode()


def png(width=320, height=120):
    """Draw a small picture, lines on paper, without a library."""
    rows = b""
    for y in range(height):
        ink = [y % 24 == 20 and 20 < x < 300 - 7 * (y // 24) and x % 9 < 6 for x in range(width)]
        rows += b"\0" + bytes(60 if dark else 245 for dark in ink)

    def chunk(kind, data):
        crc = zlib.crc32(kind + data).to_bytes(4, "big")
        return len(data).to_bytes(4, "big") + kind + data + crc

    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([8, 0, 0, 0, 0])
    packed = chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + packed


def zipped(files):
    """Pack files into a zip."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in files:
            archive.writestr(name, content)
    return data.getvalue()


def moodle_zip(students: Sequence[Student]) -> bytes:
    """Pack what a class has sent as Moodle does."""
    return zipped(
        (f"{s.name}_{s.number}_assignsubmission_file/{name}", data)
        for s in students
        for name, data in s.files
    )


def moodle_list(students: Sequence[Student]) -> str:
    """Write the list of the class as Moodle's grading worksheet has it."""
    rows = ["Identifier,Full name,Email address,Status,Grade"]
    for s in students:
        name = s.name.replace('"', '""')
        rows.append(f'Participant {s.number},"{name}",p{s.number}@example.org,Submitted,')
    return "\n".join([rows[0], *sorted(rows[1:], key=lambda row: row[::-1])]) + "\n"
