"""The glossary: each word is used where its link leads, each example runs, each index is whole."""

import json
import math
import re
import unicodedata
from pathlib import Path

import numpy as np
import pytest

import bpcore

CHAPTERS = Path(__file__).parents[2] / "chapters"
TEXT = (CHAPTERS / "glossary.md").read_text(encoding="utf-8")
TONES = (
    "\N{COMBINING MACRON}\N{COMBINING ACUTE ACCENT}\N{COMBINING CARON}\N{COMBINING GRAVE ACCENT}"
)
CHINESE = re.compile(r'<span lang="zh-Hans">([^<]*)</span>')
ROW = re.compile(
    r'^\| <span lang="zh-Hans">([^<]*)</span>[^|]*\| ([^|]+) \| (\{term\}.*) \|$', re.M
)


def entries():
    """Give term -> text."""
    found = {}
    for group in re.findall(r"^:::\{glossary\}\n(.*?)^:::", TEXT, re.M | re.S):
        for entry in re.split(r"\n+(?=\S)", group.strip()):
            term, text = entry.split("\n", 1)
            assert term not in found
            found[term] = text
    return found


def sections():
    """Give label -> text from this label to the next, of all notebooks."""
    found, label = {}, ""
    for page in sorted(CHAPTERS.glob("*.ipynb")):
        for cell in json.loads(page.read_text(encoding="utf-8"))["cells"]:
            for line in "".join(cell["source"]).splitlines():
                if anchor := re.fullmatch(r"\(((?:sec|ch)-[\w-]+)\)=", line):
                    label = anchor[1]
                found[label] = found.get(label, "") + line.lower() + "\n"
    return found


def linked(text):
    return re.findall(r"\{term\}`([^`]+)`", text)


ENTRIES, SECTIONS = entries(), sections()


@pytest.mark.parametrize("term", ENTRIES)
def test_the_word_is_used_where_its_link_leads(term):
    *_, label = re.findall(r"\{ref\}`([\w-]+)`", ENTRIES[term])
    words = re.findall(r"\w{3,}", re.split(r",| \(", term.lower())[0])
    missing = [word for word in words if word[:5] not in SECTIONS[label]]
    assert not missing, f"{label} does not say {missing}"


def test_the_examples_run():
    net, X, Y = bpcore.worked_example()
    names = vars(bpcore) | {"np": np, "math": math, "net": net, "X": X, "Y": Y}
    examples = re.findall(r"`([^`]+)` → `([^`]+)`", TEXT)
    assert len(examples) == TEXT.count("→")
    for code, value in examples:
        assert str(eval(code, names)) == value, code


def test_both_lists_are_whole_and_in_order():
    assert linked(TEXT[: TEXT.index("(sec-glossary-terms)=")]) == sorted(ENTRIES, key=str.lower)
    rows = ROW.findall(TEXT[TEXT.index("(sec-glossary-chinese)=") :])
    listed = {(zh, term) for zh, _, terms in rows for term in linked(terms)}
    named = {
        (zh, term)
        for term, text in ENTRIES.items()
        for words in CHINESE.findall(text)
        for zh in words.split("、")
        if not zh.isascii()
    }
    assert listed == named
    sounds = [by_sound(pinyin) for _, pinyin, _ in rows]
    assert sounds == sorted(sounds)


def by_sound(pinyin):
    """Order by the syllables, then by their tones."""
    marked = unicodedata.normalize("NFD", pinyin.lower())
    plain = "".join(letter for letter in marked if unicodedata.category(letter) != "Mn")
    return plain.split(), [TONES.index(letter) for letter in marked if letter in TONES]


@pytest.mark.parametrize("path", sorted(CHAPTERS.glob("*.*")), ids=lambda path: path.stem)
def test_chinese_words_have_chinese_marks(path):
    text = path.read_text(encoding="utf-8").replace('\\"', '"')
    assert [words for words in CHINESE.findall(text) if re.search(r"[,;:?!()\"']", words)] == []


def test_the_picture_leads_to_entries():
    links = re.findall(r'href="#term-([^"]+)"', TEXT)
    assert links
    assert {link.replace("-", " ") for link in links} <= set(ENTRIES)
