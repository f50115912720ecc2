"""Elements of DER, and of BER, which some PKCS#12 files are written in. Nothing is decoded that was not asked for."""

from collections.abc import Iterator
from dataclasses import dataclass

INTEGER, OCTETS, OBJECT, SEQUENCE = 0x02, 0x04, 0x06, 0x30
FIELD = 0xA0
"""The first tag of fields that differ by their number, each with its content inside."""

_CONSTRUCTED = 0x20
_LONG_TAG = 0x1F
_SHORT_FORM = 0x80
_LONGEST_LENGTH = 4  # bytes; a file of 1 MiB needs three
_DEEPEST = 20
_LONGEST_NAME = 64


class DerError(ValueError):
    """Bytes that are no DER, or not the DER that is due."""


@dataclass(frozen=True)
class Element:
    """An element: its tag, its content, and all its bytes."""

    tag: int
    content: bytes
    whole: bytes

    def parts(self, tag: int = SEQUENCE) -> list["Element"]:
        """The elements inside.

        Raises:
            DerError: when this is no `tag`, or something in it is damaged.
        """
        self.must_be(tag)
        return list(elements(self.content))

    def must_be(self, tag: int) -> "Element":
        """This element.

        Raises:
            DerError: when it is no `tag`.
        """
        if self.tag != tag:
            raise DerError(f"DER element {self.tag:#x} where {tag:#x} was due")
        return self

    def octets(self, tag: int = OCTETS, depth: int = 0) -> bytes:
        """The bytes that it holds; BER may have cut them into pieces."""
        if self.tag == tag:
            return self.content
        if self.tag != tag | _CONSTRUCTED or depth > _DEEPEST:
            raise DerError(f"DER element {self.tag:#x} where bytes were due")
        return b"".join(piece.octets(depth=depth + 1) for piece in elements(self.content))

    def object_id(self) -> str:
        """The object identifier in dotted form."""
        arcs, value = [], 0
        for byte in self.must_be(OBJECT).content[:_LONGEST_NAME]:
            value = value << 7 | byte & 0x7F
            if byte < _SHORT_FORM:
                arcs.append(value)
                value = 0
        if not arcs:
            raise DerError("an empty object identifier")
        first = min(arcs[0] // 40, 2)
        return ".".join(map(str, (first, arcs[0] - 40 * first, *arcs[1:])))


def only_element(der: bytes) -> Element:
    """The element that `der` is.

    Raises:
        DerError: when it is none, or more than one.
    """
    element, end = _element(der, 0, 0)
    if end != len(der):
        raise DerError("something follows the DER element")
    return element


def first_element(der: bytes) -> Element:
    """The element that `der` begins with.

    Raises:
        DerError: when it begins with none.
    """
    return _element(der, 0, 0)[0]


def elements(der: bytes) -> Iterator[Element]:
    """The elements that follow one another in `der`.

    Raises:
        DerError: at the first damaged one.
    """
    at = 0
    while at < len(der):
        element, at = _element(der, at, 0)
        yield element


def _element(der: bytes, at: int, depth: int) -> tuple[Element, int]:
    """The element that begins at `at`, and where it ends."""
    if at + 2 > len(der) or depth > _DEEPEST:
        raise DerError("a DER element is cut, or lies too deep")
    tag, length, start = der[at], der[at + 1], at + 2
    if tag & _LONG_TAG == _LONG_TAG:
        raise DerError("a DER tag that nothing here has")
    if length == _SHORT_FORM:
        return _open_ended(der, at, depth)
    if length > _SHORT_FORM:
        size = length - _SHORT_FORM
        start += size
        if size > _LONGEST_LENGTH or start > len(der):
            raise DerError("a DER element is longer than the file")
        length = int.from_bytes(der[start - size : start], "big")
    end = start + length
    if end > len(der):
        raise DerError("a DER element is cut")
    return Element(tag, der[start:end], der[at:end]), end


def _open_ended(der: bytes, at: int, depth: int) -> tuple[Element, int]:
    """A BER element without a length: it goes on to the two zeros after its parts."""
    start = end = at + 2
    while der[end : end + 2] != b"\0\0":
        _, end = _element(der, end, depth + 1)
    return Element(der[at], der[start:end], der[at : end + 2]), end + 2
