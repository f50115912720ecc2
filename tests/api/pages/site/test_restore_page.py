"""A site is restored from its page: by the service's own record, or by the file of originals where that is lost."""

from dataclasses import replace

import pytest

from rotation.identity.permission import Role
from rotation.originals.file import read_originals
from tests.api.pages.conftest import CZECH, reading
from tests.api.pages.site.test_registration import wrong_fields
from tests.api.rotation.test_originals import file, lost, nothing_recorded, renewed, rotation, task, torn

__all__ = ["file", "lost", "renewed", "rotation", "task", "torn"]


def sent(content: str) -> dict[str, tuple[str, bytes, str]]:
    """The file of a form."""
    return {"originals": ("originals.json", content.encode(), "application/json")}


async def test_a_lost_store_restores_from_the_file(connected, lost, torn, site, tmp_path):
    """Without the file there is nothing to restore; a damaged one is refused beside its field; the form works once."""
    _, store = lost
    address, form = f"/sites/{site}/restore", {"why": "the disk is gone", "request_id": "once"}
    async with reading(replace(connected, store=store, task_queue=f"{tmp_path.name}-new")) as reader:
        assert f'href="{address}"' in (await reader.get(f"/sites/{site}")).text
        assert 'name="originals" type="file"' in (await reader.get(address)).text
        nothing = await reader.post(address, data=form)
        assert (nothing.status_code, wrong_fields(nothing.text)) == (409, set())
        assert "the disk is gone" in nothing.text
        damaged = await reader.post(address, data=form, files=sent(torn.replace("My Company", "My Compamy", 1)))
        assert (damaged.status_code, wrong_fields(damaged.text)) == (422, {"originals"})
        assert "Bylo to odmítnuto" in (await reader.post(address, data=form, files=sent("x"), headers=CZECH)).text
        assert wrong_fields((await reader.post(address, data={}, files=sent(torn))).text) == {"why"}
        assert await nothing_recorded(store, site)
        answers = [await reader.post(address, data=form, files=sent(torn)) for _ in range(2)]
        (there,) = {answer.headers["location"] for answer in answers}
        assert there.startswith("/rotations/")
        assert (await store.rotations.get(there.rsplit("/", maxsplit=1)[1])).purpose == "restore"
        assert await store.originals.of(read_originals(torn).rotation_id)
        assert f'href="{address}"' not in (await reader.get(f"/sites/{site}")).text, "while it runs"


async def test_the_services_own_record_is_enough(connected, torn, site):
    """After an end from outside the form needs a reason alone."""
    assert torn
    async with reading(connected) as reader:
        answer = await reader.post(f"/sites/{site}/restore", data={"why": "ended from outside"})
        assert answer.headers["location"].startswith("/rotations/"), answer.text


@pytest.mark.usefixtures("rotating")
async def test_who_may_not_start_restores_nothing(reading_as):
    """A viewer sees no link, and gets neither form nor restore."""
    async with reading_as("vera", Role.VIEWER) as viewer:
        assert "/sites/site-1/restore" not in (await viewer.get("/sites/site-1")).text
        assert (await viewer.get("/sites/site-1/restore")).status_code == 403
        assert (await viewer.post("/sites/site-1/restore", data={"why": "x"})).status_code == 403
