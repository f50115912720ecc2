"""The dry run: from what a survey saw to the plan for this site, with every reason.

Everything that must stop a rotation is found here, before anything is touched.
"""

from collections.abc import Iterable
from datetime import datetime

from rotation.certificate import CertificateFacts
from rotation.finding import blockers
from rotation.plan.drill import Drill, Drilled, plan_drill
from rotation.plan.forecast import forecast, least
from rotation.plan.plan import CertificateFor, LeftOut, ListCopy, Plan, PlanBody, copy_name
from rotation.plan.procedure_choices import ProcedureChoices, lists_stay
from rotation.plan.refusals import PlanRefusedError
from rotation.plan.request import PlanRequest, Unproven
from rotation.plan.scope import OwnerScope, PlannedPair, Treatment
from rotation.plan.unproven_failover import Names, OnTrust
from rotation.plan.work.hand_outs import Stopped
from rotation.plan.work.task import CopyList, CopyServer, ReplaceCertificate
from rotation.planning.advice.gaps import gaps
from rotation.planning.advice.latest_start import latest_start, too_long
from rotation.planning.advice.recovery_advice import advise
from rotation.planning.basis import Observed
from rotation.planning.choice import canary
from rotation.planning.choice.holdout_choice import choose_holdouts
from rotation.planning.choice.https_drill import https_drill, ports_to_shut
from rotation.planning.choice.plain_http import question, unshown
from rotation.planning.choice.stop_drill import servers_to_stop, stop_drill
from rotation.planning.owners import lost_if_now, owner_views, usable_servers
from rotation.planning.preconditions import Preconditions, unmet
from rotation.planning.treatment import OwnerView, treat
from rotation.procedure.steps import rotation_steps
from rotation.site import Protocol, ServerList, Site
from rotation.values import GroupId, PlanId, ServerName


def make_plan(
    site: Site, observed: Observed, request: PlanRequest, *, plan_id: PlanId, now: datetime, after: int = 0
) -> Plan:
    """The plan that rotates `site`; as an amendment, its steps count on after number `after`.

    1. group what was observed by owner of settings (rule 5)
    2. judge each owner's treatment; choose the holdouts; an owner that no holdout serves is relaxed (rule 6)
    3. order servers into waves, build the steps
    4. check every precondition against certificates, dates, lists and the plan's own length

    Raises:
        PlanRefusedError: with every blocking finding.
    """
    if lacking := gaps(site, observed.survey, request, observed.copies_in_use):
        raise PlanRefusedError(lacking)
    views = owner_views(site, observed, request)
    treated = {view.group.id: treat(view) for view in views}
    held = choose_holdouts(site, views, treated, request, observed.replaced)
    scopes = tuple(_scope(view, treated[view.group.id][0]) for view in views)
    waves = _waves(site, held, request)
    choices = _choices(site, observed, request, scopes=scopes, waves=waves, held=held)
    away = tuple(_away(site, observed, request, choices))
    http = question(site, observed, scopes, request, gone={client.id for client in away})
    first = canary.choose(scopes, observed.clients, now=observed.survey.clients_as_of, unshown=http.unshown)
    failover = [view for view in views if treated[view.group.id][0] is Treatment.FAILOVER]
    choices = choices.model_copy(update={"canaries": first.groups, "drill": _drill(site, observed, failover)})
    trusted = _trusted(failover)
    body = PlanBody(
        site_id=site.id,
        certificates=_certificates(site, observed, request),
        holdouts=choices.holdouts,
        waves=waves,
        scopes=scopes,
        canaries=first.groups,
        drilled=choices.drill.groups,
        copies=tuple(ListCopy(source=copy.source_list, copy_name=copy.copy_list) for copy in choices.copies),
        left_out=(*away, *http.left_out),
        on_trust=tuple(
            OnTrust.of(scope.group_id, scope.path, trusted[scope.group_id])
            for scope in scopes
            if scope.group_id in trusted
        ),
        trusted_networks=http.trusted,
        tried_networks=tuple(sorted({network for network, _ in first.networks})),
        replication_partners=observed.survey.replication_partners,
        publish_delay=site.limits.publish_delay,
        keep_relaxed=request.keep_relaxed,
        steps=rotation_steps(choices, after=after),
    )
    if endless := too_long(body):
        raise PlanRefusedError(endless)
    facts = Preconditions(
        site=site,
        survey=observed.survey,
        clients=observed.clients,
        body=body,
        now=now,
        replaced=observed.replaced,
    )
    chosen = {server: observed.certificates[wanted] for server, wanted in request.certificates.items()}
    reasons = (reason for _, found in treated.values() for reason in found)
    findings = (
        *reasons,
        *first.findings,
        *http.findings,
        *unshown(observed, http, first),
        *unmet(facts, chosen),
        *advise(site, observed),
        *https_drill(site, scopes, request, first=not after),
        *stop_drill(site, observed.survey, scopes, request, observed.rest_at, first=not after),
    )
    if stops := blockers(findings):
        raise PlanRefusedError(stops)
    return Plan(
        id=plan_id,
        hash=body.content_hash(),
        made_at=now,
        survey_id=observed.survey_id,
        request=request,
        body=body,
        findings=findings,
        trusted=trusted,
        times=forecast(body, start=now),
        least=least(body),
        latest_start=latest_start(body, observed.survey.served, site.limits),
        lost_if_now=lost_if_now(views),
        clients=len(observed.clients),
    )


def _drill(site: Site, observed: Observed, failover: Iterable[OwnerView]) -> Drill:
    """The drill for the groups that are left alone if their clients show that they fail over (rule 8)."""
    drilled = tuple(
        Drilled(group=view.group, unproven=view.unproven)
        for view in failover
        if view.unproven and view.choice is Unproven.DRILL
    )
    lists = {known.name: known for known in site.lists}
    return plan_drill(drilled, lists, usable_servers(site, observed.survey), observed.seen_at)


def _trusted(failover: Iterable[OwnerView]) -> dict[GroupId, Names]:
    """The names of those who are taken to fail over, by group."""
    trusted: dict[GroupId, Names] = {}
    for view in failover:
        doubted = set(view.unproven)
        names = {client.id: client.name for client in view.clients if client.id in doubted}
        if names and view.choice is Unproven.APPROVE:
            trusted[view.group.id] = names
    return trusted


def _scope(view: OwnerView, treatment: Treatment) -> OwnerScope:
    relaxed = treatment is Treatment.RELAX
    settings = [location.settings for location in view.group.locations]
    return OwnerScope(
        group_id=view.group.id,
        path=view.group.path,
        treatment=treatment,
        inheritors=tuple(sorted(group.id for group in view.inheritors)),
        slowest_heartbeat=max(each.heartbeat for each in settings),
        jitter=max(each.jitter for each in settings),
        pairs=tuple(
            PlannedPair(
                location_id=location.id,
                location_name=location.name,
                server_list=location.settings.server_list,
                secure_communications=location.settings.secure_communications,
                needs_list=relaxed and view.lists[location.settings.server_list].protocol is not Protocol.HTTP,
                needs_unverified=relaxed and location.settings.secure_communications,
            )
            for location in sorted(view.group.locations, key=lambda location: location.id)
        ),
    )


def _waves(site: Site, held: frozenset[ServerName], request: PlanRequest) -> tuple[tuple[ServerName, ...], ...]:
    """All servers but the holdouts, then the holdouts; only servers that get a certificate."""
    names = [server.name for server in site.servers if server.name in request.certificates]
    waves = (tuple(n for n in names if n not in held), tuple(n for n in names if n in held))
    return tuple(wave for wave in waves if wave)


def _choices(
    site: Site,
    observed: Observed,
    request: PlanRequest,
    *,
    scopes: tuple[OwnerScope, ...],
    waves: tuple[tuple[ServerName, ...], ...],
    held: frozenset[ServerName],
) -> ProcedureChoices:
    images = {client.group_id for client in observed.clients if client.non_persistent}
    failover = {group for owner in scopes if owner.treatment is Treatment.FAILOVER for group in owner.groups}
    groups = observed.survey.groups
    return ProcedureChoices(
        scopes=scopes,
        waves=waves,
        holdouts=tuple(sorted(held)) if len(waves) > 1 or observed.replaced else (),
        limits=site.limits,
        copies=_copies(site, scopes),
        replacements={
            server: _replacement(server, observed.certificates[wanted])
            for server, wanted in request.certificates.items()
        },
        replication_partners=observed.survey.replication_partners,
        image_groups=tuple(sorted(group.path for group in groups if group.id in images)),
        failover_images=tuple(sorted(group.path for group in groups if group.id in images & failover)),
        keep_relaxed=request.keep_relaxed,
        hand_outs=Stopped(),
        https_ports=ports_to_shut(site, observed.survey, scopes, request),
        stops=servers_to_stop(site, observed.survey, scopes, request, observed.rest_at),
        lists_stay=lists_stay(site, scopes),
        unread=site.at_console is not None,
    )


def _replacement(server: ServerName, facts: CertificateFacts) -> ReplaceCertificate:
    return ReplaceCertificate(server=server, fingerprint_sha256=facts.fingerprint, has_file=facts.has_key)


def _copies(site: Site, scopes: Iterable[OwnerScope]) -> tuple[CopyList, ...]:
    wanted = {pair.server_list for owner in scopes for pair in owner.pairs if pair.needs_list}
    return tuple(_copy(known) for known in site.lists if known.name in wanted)


def _copy(known: ServerList) -> CopyList:
    return CopyList(
        source_list=known.name,
        copy_list=copy_name(known.name),
        servers=tuple(
            CopyServer(server=entry.server, address=entry.address, http_port=entry.http_port) for entry in known.entries
        ),
    )


def _certificates(site: Site, observed: Observed, request: PlanRequest) -> tuple[CertificateFor, ...]:
    served = {each.server: each for each in observed.survey.served}
    chosen = []
    for server in site.servers:
        wanted, old = request.certificates.get(server.name), served.get(server.name)
        if wanted is not None and old is not None and old.fingerprint is not None:
            facts = observed.certificates[wanted]
            chosen.append(
                CertificateFor(
                    server=server.name,
                    certificate_id=facts.id,
                    fingerprint=facts.fingerprint,
                    replaces=old.fingerprint,
                    replaces_until=old.not_after,
                )
            )
    return tuple(chosen)


def _away(site: Site, observed: Observed, request: PlanRequest, choices: ProcedureChoices) -> Iterable[LeftOut]:
    """Clients that are left out since they are away; never one for which a holdout is kept (rule 1)."""
    if not request.leave_out_away:
        return
    waited_for = {
        group
        for owner in choices.scopes
        if choices.holdouts and owner.treatment is Treatment.FAILOVER
        for group in owner.groups
    }
    paths = {group.id: group.path for group in observed.survey.groups}
    limit = observed.survey.sepm_clock - site.limits.away_limit
    for client in sorted(observed.clients, key=lambda client: client.id):
        away = client.last_seen is None or client.last_seen < limit
        if away and client.group_id not in waited_for:
            seen = "never seen" if client.last_seen is None else f"last seen {client.last_seen.date().isoformat()}"
            yield LeftOut(id=client.id, name=client.name, group=paths.get(client.group_id, ""), reason=seen)
