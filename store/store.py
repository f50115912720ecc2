"""The store: one object with everything that must not be lost."""

import asyncio
from pathlib import Path

import structlog
from sqlalchemy import make_url
from sqlalchemy.exc import InterfaceError, OperationalError

from store.access.identities import Identities
from store.access.stated_rows import StatedRows
from store.access.stated_wishes import StatedWishes
from store.access.subjects import Subjects
from store.access.wishes import Wishes
from store.audit import Audit
from store.certificate.certificate_orders import CertificateOrders
from store.certificate.certificate_requests import CertificateRequests
from store.certificate.certificates import Certificates
from store.certificate.issuer_accounts import IssuerAccounts
from store.certificate.key_destruction import KeyDestruction
from store.certificate.keystores import Keystores
from store.database.database import Database, MemoryDatabase
from store.kept_answers import KeptAnswers
from store.keys.key_encryption import LocalKey
from store.keys.key_file import KEY_BYTES
from store.keys.key_ring import KeyRing
from store.keys.key_sources import GivenKeys
from store.keys.mac_key import MacKey
from store.keys.unlocking import unlock
from store.keys.vault import Vault
from store.notice.channels import Channels
from store.notice.deliveries import Deliveries
from store.notice.lease import NoticeLease
from store.notice.matters import Matters
from store.notice.old_notices import OldNotices
from store.notice.outbox import Outbox
from store.rotation.coverage import Coverage
from store.rotation.events import Events
from store.rotation.found import FoundRecords
from store.rotation.given_originals import GivenOriginals
from store.rotation.originals import Originals
from store.rotation.plans import Plans
from store.rotation.reconciliations import Reconciliations
from store.rotation.references import References
from store.rotation.rotations import Rotations
from store.rotation.simulations import Simulations
from store.rotation.swaps import Swaps
from store.rotation.tasks import Tasks
from store.rotation.writes import Writes
from store.settings import StoreSettings
from store.site.console import ConsoleRecords
from store.site.contacts import Contacts
from store.site.http_reach import HttpReach
from store.site.inventory import Inventory
from store.site.roster import Roster
from store.site.site_changes import SiteChanges
from store.site.sites import Sites
from store.site.surveys import Surveys
from store.trail.head_sender import HeadSender
from store.trail.heads import Heads
from store.trail.site_trail import SiteTrail
from store.trail.webhook import Webhook

_AGAIN = 1.0
"""Seconds between two tries to open a database that does not answer."""
_log = structlog.get_logger(__name__)


class Store:
    """All repositories over one database and one vault."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        *,
        heads_file: Path | None = None,
        syslog: str | None = None,
        webhook: Webhook | None = None,
    ) -> None:
        self.database = database
        self.vault = vault
        mac_key = MacKey(database, vault)
        self.heads = Heads(mac_key, heads_file, syslog)
        self.head_sender = HeadSender(self.heads, webhook)
        self.trail = SiteTrail(database, mac_key, self.heads)
        stated = StatedRows(database, mac_key, self.trail)
        self.identities = Identities(database, stated)
        self.wishes = Wishes(stated)
        self.stated_wishes = StatedWishes(database)
        self.subjects = Subjects(database, stated)
        self.sites = Sites(database, vault, mac_key, self.trail)
        self.site_changes = SiteChanges(database, vault, mac_key, self.trail)
        self.certificates = Certificates(database, vault)
        self.certificate_requests = CertificateRequests(database, vault)
        self.certificate_orders = CertificateOrders(database)
        self.issuer_accounts = IssuerAccounts(database, vault)
        self.keystores = Keystores(database, vault, self.trail)
        self.key_destruction = KeyDestruction(database, self.trail)
        self.contacts = Contacts(database, mac_key, self.trail)
        self.surveys = Surveys(database)
        self.console = ConsoleRecords(database)
        self.http_reach = HttpReach(database)
        self.inventory = Inventory(database)
        self.roster = Roster(database)
        self.plans = Plans(database)
        self.rotations = Rotations(database, self.trail)
        self.found = FoundRecords(database)
        self.originals = Originals(database)
        self.given_originals = GivenOriginals(database, self.trail)
        self.references = References(database)
        self.writes = Writes(database, self.trail)
        self.coverage = Coverage(database)
        self.swaps = Swaps(database, mac_key)
        self.tasks = Tasks(database, self.trail)
        self.events = Events(database, mac_key, self.heads)
        self.audit = Audit(
            database,
            events=self.events,
            contacts=self.contacts,
            trail=self.trail,
            sites=self.sites,
            heads=self.heads,
            sender=self.head_sender,
            stated=stated,
        )
        self.simulations = Simulations(database)
        self.reconciliations = Reconciliations(database)
        self.kept_answers = KeptAnswers(database, mac_key)
        self.channels = Channels(database, vault, self.trail)
        self.matters = Matters(database)
        self.outbox = Outbox(database)
        self.deliveries = Deliveries(database)
        self.notice_lease = NoticeLease(database)
        self.old_notices = OldNotices(database)

    @classmethod
    async def open(cls, settings: StoreSettings) -> "Store":
        """Open the database, bring its tables up to date, and unlock the vault.

        Raises:
            DatabaseNotSupported: when the database is neither a SQLite file nor PostgreSQL.
            DatabaseOfAnotherRelease: when its tables are newer than this release.
            VaultKeyMissing, VaultKeyWrong, VaultKeyMalformed: when there is no key for the secrets that are there.
            KeySettingsWrong, KeyServerRefused: when the key server cannot be used as it is set.
            WebhookSettingsWrong: when the webhook for heads cannot be used as it is set.
        """
        webhook = Webhook(settings.webhook) if settings.webhook is not None else None
        database = await Database.open(settings.url)
        try:
            await database.migrate()
            vault = await unlock(settings, database)
        except BaseException:
            await database.close()
            raise
        return cls(database, vault, heads_file=settings.heads_path, syslog=settings.audit_syslog, webhook=webhook)

    @classmethod
    async def opened(cls, settings: StoreSettings) -> "Store":
        """As `open`, for a service that starts: a PostgreSQL that does not answer yet is waited for, with one line."""
        waits = False
        while True:
            try:
                return await cls.open(settings)
            except (OperationalError, InterfaceError) as error:
                if make_url(settings.url).get_backend_name() == "sqlite":
                    raise  # no other process will mend a file
                if not waits:
                    _log.warning("the database does not answer, and is waited for", reason=str(error.orig).strip())
                waits = True
            await asyncio.sleep(_AGAIN)

    @classmethod
    def in_memory(cls) -> "Store":
        """A store that is lost when it is closed: for a simulation. Its key protects nothing."""
        return cls(MemoryDatabase(), Vault(KeyRing(GivenKeys([LocalKey(bytes(KEY_BYTES))], "memory"))))

    async def close(self) -> None:
        """Close every connection."""
        await self.heads.flush()
        await self.head_sender.close()
        self.heads.close()
        await self.vault.close()
        await self.database.close()
