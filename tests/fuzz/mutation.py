"""Changing a good file: by its structure, with lengths and checks that fit again, by its lines, or by its bytes."""

import base64
import hashlib
import random
import re
from collections.abc import Callable

from tests.fuzz.asn1 import PASSWORD, number, tlv

Change = Callable[[random.Random, bytes], bytes]
NUMBERS = (0, 1, 127, 128, 255, 256, 65535, 65536, 2**31 - 1, 2**31, 2**32 - 1, 2**63, 2**64, 1 << 2048)
_PEM = re.compile(rb"(-----BEGIN [^-]+-----\n)([A-Za-z0-9+/=]+)(\n-----END)")
_TEXTS = (
    "",
    "0",
    "-1",
    "9" * 6000,
    "99999",
    "\u0663",
    "\u20ac" * 50,
    "a" * 70_000,
    "&amp;",
    "[::1]",
    "443 ",
    "4.3",
    "\t",
)
_LARGEST_LENGTH = 4


def by_bytes(draw: random.Random, content: bytes) -> bytes:
    """Bytes that are flipped, cut out, doubled, or set to a number of some length."""
    changed = bytearray(content)
    for _ in range(draw.choice((1, 1, 2, 8))):
        at = draw.randrange(len(changed) + 1)
        match draw.randrange(6):
            case 0 if at < len(changed):
                changed[at] ^= 1 << draw.randrange(8)
            case 1 if at < len(changed):
                changed[at] = draw.randrange(256)
            case 2:
                del changed[at : at + draw.randrange(1, 64)]
            case 3:
                changed[at:at] = changed[at : at + draw.randrange(1, 200)]
            case 4:
                size = draw.choice((1, 2, 4, 8))
                changed[at : at + size] = (draw.choice(NUMBERS) % (1 << 8 * size)).to_bytes(size, "big")
            case _:
                del changed[at:]
    return bytes(changed)


def by_der(draw: random.Random, content: bytes) -> bytes:
    """One element somewhere is changed; every length around it is right again."""
    return _changed(draw, content, draw.randrange(12))


def by_pem(draw: random.Random, content: bytes) -> bytes:
    """The DER inside a block, or the lines of the text."""
    if (found := list(_PEM.finditer(content))) and draw.randrange(3):
        block = draw.choice(found)
        inside = by_der(draw, base64.b64decode(block.group(2)))
        if not draw.randrange(4):
            inside = by_bytes(draw, inside)
        return content[: block.start(2)] + base64.b64encode(inside) + content[block.end(2) :]
    lines = content.splitlines(keepends=True)
    at = draw.randrange(len(lines) + 1)
    match draw.randrange(7):
        case 0:
            del lines[at : at + 1]
        case 1:
            lines[at:at] = draw.sample(lines, min(3, len(lines)))
        case 2:
            draw.shuffle(lines)
        case 3:
            lines = lines * draw.choice((2, 30))
        case 4:
            return content.replace(b"\n", draw.choice((b"\r", b"\r\n", b"", b" \n\t", b"\0\n")))
        case 5:
            return content.decode("latin-1").encode(draw.choice(("utf-16", "utf-16-le", "utf-16-be", "utf-32")))
        case _:
            lines.insert(
                at, draw.choice((b"-----BEGIN CERTIFICATE-----\n", b"Proc-Type: 4,ENCRYPTED\n", b":\n", b"\0\n"))
            )
    return b"".join(lines)


def by_keystore(draw: random.Random, content: bytes) -> bytes:
    """Numbers and bytes of a JKS keystore, often under a check that fits again."""
    body = bytearray(content[:-20])
    for _ in range(draw.choice((1, 1, 2, 3))):
        # most fields stand in the head of the file, and the others are few among many bytes of certificates
        at = draw.randrange(4, 60) if draw.randrange(2) else draw.randrange(4, max(len(body), 5))
        size = draw.choice((1, 2, 4))
        value = draw.choice((*NUMBERS, 1, 2, 3, len(body), draw.randrange(2000)))
        body[at : at + size] = (value % (1 << 8 * size)).to_bytes(size, "big")
    if draw.randrange(4):
        check = hashlib.sha1(PASSWORD.encode("utf-16be") + b"Mighty Aphrodite" + body).digest()
        return bytes(body) + check
    return bytes(body) + content[-20:]


def by_lines(draw: random.Random, content: bytes) -> bytes:
    """Lines, fields, quotes and lengths of a text of one record a line."""
    encoding = "utf-16" if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8"
    encoding = "utf-16-le" if content[1:2] == b"\0" else encoding
    lines = content.decode(encoding).split("\r\n")
    at = draw.randrange(len(lines))
    fields = lines[at].split(",")
    place = draw.randrange(len(fields))
    match draw.randrange(7):
        case 0 | 1:
            fields[place] = draw.choice((*_TEXTS, *_TIMES))
            lines[at] = ",".join(fields)
        case 2:
            lines[at] = ",".join(fields * _as_often(draw.choice((2, 300)), lines[at]))
        case 3:
            lines[at:at] = [lines[at]] * _as_often(draw.choice((1, 2, 5000)), lines[at])
        case 4:
            lines[at] = lines[at].replace(draw.choice(",. :/"), draw.choice(('"', '""', '"\n', "\0", "\r", ";")), 1)
        case 5:
            del lines[at]
        case _:
            fields[place] += draw.choice("x0\n\t ") * draw.choice((10, 300, 200_000))
            lines[at] = ",".join(fields)
    return "\r\n".join(lines).encode(encoding, errors="replace")


def _as_often(wanted: int, text: str) -> int:
    """As often as wanted, or as makes a few MiB: one change upon the other would make a text without end."""
    return min(wanted, 1 + _MOST // (len(text) + 1))


_MOST = 2 << 20
_TIMES = (
    "99.99.9999 99:99:99",
    "29.02.2025 10:00:00",
    "30.03.2025 02:30:00",
    "26.10.2025 02:30:00",
    "01.01.0001 00:00:00",
    "31.12.9999 23:59:59",
    "9" * 13,
    "2025-11-26 13:05:59 +99:99",
    "Nov 31, 2025 11:00:00 PM",
    "\u0661.\u0661.\u0662\u0660\u0662\u0665 10:00:00",
)


def by_xml(draw: random.Random, content: bytes) -> bytes:
    """Attributes, elements and declarations of an XML text."""
    encoding = "utf-16" if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8"
    text = content.decode(encoding)
    match draw.randrange(8):
        case 0 | 1 | 2:
            values = list(re.finditer(r'="([^"]*)"', text))
            value = draw.choice(values)
            text = text[: value.start(1)] + draw.choice(_TEXTS) + text[value.end(1) :]
        case 3:
            elements = re.findall(r"<[^>]+>", text)
            text = text.replace(draw.choice(elements), draw.choice(("", "<x>", draw.choice(elements) * 3)), 1)
        case 4:
            text = text.replace("<Server ", "<s:Server xmlns:s='u' " if draw.randrange(2) else "<server ")
        case 5:
            text = text.replace("?>", '?><!DOCTYPE a [<!ENTITY b "c">]>').replace("Default", "&b;")
        case 6:
            block = re.search(r"<ServerPriorityBlock.*?</ServerPriorityBlock>", text)
            text = text.replace(block[0], block[0] * draw.choice((2, 50))) if block else text
        case _:
            depth = draw.choice((10, 3000))
            text = text.replace("<CommConf>", "<CommConf>" + "<a>" * depth).replace(
                "</CommConf>", "</a>" * depth + "</CommConf>"
            )
    return text.encode(
        draw.choice((encoding, encoding, encoding, "utf-16", "utf-16-be", "latin-1", "utf-7")), "replace"
    )


def nothing(draw: random.Random, _: bytes) -> bytes:
    """Random bytes, behind the first ones of some format."""
    head = draw.choice(
        (b"", b"\x30\x82", b"\xfe\xed\xfe\xed\0\0\0\2", b"-----BEGIN CERTIFICATE-----\n", b"<?xml", b"MII")
    )
    return head + draw.randbytes(draw.choice((0, 1, 10, 200, 5000)))


def _changed(draw: random.Random, content: bytes, depth: int) -> bytes:
    parts = _elements(content)
    if not parts:
        return by_bytes(draw, content)
    at = draw.randrange(len(parts))
    tag, inside = parts[at]
    # what looks like DER inside of bytes, as in PKCS#12, is changed by its structure as well
    if depth and (tag & 0x20 or (tag in {3, 4} and _elements(inside.removeprefix(b"\0")))):
        keep = b"\0" if tag == 3 and inside[:1] == b"\0" else b""
        parts[at] = (tag, keep + _changed(draw, inside.removeprefix(keep), depth - 1))
    else:
        _change_one(draw, parts, at)
    return b"".join(tlv(tag, inside) for tag, inside in parts)


def _change_one(draw: random.Random, parts: list[tuple[int, bytes]], at: int) -> None:
    tag, inside = parts[at]
    match draw.randrange(9):
        case 0:
            del parts[at]
        case 1:
            parts[at:at] = [parts[at]] * draw.choice((1, 1, 30))
        case 2:
            other = draw.randrange(len(parts))
            parts[at], parts[other] = parts[other], parts[at]
        case 3:
            parts[at] = (draw.choice((0x02, 0x03, 0x04, 0x05, 0x06, 0x0C, 0x30, 0x31, 0x80, 0xA0, 0xA3, 0x1F)), inside)
        case 4:
            parts[at] = (tag, b"")
        case 5:
            parts[at] = (2, number(draw.choice(NUMBERS))[2:])
        case 6:
            parts[at] = (tag, tlv(tag, inside))
        case 7:
            parts[at] = (tag, inside * draw.choice((2, 20)))
        case _:
            parts[at] = (tag, by_bytes(draw, inside))


def _elements(content: bytes) -> list[tuple[int, bytes]]:
    """Tags and contents, when the whole of it is DER."""
    found, at = [], 0
    while at < len(content):
        if at + 2 > len(content):
            return []
        length, start = content[at + 1], at + 2
        if length >= 0x80:
            size = length & 0x7F
            start += size
            if not 0 < size <= _LARGEST_LENGTH or start > len(content):
                return []
            length = int.from_bytes(content[start - size : start], "big")
        if start + length > len(content):
            return []
        found.append((content[at], content[start : start + length]))
        at = start + length
    return found
