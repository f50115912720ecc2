"""The calendar as programs read it: by a key, RFC 5545 to the letter, and nothing for who may not see."""

import base64

import pytest
from icalendar import Calendar

from api.app import create_app
from api.http import guard
from api.settings import ApiSettings
from rotation.identity.permission import Role
from rotation.values import SiteId
from tests.api.calendar.conftest import NAMED
from tests.api.conftest import calling
from tests.api.identified import KEY, key_of

FEED = "/v1/calendar.ics"


def by_password(key: str) -> dict[str, str]:
    """The header of a program that knows a name and a password."""
    return {"Authorization": f"Basic {base64.b64encode(f'any name:{key}'.encode()).decode()}"}


@pytest.mark.usefixtures("late")
async def test_a_program_reads_it_with_a_key_as_its_password(unconnected, make):
    """What another reader of the format gets is what was meant: names with commas, semicolons and slashes too."""
    async with calling(unconnected, None) as program:
        answer = await program.get(FEED, headers=by_password(KEY))
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
        calendar = Calendar.from_ical(answer.content)
        events = calendar.walk("VEVENT")
        assert str(calendar["METHOD"]) == "PUBLISH"
        assert str(events[0]["SUMMARY"]) == f"{NAMED}: gate A8 waits for clients"
        assert (events[0].decoded("DTSTART"), events[0].decoded("DTEND")) == (make.at(days=3), make.at(days=6))
        (swap,) = [str(each["SUMMARY"]) for each in events if "console" in str(each["SUMMARY"])]
        assert swap.endswith("is replaced at the console (expected)")
        assert {str(each["TRANSP"]) for each in events} == {"TRANSPARENT"}
        assert str(events[0]["URL"]) == "http://rotator/rotations/rot-1"
        czech = await program.get(FEED, params={"language": "cs"}, headers=by_password(KEY))
        assert "brána A8 čeká na klienty" in str(Calendar.from_ical(czech.content).walk("VEVENT")[0]["SUMMARY"])
        again = Calendar.from_ical((await program.get(FEED, headers=by_password(KEY))).content)
        assert [each["UID"] for each in again.walk("VEVENT")] == [each["UID"] for each in events]


@pytest.mark.usefixtures("late")
async def test_lines_are_folded_and_texts_escaped(unconnected):
    """No line has more than 75 bytes, each ends with CR LF, and none breaks a character."""
    async with calling(unconnected) as program:
        content = (await program.get(FEED)).content
    lines = content.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert b"\n" not in b"".join(lines)
    assert [line for line in lines if line.startswith(b" ")], "a name is longer than a line"
    assert all(line.decode() is not None for line in lines)
    assert rb"Wien\; B" in content
    assert rb"\, \\1" in content.replace(b"\r\n ", b"")


@pytest.mark.usefixtures("late")
async def test_a_key_as_a_password_opens_nothing_else(unconnected, problem):
    """Neither another path of the API nor a page; what is no key, or no Basic, is refused and asks for a password."""
    async with calling(unconnected, None) as program:
        for path in ("/v1/sites", "/v1/whoami", "/v1/calendar.ics/"):
            assert (await program.get(path, headers=by_password(KEY))).status_code in (401, 404), path
        page = await program.get("/sites/site-1", headers=by_password(KEY))
        assert page.status_code == 401
        for header in ("Basic !!!", "Basic", f"Basic {base64.b64encode(b'no colon').decode()}", "Basic w6k6w6k="):
            refused = await program.get(FEED, headers={"Authorization": header})
            problem(refused, 401, "unauthorized")
            assert refused.headers["www-authenticate"] == 'Basic realm="rotator"'
        problem(await program.get(FEED, headers=by_password("wrong")), 401, "unauthorized")
        assert (await program.get("/v1/sites")).headers["www-authenticate"] == 'Bearer realm="rotator"'


@pytest.mark.usefixtures("late")
async def test_each_key_shows_its_sites(unconnected):
    """A viewer of another site has an empty calendar; a robot has none."""
    elsewhere = await key_of(unconnected.store, "vera", Role.VIEWER, sites=(SiteId("elsewhere"),))
    robot = await key_of(unconnected.store, "rob", Role.ROBOT)
    async with calling(unconnected, None) as program:
        empty = await program.get(FEED, headers=by_password(elsewhere))
        assert Calendar.from_ical(empty.content).walk("VEVENT") == []
        assert (await program.get(FEED, headers=by_password(robot))).status_code == 403


def test_the_guard_reads_passwords_at_the_feed_alone():
    """The path that it names is that of the feed."""
    assert frozenset({FEED}) == guard._BY_PASSWORD
    assert FEED in create_app(None, ApiSettings()).openapi()["paths"]
