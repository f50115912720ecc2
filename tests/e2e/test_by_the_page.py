"""From the registration of a site to the end of its rotation by the pages alone: English desktop, Czech phone."""

from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest

from emulator.scenarios import one_server
from emulator.spec import HandOutSpec, ListSpec, ServerSpec
from tests.e2e.begun_by_the_page import plan, register, simulate, start
from tests.e2e.browsing import TIMEOUT
from tests.e2e.card_operator import CardOperator
from tests.e2e.emulated import HEARTBEAT
from tests.e2e.operated import Operated

DESKTOP = {"locale": "en-GB", "viewport": {"width": 1400, "height": 1000}}
PHONE = {"locale": "cs-CZ", "viewport": {"width": 375, "height": 740}, "is_mobile": True, "has_touch": True}
HAND_OUT = HandOutSpec(name="SEP at start-up")
BY_HAND = {"patch_sem_server": "ignored", "patch_secure_communications": "ignored"}
"""A site whose REST writes change nothing: an operator assigns lists and checks boxes, too."""
ACTS = {
    "save_recovery_file",
    "stop_hand_out",
    "copy_list",
    "edit_list",
    "assign_list",
    "set_secure_communications",
    "replace_certificate",
    "delete_list",
    "start_hand_out",
}


NAMES = ("SEPM-1", "SEPM-2", "SEPM-3")
OLDER = "14.0.3752.1000"
CLIENTS = one_server(clients=96, heartbeat=HEARTBEAT).clients
"""So many that mostly some of those that go first stay with each server over its short restart."""


def three_servers() -> dict[str, Any]:
    """Three servers with one list; a group has two locations, and clients of two builds."""
    rebuilt = [each.model_copy(update={"build": OLDER}) if each.location == "Office" else each for each in CLIENTS]
    return {
        "servers": tuple(
            ServerSpec(name=name, address=f"127.0.0.{place}", restart_time=HEARTBEAT / 5)
            for place, name in enumerate(NAMES, 1)
        ),
        "server_lists": (ListSpec(priorities=(NAMES,)),),
        "database_shared": True,
        "clients": tuple(rebuilt),
    }


async def go_on_without_canaries(house, rotation, second):
    """Two persons go on where by chance no canary has stayed with a server, and so none shows what it signs."""
    live = (await house.get(f"/v1/rotations/{rotation}?live=true"))["live"]
    for each in live["attention"] if live else ():
        by = {"canary-held": ("proceed", house.key), "second-person": ("approve", second)}.get(each["code"])
        if by is not None:
            move, key = by
            answer = {"question": each["question"], "why": "no canary stayed"}
            headers = {"Authorization": f"Bearer {key}"}
            await house.ask("POST", f"/v1/rotations/{rotation}/{move}", json=answer, headers=headers)


@pytest.fixture(scope="module")
async def house(open_house):
    """A service where two persons start a plan."""
    async with open_house(ROTATOR_TWO_PERSONS_START="true") as opened:
        yield opened


@pytest.fixture
def browsing_as(browser, house):
    """A browser window of a person, signed in."""

    @asynccontextmanager
    async def window(key, options):
        context = await browser.new_context(**options)
        context.set_default_timeout(TIMEOUT)
        try:
            person = Operated(await context.new_page(), house.apis[0])
            await person.sign_in(key)
            yield person
        finally:
            await context.close()

    return window


@pytest.mark.timeout(900)
@pytest.mark.parametrize("options", [DESKTOP, PHONE], ids=["English desktop", "Czech phone"])
async def test_a_rotation_is_done_by_following_the_pages(house, open_site, browsing_as, options):
    """Registered, planned, played, started by two persons; every task is done by what its card says."""
    async with open_site(house, hand_outs=(HAND_OUT,), registered=False) as site:
        (await site.control.post("/switches", json=BY_HAND)).raise_for_status()
        second = await house.key_of(f"bob of {site.program.printed['site']}", "admin")
        async with browsing_as(house.key, options) as ann, browsing_as(second, options) as bob:
            await register(ann, site)
            planned = await plan(ann, site)
            assert await simulate(ann, planned)
            rotation = await start((ann, bob), planned)
            operator, count = CardOperator(site, hand_outs=(HAND_OUT,)), 0
            while (path := await ann.waiting(rotation)) is not None:
                await ann.work(path, operator)
                count += 1
        assert set(operator.done) == ACTS
        assert count >= len(ACTS)
        assert (await house.get(f"/v1/rotations/{rotation}"))["status"] == "completed"
        assert await site.lost_ever() == []


@pytest.mark.timeout(900)
async def test_a_rotation_of_three_servers_is_done_by_following_the_pages(house, open_site, browsing_as):
    """The dates of all servers are reported in one form, and a client of each build by its own file; none is lost."""
    async with open_site(house, registered=False, **three_servers()) as site:
        second = await house.key_of(f"bob of {site.program.printed['site']}", "admin")
        async with browsing_as(house.key, DESKTOP) as ann, browsing_as(second, DESKTOP) as bob:
            await register(ann, site)
            rotation = await start((ann, bob), await plan(ann, site))
            operator, fields = CardOperator(site), set[str]()
            decide = partial(go_on_without_canaries, house, rotation, second)
            while (path := await ann.waiting(rotation, decide)) is not None:
                fields |= set(await ann.work(path, operator))
        assert {f"{date}.{name}" for date in ("certificate", "oldest_sig") for name in NAMES} <= fields
        assert {"client-0", "sylink-0", "client-1", "sylink-1"} <= fields
        assert operator.done.count("replace_certificate") == len(NAMES)
        shown = await house.get(f"/v1/rotations/{rotation}")
        assert shown["status"] == "completed"
        assert len({each["fingerprint_sha256"] for each in await site.truth("servers")}) == 1
        assert await site.lost_ever() == []
