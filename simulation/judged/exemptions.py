"""Losses that are no violation: each excuse is one rule that says why the promise does not cover a client."""

from collections.abc import Callable, Iterator

from emulator.clients.verdict import LostClient
from emulator.spec import ClientSpec
from emulator.state.draws import identity
from emulator.state.effects import EffectView
from emulator.state.slips import Mistake
from rotation.plan.plan import PlanBody
from rotation.plan.scope import OwnerScope
from rotation.plan.step import ScopeName
from rotation.values import ClientId
from simulation.judged.facts import Facts
from simulation.judged.group_history import groups_when_lost, path_at_the_end
from simulation.judged.handed_out import handed_out
from simulation.judged.unreported_acts import LIST, SECURE, SEEN_WITHIN, SWAPS, unseen_since

Exemption = Callable[[LostClient, Facts], str | None]
_BEGINS_AGAIN = {"machine.install": "newly installed", "machine.reimage": "put back to an old image"}
"""Effects after which the state of a client is unknown until it checks in."""


def exempted(lost: LostClient, facts: Facts) -> str | None:
    """Why the loss of a client is not the rotation's; None when it is."""
    for exemption in _EXEMPTIONS:
        why = exemption(lost, facts)
        if why is not None:
            return why
    return None


def _before(lost: LostClient, facts: Facts) -> str | None:
    """It had lost the site before the rotation began, or could never reach it."""
    if lost.after is None or lost.first_failed < facts.began:
        return "it was cut off before the rotation began"
    return None


def _by_name(lost: LostClient, facts: Facts) -> str | None:
    """A person left it out by name in the plan, or two persons did in a gate, before it was lost (rule 1).

    A machine that is put back to an image may have another record afterwards, and still is the one that was named.
    """
    first = identity(facts.scenario.spec.seed, "client", lost.name)
    named_at = [facts.named_at[each] for each in map(ClientId, (lost.id, first)) if each in facts.named_at]
    return "a person left it out by name" if named_at and min(named_at) <= lost.first_failed else None


def _on_trust(lost: LostClient, facts: Facts) -> str | None:
    """A person took it to fail over, by name in plan or amendment, and it does not reach every server (rule 8)."""
    trusted_at = facts.trusted_at.get(ClientId(lost.id))
    trusted = trusted_at is not None and trusted_at <= lost.first_failed
    here = _batch(lost, facts)
    reaches_all = here is not None and here.reachable_servers is None
    return "a person took it on trust, by name" if trusted and not reaches_all else None


def _by_others(lost: LostClient, facts: Facts) -> str | None:  # noqa: ARG001 - an excuse like the others
    """What cut it off was not asked for: a person did it unasked or by mistake, or a site event did.

    That the rotation names such an act before it goes on is an invariant of its own: `acts_of_others_are_named`.
    """
    if lost.others_did and lost.after is not None:
        return f"no person asked for what cut it off: {lost.after.kind} by {lost.after.actor.value}"
    return None


def _unseen(lost: LostClient, facts: Facts) -> str | None:
    """It was installed or put back to an old image, and no server had seen it since when the certificate was replaced.

    SEPM did not list it, or listed it as its last check-in showed it: ready. `swaps_leave_everybody_a_way` leaves such
    clients out as well.
    """
    swap = lost.after
    unseen = any(each.swap == swap and each.client.name == lost.name and not each.client.seen for each in facts.cut_off)
    if swap is None or not unseen:
        return None
    begun = (each for each in facts.unasked if each.kind in _BEGINS_AGAIN and each.subject[0] == lost.name)
    kinds = [each.kind for each in begun if each.number < swap.number]
    return f"it was {_BEGINS_AGAIN[kinds[-1]]}, and no server had seen it since" if kinds else None


def _wrong_list(lost: LostClient, facts: Facts) -> str | None:
    """The copy of its list was made with a wrong port, and no canary stood before it to show that."""
    slipped = any(slip.mistake in {Mistake.FORGETS_PORT, Mistake.ONLY_SAYS} for slip in facts.slips)
    if slipped and "its list gives port" in lost.first_why and not _canary_stood_before(lost, facts):
        return "its list was made wrong by mistake, and it was the first to use it"
    return None


def _canary_without_http(lost: LostClient, facts: Facts) -> str | None:
    """Its network lets no plain HTTP through, and it was in a group that the plan named as going first (rule 24a)."""
    if "lets no HTTP through" in lost.first_why and _owner(lost, facts) in _canaries(facts.body):
        return "its network lets no plain HTTP through, and it was a canary that was named beforehand"
    return None


def _in_spite_of_canaries(lost: LostClient, facts: Facts) -> str | None:
    """Two persons had the rest follow canaries that were named to them as not getting through (rule 10)."""
    shown = "lets no HTTP through" in lost.first_why or "its list gives port" in lost.first_why
    approved = (
        event.at for event in facts.trail if event.message.endswith(" let the rotation go on without the canaries")
    )
    if shown and any(at <= lost.first_failed for at in approved):
        return "two persons had the rest follow canaries that do not get through"
    return None


def _foreign_key(lost: LostClient, facts: Facts) -> str | None:
    """An unasked certificate had just come into the server, before any look could show it.

    What the server publishes next is signed with its key, even after a write that was asked for.
    """
    if lost.after is None or "does not verify" not in lost.first_why:
        return None
    swaps = _swaps_before(lost, facts)
    if not swaps or swaps[-1].actor.asked or swaps[-1].at < lost.after.at - SEEN_WITHIN:
        return None
    return f"no person asked for the key that it was signed with: {swaps[-1].kind} by {swaps[-1].actor.value}"


def _put_back(lost: LostClient, facts: Facts) -> str | None:
    """An unasked certificate was in the server for a while, and the right one was put back.

    A client that fails with the right one then has taken the other one meanwhile: before that it got on.
    """
    if "does not verify" not in lost.first_why and "does not hold the certificate" not in lost.first_why:
        return None
    match _swaps_before(lost, facts):
        case [*_, other, back] if back.actor.asked and not other.actor.asked:
            return "it had taken a certificate that no person asked for, and the right one was put back"
    return None


def _swaps_before(lost: LostClient, facts: Facts) -> list[EffectView]:
    """The effects that put certificates into the server at which a client failed, until it did."""
    swaps = (each for each in facts.journal if each.kind in SWAPS and each.subject[0] == lost.server)
    return [each for each in swaps if each.at <= lost.first_failed]


def _undone(lost: LostClient, facts: Facts) -> str | None:
    """An unasked act undid what makes clients ready just before a replacement: no look could show it in time.

    A client that took that policy or list, or came from an old image, cannot follow the replacement, although the
    product has put it right since.
    """
    swaps = [each for each in _swaps_before(lost, facts) if each.actor.asked]
    if not swaps:
        return None
    groups = _groups(lost, facts)
    late = [each for each in facts.unasked if unseen_since(facts, swaps[-1]) <= each.at <= swaps[-1].at]
    for act in late:
        if act.kind in _BEGINS_AGAIN and act.subject[0] == lost.name:
            return f"it was {_BEGINS_AGAIN[act.kind]} just before the replacement"
    undone = {
        each.kind
        for each in late
        if each.subject[-1] != "false" and path_at_the_end(each.subject[0], facts.journal, since=each.number) in groups
    }
    if "does not verify" in lost.first_why and undone & SECURE:
        return "no person asked for the policy that had it verify when the certificate was replaced"
    if "does not hold the certificate" in lost.first_why and undone & LIST:
        return "no person asked for the list that it had when the certificate was replaced"
    return None


def _put_right(lost: LostClient, facts: Facts) -> str | None:
    """An unasked act had it verify after the replacement, before it knew the new certificate; that was put right.

    The policy that relaxes it again is signed with the new key, as any other would be that follows.
    """
    repair, swaps = lost.after, [each for each in _swaps_before(lost, facts) if each.actor.asked]
    if repair is None or not swaps or "does not verify" not in lost.first_why:
        return None
    if repair.kind not in SECURE or repair.subject[-1] != "false":
        return None
    groups = _groups(lost, facts)
    for act in facts.unasked:
        theirs = path_at_the_end(act.subject[0], facts.journal, since=act.number) in groups
        if theirs and act.kind in SECURE and act.subject[-1] == "true" and swaps[-1].at <= act.at <= repair.at:
            return "no person asked for the policy that had it verify before it knew the new certificate"
    return None


_EXEMPTIONS: tuple[Exemption, ...] = (
    _before,
    _by_name,
    _on_trust,
    _by_others,
    _unseen,
    _wrong_list,
    _canary_without_http,
    _in_spite_of_canaries,
    _foreign_key,
    _put_back,
    _undone,
    _put_right,
    handed_out,
)


def _canary_stood_before(lost: LostClient, facts: Facts) -> bool:
    """Whether a client of a canary, at the same location and with the same list, was there to show it first.

    A plan names its canaries, or says why it has none: one that does neither has forgotten them, and excuses nothing.
    No gate waits for a non-persistent machine.
    """
    body, here = facts.body, _batch(lost, facts)
    if not _canaries(body) and not _says_who_goes_first(facts):
        return True
    owner = _owner(lost, facts)
    if body is None or here is None or owner is None or owner in _canaries(body):
        return False
    lists = {pair.location_name: pair.server_list for pair in owner.pairs}
    for canary in _canaries(body):
        theirs = {pair.location_name: pair.server_list for pair in canary.pairs}
        if theirs.get(here.location) != lists.get(here.location):
            continue
        if any(
            batch.location == here.location and not batch.away and not batch.npvdi for batch in _batches(canary, facts)
        ):
            return True
    return False


def _clients(batch: ClientSpec, facts: Facts) -> Iterator[ClientId]:
    """The clients of a batch."""
    if batch.machine is not None:
        yield ClientId(batch.machine.id)
        return
    for number in range(1, batch.count + 1):
        yield ClientId(identity(facts.scenario.spec.seed, "client", f"{batch.prefix}-{number:04d}"))


def _says_who_goes_first(facts: Facts) -> bool:
    plans = (each for each in (facts.plan, facts.last_plan) if each is not None)
    return any(finding.code.startswith("canary") for plan in plans for finding in plan.findings)


def _canaries(body: PlanBody | None) -> tuple[OwnerScope, ...]:
    return () if body is None else body.owners(ScopeName.CANARIES)


def _owner(lost: LostClient, facts: Facts) -> OwnerScope | None:
    """The planned owner of the settings that the client's group had when the client failed."""
    scopes = facts.body.scopes if facts.body is not None else ()
    owners = {path_at_the_end(owner.path, facts.journal): owner for owner in scopes}
    return next((owners[path] for path in _groups(lost, facts) if path in owners), None)


def _groups(lost: LostClient, facts: Facts) -> tuple[str, ...]:
    """The group that the client was in when it failed and all above it then, by their paths at the end."""
    here = _batch(lost, facts)
    return groups_when_lost(lost, facts.journal, here.group if here is not None else None)


def _batch(lost: LostClient, facts: Facts) -> ClientSpec | None:
    prefix = lost.name.rpartition("-")[0]
    for each in facts.scenario.spec.clients:
        if each.prefix == prefix if each.machine is None else each.machine.id == lost.id:
            return each
    return None


def _batches(owner: OwnerScope, facts: Facts) -> Iterator[ClientSpec]:
    """The clients of an owner and of those that inherit from it."""
    own = {group.path for group in facts.scenario.spec.groups if not group.inherits}
    owner_path = path_at_the_end(owner.path, facts.journal)
    for batch in facts.scenario.spec.clients:
        path = batch.group
        while path not in own:
            path = path.rpartition("\\")[0]
        if path_at_the_end(path, facts.journal) == owner_path:
            yield batch
