"""What servers sign after a replacement: canaries that verify again show it, server by server (rule 13)."""

from rotation.plan.plan import PlanBody
from rotation.plan.scope import OwnerScope
from rotation.plan.step import Console, Gate, GatePurpose, ScopeName
from rotation.plan.work.task import ReplaceCertificate
from rotation.site import Site
from rotation.survey import ObservedClient
from rotation.values import ServerName


def to_show(body: PlanBody, site: Site, step: Gate) -> frozenset[ServerName]:
    """The servers of which `step` waits to be shown what they sign: those of its wave that its canaries may go to.

    None for any gate but that over canaries which verify again, and have got their own list back.
    """
    if not step.over_canaries or step.purpose is not GatePurpose.RETURNED:
        return frozenset()
    replaced = {
        each.work.server
        for each in body.steps
        if isinstance(each, Console) and isinstance(each.work, ReplaceCertificate) and each.wave == step.wave
    }
    lists = {
        pair.server_list
        for owner in body.owners(ScopeName.CANARIES)
        for pair in owner.pairs
        if pair.needs_unverified and pair.needs_list
    }
    return frozenset(replaced & {server for each in site.lists if each.name in lists for server in each.servers})


def witnesses(body: PlanBody) -> tuple[OwnerScope, ...]:
    """The canaries whose clients show what servers sign: in whichever of its locations a client is, it verifies."""
    return tuple(
        owner for owner in body.owners(ScopeName.CANARIES) if all(pair.needs_unverified for pair in owner.pairs)
    )


def verifying_gate(body: PlanBody, step: Gate) -> Gate | None:
    """The gate over the same canaries that has shown which of their clients verify."""
    wanted = (GatePurpose.VERIFYING, step.wave)
    gates = (each for each in body.steps if isinstance(each, Gate) and each.over_canaries)
    return next((each for each in gates if (each.purpose, each.wave) == wanted), None)


def shown_by(before: ObservedClient, now: ObservedClient, owner: OwnerScope, site: Site) -> ServerName | None:
    """The server whose file a client has verified that reports the second policy, and did not when it was last seen.

    It was there both times, and has not been elsewhere meanwhile: a client stays with its server for a day. One that
    has changed servers may have taken the policy at the former one and found nothing new at this one, or may have been
    refused there. None where that is not known, or where a restart may have taken the client back to its image.
    """
    if before.last_seen is None or now.last_seen is None or now.non_persistent:
        return None
    offered = {
        server
        for pair in owner.pairs
        for each in site.lists
        if each.name == pair.server_list
        for server in each.servers
    }
    stayed = len(offered) == 1 or now.last_seen - before.last_seen < site.limits.stays
    return now.last_server if stayed and before.last_server == now.last_server else None
