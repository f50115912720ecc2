"""The store: one object with everything that must not be lost."""

import asyncio

from store.certificates import Certificates
from store.coverage import Coverage
from store.database import Database, MemoryDatabase
from store.events import Events
from store.key_file import KEY_BYTES
from store.originals import Originals
from store.plans import Plans
from store.references import References
from store.roster import Roster
from store.rotations import Rotations
from store.sealed import sealed_values
from store.settings import StoreSettings
from store.simulations import Simulations
from store.sites import Sites
from store.surveys import Surveys
from store.swaps import Swaps
from store.tasks import Tasks
from store.vault import LocalKey, Vault
from store.writes import Writes


class Store:
    """All repositories over one database and one vault."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self.database = database
        self.vault = vault
        self.sites = Sites(database, vault)
        self.certificates = Certificates(database, vault)
        self.surveys = Surveys(database)
        self.roster = Roster(database)
        self.plans = Plans(database)
        self.rotations = Rotations(database)
        self.originals = Originals(database)
        self.references = References(database)
        self.writes = Writes(database)
        self.coverage = Coverage(database)
        self.swaps = Swaps(database)
        self.tasks = Tasks(database)
        self.events = Events(database)
        self.simulations = Simulations(database)

    @classmethod
    async def open(cls, settings: StoreSettings) -> "Store":
        """Open the database, bring its tables up to date, and unlock the vault.

        Raises:
            DatabaseNotSupported: when the database is neither a SQLite file nor PostgreSQL.
            VaultKeyMissing, VaultKeyWrong, VaultKeyMalformed: when there is no key for the secrets that are there.
        """
        database = await Database.open(settings.url)
        try:
            await database.migrate()
            vault = await asyncio.to_thread(
                Vault.unlock, path=settings.key_path, given=settings.key, sealed=await sealed_values(database)
            )
        except BaseException:
            await database.close()
            raise
        return cls(database, vault)

    @classmethod
    def in_memory(cls) -> "Store":
        """A store that is lost when it is closed: for a simulation. Its key protects nothing."""
        return cls(MemoryDatabase(), Vault(LocalKey(bytes(KEY_BYTES))))

    async def close(self) -> None:
        """Close every connection."""
        await self.database.close()
