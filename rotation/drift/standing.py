"""How a rotation leaves the site at each of its steps: what every pair must show (rule 12b)."""

from collections.abc import Iterator

from rotation.plan.plan import PlanBody
from rotation.plan.scope import OwnerScope, PlannedPair
from rotation.plan.step import Console, ScopeName, SettingField, Step, Write
from rotation.plan.work.task import ReplaceCertificate
from rotation.survey import Pair, PairSettings
from rotation.values import ListName, Value


class ExpectedSettings(Value):
    """What a pair may show: one value of each setting, or two where the step is changing it."""

    server_lists: frozenset[ListName]
    secure_communications: frozenset[bool]

    def is_shown_by(self, now: PairSettings) -> bool:
        """Whether a pair shows just this, where only one value of each setting is right."""
        return self.server_lists == {now.server_list} and self.secure_communications == {now.secure_communications}


def standing(body: PlanBody, at: str) -> dict[Pair, ExpectedSettings]:
    """What each pair of the plan may show while the step of the id `at` runs.

    Raises:
        KeyError: when the plan has no step of that id.
    """
    lists: dict[Pair, set[ListName]] = {}
    secure: dict[Pair, set[bool]] = {}
    for pair, planned in body.pairs(ScopeName.ALL):
        lists[pair], secure[pair] = {planned.server_list}, {planned.secure_communications}
    current = body.step(at)
    open_writes = (current, _interrupted(body))
    for step in body.steps[: body.steps.index(current) + 1]:
        if not isinstance(step, Write):
            continue
        for pair, planned in body.pairs(step.scope):
            if step.field is SettingField.SERVER_LIST:
                wanted = planned.server_list if step.restores else relaxed(body, planned)[0]
                lists[pair] = {*(lists[pair] if step in open_writes else ()), wanted}
            else:
                checked = planned.secure_communications if step.restores else False
                secure[pair] = {*(secure[pair] if step in open_writes else ()), checked}
    for step in _written_again(body, current):
        for pair, planned in body.pairs(step.scope):
            if step.field is SettingField.SERVER_LIST:
                lists[pair].add(planned.server_list)
            else:
                secure[pair].add(planned.secure_communications)
    return {
        pair: ExpectedSettings(server_lists=frozenset(lists[pair]), secure_communications=frozenset(secure[pair]))
        for pair in lists
    }


def _written_again(body: PlanBody, current: Step) -> Iterator[Write]:
    """The relaxing write that runs, and those still to come before anything is put back, and before a certificate.

    An amendment may have taken along pairs that the steps before it did not know: they show what they had until then.
    """
    if isinstance(current, Write) and not current.restores:
        yield current
    for step in body.steps[body.steps.index(current) + 1 :]:
        match step:
            case Console(work=ReplaceCertificate()) | Write(restores=True):
                return
            case Write():
                yield step
            case _:
                pass


def _interrupted(body: PlanBody) -> Step | None:
    """The write in which a roll-back may have stopped the steps: some of its pairs were written, and some not."""
    index = body.steps.index(body.step(body.back_from)) if body.back_from else 0
    return body.steps[index - 1] if index else None


def relaxed(body: PlanBody, pair: PlannedPair) -> tuple[ListName, bool]:
    """The list and the secure communications of a pair that is relaxed."""
    copy = body.copy_of(pair.server_list) if pair.needs_list else None
    return copy or pair.server_list, False


def last_write(body: PlanBody, at: str, field: SettingField, owner: OwnerScope) -> Write | None:
    """The step that gave the pairs of `owner` what they show at step `at`; None where the plan never wrote them."""
    steps = body.steps[: body.steps.index(body.step(at)) + 1]
    writes = [step for step in steps if isinstance(step, Write) and step.field is field]
    return next((step for step in reversed(writes) if body.is_in(owner, step.scope)), None)
