"""What the servers publish for a group: one policy file with everything a client needs, signed by each server."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property

from emulator.certificates.certificates import Credential, verifies
from emulator.instants import span_ms
from emulator.spec import Mode, Protocol
from emulator.state.effects import NO_EFFECT
from emulator.state.site import Group, LocationSettings, Server, ServerEntry, Site, policy_serial
from emulator.state.timeline import Timeline


@dataclass(frozen=True)
class PublishedLocation:
    """The communication settings of one location, as clients hold them in their Sylink.xml."""

    list_name: str
    over_http: bool
    priorities: tuple[tuple[ServerEntry, ...], ...]
    secure_communications: bool
    mode: Mode
    heartbeat_ms: int
    window_ms: int

    @cached_property
    def by_server(self) -> dict[str, ServerEntry]:
        """The servers of the list by id."""
        return {entry.server_id: entry for pool in self.priorities for entry in pool}

    def port_of(self, server_id: str) -> tuple[Protocol, int] | None:
        """Where the list has clients ask that server; None where it does not name it."""
        entry = self.by_server.get(server_id)
        if entry is None:
            return None
        return self.protocol, entry.http_port if self.over_http else entry.https_port

    @property
    def protocol(self) -> Protocol:
        """The protocol of the list."""
        return Protocol.HTTP if self.over_http else Protocol.HTTPS


@dataclass(frozen=True, eq=False)
class Publication:
    """One version of a group's policy file."""

    group_id: str
    serial: str
    locations: dict[str, PublishedLocation]
    """By location name, so that a client finds its own in another group too."""
    certificates: dict[str, Credential]
    """What every server of the site shows, by fingerprint; clients use the certificates only."""
    signers: dict[str, Credential]
    """Who signed it, by server id."""
    effect: int
    """What it was published for."""
    number: int
    """How many were published before it, for whichever group."""
    _mixed: dict[tuple["Publication", str], PublishedLocation] = field(default_factory=dict)

    @cached_property
    def content(self) -> bytes:
        """The file itself."""
        body = {
            "group": self.group_id,
            "serial": self.serial,
            "locations": {
                name: [
                    each.list_name,
                    each.protocol,
                    [[(e.server_name, e.address, e.https_port, e.http_port) for e in pool] for pool in each.priorities],
                    each.secure_communications,
                    each.mode,
                    each.heartbeat_ms,
                    each.window_ms,
                ]
                for name, each in self.locations.items()
            },
            "certificates": sorted(self.certificates),
        }
        return json.dumps(body, separators=(",", ":")).encode()

    @cached_property
    def fingerprints(self) -> frozenset[str]:
        """Fingerprints of the certificates it carries."""
        return frozenset(self.certificates)

    def with_policy_of(self, policy: "Publication", name: str) -> PublishedLocation:
        """The settings of a client that has the server list of this file, and the policy of another."""
        known = self._mixed.get((policy, name))
        if known is None:
            server_list, rest = self.location(name), policy.location(name)
            known = replace(
                rest,
                list_name=server_list.list_name,
                over_http=server_list.over_http,
                priorities=server_list.priorities,
            )
            self._mixed[policy, name] = known
        return known

    def location(self, name: str) -> PublishedLocation:
        """The settings of that location, or of the first where there is none of that name."""
        return self.locations.get(name) or next(iter(self.locations.values()))


class Signatures:
    """Makes and checks the signatures of policy files.

    Whether a signature verifies depends on the keys, not on the file: so one file is signed and checked for each signer
    and each set of certificates that clients hold, and the outcome stands for all files.
    """

    def __init__(self) -> None:
        self._checked: dict[tuple[str, frozenset[str]], bool] = {}

    def verified(self, publication: Publication, server_id: str, held: Publication) -> bool:
        """Whether the file of that server verifies with one of the certificates a client holds."""
        signer = publication.signers[server_id]
        asked = (signer.fingerprint, held.fingerprints)
        known = self._checked.get(asked)
        if known is None:
            content = publication.content
            signature = signer.sign(content)
            known = any(verifies(each.certificate, content, signature) for each in held.certificates.values())
            self._checked[asked] = known
        return known


class Outbox:
    """What the servers publish now, by group: the same content, unless one is late; each signs it itself."""

    def __init__(self, site: Site, timeline: Timeline) -> None:
        self._site = site
        self._timeline = timeline
        self.signatures = Signatures()
        self.current: dict[str, Publication] = {}
        self._history: dict[str, list[tuple[int, Publication]]] = {}
        self._published = 0
        for group in site.groups.values():
            self.publish(group, NO_EFFECT)

    def publish(self, group: Group, effect: int) -> Publication:
        """Publish what the database now says for a group."""
        site = self._site
        owner = site.owner(group)
        publication = Publication(
            group_id=group.id,
            serial=policy_serial(group.id, group.policy_date_ms),
            locations={
                location.name: published_location(site, owner.settings[location.id]) for location in owner.locations
            },
            certificates={each.credential.fingerprint: each.credential for each in site.servers.values()},
            signers={each.id: each.signing for each in site.servers.values()},
            effect=effect,
            number=self._published,
        )
        self._published += 1
        self.current[group.id] = publication
        self._history.setdefault(group.id, []).append((self._timeline.now_ms, publication))
        return publication

    def as_of(self, group_id: str, age_ms: int) -> Publication:
        """What was published for a group so long ago: what an install package or a disk image of that age holds.

        What is older than the simulation or the group is as at their beginning.
        """
        return self._as_at(group_id, self._timeline.now_ms - age_ms)

    def at(self, server: Server, group_id: str) -> Publication:
        """What one server publishes for a group: what all do, unless it lags behind or has stopped publishing."""
        if not server.lag_ms and server.published_until is None:
            return self.current[group_id]
        then = self._timeline.now_ms - server.lag_ms
        return self._as_at(group_id, then if server.published_until is None else min(then, server.published_until))

    def _as_at(self, group_id: str, then: int) -> Publication:
        history = self._history[group_id]
        return next((publication for at, publication in reversed(history) if at <= then), history[0][1])

    def signed_ms(self, server: Server, group_id: str) -> int:
        """When a server last wrote the .SIG file of a group. It writes none that its certificate would not verify."""
        until = self._timeline.now_ms - server.lag_ms
        if server.published_until is not None:
            until = min(until, server.published_until)
        signed = (
            at
            for at, publication in reversed(self._history[group_id])
            if at <= until and (at < server.certificate_ms or publication.signers.get(server.id) is server.credential)
        )
        return next(signed, self._history[group_id][0][0])

    def before(self, group_id: str, effect: int) -> Publication:
        """What was published for a group when that effect happened."""
        history = self._history[group_id]
        return next((each for _, each in reversed(history) if each.effect < effect), history[0][1])

    def since(self, listed: Publication, location: str, fits: Callable[[PublishedLocation], bool]) -> int:
        """The effect from which on each version fits until `listed`: a client need not have met those between."""
        effect = listed.effect
        for _, each in reversed(self._history[listed.group_id]):
            if each.number <= listed.number:
                if not fits(each.location(location)):
                    break
                effect = each.effect
        return effect


def published_location(site: Site, settings: LocationSettings) -> PublishedLocation:
    """The settings of a location as a client gets them."""
    server_list = site.server_list(settings.server_list)
    heartbeat_ms = span_ms(settings.heartbeat)
    return PublishedLocation(
        list_name=server_list.name,
        over_http=server_list.protocol is Protocol.HTTP,
        priorities=server_list.priorities,
        secure_communications=settings.secure_communications,
        mode=settings.mode,
        heartbeat_ms=heartbeat_ms,
        # a window wider than the heartbeat would let heartbeats overtake one another
        window_ms=min(span_ms(settings.randomization), heartbeat_ms),
    )
