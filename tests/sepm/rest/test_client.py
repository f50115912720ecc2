"""The client in the words of the domain, against a SEPM that answers with the shapes of real samples."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from rotation.survey import Mode
from rotation.values import GroupId, ListName
from sepm.errors import Gone, UnexpectedAnswer
from sepm.rest.site_facts import OnlineCounts
from tests.sepm.samples import (
    CHILD,
    HOME,
    MOMENT,
    MOMENT_MS,
    OFFICE,
    PAIR,
    ROOT,
    Site,
    computer,
    group,
    paged,
    settings,
)


async def test_groups_come_with_the_settings_of_every_location(ask):
    """All groups, inheriting ones too, with their own locations; names end at the first colon, ids are in capitals."""
    groups, _ = await ask(Site(), lambda client: client.groups())
    root, child = groups
    assert (root.id, root.path, root.inherits, root.policy_date) == (ROOT, "My Company", False, MOMENT)
    assert [(place.id, place.name) for place in root.locations] == [(OFFICE, "Office"), (HOME, "At")]
    assert (child.inherits, child.domain_id, [place.id for place in child.locations]) == (True, "E" * 32, [OFFICE])
    seen = root.locations[0].settings
    assert (seen.server_list, seen.secure_communications, seen.mode) == ("Default list", True, Mode.PULL)
    assert (seen.heartbeat, seen.jitter) == (timedelta(minutes=5), timedelta(minutes=2))


async def test_every_domain_is_read(ask):
    """With several domains each is asked for its groups, clients and lists, and a repeated row comes once."""
    first, second = "1" * 32, "2" * 32

    def groups(asked):
        chosen = first if f"domain={first}" in asked.target else second
        row = group(ROOT if chosen == first else CHILD, "My Company", inherits=False, domain=chosen)
        return paged(row)

    site = Site(
        **{
            "/domains": [{"id": first}, {"id": second}],
            "/groups": groups,
            "/computers": paged(computer("ONE")),
        }
    )

    async def question(client):
        return await client.groups(), [seen.id async for seen in client.clients()]

    (groups_seen, clients_seen), server = await ask(site, question)
    assert [(seen.id, seen.domain_id) for seen in groups_seen] == [(ROOT, first), (CHILD, second)]
    assert clients_seen == ["ONE"]
    assert sum("/computers?" in asked.target for asked in server.asked) == 2


async def test_a_domain_without_a_group_is_no_answer(ask):
    """Each domain has a root group: one that shows none was not really read."""
    site = Site(**{"/domains": [{"id": "1" * 32}, {"id": "2" * 32}]})
    with pytest.raises(UnexpectedAnswer, match=r"domain 2+ shows no group"):
        await ask(site, lambda client: client.groups())


@pytest.mark.parametrize(
    "communication",
    [
        {"pull_mode_heartbeat_freq_in_seconds": None},
        {"mode": "PUSH"},
        {"mode": "SOON"},
    ],
)
async def test_a_pair_without_a_heartbeat_is_named(ask, communication):
    """Waiting times rest on it, so none is made up; the error names group and location."""
    site = Site(**{f"/groups/{ROOT}/locations/{HOME}/settings": settings(**communication)})
    with pytest.raises(UnexpectedAnswer, match=re.escape("(My Company, At)")):
        await ask(site, lambda client: client.groups())


async def test_settings_without_the_switch_are_no_answer(ask):
    """A missing switch of secure communications is not an open one."""
    without = settings()
    del without["configuration"]["general_settings"]["security_settings"]["secure_communications"]
    site = Site(**{f"/groups/{ROOT}/locations/{OFFICE}/settings": without})
    with pytest.raises(UnexpectedAnswer, match="secure_communications: missing"):
        await ask(site, lambda client: client.pair_settings(PAIR))


async def test_a_change_holds_only_what_changes(ask):
    """Each write names one field, so nothing else of the pair can be touched."""

    async def question(client):
        await client.set_server_list(PAIR, ListName("Copy"))
        await client.set_secure_communications(PAIR, enabled=False)
        await client.set_log_size(PAIR, 513)

    _, server = await ask(Site(), question)
    written = [asked for asked in server.asked if asked.method == "PATCH"]
    assert {asked.path for asked in written} == {f"/sepm/api/v1/groups/{ROOT}/locations/{OFFICE}/settings"}
    assert [asked.json for asked in written] == [
        {"configuration": {"communication_settings": {"sem_server": {"name": "Copy"}}}},
        {"configuration": {"general_settings": {"security_settings": {"secure_communications": False}}}},
        {"configuration": {"client_log": {"system_maxsize": 513}}},
    ]


async def test_an_id_names_nothing_but_an_object(ask):
    """An id with slashes and dots stays one segment of the path."""
    with pytest.raises(Gone, match=re.escape("/groups/..%2Fcomputers%3Fa")):
        await ask(Site(), lambda client: client.policy_dates([GroupId("../computers?a")]))


async def test_clients_as_the_domain_sees_them(ask):
    """The text of the version stays raw; absent values are None; deleted clients are left out."""
    site = Site(
        **{
            "/computers": paged(
                computer("ONE"),
                computer(
                    "TWO",
                    agentVersion="",
                    lastUpdateTime=0,
                    lastServerName=None,
                    profileSerialNo=None,
                    onlineStatus=0,
                    isNpvdiClient=1,
                ),
                computer("GONE", deleted=1),
            )
        }
    )

    async def question(client):
        return [seen async for seen in client.clients()]

    (one, two), server = await ask(site, question)
    assert (one.id, one.name, one.group_id, one.build) == ("ONE", "PC-ONE", ROOT, "14.2.1031.0100")
    assert (one.last_seen, one.last_server, one.online, one.non_persistent) == (MOMENT, "SRV1", True, False)
    assert (two.build, two.last_seen, two.last_server, two.serial) == (None, None, None, None)
    assert (two.online, two.non_persistent) == (False, True)
    assert "lastUpdate" not in server.asked[-1].target


async def test_clients_since_a_moment(ask):
    """A filtered reading asks in milliseconds, of the whole site or of a group."""
    site = Site(**{"/computers": paged(), f"/groups/{ROOT}/computers": paged(computer("ONE"))})

    async def question(client):
        everywhere = [seen async for seen in client.clients(MOMENT)]
        return everywhere, [seen.id async for seen in client.clients_of(GroupId(ROOT), MOMENT)]

    answer, server = await ask(site, question)
    assert answer == ([], ["ONE"])
    assert all(f"lastUpdate={MOMENT_MS}" in asked.target for asked in server.asked if "computers" in asked.path)


async def test_a_client_without_a_group_is_named(ask):
    """The policy that it needs is unknown, so it is not dropped in silence."""

    async def question(client):
        return [seen async for seen in client.clients()]

    with pytest.raises(UnexpectedAnswer, match="PC-ONE"):
        await ask(Site(**{"/computers": paged(computer("ONE", group=None))}), question)


@pytest.mark.parametrize(
    ("status", "partners"),
    [
        ([], ()),
        (None, ()),
        ([{"siteName": "S", "replicationPartnerStatusList": [{"name": "P", "status_code": "SUCCEEDED"}]}], ("P",)),
        ({"siteName": "S", "replicationPartnerStatusList": {"name": "P"}}, ("P",)),
    ],
)
async def test_replication_partners(ask, status, partners):
    """One object and a list mean the same; nothing is no partner."""
    site = Site(**{"/replication/status": {"replicationStatus": status}, "/replication/is_replicated": lambda _: False})
    assert (await ask(site, lambda client: client.replication_partners()))[0] == partners


async def test_replication_without_a_partner_is_no_answer(ask):
    """SEPM must not replicate unnoticed during a swap."""
    site = Site(**{"/replication/status": {"replicationStatus": []}, "/replication/is_replicated": True})
    with pytest.raises(UnexpectedAnswer, match="names no partner"):
        await ask(site, lambda client: client.replication_partners())


async def test_known_lists(ask):
    """Lists are read from the rows of their type; None says that the summary shows no list at all."""
    firewall = {"id": "1" * 32, "name": "F", "policytype": "fw", "assignedtolocations": None}
    lists = [{"id": str(n) * 32, "name": name, "policytype": "msl"} for n, name in ((2, "Copy"), (3, "Branch"))]
    shown, server = await ask(
        Site(**{"/policies/summary": paged(firewall, *lists)}), lambda client: client.known_lists()
    )
    assert shown == ("Branch", "Copy")
    assert server.asked[-1].target.endswith("/policies/summary")
    silent, _ = await ask(Site(**{"/policies/summary": paged(firewall)}), lambda client: client.known_lists())
    assert silent is None


async def test_when_lists_were_edited(ask):
    """By name the newest date, of whichever domain; a date that there is not is none."""
    dates = (("Own", 1_760_000_000_000), ("Own", 1_750_000_000_000), ("Own", None), ("Odd", 10**18), ("Old", None))
    lists = [
        {"id": str(n) * 32, "name": name, "policytype": "msl", "lastmodifiedtime": date}
        for n, (name, date) in enumerate(dates)
    ]
    shown, _ = await ask(Site(**{"/policies/summary": paged(*lists)}), lambda client: client.lists_edited())
    assert shown == {"Own": datetime(2025, 10, 9, 8, 53, 20, tzinfo=UTC), "Odd": None, "Old": None}


async def test_small_facts(ask):
    """Servers by id only, the database without its user and passwords, and the counts of clients."""
    site = Site(
        **{
            "/admin/servers": [{"id": "1" * 32, "directory_server_integration": {"enable": False}}],
            "/admin/database": {"name": "sem5", "type": "MSSQL", "dbUser": "sa", "dbPasswords": [{"password": "x"}]},
            "/stats/client/onlinestatus": {
                "lastUpdated": 1,
                "clientCountStatsList": [
                    {"status": "ONLINE", "clientsCount": 7},
                    {"status": "OFFLINE", "clientsCount": 2},
                ],
            },
        }
    )

    async def question(client):
        return await client.server_ids(), await client.database(), await client.online_counts()

    (servers, database, counts), _ = await ask(site, question)
    assert servers == ("1" * 32,)
    assert (database.name, "sa" in repr(database)) == ("sem5", False)
    assert counts == OnlineCounts(online=7, offline=2)


async def test_sepms_clock(ask):
    """The clock is the Date of a fresh answer, and the last one seen is at hand after every call."""
    site = Site(**{"/version": {"API_SEQUENCE": "1", "API_VERSION": "1", "version": "14.3.1.2"}})

    async def question(client):
        before = client.last_date
        return before, await client.version(), client.last_date, await client.clock()

    (before, version, last, clock), server = await ask(site, question)
    noon = datetime(2030, 1, 2, 12, tzinfo=UTC)
    assert (before, version, last, clock) == (None, "14.3.1.2", noon, noon)
    assert server.paths() == ["/api/v1/version"] * 2  # without logging on


async def test_no_clock_is_no_guess(tls_server, open_client):
    """Proof rests on SEPM's clock, so an answer without a Date is refused for it."""

    def script(_):
        return 200, {"version": "14.3.1.2"}, {"Date": ""}

    async with tls_server(script) as server, open_client(server) as client:
        with pytest.raises(UnexpectedAnswer, match="no Date header"):
            await client.clock()
