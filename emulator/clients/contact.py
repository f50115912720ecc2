"""One heartbeat: which server a client chooses, whether it accepts that server's certificate, and what it downloads.

A client rejects a certificate in `Contacts._accepts`, and a download whose signature no certificate that it holds
verifies in `Contacts._try` (`emulator.state.publishing.Signatures` makes and checks signatures).
"""

from collections.abc import Iterator
from enum import Enum, auto

from emulator.clients.certificate_checks import is_valid, vouched_for
from emulator.clients.client import FAILURES_UNTIL_LOST, Client, Defect, Steady, Trouble
from emulator.instants import FAR_FUTURE, span_ms
from emulator.state.draws import draw, identity
from emulator.state.effects import NO_EFFECT
from emulator.state.publishing import Outbox, Publication
from emulator.state.site import Server, ServerEntry, Site
from emulator.switches import (
    DefectiveBuilds,
    Downloads,
    MismatchClearsLastServer,
    RejectedDownload,
    SerialReported,
    Switches,
    Trusts,
    UnverifiedMismatch,
)

_HURRY_MS = 60_000
_CHOICES = 0x5EED
"""Draws of a client's choice of server are apart from those of its jitter."""


class _Trial(Enum):
    UNREACHABLE = auto()
    UNTRUSTED = auto()
    REJECTED = auto()
    TAKEN = auto()
    CURRENT = auto()


class Contacts:
    """Plays heartbeats against the site as it is."""

    def __init__(self, site: Site, outbox: Outbox, switches: Switches) -> None:
        self._site = site
        self._outbox = outbox
        self.switches = switches

    def published(self, client: Client) -> Publication:
        """What the servers now publish for a client."""
        return self._outbox.current[client.group_id]

    def heartbeat(self, client: Client, at: int) -> None:
        """Play the heartbeat of a client at its time."""
        why = "no server of its list can be reached"
        trouble: Trouble | None = None
        for entry in self._candidates(client, at):
            server = self._site.servers.get(entry.server_id)
            trial = self._try(client, server, entry, at)
            if server is not None and (trial is _Trial.CURRENT or trial is _Trial.TAKEN):
                self._exchanged(client, server, at, trial)
                return
            here = self._trouble(client, server, entry, trial, at)
            if trouble is None or self._decides(client, here, trouble, trial):
                trouble = here
            if server is not None and trial is _Trial.UNTRUSTED:
                why = here.why
                if not self._fails_over(client):
                    client.last = server.id
                    client.last_since = at
                    self._failed(client, at, why, trouble, stuck=True)
                    return
            if server is not None and trial is _Trial.REJECTED:
                why = here.why
                if not self._fails_over_on_rejection(client):
                    self._stay(client, server, at)
                    self._failed(client, at, why, trouble, rejected_at=server)
                    return
            if client.last == entry.server_id and not self._remembers(trial):
                client.last = None
        self._failed(client, at, why, trouble or Trouble(at, "its list names no server", "", client.listed.effect))

    def _trouble(self, client: Client, server: Server | None, entry: ServerEntry, trial: _Trial, at: int) -> Trouble:
        """Why one server failed it, and the latest of the effects without which it would not have."""
        over_http = client.settings.over_http
        if server is None:
            why, effect = f"{entry.server_name} is a server of another site", client.listed.effect
        elif trial is _Trial.UNTRUSTED:
            why, effect = self._distrust(client, server, at), server.shown_by
        elif trial is _Trial.REJECTED:
            why = f"the policy file of {server.name} does not verify"
            effect = max(server.signing_by, self._rejected_for(client, server))
        elif not server.takes(over_http=over_http):
            effect = server.shut_by if server.serves else server.stopped_by
            why = f"{server.name} cannot be reached"
        elif over_http and client.http_blocked:
            why = f"its network lets no HTTP through to {server.name}"
            effect = self._outbox.since(client.listed, client.location, lambda settings: settings.over_http)
        elif client.reachable is not None and server.id not in client.reachable:
            why, effect = f"its network does not reach {server.name}", client.listed.effect
        else:
            there = server.http_port if over_http else server.https_port
            port = client.settings.port_of(server.id)
            asked = entry.http_port if over_http else entry.https_port
            why = f"its list gives port {asked} for {server.name}, which listens on {there}"
            gives = self._outbox.since(client.listed, client.location, lambda now: now.port_of(server.id) == port)
            effect = max(gives, server.ports_by)
        return Trouble(at, why, entry.server_id, max(effect, client.effect))

    def _distrust(self, client: Client, server: Server, at: int) -> str:
        if self.switches.checks_validity and not is_valid(server.credential, client, at):
            return f"by its clock the certificate that {server.name} shows is not valid now"
        return f"it does not hold the certificate that {server.name} shows"

    def _rejected_for(self, client: Client, server: Server) -> int:
        """The effect behind the file that a client rejects; no effect when it would have rejected any other file.

        Such a client has been nowhere since it was installed, moved or put back to an image, and came upon a file with
        the same signature.
        """
        now = self._outbox.at(server, client.group_id)
        if client.effect == NO_EFFECT:
            return now.effect
        came = self._site.effects.journal[client.effect].at_ms
        found = self._outbox.before(client.group_id, client.effect)
        unseen = client.contact is None or client.contact <= came
        return NO_EFFECT if unseen and found.signers.get(server.id) is now.signers[server.id] else now.effect

    @staticmethod
    def _decides(client: Client, here: Trouble, before: Trouble, trial: _Trial) -> bool:
        """Whether a server's trouble is what the heartbeat failed by, rather than that of those tried before it.

        One at a server that its network reaches counts before one at a server that it never does; then the later effect
        counts. One replacement is an unknown certificate at its own server, after which a client goes on as it should,
        and the file that another server signs wrongly: that file is what stops it.
        """
        if client.reachable is not None:
            reaches, reached = (each.server_id in client.reachable for each in (here, before))
            if reaches is not reached:
                return reaches
        return here.effect > before.effect or (trial is _Trial.REJECTED and here.effect == before.effect)

    def _candidates(self, client: Client, at: int) -> Iterator[ServerEntry]:
        """Servers in the order of choice: the last one, then by priority, at random within one."""
        settings = client.settings
        last = None
        if client.last is not None and at - client.last_since < span_ms(self.switches.stays):
            last = settings.by_server.get(client.last)
        if last is None:
            client.last = None
        else:
            yield last
        turn = at
        for priority in settings.priorities:
            pool = [entry for entry in priority if last is None or entry.server_id != last.server_id]
            while pool:
                chosen = draw(client.stream ^ _CHOICES, turn) % len(pool) if len(pool) > 1 else 0
                turn += 1
                yield pool.pop(chosen)

    def _fails_over_on_rejection(self, client: Client) -> bool:
        return self.switches.rejected_download is RejectedDownload.FAIL_OVER and self._fails_over(client)

    def _fails_over(self, client: Client) -> bool:
        """Whether a client tries another server after a certificate that it does not know."""
        defect = client.defect
        return defect is Defect.NONE or (
            defect is Defect.DISPUTED and self.switches.defective_builds is DefectiveBuilds.UP_TO_14_2_1
        )

    def _remembers(self, trial: _Trial) -> bool:
        """Whether a last server that has just failed a client stays its last one."""
        return (
            trial is _Trial.UNTRUSTED
            and self.switches.mismatch_clears_last_server is MismatchClearsLastServer.AFTER_24H
        )

    def _try(self, client: Client, server: Server | None, entry: ServerEntry, at: int) -> _Trial:
        settings = client.settings
        listed = client.listed
        if server is None or not server.takes(over_http=settings.over_http):
            return _Trial.UNREACHABLE
        if client.reachable is not None and server.id not in client.reachable:
            return _Trial.UNREACHABLE
        if settings.over_http:
            if client.http_blocked or entry.http_port != server.http_port:
                return _Trial.UNREACHABLE
        elif entry.https_port != server.https_port:
            return _Trial.UNREACHABLE
        elif not self._accepts(client, server, at) and (
            settings.secure_communications or self.switches.tls_mismatch_when_unverified is UnverifiedMismatch.REFUSED
        ):
            return _Trial.UNTRUSTED
        published = self._outbox.at(server, client.group_id)
        if (published is client.held and published is listed) or self._is_older(published, client):
            return _Trial.CURRENT
        if settings.secure_communications and not self._outbox.signatures.verified(published, server.id, listed):
            return _Trial.REJECTED
        return _Trial.TAKEN

    def _accepts(self, client: Client, server: Server, at: int) -> bool:
        """Whether a client accepts the certificate that a server presents."""
        shown, listed = server.credential, client.listed
        if self.switches.checks_validity and not is_valid(shown, client, at):
            return False
        return shown.fingerprint in listed.fingerprints or (
            self.switches.trusts is Trusts.SAME_AUTHORITY and vouched_for(shown, listed)
        )

    def _until(self, client: Client, at: int, until: int) -> int:
        """Until when the same happens at each heartbeat: at most until a certificate begins or ends."""
        if not self.switches.checks_validity:
            return until
        edges = (edge - client.ahead_ms for each in self._site.servers.values() for edge in each.credential.valid_ms)
        return min([until, *(edge - 1 for edge in edges if edge > at)])

    @staticmethod
    def _is_older(published: Publication, client: Client) -> bool:
        """Whether a server that lags behind offers what is older than what the client has of the same group."""
        held = (client.held, client.listed)
        return all(each.group_id == published.group_id and each.number > published.number for each in held)

    def _exchanged(self, client: Client, server: Server, at: int, trial: _Trial) -> None:
        self._stay(client, server, at)
        self._seen(client, server, at)
        if trial is _Trial.TAKEN:
            before = client.listed
            self._take(client, self._outbox.at(server, client.group_id), at)
            if client.listed is not before:
                client.list_taken = at
            if self.switches.serial_reported is SerialReported.SAME_CONTACT:
                client.reported = client.held.serial
            if self.switches.hurries_after_update:
                client.hurries = at + 1 + draw(client.stream, at) % _HURRY_MS
        client.succeed()
        if trial is _Trial.CURRENT and client.last == server.id:
            until = client.last_since + span_ms(self.switches.stays) - 1
            client.steady = Steady(self._until(client, at, until), seen=True)

    def _take(self, client: Client, published: Publication, at: int) -> None:
        """Take what was published, in one download or in two: these take turns, whatever is published meanwhile."""
        if client.list_lag:
            self._take_apart(client, published, at)
            return
        downloads = self.switches.downloads
        both = client.listed is client.held
        takes_list = downloads is Downloads.LIST_FIRST if both else not client.took_list
        if downloads is Downloads.ONE:
            client.adopt(published)
        elif takes_list and client.held is not published:
            client.adopt_list(published)
        elif not takes_list and client.listed is not published:
            client.adopt_policy(published)
        else:
            client.adopt(published)

    @staticmethod
    def _take_apart(client: Client, published: Publication, at: int) -> None:
        """Take the policy now, and the list when its time has come."""
        if client.held is not published:
            client.adopt_policy(published)
            client.policy_taken = at
        elif at - client.policy_taken >= client.list_lag:
            client.adopt_list(published)

    def _failed(
        self,
        client: Client,
        at: int,
        why: str,
        trouble: Trouble,
        *,
        rejected_at: Server | None = None,
        stuck: bool = False,
    ) -> None:
        seen = rejected_at is not None and self.switches.rejected_download is RejectedDownload.STAY_AND_REPORT
        if seen and rejected_at is not None:
            self._seen(client, rejected_at, at)
            client.refuse(trouble)
        servers = [self._site.servers.get(server_id) for server_id in client.settings.by_server]
        # another site's servers count as up: this site cannot tell
        over_http = client.settings.over_http
        all_up = all(server.takes(over_http=over_http) for server in servers if server is not None)
        if all_up:
            client.fail(at, why, trouble)
        if all_up and client.failures < FAILURES_UNTIL_LOST:
            return
        # the same outcome every time from here on
        if rejected_at is None:
            client.steady = Steady(self._until(client, at, FAR_FUTURE), clings=stuck)
        elif client.last == rejected_at.id:
            until = client.last_since + span_ms(self.switches.stays) - 1
            client.steady = Steady(self._until(client, at, until), seen=seen)

    def _seen(self, client: Client, server: Server, at: int) -> None:
        """The server writes its contact down, in a new record where there is none."""
        if client.forgotten:
            client.forgotten = False
            client.registrations += 1
            # a client that registers though it has a record gets another id: no two records have the same one
            if not (client.purged and self.switches.purged_id_returns):
                client.id = identity(self._site.seed, "client", f"{client.name}/{client.registrations}")
            client.purged = False
            client.created = at
        client.contact = at
        client.contact_server = server.id
        client.reported = client.held.serial

    def _stay(self, client: Client, server: Server, at: int) -> None:
        """Make a server the last one, unless there is one already."""
        if client.last is None:
            client.last = server.id
            client.last_since = at
