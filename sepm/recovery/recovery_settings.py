"""What a recovery file says in words: the password of its keystores and the id of the default domain.

The vendor tells that both are in it (TECH160736), not how they are written. Taken are lines
`keystorepass=...` and `DomainId=...`, and the same as attributes, as a server.xml of Tomcat's would have them.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

_PASSWORD = re.compile(r"(?im)^[ \t]*[\w.-]*keystore[._-]?pass(?:word)?[ \t]*[=:][ \t]*(\S.*)$")
_PASSWORD_ATTRIBUTE = re.compile(r"(?i)\bkeystorePass(?:word)?\s{0,9}=\s{0,9}(?:\"([^\"]{1,200})\"|'([^']{1,200})')")
_ID = r"[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_DOMAIN = re.compile(rf"(?im)\b(?:default)?[._-]?domain[._-]?id[ \t]{{0,9}}[=:][ \t]{{0,9}}[\"']?({_ID})\b")
_ESCAPED = re.compile(r"\\(u[0-9A-Fa-f]{4}|.)")
_CONTROL = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}
_MOST = 4
_LONGEST = 200


@dataclass(frozen=True)
class RecoverySettings:
    """What was found. Passwords are in no repr."""

    passwords: tuple[str, ...] = field(default=(), repr=False)
    """As they stand, and as Java reads them where that differs."""
    domain_ids: tuple[str, ...] = ()


def text_of(content: bytes) -> str | None:
    """A file as text; None where it is none."""
    try:
        text = content.decode("utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")  # which is how Java writes properties
    if any(letter < "\t" for letter in text):
        return None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read_settings(texts: Iterable[str]) -> RecoverySettings:
    """What texts say of passwords and domains; the first few of each."""
    passwords: dict[str, None] = {}
    domains: dict[str, None] = {}
    for text in texts:
        stated = [found.group(1).rstrip() for found in _PASSWORD.finditer(text)]
        stated += [found.group(1) or found.group(2) for found in _PASSWORD_ATTRIBUTE.finditer(text)]
        for each in stated:
            if len(each) <= _LONGEST:
                passwords.update(dict.fromkeys((each, _as_java_reads(each))))
        domains.update(dict.fromkeys(found.group(1).upper() for found in _DOMAIN.finditer(text)))
    return RecoverySettings(passwords=tuple(passwords)[:_MOST], domain_ids=tuple(domains)[:_MOST])


def _as_java_reads(text: str) -> str:
    """A value of a properties file, where `:`, `=` and all beyond ASCII may be escaped."""
    return _ESCAPED.sub(lambda found: _plain(found.group(1)), text)


def _plain(escaped: str) -> str:
    if len(escaped) > 1:
        return chr(int(escaped[1:], 16))
    return _CONTROL.get(escaped, escaped)
