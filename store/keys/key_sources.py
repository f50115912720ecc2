"""Where keys come from: a source knows some, the one that it seals with first."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import structlog

from store.keys.key_encryption import KeyEncryptionKey, KeySettingsWrong, LocalKey, VaultKeyMissing
from store.keys.key_file import parse_keys, put_key_first, read_keys

_log = structlog.get_logger(__name__)


class KeySource(Protocol):
    """Some keys, and where they are."""

    @property
    def where(self) -> str:
        """As a person would name the place."""

    def sealing(self) -> KeyEncryptionKey | None:
        """The key that it seals with now; None when it has none."""

    def find(self, key_id: str, *, again: bool) -> KeyEncryptionKey | None:
        """The key of that id; with `again` the source reads the place once more."""

    def ids(self) -> tuple[str, ...]:
        """The ids of the keys that it has now, as far as they are known without a request to a server."""

    async def renew(self) -> None:
        """Have a new key seal from now on. Those that were stay.

        Raises:
            KeySettingsWrong: when only the operator can do that; the message says how.
        """

    async def close(self) -> None:
        """Close what is open."""


class GivenKeys:
    """Keys by setting: they do not change while the process lives."""

    def __init__(self, keys: Sequence[LocalKey], where: str) -> None:
        self.where = where
        self.keys = tuple(keys)

    @classmethod
    def spelled(cls, text: str) -> "GivenKeys":
        """The keys in the environment.

        Raises:
            VaultKeyMalformed: when `text` spells none.
        """
        where = "ROTATOR_KEY"
        return cls([LocalKey(key) for key in parse_keys(text, source=where)], where)

    def sealing(self) -> KeyEncryptionKey | None:
        """The first."""
        return self.keys[0] if self.keys else None

    def find(self, key_id: str, *, again: bool) -> KeyEncryptionKey | None:  # noqa: ARG002 - nothing new can be there
        """One of them."""
        return next((key for key in self.keys if key.has(key_id)), None)

    def ids(self) -> tuple[str, ...]:
        """All of them."""
        return tuple(key.id for key in self.keys)

    async def renew(self) -> None:
        """Refused: only the administrator who sets the environment can do it."""
        raise KeySettingsWrong(
            f"all is sealed with the first key of {self.where}, and the environment is not ours to change: put a new "
            "key before it (base64 of 32 random bytes, e.g. from `openssl rand -base64 32`), with a comma between, "
            "restart the service, and run this again"
        )

    async def close(self) -> None:
        """Nothing is open."""


class FileKeys:
    """The keys of a file. It is read again when it has changed, so that processes learn of a key while they run."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seen: tuple[int, ...] | None = None
        self._keys: tuple[LocalKey, ...] = ()
        self._ever: dict[str, LocalKey] = {}

    @property
    def where(self) -> str:
        """The file's path."""
        return str(self.path)

    def sealing(self) -> KeyEncryptionKey | None:
        """The key of the first line, as the file is now.

        Raises:
            VaultKeyMissing: when the file was there and is gone. What it would seal could not be read after a restart.
            VaultKeyMalformed: when it holds something else.
        """
        self._look()
        if self._ever and not self._keys:
            raise VaultKeyMissing(f"{self.path} is gone: put it back, with every key that it held")
        return self._keys[0] if self._keys else None

    def find(self, key_id: str, *, again: bool) -> KeyEncryptionKey | None:
        """The key of that id, from memory where it was ever read.

        Raises:
            VaultKeyMalformed: when the file is looked at and holds something else.
        """
        if again:
            self._look()
        return self._ever.get(key_id)

    def ids(self) -> tuple[str, ...]:
        """Those in the file now, line by line."""
        self._look()
        return tuple(key.id for key in self._keys)

    async def renew(self) -> None:
        """A new first line. The file has it before it seals anything; a process that meets its id reads the file.

        Raises:
            KeySettingsWrong: when the file cannot be changed.
        """
        try:
            put_key_first(self.path)
        except OSError as error:
            raise KeySettingsWrong(
                f"{self.path} cannot be changed ({error.strerror}): put a new first line into it yourself (base64 of "
                "32 random bytes, e.g. from `openssl rand -base64 32`), wherever a copy of it lies, and run this again"
            ) from error

    async def close(self) -> None:
        """Nothing is open."""

    def _look(self) -> None:
        seen = self._signature()
        if seen == self._seen:
            return
        keys = tuple(LocalKey(key) for key in read_keys(self.path))
        if keys and self._ever and keys[0].id not in self._ever:
            _log.info("a new key seals from now on", key=keys[0].id, path=str(self.path))
        self._keys, self._seen = keys, seen
        self._ever |= {key.id: key for key in keys}

    def _signature(self) -> tuple[int, ...] | None:
        """What changes with the file; None when there is none."""
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return None
        return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns
