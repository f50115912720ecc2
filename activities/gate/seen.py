"""What the rules of a gate are made from: references, dates of policies, when a new certificate was first seen."""

from collections.abc import Iterable
from datetime import datetime

from engine.contract import GateRequest
from rotation.plan.step import Gate, GatePurpose, Holdout
from rotation.proof.gate import Reference, follow, moved_after_swap
from rotation.proof.reading import (
    Seen,
    asks_for_dates,
    evidence_key,
    gate_server,
    reached_no_client,
    relaxes_to_go_back,
)
from rotation.survey import SiteSurvey
from rotation.values import GroupId, RotationId, ServerName
from sepm.port import Sepm
from service.scope import StepScope
from service.world import World
from store.rotation.swaps import SwapRecord


def gate_of(scope: StepScope) -> Gate | Holdout:
    """The gate that is read.

    Raises:
        TypeError: when the step is no gate.
    """
    if not isinstance(scope.step, Gate | Holdout):
        raise TypeError(f"step {scope.step.id} is no gate")
    return scope.step


async def seen_by_gate(
    world: World, client: Sepm, scope: StepScope, request: GateRequest, *, clock: datetime, survey: SiteSurvey | None
) -> Seen:
    """What the rules of a gate are made from, as it is known now."""
    store, ref, body, step = world.store, request.ref, scope.plan.body, gate_of(scope)
    export = await store.console.newest_export(scope.site.id) if scope.site.at_console is not None else None
    as_of = export.taken_at if export is not None else None
    seen = Seen(site=scope.site, body=body, swapped=request.swapped, references={}, as_of=as_of)
    server = gate_server(step, seen)
    skew = survey.skew if survey is not None else seen.skew
    key = evidence_key(body, step)
    if (isinstance(step, Gate) and step.purpose is not GatePurpose.SWAPPED) or server is None:
        known = await _followed(world, request, key)
        earlier = {each.owner: frozenset({each.fixed, *each.followed} - {None, each.newest}) for each in known}
        first = {each.owner: each.first_written_at for each in known if each.first_written_at is not None}
        update = {"references": _newest(known), "earlier": earlier, "changed_from": first, "skew": skew}
        if scope.site.at_console is None and asks_for_dates(step, body):
            update["published"] = await client.policy_dates([owner.group_id for owner in body.scopes])
            update["new_since"] = await _new_since(world, scope) if relaxes_to_go_back(step, body) else None
        return seen.model_copy(update=update)
    swap = await _swap_seen(world, scope, server, clock)
    swap_seen = swap.first_seen or clock
    dates = await client.policy_dates([owner.group_id for owner in body.scopes])
    moves = (moved_after_swap(owner, date, swap_seen=swap_seen, skew=skew) for owner, date in dates.items())
    await _note_moves(world, ref.rotation_id, key, moves)
    moved = await store.references.of_gate(ref.rotation_id, key)
    published = dates if scope.site.at_console is None else {}
    update = {"references": _newest(moved.values()), "published": published, "swap_seen": swap_seen, "skew": skew}
    return seen.model_copy(update={**update, "former_seen": swap.former_seen})


async def reached_none(world: World, scope: StepScope, step: Gate | Holdout, seen: Seen, clock: datetime) -> bool:
    """Whether a certificate that was put in and taken out again has reached no client (rule 15)."""
    if not isinstance(step, Gate) or not step.passes_unanswered or step.server is None:
        return False
    store, chosen = world.store, scope.plan.body.certificate_for(step.server)
    forth = await store.swaps.get(scope.ref.rotation_id, step.server, chosen.replaces) if chosen else None
    clients = [client.observed for client in await store.roster.entries(scope.site.id, None)]
    return reached_no_client(clients, since=forth.former_seen if forth else None, seen=seen, clock=clock)


async def _new_since(world: World, scope: StepScope) -> datetime | None:
    """When the former certificate was last seen in the server that was replaced first; None where that is not known."""
    forth = [
        await world.store.swaps.get(scope.ref.rotation_id, chosen.server, chosen.replaces)
        for chosen in scope.plan.body.certificates
    ]
    last = [each.former_seen for each in forth if each is not None and each.former_seen is not None]
    return min(last) if len(last) == len(forth) else None


async def _followed(world: World, request: GateRequest, key: str) -> list[Reference]:
    """The references of a gate; where a survey has just verified the settings, with the policies it saw."""
    store, rotation_id = world.store, request.ref.rotation_id
    known = list((await store.references.of_gate(rotation_id, key)).values())
    if not request.verified_by:
        return known
    survey = await store.surveys.get(request.verified_by)
    groups = ((reference, survey.group(reference.owner)) for reference in known)
    followed = [follow(reference, group.policy_date) for reference, group in groups if group is not None]
    return list((await store.references.save_all(rotation_id, key, followed)).values())


async def _note_moves(world: World, rotation_id: RotationId, key: str, moved: Iterable[Reference | None]) -> None:
    """Rule 11 (a): a policy date that moved after the swap was seen is a proof of its own, once and for all."""
    references = world.store.references
    known = await references.of_gate(rotation_id, key)
    if new := [each for each in moved if each is not None and each.owner not in known]:
        await references.save_all(rotation_id, key, new)


async def _swap_seen(world: World, scope: StepScope, server: ServerName, clock: datetime) -> SwapRecord:
    """When the new certificate was first seen, and the former one last; now, where a restore never saw the swap."""
    chosen = scope.plan.body.certificate_for(server)
    if chosen is None:
        raise LookupError(f"the plan has no certificate for {server}")
    return await world.store.swaps.seen(
        scope.ref.rotation_id, server, chosen.fingerprint, first_seen=clock, seen_at=world.clock()
    )


def _newest(references: Iterable[Reference]) -> dict[GroupId, datetime]:
    return {reference.owner: reference.newest for reference in references if reference.newest is not None}
