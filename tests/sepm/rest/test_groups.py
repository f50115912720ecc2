"""Policy dates of groups, one by one or from pages."""

import pytest

from rotation.values import GroupId
from sepm.errors import Gone
from tests.sepm.samples import MOMENT, ROOT, Site, group, paged


async def test_policy_dates_to_the_millisecond(ask):
    """The moment of each group's policy, each asked once."""
    dates, server = await ask(Site(), lambda client: client.policy_dates([GroupId(ROOT), GroupId(ROOT)]))
    assert dates == {ROOT: MOMENT}
    assert server.paths("GET") == [f"/api/v1/groups/{ROOT}"]


async def test_policy_dates_of_many_groups_come_by_pages(ask):
    """A hundred at once; four that are far behind are asked for one by one in the end, and two at once."""
    ids = [f"{number:032X}" for number in range(400)]
    rows = [group(each, f"My Company\\{each}", inherits=False) for each in ids]

    def page(asked):
        index = int(asked.target.partition("pageIndex=")[2].partition("&")[0])
        return paged(*rows[100 * (index - 1) : 100 * index], totalElements=400, totalPages=4, lastPage=index == 4)

    site = Site(**{"/groups": page, **{f"/groups/{row['id']}": row for row in rows[-4:]}})
    wanted = [GroupId(each) for each in ids[:150]]
    dates, server = await ask(site, lambda client: client.policy_dates(wanted))
    assert list(dates) == wanted
    assert [path for path in server.paths("GET") if "groups" in path] == ["/api/v1/groups"] * 2
    for few, pages in ((4, 4), (2, 0)):
        last = [GroupId(each) for each in ids[-few:]]
        _, server = await ask(site, lambda client, last=last: client.policy_dates(last))
        asked = [path for path in server.paths("GET") if "groups" in path]
        assert asked == ["/api/v1/groups"] * pages + [f"/api/v1/groups/{each}" for each in last]


async def test_a_vanished_group_is_gone(ask):
    """410 is an error of its own, raised plainly although several groups are read at once."""
    with pytest.raises(Gone):
        await ask(Site(), lambda client: client.policy_dates([GroupId(ROOT), GroupId("9" * 32)]))
