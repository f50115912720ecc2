"""What a person finds on a server's disk: when its certificate was changed, and how old its .SIG files are."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from emulator.instants import from_ms
from emulator.state.publishing import Outbox
from emulator.state.site import Server


@dataclass(frozen=True)
class SignedFiles:
    """Dates of files, by the server's own clock."""

    certificate: datetime
    oldest: datetime
    """The oldest .SIG file of all group folders."""

    @property
    def are_stale(self) -> bool:
        """Whether one was signed before the certificate was changed."""
        return self.oldest < self.certificate

    @property
    def evidence(self) -> dict[str, str]:
        """What a person says of them."""
        return {"certificate": self.certificate.isoformat(), "oldest_sig": self.oldest.isoformat()}


def signed_files(server: Server, outbox: Outbox, groups: Iterable[str], *, show: bool) -> SignedFiles:
    """The files as they are now; unless their dates `show` it, those that a former key has signed look new.

    The folder of a group goes with it: no server publishes there again.
    """
    oldest = min(outbox.signed_ms(server, group_id) for group_id in groups)
    if not show:
        oldest = max(oldest, server.certificate_ms)
    return SignedFiles(
        certificate=from_ms(server.clock_ms_at(server.certificate_ms)), oldest=from_ms(server.clock_ms_at(oldest))
    )
