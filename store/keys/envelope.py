"""The form of a sealed value: which key wrapped the key of the secret, that key, and the secret under it."""

import struct
from typing import NamedTuple

from store.keys.key_encryption import SealBroken, Wrapped

BOUND_TO_ITS_HEAD = 1
"""The first form: the secret's encryption covers the head, so another wrapping asks for another encryption."""
BOUND_TO_ITS_ROW = 2
"""The form that is written: the secret's encryption covers purpose and subject only, and outlives its wrapping."""
_FORMS = (BOUND_TO_ITS_HEAD, BOUND_TO_ITS_ROW)
_HEAD = struct.Struct(">BBH")  # form, length of the key id, length of the wrapped key
_ID_AT_MOST = 255
START_BYTES = _HEAD.size + _ID_AT_MOST
"""The first bytes of a sealed value, which have the id of its key."""


class Envelope(NamedTuple):
    """A sealed value, taken apart."""

    form: int
    wrapped: Wrapped
    body: bytes

    def pack(self) -> bytes:
        """The value as it is stored."""
        return self._head() + self.body

    def covered(self, about: bytes) -> bytes:
        """What the body's encryption covers besides the secret, for a row and purpose that are `about`."""
        if self.form == BOUND_TO_ITS_HEAD:
            return about + self._head()
        # `about` begins with a length, whose first byte is 0: no form can pass for another
        return bytes([self.form]) + about

    def _head(self) -> bytes:
        key_id, wrapped = self.wrapped.key_id.encode(), self.wrapped.data
        return _HEAD.pack(self.form, len(key_id), len(wrapped)) + key_id + wrapped


def about(purpose: str, subject: str) -> bytes:
    """What a sealed value belongs to."""
    # with its length, so that no other split of the same text is the same
    return struct.pack(">I", len(purpose.encode())) + purpose.encode() + subject.encode()


def unpack(sealed: bytes) -> Envelope:
    """A sealed value, taken apart.

    Raises:
        SealBroken: when it is cut, or of a form that this release does not read.
    """
    if len(sealed) < _HEAD.size:
        raise SealBroken("a sealed value is cut short")
    form, id_length, wrapped_length = _HEAD.unpack_from(sealed)
    ends = _HEAD.size + id_length, _HEAD.size + id_length + wrapped_length
    if form not in _FORMS or len(sealed) < ends[1]:
        raise SealBroken(f"a sealed value of form {form} or cut short; this release reads forms {_FORMS}")
    wrapped = Wrapped(_id(sealed[_HEAD.size : ends[0]]), sealed[ends[0] : ends[1]])
    return Envelope(form, wrapped, sealed[ends[1] :])


def key_id_of(start: bytes) -> str | None:
    """The id of the key of a sealed value, from its first `START_BYTES`; None when they are no such start."""
    if len(start) < _HEAD.size:
        return None
    form, id_length, _ = _HEAD.unpack_from(start)
    if form not in _FORMS or len(start) < _HEAD.size + id_length:
        return None
    try:
        return _id(start[_HEAD.size : _HEAD.size + id_length])
    except SealBroken:
        return None


def _id(text: bytes) -> str:
    try:
        return text.decode("ascii")
    except UnicodeDecodeError:
        raise SealBroken("a sealed value names no key") from None
