"""What must be true before a plan may be started: a chain of rules, each with its reason and remedy."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

from rotation.certificate import CertificateFacts
from rotation.console.proof import weaker
from rotation.drift.presented import SILENT
from rotation.drift.upgraded import HTTP_SILENT
from rotation.finding import Finding, blockers, blocking, info, warning
from rotation.fitness import IN_USE, PlacedServer, unfit
from rotation.plan.forecast import least, step_least
from rotation.plan.plan import PlanBody
from rotation.plan.scope import Treatment
from rotation.plan.step import Gate, GatePurpose, ScopeName
from rotation.planning.advice.database_link import renews_the_databases
from rotation.planning.advice.latest_start import latest_start
from rotation.planning.advice.short_stay import short_stay
from rotation.planning.advice.shortening import Shortening, near_or_past
from rotation.planning.advice.slow_clocks import undrilled, young
from rotation.site import Site
from rotation.survey import ObservedClient, SiteSurvey
from rotation.text.some_names import some_of
from rotation.text.written_values import span_text
from rotation.values import ServerName, Value

_MARGIN = timedelta(days=1)
_STRAYS = 5


class Preconditions(Value):
    """What the rules look at."""

    site: Site
    survey: SiteSurvey
    clients: tuple[ObservedClient, ...]
    body: PlanBody
    now: datetime
    replaced: frozenset[ServerName] = frozenset()
    """Servers that have their new certificate already, by the plan that this one amends."""

    @property
    def horizon(self) -> timedelta:
        """The longest absence within which a client is promised not to be cut off (rule 3)."""
        waits = [step.patience for step in self.body.steps if isinstance(step, Gate) and _relaxes(step)]
        held = self.site.limits.holdout_maximum if self.body.holdouts else timedelta(0)
        return max([held, *waits])


def _relaxes(gate: Gate) -> bool:
    return gate.purpose is GatePurpose.RELAXED


def unmet(facts: Preconditions, certificates: Mapping[ServerName, CertificateFacts]) -> tuple[Finding, ...]:
    """Every finding about the plan as a whole, the blocking ones included."""
    found = [finding for rule in _RULES for finding in rule(facts)]
    for server, certificate in certificates.items():
        found.extend(_certificate_rules(facts, server, certificate))
    return tuple(found)


def _certificate_rules(facts: Preconditions, server: ServerName, certificate: CertificateFacts) -> Iterable[Finding]:
    if facts.site.server(server) is None:
        yield blocking(
            "unknown-server",
            server,
            f"site {facts.site.name} has no server {server!r}",
            f"name one of {', '.join(known.name for known in facts.site.servers)}",
        )
        return
    needed = facts.horizon + least(facts.body) + _MARGIN
    place = PlacedServer(site=facts.site, server=server, served=facts.survey.served)
    yield from unfit(certificate, now=facts.now, needed=needed, place=place)
    yield from young(facts.body, server, certificate, now=facts.now)
    yield from undrilled(facts.body, server, certificate, now=facts.now)


def unfit_now(
    certificate: CertificateFacts, place: PlacedServer, body: PlanBody, at: str, *, now: datetime
) -> tuple[Finding, ...]:
    """Why `certificate` must not go into its place at step `at` after all.

    Months may lie between the plan and this step: it must still outlive the steps that are left.
    """
    left = body.steps[body.steps.index(body.step(at)) :]
    needed = sum((step_least(each) for each in left), _MARGIN)
    found = blockers(unfit(certificate, now=now, needed=needed, place=place))
    return tuple(finding for finding in found if finding.code != IN_USE)  # then it has been replaced, and is seen to be


def _every_server_has_one(facts: Preconditions) -> Iterable[Finding]:
    planned = {chosen.server for chosen in facts.body.certificates}
    if not facts.body.waves:
        yield blocking("nothing-to-do", facts.site.name, "no server gets a certificate", "name certificates by server")
    for server in facts.site.servers:
        in_wave = any(server.name in wave for wave in facts.body.waves)
        if in_wave and server.name not in planned:
            yield blocking(
                SILENT,
                server.name,
                "the server's client port did not answer, so its present certificate is not known",
                "start the server, or correct its address and port, and survey again; if its certificate is damaged "
                "and clients still hold it, install the same one again from its recovery file; that cuts off no client",
            )
        if not in_wave and server.name not in facts.replaced:
            yield warning(
                "server-left-as-is", server.name, "the server keeps its certificate, since the plan names no new one"
            )


def _http_ports_answer(facts: Preconditions) -> Iterable[Finding]:
    if not facts.body.copies:
        return
    dead = {seen.server for seen in facts.survey.served if seen.fingerprint is None}
    replaced = {server for wave in facts.body.waves for server in wave}
    for server in facts.site.servers:
        if server.name in facts.survey.http_silent and (server.name in replaced or server.name not in dead):
            yield blocking(
                HTTP_SILENT,
                server.name,
                f"the HTTP port {server.http_port} did not answer hello,secars; relaxed clients could not reach it",
                "open the HTTP port, or register the site's own port",
            )


def _purge_is_late_enough(facts: Preconditions) -> Iterable[Finding]:
    """SEPM forgets clients by itself: what it forgets cannot be counted (rule 1)."""
    purge = facts.site.limits.purge_after
    if purge is not None and purge < facts.horizon:
        yield blocking(
            "purge-before-horizon",
            facts.site.name,
            f"SEPM deletes clients not seen for {span_text(purge)}; this plan waits for them up to "
            f"{span_text(facts.horizon)}",
            "raise the limit in the console (Admin > Domains > properties), and state it in the limits of the site: "
            "SEPM deletes clients that it has not seen for (limits.purge_after); or lower there for how long the last "
            "server keeps its certificate at most (limits.holdout_maximum)",
        )


def _old_certificates_outlive(facts: Preconditions) -> Iterable[Finding]:
    ends = {served.server: served.not_after for served in facts.survey.served}
    for server in facts.body.holdouts:
        end = ends.get(server)
        needed = facts.now + least(facts.body) - facts.site.limits.holdout_minimum + facts.site.limits.holdout_maximum
        if end is not None and end < needed:
            yield blocking(
                "holdout-outlives-certificate",
                server,
                f"the server's old certificate expires on {end.date().isoformat()}, before the holdout may end",
                "shorten limits.holdout_maximum, or start the rotation without a holdout",
            )
    for server, end in ends.items():
        if server not in facts.body.holdouts and end is not None and end < facts.now + least(facts.body):
            yield warning(
                "old-certificate-ends", server, f"the server's old certificate expires on {end.date().isoformat()}"
            )


def _starts_in_time(facts: Preconditions) -> Iterable[Finding]:
    latest = latest_start(facts.body, facts.survey.served, facts.site.limits)
    if latest is not None:
        at_hand = Shortening(
            latest=latest, body=facts.body, site=facts.site, survey=facts.survey, clients=facts.clients, now=facts.now
        )
        yield from near_or_past(at_hand)


def _lists_name_own_servers(facts: Preconditions) -> Iterable[Finding]:
    own = {server.name for server in facts.site.servers}
    used = {pair.server_list for owner in facts.body.scopes for pair in owner.pairs}
    for known in facts.site.lists:
        foreign = sorted(known.servers - own)
        if known.name in used and foreign:
            yield blocking(
                "list-names-other-site",
                known.name,
                f"the list offers {', '.join(foreign)}, which this site does not have",
                "register the servers, or remove them from the list; clients could go to another site",
            )


def _clients_known(facts: Preconditions) -> Iterable[Finding]:
    known = {group for owner in facts.body.scopes for group in owner.groups}
    strays = [client.name for client in facts.clients if client.group_id not in known]
    if strays and facts.site.at_console is not None:
        yield blocking(
            "client-in-unknown-group",
            facts.site.name,
            f"the site's document does not describe the groups of these clients ({len(strays)}): "
            f"{some_of(strays, _STRAYS)}",
            "describe the site again (PUT /v1/sites/ID/console); while a rotation runs, move these clients to groups "
            "of the document, and upload another export",
        )
    elif strays:
        yield blocking(
            "client-in-unknown-group",
            facts.site.name,
            f"{len(strays)} clients are in groups that the survey did not read: {', '.join(strays[:5])}",
            "survey again; if this stays, use an account that sees every domain",
        )


def _treatments(facts: Preconditions) -> Iterable[Finding]:
    relaxed = len(facts.body.owners(ScopeName.RELAXED))
    if relaxed and relaxed == len(facts.body.scopes) and not facts.body.holdouts:
        text = (
            f"groups with own settings: {relaxed}, all of them relaxed (list A): so no server is kept as the last one "
            "(holdout), and clients that are away are waited for before the first replacement (A8)"
        )
    else:
        text = (
            f"groups with own settings: {len(facts.body.scopes)}; relaxed (list A): {relaxed}, the others fail over "
            "(list B); "
            f"holdout: {', '.join(facts.body.holdouts) or 'none'}"
        )
    yield info("procedure", facts.site.name, text)
    if facts.body.replication_partners:
        partners = ", ".join(facts.body.replication_partners)
        yield info("replicates", facts.site.name, f"replication with {partners} is paused first and resumed last")
    away = [client for client in facts.clients if _silent(client, facts)]
    if away:
        fails_over = any(owner.treatment is Treatment.FAILOVER for owner in facts.body.scopes)
        waits = "the holdout waits for them" if fails_over else "the gate A8 waits for them"
        yield info(
            "clients-away",
            facts.site.name,
            f"{len(away)} clients are silent for longer than {span_text(facts.site.limits.away_limit)}; {waits}",
        )


def _database_is_named(facts: Preconditions) -> Iterable[Finding]:
    yield from renews_the_databases(facts.site, facts.survey.version)


def _how_weak_the_proof_is(facts: Preconditions) -> Iterable[Finding]:
    yield from weaker(facts.site, facts.survey, facts.clients, facts.body)


def _silent(client: ObservedClient, facts: Preconditions) -> bool:
    return client.last_seen is None or client.last_seen < facts.survey.sepm_clock - facts.site.limits.away_limit


def _clients_stay_long_enough(facts: Preconditions) -> Iterable[Finding]:
    yield from short_stay(facts.body, facts.site, facts.survey)


_RULES: tuple[Callable[[Preconditions], Iterable[Finding]], ...] = (
    _treatments,
    _every_server_has_one,
    _http_ports_answer,
    _purge_is_late_enough,
    _old_certificates_outlive,
    _starts_in_time,
    _lists_name_own_servers,
    _clients_known,
    _database_is_named,
    _how_weak_the_proof_is,
    _clients_stay_long_enough,
)
