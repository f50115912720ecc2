"""A template: an English text with `%(name)s` where values stand, and the values in a text that was made of it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

_PLACE = re.compile(r"%\((\w+)\)s")
_SHORT = 11
"""Fixed characters of a template that a sentence of others may have by chance."""
_BY_HAND = "By hand: "
"""What begins with it is a title of a task, however short it is."""
_WORD = re.compile(r"(?<![^\W\d_])[A-Za-z]{2,}(?![^\W\d_])")


def is_count(name: str) -> bool:
    """Whether a value of this name is a number of things, which each language writes in its way and inflects by."""
    return name == "count" or name.endswith("_count")


def is_number(name: str) -> bool:
    """Whether a value of this name is a number: a count, or one by which nothing is inflected."""
    return is_count(name) or name.endswith("_number")


@dataclass(frozen=True)
class Template:
    """A text without values has no names, and its percent signs are as they are."""

    text: str
    inflected: bool = False
    """Whether its translation has a form for each plural, by its first value that is a count."""

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of its values, in the order in which they stand."""
        return tuple(_PLACE.findall(self.text))

    @cached_property
    def literals(self) -> tuple[str, ...]:
        """What stands before, between and after its values: one more than there are values."""
        return tuple(each.replace("%%", "%") for each in _PLACE.split(self.text)[::2])

    @cached_property
    def fixed(self) -> int:
        """How many characters do not come from values."""
        return sum(map(len, self.literals))

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Its words that no value can touch: each text that is made of it has them."""
        first, *others = self.literals
        padded = [first, *(f"\u00e9{each}" for each in others)]
        padded = [*(f"{each}\u00e9" for each in padded[:-1]), padded[-1]]
        return tuple(word for each in padded for word in _WORD.findall(each))

    @cached_property
    def counting(self) -> str | None:
        """The name of the value that decides the plural: the first that is a count, where it is inflected."""
        return next((each for each in self.names if is_count(each)), None) if self.inflected else None

    def values(self, text: str) -> dict[str, str] | None:
        """The values in a text that was made of it, each the shortest that fits; none for another text.

        It takes time in proportion to the text, whatever is in it.
        """
        found = self.parted(text)
        return found if found is not None and self._fits(found.values()) else None

    def parted(self, text: str) -> dict[str, str] | None:
        """The values in a text that is known to be made of it, however few its fixed characters are."""
        first, *between = self.literals
        last = between.pop() if between else ""
        end = len(text) - len(last)
        if not text.startswith(first) or not text.endswith(last) or end < len(first):
            return None
        found: dict[str, str] = {}
        at = len(first)
        for name, literal in zip(self.names, [*between, None], strict=True):
            until = end if literal is None else text.find(literal, at, end)
            if until < 0 or (is_number(name) and not text[at:until].isdecimal()):
                return None
            if found.setdefault(name, text[at:until]) != text[at:until]:
                return None
            at = until + len(literal or "")
        return found

    def _fits(self, values: Iterable[str]) -> bool:
        """Whether few fixed characters are enough: `line %(number)s` is made with one word, and no sentence is it."""
        if self.fixed >= _SHORT or self.literals[0].startswith(_BY_HAND) or any(map(is_count, self.names)):
            return True
        return not any(" " in each for each in values)
