"""What a terminal or a file cannot take in its encoding is written in other letters, and stops no command."""

import codecs
import sys
import unicodedata

_PLAIN, _JSON = "rotator-plain", "rotator-json"
_LOOKS = {
    "\N{EN DASH}": "-",
    "\N{DOUBLE LOW-9 QUOTATION MARK}": '"',
    "\N{LEFT DOUBLE QUOTATION MARK}": '"',
    "\N{CHECK MARK}": "+",
    "\N{BLACK RIGHT-POINTING TRIANGLE}": ">",
    "\N{BLACK SQUARE}": "#",
    "\N{BOX DRAWINGS HEAVY HORIZONTAL}": "=",
    "\N{BOX DRAWINGS HEAVY LEFT}": "-",
    "\N{BOX DRAWINGS HEAVY RIGHT}": "-",
}
"""What is no letter with a mark, and what it looks like."""
_ASCII = 128


def write_plain() -> None:
    """Letters without their marks, and what looks alike: texts are for people, who read them without marks, too."""
    for stream in (sys.stdout, sys.stderr):
        _replace(stream, _PLAIN)


def write_json() -> None:
    """On standard output, JSON's own escapes: a program gets each value as it is."""
    _replace(sys.stdout, _JSON)


def _replace(stream: object, errors: str) -> None:
    if (reconfigure := getattr(stream, "reconfigure", None)) is not None:  # a stream of a test may have none
        reconfigure(errors=errors)


def _plain(error: UnicodeError) -> tuple[str, int]:
    text, end = _unencodable(error)
    return "".join(_LOOKS.get(each) or _without_marks(each) or "?" for each in text), end


def _without_marks(letter: str) -> str:
    return "".join(each for each in unicodedata.normalize("NFKD", letter) if ord(each) < _ASCII)


def _escaped(error: UnicodeError) -> tuple[str, int]:
    text, end = _unencodable(error)
    units = text.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2)), end


def _unencodable(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return error.object[error.start : error.end], error.end


codecs.register_error(_PLAIN, _plain)
codecs.register_error(_JSON, _escaped)
