"""The domains of a site: each has groups of its own below a root of the same name."""

from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from emulator.rest.in_process import InProcess
from emulator.rest.service import RestService
from emulator.scenarios import one_server
from emulator.simulation import Simulation
from emulator.spec import ClientSpec, GroupSpec, LocationSpec
from sepm.access import Access
from sepm.rest.client import SepmClient
from sepm.rest.domains import home_of, path_within
from sepm.rest.payloads import DomainPayload, TokenPayload

START = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)
OTHER = "Branches: My Company"
FIRST, SECOND = DomainPayload(id="1" * 32, name="Default"), DomainPayload(id="2" * 32, name="Branches")


async def test_groups_of_another_domain_are_named_with_it():
    """A reader can distinguish two groups of one path; all clients of both domains are read."""
    usual = one_server(clients=5)
    groups = (GroupSpec(path=OTHER, locations=(LocationSpec(),)), GroupSpec(path=f"{OTHER}\\Sales", inherits=True))
    clients = (ClientSpec(group=f"{OTHER}\\Sales", count=2, prefix="BRANCH"),)
    spec = usual.model_copy(update={"groups": (*usual.groups, *groups), "clients": (*usual.clients, *clients)})
    service = RestService(Simulation(spec, START), lambda: START, START)
    password = SecretStr(spec.password)
    access = Access(site="Site", url="https://sepm.invalid:8446", username=spec.administrator, password=password)
    async with SepmClient(access, transport=InProcess(service)) as client:
        seen = {group.path: group for group in await client.groups()}
        read = [each async for each in client.clients()]
    assert {"My Company", "My Company\\Sales", OTHER, f"{OTHER}\\Sales"} <= seen.keys()
    assert seen[OTHER].domain_id != seen["My Company"].domain_id
    assert sum(each.group_id == seen[f"{OTHER}\\Sales"].id for each in read) == 2
    assert len(read) == 7


@pytest.mark.parametrize(
    ("logged_on", "named"),
    [
        (FIRST.id, ["My Company", "Branches: My Company"]),
        (SECOND.id, ["Default: My Company", "My Company"]),
        ("", ["My Company", "Branches: My Company"]),
    ],
)
def test_the_domain_that_one_is_logged_on_to_is_not_named(logged_on, named):
    """Where SEPM does not tell which it is, the first that a group shows is not."""
    home = home_of(logged_on, (FIRST, SECOND))
    assert [path_within("My Company", domain, home) for domain in (FIRST, SECOND)] == named


@pytest.mark.parametrize(("answer", "read"), [({"domainid": "a" * 32}, "A" * 32), ({"domainid": None}, ""), ({}, "")])
def test_a_log_on_may_tell_its_domain(answer, read):
    """In capitals, as all ids are compared; some versions tell none."""
    assert TokenPayload.model_validate({"token": "t", **answer}).domain_id == read


def test_a_group_that_shows_no_domain_is_named_by_its_path():
    """As in a site that was never divided."""
    assert path_within("My Company", None, home_of(FIRST.id, ())) == "My Company"
