"""What a student wrote in words: all of it, from a question to the assignment's next cell."""

import base64
import binascii
import re
from collections.abc import Iterable, Sequence
from urllib.parse import unquote

from bpgrader.notebook import PLACEHOLDER, make_release, source_of
from bpgrader.result import Answer, Item, Picture
from bpgrader.spec import Written

MAX_ANSWER = 20_000  # characters; spreadsheets take no more than 32,767 in a cell
SIGNATURES = {
    "image/png": b"\x89PNG",
    "image/jpeg": b"\xff\xd8\xff",
    "image/gif": b"GIF8",
    "image/webp": b"RIFF",
}
EMBEDDED = re.compile(r"data:([\w+./-]{1,60});base64,([A-Za-z0-9+/=\s]+)")
LINK = re.compile(
    r"!\[[^\]]{0,300}\]\(\s*<?((?:[^()>\s]|\([^()\s]*\))+)|"
    r"<img\b[^>]{0,300}?\bsrc\s*=\s*[\"']?([^\"'>]+)",
    re.I,
)
SHOWN = re.compile(r"picture-\d+$|not-shown$")
PARAGRAPHS = 50  # of a question in another language: reading stays linear


def read_words(
    source: dict, questions: Sequence[Written], names: Iterable[str], cells: list[dict]
) -> tuple[Answer, ...]:
    """Take the answers in words out of a student's notebook, with their pictures.

    Parameters
    ----------
    source : dict
        The source notebook.
    questions : sequence of Written
    names : iterable of str
        The names of the exercises.
    cells : list of dict
        The student's cells, from `bpgrader.notebook.read_cells`.

    Raises
    ------
    ValueError
        If the source notebook has no such question.
    """
    released = Released(source, names)
    for question in questions:
        if question.name not in released.openings:
            raise ValueError(
                f"source.ipynb has no Markdown cell with id {question.name!r} and a solution region"
            )
    places = [released.place(cell) for cell in cells]
    return tuple(_answer(question, released, places, cells) for question in questions)


class Released:
    """The cells that students get, to find them again in what students send."""

    def __init__(self, source: dict, names: Iterable[str]):
        self.ids, self.texts, self.openings, self.definitions = {}, {}, {}, []
        for k, cell in enumerate(make_release(source, solution=False)["cells"]):
            text = source_of(cell).strip()
            self.ids[cell["id"]] = k
            if text:  # an empty cell may be anybody's
                self.texts[text] = k
            if PLACEHOLDER in text:
                self.openings[cell["id"]] = text.replace(PLACEHOLDER, "").strip()
            for name in names:
                if cell["cell_type"] == "code" and f"def {name}(" in text:
                    self.definitions.append((re.compile(rf"^(async )?def {name}\b", re.M), k))

    def place(self, cell: dict) -> int | None:
        """Tell which released cell a student's cell is, changed or not; None for a new one."""
        text = cell["source"].strip()
        if cell["id"] in self.ids:
            return self.ids[cell["id"]]
        if text in self.texts:
            return self.texts[text]
        if cell["type"] == "code":
            return next((k for pattern, k in self.definitions if pattern.search(text)), None)
        found = (self.ids[name] for name, opening in self.openings.items() if opening in text)
        return next(found, None)


def other_title(source: dict, names: Iterable[str], cells: list[dict]) -> str:
    """Return the title of a notebook that is not the one handed out, else an empty text."""
    released = Released(source, names)
    own = {k for _, k in released.definitions} | {released.ids[name] for name in released.openings}
    own_title = _title([source_of(c) for c in source["cells"] if c["cell_type"] == "markdown"])
    title = _title([c["source"] for c in cells if c["type"] == "markdown"])
    if title == own_title or any(released.place(cell) in own for cell in cells):
        return ""
    return title


def _title(texts):
    lines = (line for text in texts for line in text.splitlines())
    return next((line[2:].strip()[:100] for line in lines if line.startswith("# ")), "")


def _answer(question, released, places, cells):
    """Take the cells of one question, copies of it too, and new cells below them."""
    wanted = released.ids[question.name]
    notes = []
    if wanted in places:
        anchor = wanted
    else:
        notes.append("The cell of the question is not in the notebook.")
        anchor = max((k for k in places if k is not None and k < wanted), default=None)
    texts, pictures, current = [], [], None
    for cell, place in zip(cells, places, strict=True):
        current = current if place is None else place
        if current == anchor and place in (None, wanted):
            texts.append(_text(cell, released.openings[question.name], pictures, notes))
    text = "\n\n".join(text for text in texts if text)
    if len(text) > MAX_ANSWER:
        notes.append(f"Cut after {MAX_ANSWER:,} of {len(text):,} characters.")
    if not text and not pictures:
        notes.append("Nothing found from the question to the next cell of the assignment.")
    return Answer(
        question.name,
        question.points,
        tuple(Item(*item) for item in question.rubric.items()),
        text[:MAX_ANSWER],
        " ".join(notes),
        tuple(pictures),
    )


def _text(cell, opening, pictures, notes):
    """Give what a student wrote in a cell; its pictures go to the others, by number."""
    text = cell["source"].replace(opening, "", 1).replace(PLACEHOLDER, "")
    for paragraph in cell["asked"].split("\n\n", PARAGRAPHS)[:PARAGRAPHS]:
        text = text.replace(paragraph, "", 1)

    def add(media, data):
        picture = _picture(media, data)
        if picture is None:
            notes.append(f"A picture of type {media[:60]} cannot be shown.")
            return "not-shown"
        pictures.append(picture)
        return f"picture-{len(pictures)}"

    text = EMBEDDED.sub(lambda match: add(match[1], match[2]), text)
    for name, kinds in cell["pictures"].items():
        media = next((kind for kind in SIGNATURES if kind in kinds), next(iter(kinds), ""))
        shown = add(media, kinds.get(media, ""))
        for link in [link for link in _links(text) if unquote(link) == f"attachment:{name}"]:
            text = text.replace(link, shown)
        text = text.replace(f"attachment:{name}", shown)
        if shown not in text:
            text = f"{text}\n\n{shown}"
    for link in _links(text[:MAX_ANSWER]):
        if not SHOWN.match(link):
            notes.append(f"A picture is not in the notebook: {link[:100]}.")
    text = text.strip()
    return f"```\n{text}\n```" if text and cell["type"] == "code" else text


def _links(text):
    return [match[1] or match[2] for match in LINK.finditer(text)]


def _picture(media, data):
    """Give a picture whose bytes are what its type says, else None."""
    try:
        content = base64.b64decode("".join(data.split()), validate=True)
    except (ValueError, binascii.Error):
        return None
    if media not in SIGNATURES or not content.startswith(SIGNATURES[media]):
        return None
    return Picture(media, base64.b64encode(content).decode())
