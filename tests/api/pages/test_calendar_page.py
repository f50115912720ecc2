"""The calendar as a page, by month, and as a file."""

import pytest
from icalendar import Calendar

from rotation.identity.permission import Role
from tests.api.calendar.conftest import late, planned, puts_back
from tests.api.pages.conftest import CZECH

__all__ = ["late", "planned", "puts_back"]


async def test_nothing_is_due(reader):
    """The page says so, and how a program subscribes."""
    page = (await reader.get("/calendar")).text
    assert "There is nothing in it" in page
    assert "http://rotator.example:8080/v1/calendar.ics" in page


@pytest.mark.usefixtures("late")
async def test_entries_lead_to_their_pages(reader):
    """In both languages, by month; the file has the same entries, and needs no key."""
    page = (await reader.get("/calendar")).text
    assert "<h2>March 2026</h2>" in page
    assert page.count('href="/rotations/rot-1"') == 4
    assert "gate A8 waits for clients" in page
    czech = (await reader.get("/calendar", headers=CZECH)).text
    assert "<h2>březen 2026</h2>" in czech
    assert "končí certifikát serveru sepm1" in czech
    file = await reader.get("/calendar/file")
    assert file.headers["content-disposition"] == 'attachment; filename="rotations.ics"'
    assert len(Calendar.from_ical(file.content).walk("VEVENT")) == 5


async def test_a_robot_has_no_calendar(reading_as):
    """It sees no sites, and no link to one."""
    async with reading_as("rob", Role.ROBOT) as robot:
        assert (await robot.get("/calendar")).status_code == 403
        assert "/calendar" not in (await robot.get("/")).text
        assert (await robot.get("/calendar/file")).status_code == 403
