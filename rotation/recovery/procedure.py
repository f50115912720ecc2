"""Disaster recovery: the same certificate goes back into a server that lost it (KB 187099, TECH160736).

Nothing that clients hold changes. So no group is relaxed, no setting is written, no client is kept on another
certificate meanwhile, and no proof has to come first: proof comes after it, when clients are heard again.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from rotation import inheritance
from rotation.console.proof import weaker_return
from rotation.finding import Finding, blockers, blocking, info, warning
from rotation.plan.forecast import forecast, least
from rotation.plan.plan import CertificateFor, Plan, PlanBody
from rotation.plan.refusals import PlanRefusedError
from rotation.plan.request import PlanRequest
from rotation.plan.scope import OwnerScope, PlannedPair, Treatment
from rotation.plan.step import Closing, Gate, GatePurpose, ScopeName, Step
from rotation.plan.work.task import PutCertificateBack
from rotation.procedure.steps import console, numbered
from rotation.proof.gate import minimum
from rotation.recovery.damage import Damage, RecoveryCopy, against
from rotation.recovery.held_certificate import HeldByClients
from rotation.site import Limits, Site
from rotation.span import LONGEST_HEARTBEAT
from rotation.survey import ObservedGroup, SiteSurvey
from rotation.values import CertificateId, GroupId, PlanId, Value

_HELD_BY_CLIENTS = CertificateId("held-by-clients")
"""The certificate is in a recovery file, and not kept here."""
_RECENT = timedelta(days=1)


class Recoverable(Value):
    """Everything known that a recovery rests on. SEPM itself may not answer: its REST port may have the same damage."""

    site: Site
    survey_id: str
    survey: SiteSurvey
    """The newest that is stored, however old: it tells groups and heartbeats."""
    damages: tuple[Damage, ...]
    """Servers that present something else than clients hold, and those that a person names."""
    clients: int


def make_recovery_plan(known: Recoverable, *, plan_id: PlanId, now: datetime) -> Plan:
    """The plan that puts back the certificates that clients hold.

    Raises:
        PlanRefusedError: with everything that stands against it, and what to do instead.
    """
    found = [damage for damage in known.damages if damage.is_damaged]
    if not found:
        raise PlanRefusedError([_nothing_to_recover(known)])
    # a server that restarts just now, and has no recovery file at hand, is no reason to leave the others as they are
    damaged = [damage for damage in found if damage.copy_at_hand is not None] or found
    scopes = _scopes(known.survey)
    findings = (
        *(finding for damage in damaged for finding in against(damage, now=now)),
        *_about_the_plan(known, damaged, now),
        *weaker_return(known.site, known.survey),
        *(_left(damage) for damage in found if damage not in damaged),
    )
    if stops := blockers(findings):
        raise PlanRefusedError(stops)
    certain = [(damage, damage.held, damage.copy_at_hand) for damage in damaged]
    whole = [(damage, held, copy) for damage, held, copy in certain if held is not None and copy is not None]
    body = PlanBody(
        site_id=known.site.id,
        purpose="recover",
        certificates=tuple(
            CertificateFor(
                server=damage.server,
                certificate_id=_HELD_BY_CLIENTS,
                fingerprint=held.fingerprint,
                replaces=held.fingerprint,
            )
            for damage, held, _ in whole
        ),
        waves=(tuple(damage.server for damage in damaged),),
        scopes=scopes,
        publish_delay=known.site.limits.publish_delay,
        steps=recovery_steps([_work(*each) for each in whole], scopes, known.site.limits),
    )
    return Plan(
        id=plan_id,
        hash=body.content_hash(),
        made_at=now,
        survey_id=known.survey_id,
        request=PlanRequest(certificates={}),
        body=body,
        findings=findings,
        times=forecast(body, start=now),
        least=least(body),
        lost_if_now=0,
        clients=known.clients,
    )


def recovery_steps(
    works: Sequence[PutCertificateBack], scopes: Sequence[OwnerScope], limits: Limits
) -> tuple[Step, ...]:
    """The steps of a recovery. SEPM is not asked for anything before its certificate is back.

    1. for each damaged server, one after the other: the certificate that clients hold goes back, from the recovery
       file; done when the server's port shows it
    2. a gate: three heartbeats of the slowest, and until every client that was there before is heard again, and one at
       each server that clients were last heard at
    3. closing: every certificate as planned, who is back
    """
    return numbered(_steps(works, scopes, limits))


def _steps(works: Sequence[PutCertificateBack], scopes: Sequence[OwnerScope], limits: Limits) -> Iterator[Step]:
    for work in works:
        yield console("recover", f"Put the certificate of {work.server} back that clients hold", work)
    wait = minimum(scopes) + limits.publish_delay
    yield Gate(
        id="",
        number="returned",
        title="Wait until clients check in again",
        purpose=GatePurpose.RECOVERED,
        scope=ScopeName.ALL,
        minimum=wait,
        patience=max(limits.gate_patience, wait),
    )
    longest = max((owner.slowest_heartbeat + owner.jitter for owner in scopes), default=timedelta(0))
    yield Closing(
        id="",
        number="closing",
        title="Check that every certificate is back and every client too",
        minimum=longest,
        patience=max(limits.gate_patience, longest),
    )


def _work(damage: Damage, held: HeldByClients, copy: RecoveryCopy) -> PutCertificateBack:
    return PutCertificateBack(
        server=damage.server,
        fingerprint_sha256=held.fingerprint,
        not_after=copy.not_after or held.not_after,
        recovery_file=copy.name,
        recovery_sha256=copy.sha256,
        keystore=copy.keystore,
        damaged=damage.presents.fingerprint,
        last_served=held.last_served,
        heard=damage.heard,
    )


def _scopes(survey: SiteSurvey) -> tuple[OwnerScope, ...]:
    """Every owner of settings: all of them are left alone."""
    try:
        owner_of = inheritance.owners(survey.groups)
    except inheritance.OrphanGroupError as error:
        unread = blocking("group-parent-unread", "groups", str(error), "survey again, with an account that sees it")
        raise PlanRefusedError([unread]) from error
    owned = (group for group in survey.groups if owner_of[group.id] == group.id and group.locations)
    return tuple(
        _scope(group, sorted(each for each, owner in owner_of.items() if owner == group.id != each))
        for group in sorted(owned, key=lambda group: (group.domain_id, group.path))
    )


def _scope(group: ObservedGroup, inheritors: Iterable[GroupId]) -> OwnerScope:
    settings = [location.settings for location in group.locations]
    return OwnerScope(
        group_id=group.id,
        path=group.path,
        treatment=Treatment.FAILOVER,
        pairs=tuple(
            PlannedPair(
                location_id=location.id,
                location_name=location.name,
                server_list=location.settings.server_list,
                secure_communications=location.settings.secure_communications,
            )
            for location in sorted(group.locations, key=lambda location: location.id)
        ),
        inheritors=tuple(inheritors),
        slowest_heartbeat=min(max(each.heartbeat for each in settings), LONGEST_HEARTBEAT),
        jitter=max(each.jitter for each in settings),
    )


def _about_the_plan(known: Recoverable, damaged: Sequence[Damage], now: datetime) -> Iterator[Finding]:
    names, age = ", ".join(damage.server for damage in damaged), now - known.survey.taken_at
    yield info(
        "procedure",
        known.site.name,
        f"disaster recovery: the servers get the certificates that clients hold: {names}; no group is relaxed, and no "
        "setting is written",
    )
    text = f"the groups and heartbeats are those of the survey of {known.survey.taken_at:%Y-%m-%d %H:%M} UTC"
    if age > _RECENT:
        yield warning(
            "recovery-survey-old", known.site.name, f"{text} (days ago: {age.days})", "the plan does not ask SEPM now"
        )
    else:
        yield info("recovery-survey", known.site.name, text)


def _left(damage: Damage) -> Finding:
    what = damage.presents.error or "another certificate than clients hold"
    return warning(
        "recovery-left-as-is",
        damage.server,
        f"{what}; the service knows no recovery file of the server, so this plan leaves it as it is",
        f"if its certificate is damaged too, make the plan again with --file {damage.server}=ZIP",
    )


def _nothing_to_recover(known: Recoverable) -> Finding:
    servers = ", ".join(server.name for server in known.site.servers)
    return blocking(
        "nothing-to-recover",
        known.site.name,
        f"each of these servers presents the certificate that clients hold, as far as the service knows: {servers}",
        "if clients are cut off all the same, look in a client's Sylink.xml which certificate it holds, and state that "
        "(--held SERVER=SHA256); to replace a certificate, make a plan (rotator plan)",
    )
