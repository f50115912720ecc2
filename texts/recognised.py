"""English texts that are stored, shown in another language: the template of each is found by its words (0056)."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import islice

from rotation.text.sentence import sentence
from texts import formats, written_values
from texts.catalogue import Translator, translator
from texts.language import Language
from texts.role_names import role_names
from texts.template import Template, is_number
from texts.templates import templates

_DEEPEST = 4
"""So many texts may stand in one another: a finding, in a list of them, in the reason of a refusal."""
_ENDS = re.compile(r"(;\s+|\.\s+|\n+)")
"""Where a text may be composed of several: at a semicolon, a full stop, a line's end."""
_MOST_PARTS = 5
"""So many parts between such marks may be one text."""
_SURE = 40
"""So many fixed characters make it sure that a value is what it seems, though it has such a mark in it."""
_COLON = re.compile(r": ")
_MOST_COLONS = 4
"""So many colons may stand before a text: those of its subject, which may be a title with names."""
_PAIR = " / "
"""What stands between a group and a location."""
_BRACKET = re.compile(r"[()]")
_SPACE = re.compile(r" ")
_MOST_SPACES = 6
"""So many words may the name of a location have."""
_WORD = re.compile(r"[A-Za-z]{2,}")
_QUOTED = "quoted"
"""What another program has answered, in its own words."""
_EXPECTED = "expected"
"""How a value is named that has several codes, of which one is expected: `'a', 'b' or 'c'`."""
_ROLES = "role_names"
"""How a value is named that has names of roles."""
_TITLE = "title"
"""How the title of a step is named: behind a colon, it begins with a small letter, unless it stays English."""
_PERSONS = frozenset({"by", "who"})
"""How a value is named that has the name of a person, or of two with this word between them."""
_AND = sentence("and")
_COLLECTION = "field_type"
_LIST = "list of values"
_COLLECTIONS = {"Dictionary": "object with fields", "List": _LIST, "Tuple": _LIST, "Set": _LIST, "Frozenset": _LIST}
"""What people call the collections of Python that pydantic names."""
_COUNT = re.compile(r"\d+")


def translated(text: str, by: Translator) -> str:
    """The text in a language; as it is where no template fits.

    Values that are texts themselves are translated, too; times, spans and counts are written as the language does it.
    """
    return text if by.language is Language.ENGLISH else _translated(text, by.language, _DEEPEST)


@lru_cache(maxsize=4_000)
def _translated(text: str, language: Language, depth: int) -> str:
    by = translator(language)
    if (found := _whole(text, by, depth)) is None or (_takes_title(text, by) and _ENDS.search(text) is None):
        return _composed(text, by, depth)
    return found


def _whole(text: str, by: Translator, depth: int) -> str | None:
    if (found := _matched(text, by)) is None:
        return None
    template, values = found
    return f"{_taken_subject(template, values, by, depth)}{_filled(template, values, by, depth)}"


def _matched(text: str, by: Translator) -> tuple[Template, dict[str, str]] | None:
    """The template that a text was made of, and its values; one without values is the text itself."""
    exact, _ = _known(by.language)
    if text in exact:
        return Template(text), {}
    unsure: tuple[Template, dict[str, str]] | None = None
    for template in candidates(text, by.language):
        if (values := template.values(text)) is None:
            continue
        if values[template.names[-1]] in exact or not _takes_many(template, values, text):
            if all(map(_is_closed, values.values())):
                return template, values
            unsure = unsure or (template, values)
    return unsure


def _is_closed(value: str) -> bool:
    """Whether no bracket in it closes one before it: else another text in brackets follows, and was taken with it."""
    depth = 0
    for each in _BRACKET.findall(value):
        depth += 1 if each == "(" else -1
        if depth < 0:
            return False
    return True


def _takes_title(text: str, by: Translator) -> bool:
    """Whether the first value of what matches has a colon in it: it may be a title with a text behind it."""
    found = _matched(text, by)
    if found is None:
        return False
    template, values = found
    return bool(values) and not template.literals[0] and _COLON.search(values[template.names[0]]) is not None


def _taken_subject(template: Template, values: dict[str, str], by: Translator, depth: int) -> str:
    """The name of a subject that the first value has taken, out of the value; a value that is a text keeps its own."""
    first = template.names[0] if values else ""
    if not first or template.literals[0] or _COLON.search(values[first]) is None:
        return ""
    if _value(first, values[first], by, depth) != values[first]:
        return ""
    before, colon, values[first] = values[first].rpartition(": ")
    return f"{before}{colon}"


def _takes_many(template: Template, values: dict[str, str], text: str) -> bool:
    """Whether a value would take texts that stand in a row: each of them is found by itself."""
    if not template.literals[-1]:
        *_, last = _ENDS.split(text)
        return _ENDS.search(values[template.names[-1]]) is not None or (
            last != text and template.values(last) is not None
        )
    if template.literals[0] and template.fixed < _SURE and any(map(_ENDS.search, values.values())):
        return True
    parts = _ENDS.split(text)
    alone = (parts[0], parts[-1]) if template.literals[0] else parts[:1]
    return len(parts) > 1 and any(template.values(each) is not None for each in alone)


def _composed(text: str, by: Translator, depth: int) -> str:
    """The texts that it was put together from, each in the language; the longest that is known first."""
    parts = _ENDS.split(text)
    if len(parts) > 2 * _MOST_PARTS and (whole := _one(parts, by, depth)) is not None:
        return whole
    texts, marks = parts[::2], [*parts[1::2], ""]
    pieces = _longest_known(texts, lambda at, until: _one(parts[2 * at : 2 * until - 1], by, depth), _MOST_PARTS)
    return "".join(f"{piece}{marks[until - 1]}" for piece, until in pieces)


def _longest_known(
    parts: Sequence[str], known: Callable[[int, int], str | None], most: int
) -> Iterator[tuple[str, int]]:
    """What parts in a row are, with where each piece ends: the longest that is known first, else one part as it is."""
    at = 0
    while at < len(parts):
        ends = range(min(at + most, len(parts)), at, -1)
        found = ((piece, until) for until in ends if (piece := known(at, until)) is not None)
        piece, at = next(found, (parts[at], at + 1))
        yield piece, at


def _one(parts: list[str], by: Translator, depth: int) -> str | None:
    """A text, or one after the name of its subject and a colon, with a full stop or without one."""
    text = "".join(parts)
    body, stop = (text[:-1], ".") if text.endswith(".") else (text, "")
    begins = (0, *(match.end() for match in islice(_COLON.finditer(body), _MOST_COLONS)))
    found = []
    for begin in begins:
        if _ENDS.search(body[:begin]):  # a subject is no sentence
            break
        if (matched := _matched(body[begin:], by)) is not None:
            found.append((begin, matched[0].fixed))
    if found:
        takes = _takes_title(body[found[0][0] :], by)
        begin, _ = max(found, key=lambda each: each[1]) if takes else found[0]
        return f"{_subject(body[:begin], by, depth)}{_whole(body[begin:], by, depth)}{stop}"
    return _behind_pair(body, stop, by, depth) or (_with_reason(text, by, depth) if len(parts) == 1 else None)


def _behind_pair(body: str, stop: str, by: Translator, depth: int) -> str | None:
    """A text right behind the path of a group and the name of a location: no colon ends these names."""
    group, parted, _ = body.partition(_PAIR)
    if not parted or _ENDS.search(group):
        return None
    spaces = (match.end() for match in islice(_SPACE.finditer(body, len(group + parted)), _MOST_SPACES))
    whole = ((at, _whole(body[at:], by, depth)) for at in spaces)
    return next((f"{body[:at]}{found}{stop}" for at, found in whole if found is not None), None)


def _with_reason(text: str, by: Translator, depth: int) -> str | None:
    """A text with what a person, or another program, has to say of it: behind a colon, and as it is."""
    for match in islice(_COLON.finditer(text), 2):
        if (found := _whole(text[: match.start()], by, depth)) is not None:
            return f"{found}{text[match.start() :]}"
    return None


def _subject(before: str, by: Translator, depth: int) -> str:
    """What stands before the colon: a name, a title, what is counted, or several of them; the longest known first."""
    if not before:
        return ""
    parts = before.removesuffix(": ").split(": ")
    pieces = _longest_known(parts, lambda at, until: _whole(": ".join(parts[at:until]), by, depth), len(parts))
    return "".join(f"{piece}: " for piece, _ in pieces)


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
    if f": %({_TITLE})s" in by(template.text) and shown[_TITLE] != values[_TITLE]:
        shown[_TITLE] = f"{shown[_TITLE][:1].lower()}{shown[_TITLE][1:]}"
    counting = template.counting
    if counting is None or not _COUNT.fullmatch(values[counting]):
        return by(template.text, **shown)
    return by.filled(by.translations.ngettext(template.text, template.text, int(values[counting])), shown)


def _value(name: str, value: str, by: Translator, depth: int) -> str:
    if name == _QUOTED:
        return value
    if name.startswith(_EXPECTED):
        return value.replace(" or ", f" {by('or')} ")
    if name.startswith(_ROLES):
        return role_names(value, by)
    if name == _COLLECTION and value in _COLLECTIONS:
        return by(_COLLECTIONS[value])
    if is_number(name) and _COUNT.fullmatch(value):
        return formats.number(int(value), by)
    if (written := written_values.in_language(value, by)) is not None:
        return written
    shown = _translated(value, by.language, depth - 1) if depth > 0 else value
    return both(value, by) if name in _PERSONS and shown == value else shown


def both(names: str, by: Translator) -> str:
    """The names of two persons, with the conjunction of the language between them; that of one person as it is."""
    return names.replace(f" {_AND.text} ", f" {by(_AND.text)} ")
