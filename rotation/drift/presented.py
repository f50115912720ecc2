"""Served certificates: what each server presents, and whether the rotation left it so (rule 12b)."""

from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum

from rotation.drift.drift import Drift
from rotation.finding import Finding, blocking
from rotation.plan.outline import Outline
from rotation.plan.plan import Plan, PlanBody, left_in
from rotation.plan.step import ScopeName
from rotation.site import Site
from rotation.survey import ServedCertificate
from rotation.values import Fingerprint, ServerName, Value

THIRD = "third-certificate"
"""A server presents what is neither known nor announced: a wrong file, or an attacker in the middle."""
_RESTORED, _EARLY = "certificate-restored", "certificate-early"
CERTIFICATES = frozenset({THIRD, _RESTORED, _EARLY})
"""A server presents another certificate than the rotation has left there."""

RELAXED_AGAIN = "relaxed-again"
"""The rotation goes back to the gate after the last replacement: another certificate came while clients verify."""

SILENT = "server-silent"
"""A server does not answer: what it presents is not known, or clients may trust no other one."""


class Serves(StrEnum):
    """Which of the known certificates a server presents."""

    FORMER = "former"
    """The one that the plan replaces."""
    PLANNED = "planned"
    """The one that the plan puts in."""
    UNKNOWN = "unknown"
    """A third one."""
    NOTHING = "nothing"
    """It does not answer: it is down, or it restarts."""


class Presented(Value):
    """Which servers present the certificate that the plan gives them, which something unknown, and which nothing."""

    renewed: tuple[ServerName, ...] = ()
    unknown: tuple[ServerName, ...] = ()
    silent: tuple[ServerName, ...] = ()
    former: tuple[ServerName, ...] = ()
    """Which present the one that the plan replaces; in a restore, the one that was replaced before it."""
    third: tuple[Finding, ...] = ()
    """The alarm about each that is unknown."""
    edited: tuple[Drift, ...] = ()
    """Where a write comes next, some of the lists that it assigns again and that were edited meanwhile."""
    named: tuple[ServerName, ...] = ()
    """Where a write comes next, those of the silent ones to which its lists send clients over HTTPS."""


def to_put_right(seen: Presented, *, restore: bool) -> tuple[ServerName, ...]:
    """The servers that present another certificate than they must while settings are put back.

    A restore is planned with what each server presents then. A cancel comes before the first new certificate.
    """
    return (*(seen.former if restore else seen.renewed), *seen.unknown)


def serves(body: PlanBody, seen: ServedCertificate, *, before: Fingerprint | None = None) -> Serves:
    """Which certificate a server presents.

    Args:
        body: the plan that announces them.
        seen: what its port really presents.
        before: what a server without a planned certificate presented when the plan was made; unknown where None.
    """
    chosen = body.certificate_for(seen.server)
    if seen.fingerprint is None:
        return Serves.NOTHING
    if chosen is None:
        known = {seen.fingerprint if before is None else before, *left_in(body).get(seen.server, ())}
        return Serves.FORMER if seen.fingerprint in known else Serves.UNKNOWN
    if seen.fingerprint == chosen.fingerprint:
        return Serves.PLANNED
    return Serves.FORMER if seen.fingerprint == chosen.replaces else Serves.UNKNOWN


def certificate_drift(
    body: PlanBody,
    served: Iterable[ServedCertificate],
    *,
    swapped: Collection[ServerName],
    due: ServerName | None = None,
    before: Mapping[ServerName, Fingerprint] | None = None,
    addresses: Mapping[ServerName, str] | None = None,
    shut: Collection[ServerName] = (),
    stopped: Collection[ServerName] = (),
    given: Collection[ServerName] = (),
    kept: Collection[ServerName] = (),
) -> tuple[Finding, ...]:
    """The servers that present another certificate than the rotation left them with.

    Args:
        body: the plan that runs.
        served: what every port presents.
        swapped: the servers whose planned certificate was seen before.
        due: the server whose certificate may be replaced now.
        before: what servers without a planned certificate presented when the plan was made.
        addresses: host and port of their client ports.
        shut: the servers whose HTTPS client port a drill may have shut, and that answer over HTTP (rule 18).
        stopped: the servers that a drill may have stopped: their clients need the others.
        given: the servers that people go on without: `given_up`.
        kept: the servers that the plan leaves alone, and to which clients fail over: `left_alone`.
    """
    found: list[Finding] = []
    waited_for = must_answer(body, swapped=swapped, due=due, kept=kept)
    for seen in served:
        here, is_swapped, is_due = (before or {}).get(seen.server), seen.server in swapped, seen.server == due
        now = serves(body, seen, before=here)
        if now is Serves.UNKNOWN:
            expected = _expected(body, seen.server, swapped=is_swapped, due=is_due) or ((here,) if here else ())
            found.append(third(seen, (addresses or {}).get(seen.server, ""), expected))
        elif now is Serves.NOTHING and seen.server in {*shut, *stopped, *given}:
            continue
        elif now is Serves.NOTHING and seen.server in waited_for:
            found.append(_silent(seen, stopped, alone=bool(body.back_from) and seen.server in kept))
        elif finding := _drift(seen, now, swapped=is_swapped, due=is_due, back=bool(body.back_from)):
            found.append(finding)
    return tuple(found)


def other_certificates(
    body: PlanBody,
    served: Iterable[ServedCertificate],
    *,
    swapped: Collection[ServerName],
    before: Mapping[ServerName, Fingerprint],
    due: ServerName | None = None,
) -> tuple[Finding, ...]:
    """The servers that present another certificate than the rotation has left there; the arguments as above."""
    found = certificate_drift(body, served, swapped=swapped, before=before, due=due)
    return tuple(each for each in found if each.code in CERTIFICATES)


def third(seen: ServedCertificate, address: str, expected: Collection[Fingerprint]) -> Finding:
    """The alarm about a certificate that is neither known nor announced."""
    named = f"{seen.server} ({address})" if address else str(seen.server)
    known = ", ".join(f"SHA-256 {each}" for each in expected) or "the certificate that it presented before"
    return blocking(
        THIRD,
        seen.server,
        f"{named} presents SHA-256 {seen.fingerprint}, a certificate that "
        f"no step of the rotation put there; expected is {known}",
        f"look at {seen.server}: if its certificate was replaced, install the right one; if not, another machine "
        "answers at its address: find that machine before the rotation goes on. Where the right file is gone, put the "
        "old certificate back from its recovery file: the task can be given back then, and has a new file",
    )


def must_answer(
    body: PlanBody | Outline,
    *,
    swapped: Collection[ServerName],
    due: ServerName | None,
    kept: Collection[ServerName] = (),
) -> frozenset[ServerName]:
    """The servers without which no certificate is replaced at `due`: those that have their former one (rule 20).

    `kept`: `left_alone`; once every certificate of the plan is replaced, nothing waits for these any more.
    """
    if body.purpose == "recover":
        return frozenset()  # what clients trust of a server that is to be recovered is not known
    ahead = {each.server for each in body.certificates}.difference(swapped)
    return frozenset((*ahead, *kept) if ahead else ()) - {due, *swapped}


def left_alone(
    plan: Plan,
    site: Site,
    before: Collection[ServerName],
    served: Iterable[ServedCertificate],
    *,
    due: ServerName | None = None,
) -> frozenset[ServerName]:
    """The servers that keep their certificate by the plan, and to which clients fail over by their lists (rule 20).

    On a way back they count at the turn of the only server that answers: clients that have taken its new certificate
    have no other way once its old one is in. Where another one answers, they fail over to that.

    Args:
        plan: the plan that runs.
        site: with the lists as they were registered.
        before: the servers that answered when the plan was made. It counts on no other one.
        served: what every port presents now.
        due: the server whose certificate may be replaced now.
    """
    kept = kept_beside(plan.body, site).intersection(before) - given_up(plan)
    if not plan.body.back_from:
        return kept if plan.body.purpose == "rotate" else frozenset()
    return kept if {each.server for each in served if each.answers} == {due} else frozenset()


def kept_beside(body: PlanBody, site: Site) -> frozenset[ServerName]:
    """The servers whose certificate no step replaces, and which lists of clients that fail over name."""
    used = {pair.server_list for owner in body.owners(ScopeName.FAILOVER) for pair in owner.pairs}
    named = frozenset(server for known in site.lists if known.name in used for server in known.servers)
    return named - {each.server for each in body.certificates}


def given_up(plan: Plan) -> frozenset[ServerName]:
    """The servers that two persons go on without.

    They answered nowhere when a way back was approved; or an amendment names no certificate for them any more.
    """
    named = frozenset(ServerName(each.subject) for each in plan.findings if each.code == SILENT)
    return named if plan.body.back_from else named - {each.server for each in plan.body.certificates}


def missed(served: Iterable[ServedCertificate], waited_for: Collection[ServerName]) -> tuple[Finding, ...]:
    """Those of the servers `waited_for` that do not answer."""
    return tuple(_silent(each, ()) for each in served if each.fingerprint is None and each.server in waited_for)


def _silent(seen: ServedCertificate, stopped: Collection[ServerName], *, alone: bool = False) -> Finding:
    """Rule 20: clients that are away, or that fail over, may have no other server that they trust.

    `alone`: on a way back, no other one answers but that whose turn it is.
    """
    text = f"{seen.server} must keep its certificate in use and does not answer ({seen.error or 'no answer'})"
    if alone:
        text = (
            f"{seen.server} does not answer ({seen.error or 'no answer'}), nor does any other server but the one whose "
            "turn it is: a client that has taken the new certificate is cut off when the old one goes back"
        )
    first = f"start {', '.join(stopped)} first, which a drill stopped, then " if stopped else ""
    remedy = f"{first}start {seen.server} with the certificate and the port that it had"
    return blocking(SILENT, seen.server, text, remedy)


def _expected(body: PlanBody, server: ServerName, *, swapped: bool, due: bool) -> tuple[Fingerprint, ...]:
    """What a server of the plan should present now; while it is being replaced, the old one or the new one."""
    chosen = body.certificate_for(server)
    if chosen is None:
        return ()
    if due and not swapped:
        return chosen.replaces, chosen.fingerprint
    return (chosen.fingerprint if swapped else chosen.replaces,)


def _drift(seen: ServedCertificate, now: Serves, *, swapped: bool, due: bool, back: bool) -> Finding | None:
    match now, back:
        case Serves.FORMER, False if swapped:
            shown = f"{seen.server} presents its former certificate again"
            return blocking(_RESTORED, seen.server, shown, "install the new one again, or roll back")
        case Serves.FORMER, True if swapped:
            shown = f"{seen.server} presents its new certificate again"
            return blocking(_RESTORED, seen.server, shown, "install the old one again")
        case Serves.PLANNED, False if not swapped and not due:
            shown = f"{seen.server} presents its new certificate before its turn"
            return blocking(_EARLY, seen.server, shown, "install its former certificate until then")
        case Serves.PLANNED, True if not swapped and not due:
            shown = f"{seen.server} presents its old certificate before its turn"
            return blocking(_EARLY, seen.server, shown, "install its new certificate until then")
        case _:
            return None
