"""The store: one object with everything that must not be lost."""

from store.certificate_orders import CertificateOrders
from store.certificate_requests import CertificateRequests
from store.certificates import Certificates
from store.console import ConsoleRecords
from store.contacts import Contacts
from store.coverage import Coverage
from store.database import Database, MemoryDatabase
from store.events import Events
from store.found import Found
from store.given_originals import GivenOriginals
from store.http_reach import HttpReach
from store.inventory import Inventory
from store.issuer_accounts import IssuerAccounts
from store.keys.key_encryption import LocalKey
from store.keys.key_file import KEY_BYTES
from store.keys.key_ring import KeyRing
from store.keys.key_sources import GivenKeys
from store.keys.unlocking import unlock
from store.keys.vault import Vault
from store.keystores import Keystores
from store.originals import Originals
from store.plans import Plans
from store.reconciliations import Reconciliations
from store.references import References
from store.roster import Roster
from store.rotations import Rotations
from store.settings import StoreSettings
from store.simulations import Simulations
from store.sites import Sites
from store.surveys import Surveys
from store.swaps import Swaps
from store.tasks import Tasks
from store.writes import Writes


class Store:
    """All repositories over one database and one vault."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self.database = database
        self.vault = vault
        self.sites = Sites(database, vault)
        self.certificates = Certificates(database, vault)
        self.certificate_requests = CertificateRequests(database, vault)
        self.certificate_orders = CertificateOrders(database)
        self.issuer_accounts = IssuerAccounts(database, vault)
        self.keystores = Keystores(database, vault)
        self.contacts = Contacts(database)
        self.surveys = Surveys(database)
        self.console = ConsoleRecords(database)
        self.http_reach = HttpReach(database)
        self.inventory = Inventory(database)
        self.roster = Roster(database)
        self.plans = Plans(database)
        self.rotations = Rotations(database)
        self.found = Found(database)
        self.originals = Originals(database)
        self.given_originals = GivenOriginals(database)
        self.references = References(database)
        self.writes = Writes(database)
        self.coverage = Coverage(database)
        self.swaps = Swaps(database)
        self.tasks = Tasks(database)
        self.events = Events(database)
        self.simulations = Simulations(database)
        self.reconciliations = Reconciliations(database)

    @classmethod
    async def open(cls, settings: StoreSettings) -> "Store":
        """Open the database, bring its tables up to date, and unlock the vault.

        Raises:
            DatabaseNotSupported: when the database is neither a SQLite file nor PostgreSQL.
            DatabaseOfAnotherRelease: when its tables are newer than this release.
            VaultKeyMissing, VaultKeyWrong, VaultKeyMalformed: when there is no key for the secrets that are there.
            KeySettingsWrong, KeyServerRefused: when the key server cannot be used as it is set.
        """
        database = await Database.open(settings.url)
        try:
            await database.migrate()
            vault = await unlock(settings, database)
        except BaseException:
            await database.close()
            raise
        return cls(database, vault)

    @classmethod
    def in_memory(cls) -> "Store":
        """A store that is lost when it is closed: for a simulation. Its key protects nothing."""
        return cls(MemoryDatabase(), Vault(KeyRing(GivenKeys([LocalKey(bytes(KEY_BYTES))], "memory"))))

    async def close(self) -> None:
        """Close every connection."""
        await self.vault.close()
        await self.database.close()
