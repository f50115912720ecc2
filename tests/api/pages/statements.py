"""Counts what a page asks the database."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event
from sqlalchemy.engine import Engine


@contextmanager
def counted_reads() -> Iterator[list[str]]:
    """The SELECT statements of all databases of this process, as they are sent."""
    found: list[str] = []

    def note(*sent: object) -> None:
        statement = str(sent[2])
        if statement.lstrip().upper().startswith("SELECT"):
            found.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", note)


async def three_more_rotations(store, make) -> None:
    """Three sites more, each with a running rotation."""
    for number in range(3):
        site, plan = f"more-{number}", f"plan-more-{number}"
        await store.sites.add(make.site(site, name=f"More {number}"), make.connection(), make.t0)
        await store.plans.add(make.plan(plan, site_id=site))
        await store.rotations.create(make.new(f"rot-more-{number}", site, plan), make.t0)
