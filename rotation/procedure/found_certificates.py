"""The certificates that a restore finds in the servers of a rotation that was ended, and that clients must know."""

from collections.abc import Collection, Iterator, Mapping

from rotation.plan.plan import CertificateFor, PlanBody
from rotation.values import Fingerprint, ServerName


def as_found(body: PlanBody, presented: Mapping[ServerName, Fingerprint], put_in: Collection[ServerName]) -> PlanBody:
    """The ended plan with the certificates that its servers present now.

    A certificate that the rotation left in no server counts as one that has just come in: before clients verify, gates
    wait until they know it. So does one that a roll-back was to take out, and has not.

    Args:
        body: any plan.
        presented: by server, the certificate that it presents; a server that presents none keeps what the plan has.
        put_in: the servers in which the ended rotation has seen a certificate that it had asked for.
    """
    return body.model_copy(update={"certificates": tuple(_found(body, presented, put_in))})


def _found(
    body: PlanBody, presented: Mapping[ServerName, Fingerprint], put_in: Collection[ServerName]
) -> Iterator[CertificateFor]:
    for chosen in body.certificates:
        shown, before = presented.get(chosen.server, chosen.fingerprint), chosen.replaces
        untouched = body.purpose != "roll-back" and shown == before and chosen.server not in put_in
        if shown == chosen.fingerprint or untouched:
            yield chosen
        elif body.purpose == "roll-back" or chosen.server in put_in:
            yield chosen.model_copy(update={"fingerprint": shown, "replaces": chosen.fingerprint})
        else:
            yield chosen.model_copy(update={"fingerprint": shown})


def presents_another(body: PlanBody, found: PlanBody) -> tuple[ServerName, ...]:
    """The servers that present a certificate which the rotation left in none, by both forms of its plan."""
    left = {chosen.server: {chosen.fingerprint} for chosen in body.certificates}
    if body.purpose == "roll-back":
        left = {chosen.server: {chosen.fingerprint, chosen.replaces} for chosen in body.certificates}
    return tuple(chosen.server for chosen in found.certificates if chosen.fingerprint not in left[chosen.server])


def last_presented(
    body: PlanBody,
    planned: Mapping[ServerName, Fingerprint],
    now: Collection[ServerName],
    put_in: Collection[ServerName],
) -> dict[ServerName, Fingerprint]:
    """What the servers that present nothing now had presented last.

    Args:
        body: the ended plan.
        planned: by server, what it presented when that was planned.
        now: the servers that present a certificate.
        put_in: the servers in which the ended rotation has seen the certificate of its plan.
    """
    chosen = {each.server: each for each in body.certificates}
    known = dict(planned)
    if body.purpose == "roll-back":
        known |= {server: each.replaces for server, each in chosen.items()}
    known |= {server: each.fingerprint for server, each in chosen.items() if server in put_in}
    return {server: fingerprint for server, fingerprint in known.items() if server not in now}
