"""A rotation that was ended from outside: pages lead to the restore before the store has its end."""

from api.standing.reconciler import Reconciler
from store.progress import RotationStatus
from tests.api.pages.conftest import reading
from tests.api.standing.test_standing import alone, api, handle, rotation

__all__ = ["alone", "api", "rotation"]


async def test_pages_lead_to_the_restore_as_soon_as_the_end_is_known(unstaffed, rotation):
    """The store still has the rotation as running; its page and that of the site have the link."""
    pages = [f"/rotations/{rotation['id']}", f"/sites/{rotation['site_id']}"]
    link = f'href="/sites/{rotation["site_id"]}/restore"'
    async with reading(unstaffed) as reader:
        assert [page for page in pages if link in (await reader.get(page)).text] == []
        await handle(unstaffed, rotation).terminate("pulled out")
        await Reconciler(unstaffed).look()
        assert (await unstaffed.store.rotations.get(rotation["id"])).status is RotationStatus.RUNNING
        assert [page for page in pages if link not in (await reader.get(page)).text] == []
