"""The robot: it does the tasks of a rotation at the emulated console, over the API alone."""

import hashlib
from datetime import timedelta

import httpx
import pytest

from emulator.people.delays import forecast, robot_delay
from emulator.people.operator_actions import replace_now
from emulator.people.robot import BackOff, Robot
from emulator.spec import RobotSpec
from tests.emulator.people.robot_surroundings import NEW, PaperDesk, TaskRoutes

PACE = RobotSpec(shortest_delay=timedelta(seconds=1), longest_delay=timedelta(seconds=3))
PAIR = {"group_id": "G1", "group_path": "My Company", "location_id": "L1", "location_name": "Default"}


class _Pauses:
    """A wait that takes no time and remembers how long it should have been."""

    def __init__(self) -> None:
        self.all: list[timedelta] = []

    async def __call__(self, delay: timedelta) -> None:
        self.all.append(delay)


@pytest.fixture
def product() -> TaskRoutes:
    return TaskRoutes()


@pytest.fixture
def desk() -> PaperDesk:
    return PaperDesk()


@pytest.fixture
def pauses() -> _Pauses:
    return _Pauses()


@pytest.fixture
async def robot(product, desk, pauses):
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(product.app),
        base_url="http://product",
        headers={"Authorization": "Bearer key"},
    ) as api:
        yield Robot(api, desk, "site-1", 7, PACE, pause=pauses, back_off=BackOff(timedelta(seconds=9)))


async def test_every_kind_of_task_is_done_at_the_console(robot, product, desk):
    """Each kind of console task ends in its act at the console, in the order asked, and is reported done."""
    server = {"server": "sepm-1", "address": "127.0.0.1", "http_port": 8014}
    asked = [
        product.ask("save_recovery_file", {"server": "sepm-1"}),
        product.ask("pause_replication", {"partners": ["P"]}),
        product.ask(
            "copy_list",
            {
                "source_list": "Default Management Server List",
                "copy_list": "Copy",
                "protocol": "HTTP",
                "servers": [server],
            },
        ),
        product.ask("assign_list", {"list": "Copy", "pairs": [PAIR]}),
        product.ask("set_secure_communications", {"enabled": False, "pairs": [PAIR]}),
        product.ask("replace_certificate", {"server": "sepm-1", "fingerprint_sha256": NEW, "has_file": True}),
        product.ask("resume_replication", {"partners": ["P"]}),
        product.ask("assign_list", {"list": "Default Management Server List", "pairs": [PAIR]}),
        product.ask("delete_list", {"list": "Copy"}),
        product.ask("refresh_images", {"groups": ["My Company"]}),
    ]
    await robot.work_once()
    assert list(product.done) == asked
    assert desk.deeds == [
        "save_recovery_file",
        "pause_replication",
        "copy_list",
        "edit_list",
        "assign_list",
        "set_secure_communications",
        "replace_certificate",
        "resume_replication",
        "assign_list",
        "delete_list",
        "refresh_golden_images",
    ]
    assert product.done[asked[2]]["evidence"] == {
        "list_name": "Copy",
        "protocol": "HTTP",
        "ports": "sepm-1=8014",
    }
    assert product.done[asked[3]]["evidence"] == {}
    assert product.done[asked[-1]]["evidence"] == {"refreshed": "My Company"}
    assert robot.who == "console robot"


async def test_without_rest_it_works_by_names_and_copies_serials(robot, product, desk, pauses):
    """Ids of a product that has described the site itself mean nothing at the console; pages follow a change late."""
    desk.secure = {("My Company", "Default"): True}
    shown = ["F99A-1", "F99A-1", "F99A-1", "F99A-2", "F99A-2"]
    robot.pages = lambda paths: shown.pop(0) if paths == {"My Company"} else ""
    task = product.ask("set_secure_communications", {"enabled": False, "pairs": [PAIR]})
    paused = product.ask("pause_replication", {"partners": ["P"]})
    await robot.work_once()
    assert desk.secure == {("My Company", "Default"): False}
    assert product.done[task]["evidence"] == {"serials_before": "F99A-1", "serials": "F99A-2"}
    assert product.done[paused]["evidence"] == {"seen": "the console shows it"}
    assert pauses.all.count(timedelta(milliseconds=200)) == 2


async def test_recovery_evidence_is_the_hash_of_the_file(robot, product):
    """The recovery file's evidence is its name and the SHA-256 of what was copied."""
    task = product.ask("save_recovery_file", {"server": "sepm-1"})
    await robot.work_once()
    assert product.done[task]["evidence"] == {
        "filename": "recovery_1.zip",
        "sha256": hashlib.sha256(b"keys").hexdigest(),
    }


async def test_other_sites_and_unknown_work_are_left_alone(robot, product, desk):
    """A robot does the tasks of its own site only, and none it does not know."""
    product.ask("pause_replication", {"partners": []}, site="site-2")
    product.ask("polish_the_screen", {"groups": []})
    assert not await robot.work_once()
    assert desk.deeds == []
    assert product.claims == 0


async def test_a_claim_refused_now_is_tried_again_later(robot, product, desk):
    """409 on a claim means not now: nothing is done, and the task is taken up later."""
    task = product.ask("pause_replication", {"partners": []})
    product.not_now.add(task)
    assert not await robot.work_once()
    assert desk.deeds == []
    product.not_now.clear()
    assert await robot.work_once()
    assert desk.deeds == ["pause_replication"]


async def test_human_delay_lies_between_claim_and_act(robot, product, pauses):
    """The robot takes its time as the seed says, and the sum can be forecast."""
    for _ in range(3):
        product.ask("save_recovery_file", {"server": "sepm-1"})
    await robot.work_once()
    expected = forecast(7, {"save_recovery_file": 3}, PACE)
    assert tuple(pauses.all) == expected.delays["save_recovery_file"]
    assert sum(pauses.all, timedelta()) == expected.total


def test_delays_depend_on_the_seed_alone():
    """One seed gives the same delays again; another seed gives others; all lie within the pace."""
    first = [robot_delay(1, "copy_list", ordinal, PACE) for ordinal in range(50)]
    assert first == [robot_delay(1, "copy_list", ordinal, PACE) for ordinal in range(50)]
    assert first != [robot_delay(2, "copy_list", ordinal, PACE) for ordinal in range(50)]
    assert all(PACE.shortest_delay <= delay <= PACE.longest_delay for delay in first)


@pytest.mark.parametrize("path", ["/v1/tasks", "/claim", "/file", "/done"])
@pytest.mark.parametrize("has_effect", [False, True])
async def test_outages_of_the_product_are_waited_out(robot, product, pauses, path, has_effect):
    """An outage in any call, before or after its effect, ends with the act done exactly once."""
    task = product.ask("replace_certificate", {"server": "sepm-1", "fingerprint_sha256": NEW, "has_file": True})
    product.outages.append((path, has_effect))
    for _ in range(3):
        await robot.work_once()
    assert robot.desk.deeds == ["replace_certificate"]
    assert product.tasks[task]["state"] == "done"
    assert robot.back_off.delay(1) in pauses.all


async def test_a_report_that_is_refused_is_made_again_and_takes_no_new_delay(robot, product, desk, pauses):
    """Work that the product does not see yet is reported again: no second act, and no delay of a later task is used."""
    subject = {"fingerprint_sha256": NEW, "has_file": True}
    first = product.ask("replace_certificate", {**subject, "server": "sepm-1"})
    product.not_seen.add(first)
    for _ in range(3):
        assert not await robot.work_once()
    product.not_seen.clear()
    assert await robot.work_once()
    product.ask("replace_certificate", {**subject, "server": "sepm-2"})
    assert await robot.work_once()
    assert desk.deeds == ["replace_certificate", "replace_certificate"]
    assert tuple(pauses.all) == forecast(7, {"replace_certificate": 2}, PACE).delays["replace_certificate"]


async def test_a_replaced_certificate_is_reported_when_the_server_is_back(robot, product, desk, pauses):
    """The report waits for the server's restart, but not for ever."""
    subject = {"fingerprint_sha256": NEW, "has_file": True}
    for looks in (3, 100_000):
        desk.looks_until_up = looks
        task = product.ask("replace_certificate", {**subject, "server": f"sepm-{1 if looks == 3 else 2}"})
        pauses.all.clear()
        assert await robot.work_once()
        assert product.tasks[task]["state"] == "done"
        assert len(pauses.all) == 1 + min(looks, 300)


async def test_a_claimed_task_is_continued_after_a_restart_of_the_robot(robot, product, desk):
    """A robot that stopped between its act and its report reports, and does not act again."""
    task = product.ask("replace_certificate", {"server": "sepm-1", "fingerprint_sha256": NEW, "has_file": True})
    product.tasks[task]["state"] = "claimed"
    desk.fingerprints["sepm-1"] = NEW
    assert await robot.work_once()
    assert desk.deeds == []
    assert product.tasks[task]["state"] == "done"


async def test_a_task_that_another_person_holds_is_left_alone(robot, product, desk):
    """A claimed task is continued by its own holder only."""
    task = product.ask("pause_replication", {"partners": []})
    product.tasks[task] |= {"state": "claimed", "claimed_by": "Ann"}
    assert not await robot.work_once()
    assert desk.deeds == []
    product.tasks[task]["claimed_by"] = robot.who
    assert await robot.work_once()
    assert desk.deeds == ["pause_replication"]


async def test_a_half_made_copy_is_finished(robot, product, desk):
    """A copy that was pasted but not edited is edited, not copied twice."""
    subject = {"source_list": "Default Management Server List", "copy_list": "Copy", "servers": []}
    task = product.ask("copy_list", subject)
    product.tasks[task]["state"] = "claimed"
    desk.names.append("Copy")
    await robot.work_once()
    assert desk.deeds == ["edit_list"]


async def test_what_the_console_refuses_is_not_reported_done(robot, product, desk):
    """A refusal at the console leaves the task claimed, and the robot goes on with the others."""
    refused = product.ask("copy_list", {"source_list": "X", "copy_list": "Copy", "servers": []})
    other = product.ask("pause_replication", {"partners": []})
    desk.refuse = "copy_list"
    await robot.work_once()
    assert product.tasks[refused]["state"] == "claimed"
    assert product.tasks[other]["state"] == "done"
    desk.refuse = None
    await robot.work_once()
    assert product.tasks[refused]["state"] == "done"


async def test_naive_mode_replaces_every_certificate_at_once(desk):
    """Without the product every server gets a new certificate in one go."""
    assert await replace_now(desk) == ("sepm-1", "sepm-2")
    assert set(desk.fingerprints.values()) == {NEW}
