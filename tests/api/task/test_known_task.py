"""A task that was opened right now, of which the workflow of its rotation does not know yet."""

from datetime import timedelta

import pytest

from api.task.known_task import until_known
from engine.fault import NoAnswer
from rotation.running.open_task import OpenTask
from rotation.values import TaskId
from tests.api.pages.rotation.test_held_canaries import waiting
from tests.store.conftest import Make


class Asked:
    """What the workflow answers, one state after the other; the last one again."""

    def __init__(self, *states):
        self._states, self.count = states, 0

    async def __call__(self, _client, _site_id):
        """The next state; an error is raised."""
        found = self._states[min(self.count, len(self._states) - 1)]
        self.count += 1
        if isinstance(found, Exception):
            raise found
        return found


@pytest.fixture
def opened(unconnected):
    """A task that was opened at this moment, and the state of a rotation with the task of an id."""
    now = unconnected.clock()

    def state_with(task_id):
        task = OpenTask(id=task_id, step="s", opened_at=now) if task_id else None
        return waiting(None).model_copy(update={"task": task})

    return Make().task().model_copy(update={"opened_at": now}), state_with


async def test_a_message_waits_until_the_rotation_knows_the_task(unconnected, opened, monkeypatch):
    """It is asked until its open task is that one, and not the one before."""
    task, state_with = opened
    asked = Asked(state_with(None), state_with(TaskId("before")), state_with(task.id))
    monkeypatch.setattr("api.task.known_task.state", asked)
    await until_known(unconnected, task)
    assert asked.count == 3


async def test_nothing_waits_for_a_rotation_that_does_not_answer(unconnected, opened, monkeypatch):
    """The message is sent, and answered by what is wrong; one that never knows the task is waited for some seconds."""
    task, state_with = opened
    for asked in (Asked(NoAnswer("no worker")), Asked(state_with(None))):
        monkeypatch.setattr("api.task.known_task.state", asked)
        monkeypatch.setattr("api.task.known_task._LONGEST", 0.3)
        await until_known(unconnected, task)
        assert asked.count >= 1


async def test_a_task_of_before_is_not_asked_about(unconnected, opened, monkeypatch):
    """A rotation knows it, or says why it does not."""
    task, state_with = opened
    asked = Asked(state_with(None))
    monkeypatch.setattr("api.task.known_task.state", asked)
    await until_known(unconnected, task.model_copy(update={"opened_at": task.opened_at - timedelta(minutes=2)}))
    assert asked.count == 0
