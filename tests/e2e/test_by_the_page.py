"""From the registration of a site to the end of its rotation by the pages alone: English desktop, Czech phone."""

from contextlib import asynccontextmanager

import pytest

from emulator.spec import HandOutSpec
from tests.e2e.begun_by_the_page import plan, register, simulate, start
from tests.e2e.browsing import TIMEOUT
from tests.e2e.card_operator import CardOperator
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
