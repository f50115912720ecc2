"""Numbers of steps in words: each that is no number of the vendor's lists has a Czech word."""

import re
from pathlib import Path

import pytest

from texts.catalogue import translator
from texts.language import Language
from texts.step_numbers import number_text
from texts.writing import written

ROTATION = Path(__file__).parents[2] / "rotation"
NUMBER = re.compile(r'(?:number=|_NUMBER = |console\(|_look\()"([a-z][a-z-]*)"')
CZECH, ENGLISH = translator(Language.CZECH), translator(Language.ENGLISH)


def test_each_step_that_the_vendor_does_not_number_has_a_czech_word():
    """The English word is the number itself, which documents and commands have."""
    numbers = {each for file in ROTATION.rglob("*.py") for each in NUMBER.findall(file.read_text("utf-8"))}
    assert len(numbers) > 8
    assert {each: written(number_text(each), ENGLISH) for each in numbers} == {each: each for each in numbers}
    assert [each for each in numbers if written(number_text(each), CZECH) == each] == []


@pytest.mark.parametrize(("number", "czech"), [("A9", "A9"), ("A1-A4", "A1-A4"), ("A2-undo", "A2 zpět")])
def test_numbers_of_the_vendor_stay(number, czech):
    """With a word where the step takes another one back."""
    assert written(number_text(number), CZECH) == czech
