"""English that is left on a Czech page: words that the English page has, too, and English sentences.

What both pages have is data, or was not translated. What is data stands here, each with its reason.
"""

import re
from collections.abc import Collection, Iterator

from tests.api.pages.language.visible_texts import visible_texts
from tests.texts.english_words import english_in

DATA = {
    r"\b(?:Replace|Look|Sales)\b|as asked|timeout|SEPM does not show it|it did not verify": "texts of this test alone",
    r"rotator(?: [a-z-]+(?![\w-])){1,2}(?: (?:--[a-z-]+|[A-Z]+|rot\S+|originals-\S+\.json))*": "a command",
    r"--[a-z]+ \w+=[A-Z0-9]+": "an option of a command",
    r"(?:GET|POST|PUT) /v1/\S+": "a request of the API",
    r"https?://\S+": "an address",
    r"\S+\.[a-z]{2,4}\b": "the name of a file",
    r"[.\w]*(?:\\\w+)+": "a path of Windows, or of a group",
    r"\b(?=[0-9a-f]*\d)[0-9a-f]{8,}\b": "a digest or an id",
    r"\b[A-Z0-9]+(?:[-_][A-Z0-9]+)*\b": "an abbreviation, as SEPM or HTTP, or the name of an emulated client or server",
    r"\b(?:admin|approver|auditor|operator|robot|viewer)\b": "a role's code, as an administrator types it",
    r"\b(?:cert|card|sim|plan|order|request)-\d+\b|w{9,}|\(card\)": "ids of this test, and a text that is too long",
    r"Default Management Server List(?: \(HTTP for certificate rotation\))?": "a list that SEPM itself has made",
    r"\btest_\w+|Three Servers|Branch List|Vienna|My Company|Brno": "names of sites, lists and groups of this test",
    r"\b(?:ann|ben|bob|olga|vera|otto|sepm\d|pc-\w+)\b": "persons, servers and clients of this test",
}
"""What is shown as it is."""
BOTH = frozenset(
    re.findall(
        r"\w+",
        "administrator agent audit Broadcom data export filtr firewall host instance Intune limit log macOS Microsoft "
        "nový outbox partner plan port PowerShell priority program role server simulace Temporal ten test text upgrade "
        "Windows worker",
    )
)
"""Words and names that Czech has as well."""
TYPED = frozenset({"filehash", "get", "algorithm", "keystorepass", "none", "originals", "semwebsrv", "sha", "unknown"})
"""Words that are typed as they stand."""
SAME = frozenset(each.lower() for each in BOTH | TYPED)
_DATA = re.compile("|".join(DATA))
_WORD = re.compile(r"[^\W\d_]{3,}")


def left_english(english: str, czech: str) -> list[str]:
    """The texts of the Czech page in which English is left, each with the words that show it."""
    known = {word for text in visible_texts(english) for word in _words(text)}
    return [f"{', '.join(found)}: {text}" for text in visible_texts(czech) if (found := [*_left(text, known)])]


def _left(text: str, known: Collection[str]) -> Iterator[str]:
    yield from (word for word in _words(text) if word in known)
    yield from (part for part in english_in(_DATA.sub("", text)))


def _words(text: str) -> list[str]:
    return [word for each in _WORD.findall(_DATA.sub("", text)) if (word := each.lower()) not in SAME]
