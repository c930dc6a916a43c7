"""The pages of all students in one zip, in the form that a course site takes back."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

from bpgrader.many import many
from bpgrader.marks import Marks
from bpgrader.page import page
from bpgrader.result import Result, Sender
from bpgrader.senders import CANVAS, MOODLE
from bpgrader.store import write


def hand_back(folder: Path, site: str, counted: Mapping[str, Result], marks: Marks) -> str:
    """Write the zip, and tell who is in it.

    Parameters
    ----------
    folder : Path
        Gets ``feedback_moodle.zip`` or ``feedback_canvas.zip``.
    site : str
        ``moodle`` or ``canvas``.
    counted : dict
        Student -> the result that counts.
    marks : Marks

    Raises
    ------
    ValueError
        If no submission came from that site.
    """
    names = {student: _name(result.sender, site) for student, result in counted.items()}
    inside = {student: name for student, name in names.items() if name}
    if not inside:
        raise ValueError(f"no submission has a name that {site} gives; its own zip must be graded")
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for student, name in inside.items():
            archive.writestr(name, page(counted[student], marks))
    path = folder / f"feedback_{site}.zip"
    write(path, data.getvalue())
    lines = [f"{path.name} holds {many(len(inside), 'page')}"]
    if rest := sorted(names.keys() - inside.keys()):
        lines.append(f"not in {path.name}: {', '.join(rest)}")
    return "\n".join(lines)


def _name(sender: Sender, site):
    """Give the name by which a course site knows whose page it is, or nothing.

    Moodle looks for a number behind the first ``_``, Canvas for the first two numbers between two
    of them, and passes over what is called ``link``.
    """
    if sender.site != site:
        return ""
    for part in sender.file.split("/"):
        if site == "moodle" and MOODLE.match(part):
            name = sender.name.replace("_", " ")
            return f"{name}_{sender.id}_assignsubmission_file_feedback.html"
        if site == "canvas" and (match := CANVAS.match(part)):
            return f"{part[: match.start(5)]}feedback.html"
    return ""
