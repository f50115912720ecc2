from datetime import timedelta
from typing import Any

import pytest

PUBLISHED = timedelta(seconds=5)


def secure(body: dict[str, Any]) -> bool:
    return bool(body["configuration"]["general_settings"]["security_settings"]["secure_communications"])


def change(*, secure: bool | None = None, server_list: str | None = None) -> dict[str, Any]:
    configuration: dict[str, Any] = {}
    if secure is not None:
        configuration["general_settings"] = {"security_settings": {"secure_communications": secure}}
    if server_list is not None:
        configuration["communication_settings"] = {"sem_server": {"name": server_list}}
    return {"configuration": configuration, "lockedoptions": {}}


async def test_settings_tell_the_list_by_name_and_seconds_as_whole_numbers(sepm):
    """Settings name the server list in use, but no protocol, port or address."""
    body = (await sepm.http.get(sepm.settings_path("My Company\\Labs", "Office"))).json()
    communication = body["configuration"]["communication_settings"]
    assert communication["sem_server"] == {"name": "Branch List", "description": ""}
    assert communication["mode"] == "PULL"
    assert communication["pull_mode_heartbeat_freq_in_seconds"] == 3
    assert secure(body)
    assert body["lockedoptions"] == {}


async def test_a_write_changes_its_field_alone_and_moves_the_policy_date(sepm):
    """A write of secure communications leaves the rest alone and moves the date of owner and inheritors."""
    path = sepm.settings_path("My Company")
    before = (await sepm.http.get(path)).json()
    dates = {row["name"]: row["policyDate"] for row in (await sepm.http.get("/groups")).json()["content"]}
    answer = await sepm.http.patch(path, json=change(secure=False))
    assert (answer.status_code, answer.content) == (200, b"")
    sepm.later(PUBLISHED)
    after = (await sepm.http.get(path)).json()
    assert not secure(after)
    assert after["configuration"]["communication_settings"] == before["configuration"]["communication_settings"]
    moved = {row["name"]: row["policyDate"] for row in (await sepm.http.get("/groups")).json()["content"]}
    assert moved["My Company"] > dates["My Company"]
    assert moved["Sales"] == moved["My Company"]
    assert moved["Labs"] == dates["Labs"]


async def test_a_list_is_assigned_by_name(sepm):
    """Where the switch lets it work, a write of `sem_server` assigns that list, and counts once."""
    path = sepm.settings_path("My Company\\Labs")
    await sepm.http.patch(path, json=change(server_list="Branch List"))
    body = (await sepm.http.get(path)).json()
    assert body["configuration"]["communication_settings"]["sem_server"]["name"] == "Branch List"
    assert sepm.simulation.effects.count("rest.sem_server", "My Company\\Labs", "Default", "Branch List") == 1


@pytest.mark.parametrize(("switch", "status"), [("ignored", 200), ("refused", 400)])
async def test_a_list_is_not_assigned_where_the_site_does_not_let_it(sepm, switch, status):
    """A site may ignore a write of `sem_server` with 200, or refuse it; the list stays."""
    switches = type(sepm.simulation.switches).model_validate(
        sepm.simulation.switches.model_dump() | {"patch_sem_server": switch}
    )
    sepm.simulation.set_switches(switches)
    path = sepm.settings_path("My Company\\Labs")
    answer = await sepm.http.patch(path, json=change(server_list="Branch List"))
    assert answer.status_code == status
    body = (await sepm.http.get(path)).json()
    assert body["configuration"]["communication_settings"]["sem_server"]["name"] != "Branch List"


async def test_settings_of_an_inheriting_group_are_its_parents(sepm):
    """An inheriting group shows its parent's settings and refuses writes."""
    path = sepm.settings_path("My Company\\Sales")
    assert (await sepm.http.get(path)).json() == (await sepm.http.get(sepm.settings_path("My Company"))).json()
    answer = await sepm.http.patch(path, json=change(secure=False))
    assert answer.status_code == 400
    assert secure((await sepm.http.get(path)).json())


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"configuration": {"general_settings": {"security_settings": {"secure_communications": "no"}}}},
        {"configuration": {"communication_settings": {"mode": "SHOUT"}}},
        {"configuration": {"communication_settings": {"pull_mode_heartbeat_freq_in_seconds": 0}}},
        {"configuration": {"communication_settings": {"sem_server": {"name": "No Such List"}}}},
    ],
)
async def test_what_sepm_does_not_understand_changes_nothing(sepm, body):
    """A body with a wrong type, value or list is answered by 400 and changes nothing."""
    path = sepm.settings_path("My Company")
    before = (await sepm.http.get(path)).json()
    answer = await sepm.http.patch(path, json=body)
    assert answer.status_code == 400
    assert (await sepm.http.get(path)).json() == before


async def test_heartbeat_and_randomisation_are_written(sepm):
    """Heartbeat, mode and randomisation are written by the field."""
    path = sepm.settings_path("My Company\\Labs")
    wanted = {"mode": "PUSH", "pull_mode_heartbeat_freq_in_seconds": 60, "randomization_range": 20}
    await sepm.http.patch(path, json={"configuration": {"communication_settings": wanted}})
    communication = (await sepm.http.get(path)).json()["configuration"]["communication_settings"]
    assert {key: communication[key] for key in wanted} == wanted
    assert communication["randomization_enabled"]
    await sepm.http.patch(path, json={"configuration": {"communication_settings": {"randomization_enabled": False}}})
    communication = (await sepm.http.get(path)).json()["configuration"]["communication_settings"]
    assert not communication["randomization_enabled"]
