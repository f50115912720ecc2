"""The text of an API key: `rotator_ID_SECRET`. The id names it in lists, and the secret is 256 random bits."""

import re
import secrets
from typing import NamedTuple, NewType

KeyId = NewType("KeyId", str)
_ID_BYTES, _SECRET_BYTES = 8, 32
PREFIX = "rotator_"
_FORM = re.compile(PREFIX + r"([0-9a-f]{16})_([0-9a-f]{64})")


class KeyText(NamedTuple):
    """A key as its holder has it. Never log it, and never keep it."""

    id: KeyId
    secret: str

    @classmethod
    def new(cls) -> "KeyText":
        """A random one."""
        return cls(KeyId(secrets.token_hex(_ID_BYTES)), secrets.token_hex(_SECRET_BYTES))

    @classmethod
    def read(cls, text: str) -> "KeyText | None":
        """What a caller presents; None when it has not the form of a key."""
        found = _FORM.fullmatch(text.strip())
        return cls(KeyId(found[1]), found[2]) if found else None

    def write(self) -> str:
        """The text that the holder gets, once."""
        return f"{PREFIX}{self.id}_{self.secret}"

    def __repr__(self) -> str:
        return f"KeyText({self.id})"
