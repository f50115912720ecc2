"""Malformed requests to the control API are refused, and never an error of the emulator's."""

from datetime import UTC, datetime

import httpx
import pytest

from emulator.people.desk import SiteDesk
from emulator.scenarios import one_server
from emulator.serving.control import Controls, control_app
from emulator.simulation import Simulation

NOW = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)
BODIES = (
    b"",
    b"[",
    b"null",
    b"[" * 5000,
    b"9" * 5000,
    b"\xff",
    b'{"\\ud800": 1}',
    b'{"group": "\\ud800", "page_delay": "\\ud800"}',
)
PATHS = ("/console/copy_list", "/console/%F0", "/switches", "/site-events", "/servers/%ED%A0%80/up", "/nothing")


@pytest.fixture
async def control():
    """The control API of a site, for who has its token."""
    simulation = Simulation(one_server(), NOW)

    async def nothing() -> None:
        """No ports follow."""

    desk = SiteDesk(simulation, lambda: NOW, nothing)
    controls = Controls(
        simulation=simulation, clock=lambda: NOW, desk=desk, follow=nothing, start_front=nothing, token="token"
    )
    transport = httpx.ASGITransport(control_app(controls), raise_app_exceptions=False)
    token = {"Authorization": "Bearer token"}
    async with httpx.AsyncClient(transport=transport, base_url="http://control", headers=token) as http:
        yield http


@pytest.mark.parametrize("count", ["9" * 5000, "9" * 5, "-1", "\u00b2", "", "1.5"])
async def test_a_count_that_is_none_is_refused(control, count):
    """Numbers of thousands of digits are no counts of tasks, and neither is what is no number."""
    answer = await control.get("/robot/delays", params={"copy_list": count})
    assert answer.status_code == 422


async def test_a_count_is_taken(control):
    """A count of tasks is taken."""
    assert (await control.get("/robot/delays", params={"copy_list": "2"})).status_code == 200


@pytest.mark.parametrize("body", BODIES, ids=lambda body: repr(body[:12]))
async def test_a_malformed_body_is_refused(control, body):
    """Whatever is sent where a body is wanted is refused as the caller's mistake."""
    headers = {"Content-Type": "application/json"}
    answers = [await control.post(path, content=body, headers=headers) for path in PATHS]
    assert [answer.status_code for answer in answers if answer.status_code >= 500] == []


async def test_bytes_that_are_no_text_are_no_token(control):
    """A token of any bytes is compared and refused."""
    answer = await control.get("/verdict", headers={"Authorization": b"\xff\xfe"})
    assert answer.status_code == 401
