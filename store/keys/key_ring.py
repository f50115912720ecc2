"""All keys that are known at once: any of them opens, one seals."""

from store.keys.key_encryption import KeyEncryptionKey, VaultKeyMissing, VaultKeyWrong
from store.keys.key_sources import KeySource
from store.keys.sealed import FOR_THE_WORKER
from store.keys.worker_key import WorkerKeys


class KeyRing:
    """The keys of some sources. The first source that has a key seals; the others still open what they sealed.

    Where the worker has keys of its own, the first of them seals what only the worker opens.
    """

    def __init__(self, *sources: KeySource, worker: WorkerKeys | None = None) -> None:
        self.sources: tuple[KeySource, ...] = sources if worker is None else (*sources, worker)
        self._worker = worker

    @property
    def source(self) -> KeySource:
        """The source that seals.

        Raises:
            VaultKeyMissing: when no source has a key.
        """
        return self._sealing()[0]

    def sealing(self) -> KeyEncryptionKey:
        """The key that seals now.

        Raises:
            VaultKeyMissing: when no source has a key, or its file is gone.
        """
        return self._sealing()[1]

    def sealing_for(self, purpose: str) -> KeyEncryptionKey:
        """The key that seals secrets of that purpose now.

        Raises:
            VaultKeyMissing: as `sealing`.
        """
        return self._worker.first if self._worker is not None and purpose in FOR_THE_WORKER else self.sealing()

    async def newest(self) -> frozenset[str]:
        """The ids of the keys that seal now.

        Raises:
            VaultKeyMissing: as `sealing`.
            KeyServerDown, KeyServerRefused: when a key server does not tell its newest version.
        """
        now = await self.sealing().newest()
        return frozenset({now} if self._worker is None else {now, self._worker.first.id})

    def find(self, key_id: str) -> KeyEncryptionKey:
        """The key of that id. One that no source knows yet is looked for again: it may have been made meanwhile.

        Raises:
            VaultKeyWrong: when no source has it.
            VaultKeyMissing: when a file that held keys is gone.
        """
        for again in (False, True):
            for source in self.sources:
                if (key := source.find(key_id, again=again)) is not None:
                    return key
        places = ", ".join(source.where for source in self.sources) or "no place"
        raise VaultKeyWrong(f"sealed with key {key_id}, which is not in {places}")

    def knows(self, key_id: str) -> bool:
        """Whether there is a key of that id.

        Raises:
            VaultKeyMissing: as `find`.
        """
        try:
            self.find(key_id)
        except VaultKeyWrong:
            return False
        return True

    async def close(self) -> None:
        """Close what the sources have open."""
        for source in self.sources:
            await source.close()

    def _sealing(self) -> tuple[KeySource, KeyEncryptionKey]:
        for source in self.sources:
            if (key := source.sealing()) is not None:
                return source, key
        raise VaultKeyMissing(f"there is no key in {', '.join(source.where for source in self.sources)}")
