"""What a person confirms who answers a drift: that an edited server list is right, or the ports after an upgrade."""

from collections.abc import Iterable, Sequence

from rotation.drift.drift import Drift
from rotation.drift.upgraded import confirmed
from rotation.running.state import RotationState, Told
from rotation.values import ListName


def confirms(told: Iterable[Told]) -> frozenset[str]:
    """The lists and versions that an answer to what was `told` says to be right."""
    told = tuple(told)
    lists = frozenset(each.subject for each in told if each.edited_at is not None)
    return lists | {each.version for each in told if each.version}


def take_up(state: RotationState, seen: Sequence[Drift], right: frozenset[str]) -> list[Drift]:
    """Keep what is known again, and give what of `seen` is left."""
    # what was put right was edited once more, just before somebody said so
    shown = {ListName(each.finding.subject): each.edited_at for each in seen if each.edited_at is not None}
    known = {name: edited_at for name, edited_at in shown.items() if name in right}
    versions = confirmed(seen, right)
    state.lists_shown = {**state.lists_shown, **known}
    state.versions_shown = (*state.versions_shown, *versions)
    left = [each for each in seen if each.edited_at is None or each.finding.subject not in known]
    return [each for each in left if each.version not in versions or not each.version]
