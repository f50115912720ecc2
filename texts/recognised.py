"""English texts that are stored, shown in another language: the template of each is found by its words (0056)."""

import re
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from itertools import islice

from texts import formats
from texts.catalogue import Translator, translator
from texts.language import Language
from texts.template import Template, is_number
from texts.templates import templates

_DEEPEST = 4
"""So many texts may stand in one another: a finding, in a list of them, in the reason of a refusal."""
_ENDS = re.compile(r"(;\s+|\.\s+|\n+)")
"""Where a text may be composed of several: at a semicolon, a full stop, a line's end."""
_MOST_PARTS = 5
"""So many parts between such marks may be one text."""
_COLON = re.compile(r": ")
_WORD = re.compile(r"[A-Za-z]{2,}")
_QUOTED = "quoted"
"""What another program has answered, in its own words."""
_EXPECTED = "expected"
"""How pydantic names what it expects instead of a wrong value: `'a', 'b' or 'c'`."""
_OR = re.compile(r"(?<=['\d]) or (?=['\d])")
_TIME = re.compile(r"\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?(?:Z|[+-]\d\d:\d\d)?")
_SPAN = re.compile(r"(?:(\d+) days?, )?(\d+):(\d\d):(\d\d)(?:\.\d+)?")
_COUNT = re.compile(r"\d+")


def translated(text: str, by: Translator) -> str:
    """The text in a language; as it is where no template fits.

    Values that are texts themselves are translated, too; times, spans and counts are written as the language does it.
    """
    return text if by.language is Language.ENGLISH else _translated(text, by.language, _DEEPEST)


@lru_cache(maxsize=4_000)
def _translated(text: str, language: Language, depth: int) -> str:
    by = translator(language)
    found = _whole(text, by, depth)
    return found if found is not None else _composed(text, by, depth)


def _whole(text: str, by: Translator, depth: int) -> str | None:
    exact, _ = _known(by.language)
    if text in exact:
        return by(text)
    for template in candidates(text, by.language):
        if (values := template.values(text)) is not None and not _takes_many(template, values):
            subject = _taken_subject(template, values, by, depth)
            return f"{subject}{_filled(template, values, by, depth)}"
    return None


def _taken_subject(template: Template, values: dict[str, str], by: Translator, depth: int) -> str:
    """The name of a subject that the first value has taken, out of the value; a value that is a text keeps its own."""
    first = template.names[0]
    if (
        template.literals[0]
        or _COLON.search(values[first]) is None
        or _value(first, values[first], by, depth) != values[first]
    ):
        return ""
    before, colon, values[first] = values[first].rpartition(": ")
    return f"{before}{colon}"


def _takes_many(template: Template, values: dict[str, str]) -> bool:
    """Whether its last value would take the texts that follow in a row: each of them is found by itself."""
    return not template.literals[-1] and _ENDS.search(values[template.names[-1]]) is not None


def _composed(text: str, by: Translator, depth: int) -> str:
    """The texts that it was put together from, each in the language; the longest that is known first."""
    parts = _ENDS.split(text)
    shown, at = [], 0
    while at < len(parts):
        for until in range(min(at + 2 * _MOST_PARTS - 1, len(parts)), at, -2):
            if (found := _one(parts[at:until], by, depth)) is not None:
                shown.append(found)
                at = until
                break
        else:
            shown.append(parts[at])
            at += 1
        shown += parts[at : at + 1]
        at += 1
    return "".join(shown)


def _one(parts: list[str], by: Translator, depth: int) -> str | None:
    """A text, or one after the name of its subject and a colon, with a full stop or without one."""
    text = "".join(parts)
    body, stop = (text[:-1], ".") if text.endswith(".") else (text, "")
    begins = (0, *(match.end() for match in islice(_COLON.finditer(body), 2)))
    for begin in begins:
        if _ENDS.search(body[:begin]):  # a subject is no sentence
            break
        if (found := _whole(body[begin:], by, depth)) is not None:
            return f"{_subject(body[:begin], by)}{found}{stop}"
    return _with_reason(text, by, depth) if len(parts) == 1 else None


def _with_reason(text: str, by: Translator, depth: int) -> str | None:
    """A text with what a person, or another program, has to say of it: behind a colon, and as it is."""
    for match in islice(_COLON.finditer(text), 2):
        if (found := _whole(text[: match.start()], by, depth)) is not None:
            return f"{found}{text[match.start() :]}"
    return None


def _subject(before: str, by: Translator) -> str:
    """What stands before the colon: a name, or what is counted."""
    exact, _ = _known(by.language)
    if (whole := before.removesuffix(": ")) in exact:
        return f"{by(whole)}: "
    return ": ".join(by(each) if each in exact else each for each in before.split(": "))


def candidates(text: str, language: Language) -> list[Template]:
    """The templates that the text may be made of, those with most fixed characters first."""
    _, by_word = _known(language)
    found = [each for word in set(_WORD.findall(text)) for each in by_word.get(word, ())]
    return sorted(found, key=lambda each: -each.fixed)


@cache
def _known(language: Language) -> tuple[frozenset[str], dict[str, list[Template]]]:
    """The texts without values; and the templates, each found by its rarest word."""
    every = templates(language)
    words = {each: set(each.words) for each in every if each.names and each.words}
    often: dict[str, int] = defaultdict(int)
    for found in words.values():
        for word in found:
            often[word] += 1
    by_word = defaultdict(list)
    for each, found in words.items():
        by_word[min(found, key=lambda word: (often[word], -len(word), word))].append(each)
    return frozenset(each.text for each in every if not each.names), dict(by_word)


def _filled(template: Template, values: dict[str, str], by: Translator, depth: int) -> str:
    shown = {name: _value(name, value, by, depth) for name, value in values.items()}
    counting = template.counting
    if counting is None or not _COUNT.fullmatch(values[counting]):
        return by(template.text, **shown)
    return by.translations.ngettext(template.text, template.text, int(values[counting])) % shown


def _value(name: str, value: str, by: Translator, depth: int) -> str:
    if name == _QUOTED:
        return value
    if name.startswith(_EXPECTED):
        return _OR.sub(f" {by('or')} ", value)
    if is_number(name) and _COUNT.fullmatch(value):
        return formats.number(int(value), by)
    if _TIME.fullmatch(value) and (time := _time(value)) is not None:
        return _moment(value, time, by)
    if found := _SPAN.fullmatch(value):
        days, hours, minutes, seconds = (int(each or 0) for each in found.groups())
        return formats.span(timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds), by)
    return _translated(value, by.language, depth - 1) if depth > 0 else value


def _time(value: str) -> datetime | None:
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None


def _moment(value: str, at: datetime, by: Translator) -> str:
    """A time as exact as it was written: a date, a minute or a second; its zone only where it stood in the value."""
    if len(value) == len("2026-01-31"):
        return formats.day(at.replace(tzinfo=UTC), by)
    zoned = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    seconds = f":{zoned.astimezone(UTC):%S}" if value.count(":") >= 2 + (value[-3] == ":" and value[-6] in "+-") else ""
    minute, zone = formats.instant(zoned, by).rsplit(" ", 1)
    return f"{minute}{seconds} {zone}" if at.tzinfo is not None else f"{minute}{seconds}"
