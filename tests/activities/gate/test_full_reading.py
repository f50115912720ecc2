"""Full readings: no client that is there all the time is left out because rows moved while pages were read."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from activities.gate.full_reading import every_client, surveyed_domains
from emulator.instants import span_ms
from emulator.simulation import Simulation
from emulator.spec import ROOT_GROUP, ClientSpec, GroupSpec, LocationSpec, ServerSpec, SiteSpec
from emulator.switches import Switches
from rotation.survey import ObservedGroup, SiteSurvey
from rotation.values import GroupId
from sepm.access import Access, RequestLimits
from sepm.errors import IncompleteReading
from sepm.rest.client import SepmClient
from simulation.clock import SimulatedClock
from simulation.played.sepm import RestLine

START = datetime(2026, 1, 5, 8, tzinfo=UTC)
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


class Line(RestLine):
    """The way to an emulated SEPM whose rows may change between the first page of clients and the second."""

    def __init__(self, simulation, clock):
        super().__init__(simulation, clock)
        self.between = None

    async def send(self, call):
        """One call; before the first second page, what happens between."""
        if call.query.get("pageIndex") == 2 and self.between is not None:
            happens, self.between = self.between, None
            happens()
        return await super().send(call)


@pytest.fixture
def site():
    """A clock, an emulated site that gives two clients a page, the way there, and a client of it."""
    spec = SiteSpec(
        name="Short",
        servers=(ServerSpec(name="SEPM-1"),),
        groups=(GroupSpec(path=ROOT_GROUP, locations=(LocationSpec(),)),),
        clients=(
            ClientSpec(group=ROOT_GROUP, prefix="A", count=1, away=((-20 * DAY, 20 * DAY),)),
            ClientSpec(group=ROOT_GROUP, prefix="B", count=5),
        ),
        switches=Switches(largest_page=2),
    )
    clock, simulation = SimulatedClock(START), Simulation(spec, START)
    line = Line(simulation, clock)
    access = Access(site="Short", url="https://sepm.invalid:8446", username="admin", password=SecretStr("emulated"))
    return (
        clock,
        simulation,
        line,
        SepmClient(access, transport=line, clock=clock, limits=RequestLimits(read_retries=0)),
    )


async def read(sepm, known=()):
    """The names that a full reading gives."""
    return sorted(each.name for each in await every_client(sepm, known))


async def test_rule_2_a_client_drawn_over_the_edge_of_a_page_is_read_all_the_same(site):
    """One client is purged between two pages, and the next one slips onto a page that was read: it is read again."""
    _, simulation, line, sepm = site
    line.between = lambda: simulation.fleet.purge(span_ms(10 * DAY))
    assert [name for name in await read(sepm) if name != "A-0001"] == [f"B-000{number}" for number in range(1, 6)]


async def test_a_known_client_is_looked_for_where_the_count_stays(site):
    """One leaves and one comes between two pages: SEPM counts as many as were read, and a known client is missed."""
    clock, simulation, line, sepm = site
    known = [each.id for each in simulation.fleet.records()]

    def one_for_another():
        simulation.fleet.purge(span_ms(10 * DAY))
        simulation.machines.install(ROOT_GROUP, build="14.3.9816.7000")
        clock.leap_to(clock.now() + 2 * MINUTE)

    line.between = one_for_another
    assert "B-0002" in await read(sepm, known)


async def test_rule_2_pages_that_shrink_whenever_they_are_read_are_no_reading(site):
    """Where SEPM drops a row in each reading, none is taken for full; in the hours between, all are."""
    clock, simulation, _, sepm = site
    simulation.set_switches(simulation.switches.model_copy(update={"shrinking_pages": True}))
    refused = 0
    for _ in range(24):
        try:
            assert len(await read(sepm)) == 6
        except IncompleteReading:
            refused += 1
        clock.leap_to(clock.now() + HOUR)
    assert 0 < refused < 24


def test_a_single_domain_is_not_named_and_several_are():
    """A survey names the domains to ask SEPM for, unless one of its groups does not say which it is in."""

    def surveyed(*domains):
        groups = tuple(
            ObservedGroup(
                id=GroupId(str(number)), path="G", domain_id=domain, inherits=False, policy_date=START, locations=()
            )
            for number, domain in enumerate(domains)
        )
        return surveyed_domains(SiteSurvey(taken_at=START, sepm_clock=START, version="", groups=groups))

    assert [surveyed("D", "D"), surveyed("E", "D"), surveyed("D", "")] == [("",), ("D", "E"), ()]
