"""What no public source settles about SEPM, as switches. A client of the site must be right on every setting.

What is and what is not known of each, and where it was found, stands in docs/develop/emulator.md.
"""

from datetime import timedelta
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class PatchSemServer(StrEnum):
    """What a REST write of `sem_server` (the assigned server list) does."""

    WORKS = "works"
    IGNORED = "ignored"
    """Answers 200 and changes nothing."""
    REFUSED = "refused"
    """Answers 400."""


class PatchSecureCommunications(StrEnum):
    """What a REST write of `secure_communications` does."""

    WORKS = "works"
    IGNORED = "ignored"
    """Answers 200 and changes nothing."""
    REFUSED = "refused"
    """Answers 400."""


class PatchClientLog(StrEnum):
    """What a REST write of the size of the clients' system log does."""

    WORKS = "works"
    IGNORED = "ignored"
    """Answers 200 and changes nothing."""
    REFUSED = "refused"
    """Answers 400."""


class SecureCommunicationsScope(StrEnum):
    """What a write of secure communications through one location changes."""

    LOCATION = "location"
    GROUP = "group"
    """All locations of the group."""


class InheritorsFollow(StrEnum):
    """When groups that inherit publish a change of their parent."""

    AT_ONCE = "at_once"
    AT_NEXT_PUBLISH = "at_next_publish"
    """One publish delay after the parent."""


class SerialReported(StrEnum):
    """When a client reports the serial of a policy it has just taken."""

    SAME_CONTACT = "same_contact"
    NEXT_CONTACT = "next_contact"


class Downloads(StrEnum):
    """How a client takes what was published: server list with certificates, and policy with its serial."""

    ONE = "one"
    """Both in one contact."""
    LIST_FIRST = "list_first"
    """The list in one contact, the policy in the next."""
    POLICY_FIRST = "policy_first"
    """The policy in one contact, whose serial is then reported, and the list in the next."""


class DefectiveBuilds(StrEnum):
    """Which clients try no other server after a certificate that they do not know."""

    ALL_14_2 = "all_14_2"
    """14.2.x, as the help page says."""
    UP_TO_14_2_1 = "up_to_14_2_1"
    """14.2 and 14.2.1 only, as the knowledge base says."""


class RejectedDownload(StrEnum):
    """What a client does whose download does not verify."""

    STAY_AND_REPORT = "stay_and_report"
    """Keeps its server, and the server sees the contact: its check-in moves, its serial does not."""
    SILENT = "silent"
    """Keeps its server, and the server sees nothing."""
    FAIL_OVER = "fail_over"
    """Tries the next server."""


class UnverifiedMismatch(StrEnum):
    """What a client with secure communications off does on an unknown certificate over HTTPS."""

    ACCEPTED = "accepted"
    REFUSED = "refused"


class MismatchClearsLastServer(StrEnum):
    """When a client forgets its last server after an unknown certificate there.

    It finds another server in the same heartbeat either way; until it forgets, every heartbeat begins at that one.
    """

    AT_ONCE = "at_once"
    AFTER_24H = "after_24h"


class Trusts(StrEnum):
    """Which certificates a client accepts from a server to which it comes over HTTPS."""

    HELD = "held"
    """Those that it holds."""
    SAME_AUTHORITY = "same_authority"
    """Also one of the authority that has issued one of those. Policy files still verify with held ones only."""


class Switches(BaseModel):
    """One site's answers to the open questions."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    patch_sem_server: PatchSemServer = PatchSemServer.WORKS
    patch_secure_communications: PatchSecureCommunications = PatchSecureCommunications.WORKS
    patch_client_log: PatchClientLog = PatchClientLog.WORKS
    secure_communications_scope: SecureCommunicationsScope = SecureCommunicationsScope.LOCATION
    inheritors_follow: InheritorsFollow = InheritorsFollow.AT_ONCE
    publish_delay: timedelta = timedelta(seconds=1)
    """From a change to its publication in the servers' outboxes."""
    edits_move_list_times: bool = True
    """Whether the policy summary shows when a server list was edited."""
    settings_move_serials: bool = True
    swap_moves_serials: bool = True
    maintenance_moves_serials: bool = False
    """Whether the nightly maintenance of the database moves all serials, without any edit."""

    downloads: Downloads = Downloads.ONE
    serial_reported: SerialReported = SerialReported.SAME_CONTACT
    hurries_after_update: bool = False
    """Whether a client that has taken something new comes back within a minute."""
    rejected_download: RejectedDownload = RejectedDownload.STAY_AND_REPORT
    tls_mismatch_when_unverified: UnverifiedMismatch = UnverifiedMismatch.REFUSED
    trusts: Trusts = Trusts.HELD
    checks_validity: bool = False
    """Whether clients refuse a certificate that has ended, or has not begun, by their own clocks."""
    mismatch_clears_last_server: MismatchClearsLastServer = MismatchClearsLastServer.AT_ONCE
    stays: timedelta = timedelta(hours=24)
    """How long a client stays with its last server before it chooses again."""
    defective_builds: DefectiveBuilds = DefectiveBuilds.ALL_14_2
    purged_id_returns: bool = False
    """Whether a client that SEPM has purged gets its former id back when it returns."""

    restart_after_swap: timedelta | None = None
    """How long the services are away after a change of certificate; None: each server's own time."""
    stale_sig_files: bool = False
    """After a swap the server goes on signing with its former key, until `republish` at the console."""
    stale_sig_dates: bool = True
    """Whether the dates of files that it has signed so are older than the certificate."""
    rest_port_follows_certificate: bool = True
    """Whether 8446 shows the new certificate after a swap, as 443 does."""

    token_life: timedelta = timedelta(minutes=30)
    rate_limit: int | None = Field(default=None, gt=0)
    """Calls per minute beyond which REST answers 429; None: no limit."""
    storm_every: timedelta | None = Field(default=None, gt=timedelta())
    """How often REST answers 429 to whatever is asked: at the end of each such span, for `storm_lasting`."""
    storm_lasting: timedelta = timedelta(minutes=2)
    page_delay: timedelta = timedelta()
    """How long a page of clients takes."""
    largest_page: int | None = Field(default=None, gt=0)
    """The most rows a page of clients holds, whatever is asked for; None: what is asked for."""
    shrinking_pages: bool = False
    """Whether in one hour of four a row leaves the first page of clients before the next is read: one row is missed."""
