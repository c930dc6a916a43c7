"""The pictures of the guide show the pages as they are; each holds a fingerprint of its page."""

import re
from pathlib import Path

import pytest

from benchmarks.pictures import PLACE, SIZES, fingerprint, make_pages, stored

pytestmark = pytest.mark.xdist_group("pictures")  # the course is graded once
GUIDE = Path(__file__).parents[2] / "chapters" / "for_instructors.md"


@pytest.fixture(scope="module")
def pages(box, tmp_path_factory):
    return make_pages(tmp_path_factory.mktemp("course"))


@pytest.mark.parametrize("name", SIZES)
def test_a_picture_shows_the_page_as_it_is(name, pages):
    assert fingerprint(pages[name]) == stored(name), "draw them again: make pictures"
    assert fingerprint(pages[name] + " ") != stored(name)


def test_every_picture_is_in_the_guide_and_said_in_words():
    picture = r"^!\[([^\]]+)\]\(\.\./site/static/(.+)\.png\)$"
    shown = re.findall(picture, GUIDE.read_text("utf-8"), re.M)
    assert sorted(name for _, name in shown) == sorted(SIZES)
    assert all(len(words) > 80 for words, _ in shown)
    assert sum((PLACE / f"{name}.png").stat().st_size for name in SIZES) < 300_000
