"""What a person confirms who answers a drift: that an edited server list is right, or the ports after an upgrade."""

from collections.abc import Iterable, Sequence

from rotation.drift.judged_drift import NamedDrift
from rotation.running.state import RotationState
from rotation.values import ListName


def confirms(named: Iterable[NamedDrift]) -> frozenset[str]:
    """The lists and versions that a person confirms by an answer to the `named` drifts."""
    named = tuple(named)
    lists = frozenset(each.subject for each in named if each.edited_at is not None)
    return lists | {each.version for each in named if each.version}


def take_up(state: RotationState, seen: Sequence[NamedDrift], right: frozenset[str]) -> list[NamedDrift]:
    """Keep what is known again, and give what of `seen` is left."""
    # what was put right was edited once more, just before a person confirmed it
    edited = ((ListName(each.subject), each.edited_at) for each in seen)
    known = {name: at for name, at in edited if at is not None and name in right}
    versions = {each.version for each in seen if each.version in right and each.confirmable}
    state.lists_shown = {**state.lists_shown, **known}
    state.versions_shown = (*state.versions_shown, *sorted(versions - {""}))
    left = [each for each in seen if each.edited_at is None or each.subject not in known]
    return [each for each in left if each.version not in versions or not each.version]
