"""Texts of the command line in the language that is in use: English stands in the code, and is the key (0056)."""

import os
import re
from collections.abc import Mapping
from contextvars import ContextVar
from functools import cache
from typing import TYPE_CHECKING

from texts.language import Language

if TYPE_CHECKING:
    from texts.catalogue import Translator

_LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")
"""Of these variables the first that is set names the locale of messages (POSIX, 8.2)."""
_IS_CZECH = re.compile(r"cs(?:[_.@].*)?", re.IGNORECASE)
_THOUSAND = 1000
_language: ContextVar[Language] = ContextVar("language", default=Language.ENGLISH)


def of_locale(environment: Mapping[str, str] = os.environ) -> Language:
    """Czech where the locale of the terminal is, else English."""
    locale = next((environment[name] for name in _LOCALE if environment.get(name)), "")
    return Language.CZECH if _IS_CZECH.fullmatch(locale) else Language.ENGLISH


def use(language: Language) -> None:
    """Write in this language from now on."""
    _language.set(language)


def in_use() -> Language:
    """The language that is written."""
    return _language.get()


def _(text: str, /, **values: object) -> str:
    """The text in the language in use, with values where it has `%(name)s`. Whole numbers are written by language."""
    if in_use() is Language.ENGLISH:
        return text % _shown(values) if values else text
    return _catalogue()(text, **_shown(values))


def later(text: str) -> str:
    """A text of the catalogue that is translated where it is shown, by `_`."""
    return text


def word(code: str | None) -> str:
    """A state or a kind, for people: English has the code itself, Czech its word. None is nothing."""
    return _(code) if code else ""


def counted(one: str, many: str, count: int, /, **values: object) -> str:
    """The text for a count, which stands in it as `%(count)s`."""
    shown = _shown({"count": count, **values})
    if in_use() is Language.ENGLISH:
        return (one if count == 1 else many) % shown
    return _catalogue().counted(one, many, count, **shown)


def number(of: int) -> str:
    """A whole number, as the language writes it."""
    if abs(of) < _THOUSAND:
        return str(of)
    if in_use() is Language.ENGLISH:
        return f"{of:,}"
    from texts import formats  # noqa: PLC0415 - as below

    return formats.number(of, _catalogue())


def decimal(of: float, places: int = 1) -> str:
    """A number with decimal places."""
    written = f"{of:.{places}f}"
    return written if in_use() is Language.ENGLISH else written.replace(".", ",")


def recognised(text: str) -> str:
    """A text of another part of the product, which makes it in English, in the language in use."""
    if in_use() is Language.ENGLISH:
        return text
    from texts.recognised import translated  # noqa: PLC0415 - as below

    return translated(text, _catalogue())


@cache
def _catalogue() -> "Translator":
    # here and not above: in English commands start without Babel and the catalogues
    from texts.catalogue import translator  # noqa: PLC0415 - see above

    return translator(Language.CZECH)


def _shown(values: Mapping[str, object]) -> dict[str, object]:
    return {name: number(value) if type(value) is int else value for name, value in values.items()}
