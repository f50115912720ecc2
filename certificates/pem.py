"""PEM as it arrives: with any line ends or none, in UTF-16, behind other text, or without its BEGIN and END lines."""

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass

_BEGIN = re.compile(rb"-----BEGIN ([A-Z0-9 ]{1,40})-----")
_BASE64 = re.compile(rb"[A-Za-z0-9+/=\s]+\Z")
_UTF_16 = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"-\0": "utf-16-le", b"\0-": "utf-16-be"}
_UTF_8_MARK = b"\xef\xbb\xbf"
_LINE = 64


class PemError(ValueError):
    """A PEM block that is cut or is no Base64."""


@dataclass(frozen=True)
class Block:
    """A block: what its BEGIN line says, its header lines, and its bytes."""

    label: str
    headers: bytes
    content: bytes

    def text(self) -> bytes:
        """The block in good form, for a library that is strict about it."""
        encoded = base64.b64encode(self.content)
        lines = [encoded[at : at + _LINE] for at in range(0, len(encoded), _LINE)]
        label = self.label.encode()
        head = [self.headers + b"\n"] if self.headers else []
        return b"\n".join([b"-----BEGIN %b-----" % label, *head, *lines, b"-----END %b-----" % label, b""])


def as_bytes(content: bytes) -> bytes:
    """A file without the encoding of its text: PEM in ASCII, and Base64 alone as the DER that it stands for."""
    if encoding := _UTF_16.get(content[:2]):
        content = content.decode(encoding, "replace").encode("ascii", "replace").lstrip(b"?")
    content = content.removeprefix(_UTF_8_MARK)
    if content.strip() and _BASE64.match(content):
        try:
            return base64.b64decode(b"".join(content.split()), validate=True)
        except ValueError:
            return content
    return content


def blocks(content: bytes) -> Iterator[Block]:
    """The blocks of a PEM file, in its order. Each byte is looked at a few times at most.

    Raises:
        PemError: at the first damaged one.
    """
    at = 0
    while begin := _BEGIN.search(content, at):
        end_line = b"-----END %b-----" % begin.group(1)
        end = content.find(end_line, begin.end())
        if end < 0:
            raise PemError(f"a block {begin.group(1).decode()} has no END line")
        yield _block(begin.group(1).decode(), content[begin.end() : end])
        at = end + len(end_line)


def _block(label: str, inside: bytes) -> Block:
    lines = [line.strip() for line in inside.splitlines()]
    headers = [line for line in lines if b":" in line]
    encoded = b"".join(b"".join(line.split()) for line in lines if b":" not in line)
    try:
        return Block(label, b"\n".join(headers), base64.b64decode(encoded, validate=True))
    except ValueError as error:
        raise PemError(f"a block {label} is no Base64") from error
