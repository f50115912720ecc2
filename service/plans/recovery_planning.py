"""The plan of a disaster recovery: from everything that was ever seen of a site, without asking its SEPM."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from rotation.drift.drift import stays_behind
from rotation.finding import blocking
from rotation.plan.plan import Plan
from rotation.plan.refusals import PlanRefusedError
from rotation.plan.work.task import SaveRecoveryFile, TaskState
from rotation.recovery.damage import Damage, RecoveryCopy
from rotation.recovery.held_certificate import HeldByClients, PresentedPeriod, clients_hold
from rotation.recovery.procedure import Recoverable, make_recovery_plan
from rotation.recovery.saved_file import CERTIFICATE_SHA256, FILE_NAME, sha256_in
from rotation.site import Site
from rotation.survey import ObservedClient, ServedCertificate, SiteSurvey
from rotation.values import Fingerprint, ServerName, SiteId
from rotation.watch.inventory import Port
from service.identity import new_plan_id
from store.store import Store

_SURVEYS = 20
"""How many of the newest surveys are asked for what servers presented."""


async def recovery_plan(
    store: Store,
    site: Site,
    presents: Sequence[ServedCertificate],
    copies: Mapping[ServerName, RecoveryCopy],
    stated: Mapping[ServerName, Fingerprint],
    *,
    now: datetime,
) -> Plan:
    """The plan that puts back the certificates that clients hold. Nothing is stored, and SEPM is not asked.

    1. what clients hold of each server: from everything that was ever seen of it, or as a person read it off a client
    2. which recovery file has it: the one that is named, or one that was saved in a rotation and looked into
    3. the plan, on the groups of the newest survey

    Args:
        store: what was seen.
        site: as registered.
        presents: a look at every server just now.
        copies: the recovery files at hand.
        stated: certificates that a person has read off clients.
        now: the time of the look.

    Raises:
        PlanRefusedError: with everything that stands against it.
    """
    newest = await store.surveys.latest_complete(site.id)
    if newest is None:
        text = "it was never surveyed: groups, heartbeats and clients are not known"
        remedy = "put the certificate back by hand (docs/admin/recovery.md), then survey the site"
        raise PlanRefusedError([blocking("recovery-site-unknown", site.name, text, remedy)])
    clients = [client.observed for client in await store.roster.entries(site.id, None) if client.observed is not None]
    survey = await store.surveys.get(newest)
    held = await held_by_clients(store, site, presents, clients, ahead=ahead_of_ours(survey), stated=stated)
    known_copies = await saved_copies(store, site.id, held) | dict(copies)
    damages = tuple(_damage(seen, held[seen.server], known_copies.get(seen.server), clients) for seen in presents)
    known = Recoverable(
        site=site,
        survey_id=newest,
        survey=survey,
        damages=damages,
        clients=len(clients),
    )
    return make_recovery_plan(known, plan_id=new_plan_id(), now=now)


async def held_by_clients(
    store: Store,
    site: Site,
    presents: Sequence[ServedCertificate],
    clients: Sequence[ObservedClient],
    *,
    ahead: timedelta,
    stated: Mapping[ServerName, Fingerprint] | None = None,
) -> dict[ServerName, HeldByClients | None]:
    """What clients hold of every server, as far as anything tells.

    Args:
        store: what was seen of the site.
        site: as registered.
        presents: what its servers present now.
        clients: as they were last read.
        ahead: how far SEPM's clock, which dates their contacts, was ahead of ours.
        stated: certificates that a person has read off clients.
    """
    sights, put_in = await _sights(store, site.id), await _put_in(store, site.id)
    now_there = {seen.server: seen.fingerprint for seen in presents}
    heard: dict[ServerName, datetime] = {}
    for client in clients:
        if client.last_server is not None and client.last_seen is not None:
            seen = client.last_seen - ahead
            heard[client.last_server] = max(seen, heard.get(client.last_server, seen))
    return {
        server.name: clients_hold(
            sights.get(server.name, ()),
            presents=now_there.get(server.name),
            heard_at=heard.get(server.name),
            stated=(stated or {}).get(server.name),
            put_in=put_in.get(server.name),
        )
        for server in site.servers
    }


def ahead_of_ours(survey: SiteSurvey) -> timedelta:
    """How far SEPM's clock was ahead of ours at a survey."""
    return survey.sepm_clock - survey.taken_at


async def _put_in(store: Store, site_id: SiteId) -> dict[ServerName, Fingerprint]:
    """By server, the certificate that a rotation has put in last."""
    seen = [(swap.seen_at, swap) for swap in await store.swaps.of_site(site_id) if swap.seen_at is not None]
    return {swap.server: swap.target for _, swap in sorted(seen, key=lambda each: each[0])}


async def _sights(store: Store, site_id: SiteId) -> dict[ServerName, list[PresentedPeriod]]:
    """What was seen at client ports: by the watch, by surveys, and when rotations saw their certificates in."""
    found: dict[ServerName, list[PresentedPeriod]] = {}
    for port in await store.inventory.ports(site_id):
        if port.endpoint.port is Port.CLIENT:
            found.setdefault(port.endpoint.server, []).extend(
                PresentedPeriod(
                    fingerprint=each.certificate.fingerprint,
                    first_seen=each.first_seen,
                    last_seen=each.last_seen,
                    not_after=each.certificate.not_after,
                )
                for each in port.sightings
            )
    for served in await store.surveys.served(site_id, _SURVEYS):
        if served.fingerprint is not None:
            found.setdefault(served.server, []).append(
                PresentedPeriod(
                    fingerprint=served.fingerprint,
                    first_seen=served.observed_at,
                    last_seen=served.observed_at,
                    not_after=served.not_after,
                )
            )
    for swap in await store.swaps.of_site(site_id):
        if swap.seen_at is not None:
            found.setdefault(swap.server, []).append(
                PresentedPeriod(fingerprint=swap.target, first_seen=swap.seen_at, last_seen=swap.seen_at)
            )
    return {server: _joined(seen) for server, seen in found.items()}


def _joined(seen: Sequence[PresentedPeriod]) -> list[PresentedPeriod]:
    """Sights of one certificate with no other between are one."""
    joined: list[PresentedPeriod] = []
    for sight in sorted(seen, key=lambda each: each.first_seen):
        last = joined[-1] if joined else None
        if last is None or last.fingerprint != sight.fingerprint:
            joined.append(sight)
            continue
        update = {
            "last_seen": max(last.last_seen, sight.last_seen),
            "not_after": last.not_after or sight.not_after,
        }
        joined[-1] = last.model_copy(update=update)
    return joined


def _damage(
    seen: ServedCertificate, held: HeldByClients | None, copy: RecoveryCopy | None, clients: Sequence[ObservedClient]
) -> Damage:
    return Damage(
        server=seen.server,
        presents=seen,
        held=held,
        copy_at_hand=copy,
        heard=Counter(client.last_server for client in clients)[seen.server],
        stay_behind=tuple(
            sorted(
                client.name for client in clients if client.last_server != seen.server and stays_behind(client.build)
            )
        ),
    )


async def saved_copies(
    store: Store, site_id: SiteId, held: Mapping[ServerName, HeldByClients | None]
) -> dict[ServerName, RecoveryCopy]:
    """The recovery files that were saved in rotations and, as operators stated, have what clients hold."""
    found = {}
    for task in await store.tasks.list([TaskState.DONE], site_id=site_id):
        if not isinstance(task.work, SaveRecoveryFile):
            continue
        holds, sha256 = sha256_in(task.attestation, CERTIFICATE_SHA256), sha256_in(task.attestation)
        wanted = held.get(task.work.server)
        if sha256 is not None and holds is not None and wanted is not None and holds == wanted.fingerprint:
            found[task.work.server] = RecoveryCopy(
                name=task.attestation.get(FILE_NAME) or "the recovery file that was saved",
                sha256=sha256,
                certificate=holds,
                not_after=wanted.not_after,
            )
    return found
