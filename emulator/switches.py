"""What no public source settles about SEPM, as switches. A client of the site must be right on every setting."""

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


class Switches(BaseModel):
    """One site's answers to the open questions."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    patch_sem_server: PatchSemServer = PatchSemServer.WORKS
    secure_communications_scope: SecureCommunicationsScope = SecureCommunicationsScope.LOCATION
    inheritors_follow: InheritorsFollow = InheritorsFollow.AT_ONCE
    swap_moves_serials: bool = True
    serial_reported: SerialReported = SerialReported.SAME_CONTACT
    rejected_download: RejectedDownload = RejectedDownload.STAY_AND_REPORT
    tls_mismatch_when_unverified: UnverifiedMismatch = UnverifiedMismatch.REFUSED
    mismatch_clears_last_server: MismatchClearsLastServer = MismatchClearsLastServer.AT_ONCE
    stale_sig_files: bool = False
    """After a swap the server goes on signing with its former key, until `republish` at the console."""
    rest_port_follows_certificate: bool = True
    """Whether 8446 shows the new certificate after a swap, as 443 does."""
    token_life: timedelta = timedelta(minutes=30)
    rate_limit: int | None = Field(default=None, gt=0)
    """Calls per minute beyond which REST answers 429; None: no limit."""
    publish_delay: timedelta = timedelta(seconds=1)
    """From a change to its publication in the servers' outboxes."""
