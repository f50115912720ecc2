"""Pages lead to the Temporal UI where the service knows where it is."""

from dataclasses import replace

import pytest

from api.settings import ApiSettings
from rotation.identity.permission import Role
from rotation.plan.work.task import TaskState
from tests.api.identified import key_of
from tests.api.pages.conftest import reading

UI = "https://temporal.example"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ({}, None),
        ({"ui_upstream": "http://127.0.0.1:9"}, "http://127.0.0.1:8233"),
        ({"ui_upstream": "http://127.0.0.1:9", "ui_origin": UI}, UI),
    ],
)
def test_the_address_is_that_of_the_origin_or_of_our_door(given, shown):
    """Without either there is none."""
    assert ApiSettings(**given).ui == shown


@pytest.mark.usefixtures("rotating")
async def test_a_rotation_and_the_task_of_an_absent_holder_lead_there(unconnected, store, make):
    """Beside the id of the workflow that an administrator looks for."""
    await store.tasks.transition("task-1", {TaskState.OPEN}, TaskState.CLAIMED, who="ann", at=make.t0)
    for ui, times in ((None, 0), (UI, 1)):
        parts, key = replace(unconnected, ui=ui), await key_of(store, f"otto {times}", Role.OPERATOR)
        async with reading(parts, key) as reader:
            pages = [(await reader.get(page)).text for page in ("/tasks/task-1", "/rotations/rot-1")]
        assert [page.count(f'href="{UI}"') for page in pages] == [times] * 2
        assert "rotate/site-1" in pages[0]
