"""How long a sentence may be: names in it are shortened where it would be longer, in every language alike."""

from collections.abc import Callable

from rotation.text.plain_text import visible

LONGEST = 240
"""Characters of a sentence, by what a phone shows and a message carries."""
_NAMES = (240, 120, 90, 60, 40, 25, 15, 8)
"""Characters that each name in a sentence may have, until the sentence is short enough."""


def fitted(write: Callable[[int], str]) -> str:
    """The text with the longest names that it has room for; `write` takes the characters that each name may have."""
    text = ""
    for longest in _NAMES:
        text = write(longest)
        if len(text) <= LONGEST:
            break
    return text


def shortened(name: str, longest: int) -> str:
    """A name of so many characters at most, with nothing in it that has an effect in place of a look."""
    seen = visible(name)
    return seen if len(seen) <= longest else f"{seen[: longest - 1]}…"
