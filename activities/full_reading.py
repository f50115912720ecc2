"""A full reading of a site's clients (rule 2): one that a page read at the wrong moment cannot make short."""

from collections.abc import Collection

from rotation.survey import ObservedClient
from rotation.values import ClientId
from sepm.client import SepmClient


async def every_client(client: SepmClient, known: Collection[ClientId]) -> tuple[ObservedClient, ...]:
    """Every client of the site; whom the newest reading before still showed and this one does not is looked for again.

    SEPM's count proves a reading (`sepm/paging.py`), but for one case: where between two pages one client leaves and
    another comes, the count stays and somebody may be on no page. Whom a second reading does not show either has gone.

    Args:
        client: reads.
        known: whom the newest reading before showed.

    Raises:
        SepmError: as reading does; then there is no reading.
    """
    read = {each.id: each async for each in client.clients()}
    if not read.keys() >= set(known):
        read |= {each.id: each async for each in client.clients()}
    return tuple(read.values())
