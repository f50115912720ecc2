"""The procedures that are swept, each played on a site of its own while parts of the product may die."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.sweep.visits import Visit

Play = Callable[[Visit, Callable[[], None]], Awaitable[None]]
"""Plays on a site, and says when the procedure itself begins."""
_AT_ONCE, _LONG = "PT1S", "PT5M"


@dataclass(frozen=True)
class Procedure:
    """What is played, and how it must end."""

    name: str
    about: str
    servers: int
    play: Play
    relax_floor: str
    """Long where the procedure cancels or terminates while A8 waits."""
    statuses: tuple[str, ...]
    """Of its rotations, in the order in which they were started."""
    replaces: bool
    """Whether every server has its new certificate in the end; else each has its old one."""


async def _rotate(visit: Visit, begins: Callable[[], None]) -> None:
    approval = await visit.plan()
    begins()
    await visit.ended(await visit.start(approval))


async def _cancel(visit: Visit, begins: Callable[[], None]) -> None:
    rotation = await visit.start(await visit.plan())
    await visit.in_gate(rotation)
    begins()
    key = {"Idempotency-Key": f"cancel-{rotation}"}
    await visit.lane.post(f"/v1/rotations/{rotation}/cancel", {"why": "not today"}, **key)
    await visit.ended(rotation)


async def _restore(visit: Visit, begins: Callable[[], None]) -> None:
    rotation = await visit.start(await visit.plan())
    await visit.in_gate(rotation)
    await _restored(visit, begins)


async def _restore_behind_swap(visit: Visit, begins: Callable[[], None]) -> None:
    rotation = await visit.start(await visit.plan())
    await visit.behind_swap(rotation)
    await _restored(visit, begins)


async def _restored(visit: Visit, begins: Callable[[], None]) -> None:
    await visit.lane.rising()  # a part may have died meanwhile
    await (await visit.workflow()).terminate("pulled out")
    begins()
    restoring = await visit.lane.post(f"/v1/sites/{visit.id}/restore", {"why": "put it back"})
    visit.rotations.append(restoring["id"])
    await visit.ended(restoring["id"])


SHORT = ("cancel", "restore")
"""Each takes list A as far as its first gate, and then back: what there is time for in every run of the tests."""

PROCEDURES = {
    each.name: each
    for each in (
        Procedure("list-a", "one server: every group is relaxed", 1, _rotate, _AT_ONCE, ("completed",), replaces=True),
        Procedure("list-b", "failover, and a holdout", 2, _rotate, _AT_ONCE, ("completed",), replaces=True),
        Procedure("cancel", "cancelled in gate A8", 1, _cancel, _LONG, ("cancelled",), replaces=False),
        Procedure("restore", "terminated in gate A8", 1, _restore, _LONG, ("restored", "completed"), replaces=False),
        Procedure(
            "restore-behind-swap",
            "terminated in gate A10b",
            1,
            _restore_behind_swap,
            _AT_ONCE,
            ("restored", "completed"),
            replaces=True,
        ),
    )
}
