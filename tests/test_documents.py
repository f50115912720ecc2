"""The documents name files and tests that exist."""

import re
from functools import reduce
from pathlib import Path

import pytest

from rotation.running.state import Outcome, Phase
from rotation.running.waits.of_attention import ATTENTION
from workflows import run

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted([*(ROOT / "docs").rglob("*.md"), *(ROOT / each / "README.md" for each in (".", "deploy", "tests"))])
FILE = re.compile(r"`((?:[a-z_]+/)+[A-Za-z0-9_.]+\.(?:py|md|lock|toml))(?:::(\w+))?`")
LINK = re.compile(r"\]\(([^)#:]+)\)")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_a_document_names_is_there(document) -> None:
    """Every file and test in backquotes, and every relative link, leads somewhere."""
    text = document.read_text(encoding="utf-8")
    gone = []
    for name, test in FILE.findall(text):
        source = ROOT / name
        if not source.exists() or (test and f"def {test}(" not in source.read_text(encoding="utf-8")):
            gone.append(f"{name}::{test}" if test else name)
    gone += [link for link in LINK.findall(text) if not (document.parent / link).exists()]
    assert gone == []


def test_every_printed_step_of_the_seed_is_mapped() -> None:
    """Steps 1 to 14 of the seed document each have a row in docs/develop/procedure.md."""
    text = (ROOT / "docs" / "develop" / "procedure.md").read_text(encoding="utf-8")
    printed = {int(number) for number in re.findall(r"^\| (\d+) \|", text, flags=re.MULTILINE)}
    assert printed == set(range(1, 15))


def test_the_state_machines_are_drawn_once() -> None:
    """The drawing of the docstring is that of the architecture, and names every phase and every outcome."""
    drawing = (run.__doc__ or "").partition("\n\n")[2]
    assert drawing in (ROOT / "docs" / "develop" / "architecture.md").read_text(encoding="utf-8")
    assert [each.name for each in (*Phase, *Outcome) if each.name not in drawing] == []


def test_each_question_stands_in_the_documents_with_its_sentence() -> None:
    """The page gives its name "in the documents": docs/admin/asked.md has each, in the words of the page."""
    text = (ROOT / "docs" / "admin" / "asked.md").read_text(encoding="utf-8")
    values = {"“%(subject)s”": "SUBJECT", "%(subject)s": "SUBJECT", "%(waiting)s": "NUMBER", "%(total)s": "NUMBER"}
    for code, sentence in ATTENTION.items():
        shown = reduce(lambda so_far, value: so_far.replace(value, values[value]), values, sentence)
        assert f"| `{code}` | {shown} |" in text
    assert text.count("| `") == len(ATTENTION)
