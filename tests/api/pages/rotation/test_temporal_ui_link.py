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
async def test_a_rotation_leads_there(unconnected, store):
    """Beside the id of its workflow."""
    for ui, times in ((None, 0), (UI, 1)):
        parts, key = replace(unconnected, ui=ui), await key_of(store, f"otto {times}", Role.OPERATOR)
        async with reading(parts, key) as reader:
            page = (await reader.get("/rotations/rot-1")).text
        assert page.count(f'href="{UI}"') == page.count("<code>rotate/site-1</code>") == times


@pytest.mark.usefixtures("rotating")
async def test_the_task_of_an_absent_holder_has_the_command_that_ends_the_rotation(reading_as, store, make):
    """The Temporal UI of `rotator up` is for looking alone."""
    await store.tasks.transition("task-1", {TaskState.OPEN}, TaskState.CLAIMED, who="ann", at=make.t0)
    async with reading_as("otto", Role.OPERATOR) as other:
        page = (await other.get("/tasks/task-1")).text
    assert "temporal workflow terminate --address" in page
    assert "--workflow-id rotate/site-1 --reason REASON" in page
