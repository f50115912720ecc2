"""Ordinary administration in which a swap was certified as safe and clients were then cut off, one scenario each."""

from dataclasses import replace
from datetime import timedelta

from emulator.events.site_events import (
    ApiSilent,
    HttpPortMoved,
    ListAssigned,
    ListEdited,
    PoliciesEditedOften,
    SecureCommunicationsSet,
    ServerDies,
    ServerUpgraded,
    SylinkHandedOut,
)
from emulator.spec import (
    ROOT_GROUP,
    ClientSpec,
    GroupSpec,
    HandOutSpec,
    ListSpec,
    Protocol,
    RobotSpec,
    SiteSpec,
)
from emulator.state.slips import Mistake, Slip
from emulator.switches import Downloads, RejectedDownload, Switches
from rotation.plan.request import Unproven
from simulation.drawn.scenario import Follows, Since, WorkPace
from tests.simulation.holes import (
    BELOW,
    DAY,
    HOUR,
    MINUTE,
    OTHER,
    coming_back_between,
    hole,
    roaming,
    site,
    with_an_old_build,
    with_another_group,
)

_SOON = WorkPace(first=20 * MINUTE, last=40 * MINUTE, work=20 * MINUTE)
_OLD_SYLINK = SylinkHandedOut(group=ROOT_GROUP, count=8, age=30 * DAY, times=30)
_SCRIPT = HandOutSpec(name="Script")
_OFTEN = SylinkHandedOut(group=ROOT_GROUP, count=8, age=30 * DAY, every=20 * MINUTE, times=300, hand_out=_SCRIPT.name)
_UPGRADE = ServerUpgraded(server="SEPM-1", version="14.3.12154.10000")
_UNDATED = Switches(settings_move_serials=False)
_ALONE = "Alone"


def over_http(spec: SiteSpec) -> SiteSpec:
    """As that site, with a list of its own that speaks HTTP already, and clients that verify."""
    lists = (each.model_copy(update={"protocol": Protocol.HTTP}) for each in spec.server_lists)
    return spec.model_copy(update={"server_lists": tuple(lists)})


def with_a_list_of_one_server(spec: SiteSpec) -> SiteSpec:
    """As that site, with a list of its first server only."""
    alone = ListSpec(name=_ALONE, priorities=((spec.servers[0].name,),))
    return spec.model_copy(update={"server_lists": (*spec.server_lists, alone)})


def with_some_away(spec: SiteSpec, since: timedelta, until: timedelta) -> SiteSpec:
    """As that site, with three more clients that are off for that time."""
    left = ClientSpec(group=ROOT_GROUP, count=3, prefix="LEFT", away=((since, until),))
    return spec.model_copy(update={"clients": (*spec.clients, left)})


def with_another_owner(spec: SiteSpec, clients: int = 8) -> SiteSpec:
    """As that site of one server, with a group of its own list whose settings are put back after the others'."""
    lists = (*spec.server_lists, ListSpec(name=_ALONE, priorities=((spec.servers[0].name,),)))
    location = spec.groups[0].locations[0].model_copy(update={"server_list": _ALONE})
    update = {
        "server_lists": lists,
        "groups": (*spec.groups, GroupSpec(path=OTHER, locations=(location,))),
        "clients": (*spec.clients, ClientSpec(group=OTHER, count=clients, prefix="OTHER")),
    }
    return spec.model_copy(update=update)


HOLES = (
    *(
        hole(
            f"contact is taken for acceptance ({kind})",
            11,
            site(3, 40, switches=Switches(stale_sig_files=True, rejected_download=kind)),
        )
        for kind in RejectedDownload
    ),
    *(
        hole(
            f"the dates of stale signatures look new ({kind})",
            24,
            site(3, 40, switches=Switches(stale_sig_files=True, stale_sig_dates=False, rejected_download=kind)),
            residual=kind is not RejectedDownload.FAIL_OVER,  # a client shows it by being cut off at the first server
        )
        for kind in RejectedDownload
    ),
    *(
        hole(
            f"the dates of stale signatures look new, and one server signs for {groups} ({kind})",
            24,
            with_another_group(spec) if groups == "two groups" else spec,
        )
        for kind in (RejectedDownload.STAY_AND_REPORT, RejectedDownload.SILENT)
        for spec in (
            site(1, 6, switches=Switches(stale_sig_files=True, stale_sig_dates=False, rejected_download=kind)),
        )
        for groups in ("one group", "two groups")
    ),
    hole("clients come back to a replaced server between list and policy", 24, coming_back_between()),
    hole(
        "clients come back between list and policy, and the dates look new",
        24,
        coming_back_between(stale_sig_dates=False),
    ),
    hole(
        "a client that fails over takes an edited list, and is off until its only server is replaced",
        18,
        with_some_away(site(2, 9), 22 * HOUR, 12 * DAY),
        Follows(since=Since.BEGIN, after=20 * HOUR, site_event=ListEdited(group=ROOT_GROUP, servers=(("SEPM-1",),))),
    ),
    hole(
        "roamers use a list whose other server they never reach",
        21,
        roaming(),
        unproven=Unproven.RELAX,
        surveyed=10 * DAY,
    ),
    hole(
        "the copy of a list speaks HTTPS when the certificate is replaced",
        18,
        site(),
        Follows(since=Since.CLAIM, site_event=ListEdited(group=ROOT_GROUP, protocol=Protocol.HTTPS)),
    ),
    hole(
        "the original list gives another port when it is put back",
        18,
        site(),
        Follows(
            since=Since.SWAP,
            after=MINUTE,
            site_event=ListEdited(group=ROOT_GROUP, original=True, https_ports={"SEPM-1": 8443}),
        ),
    ),
    hole(
        "a list loses its other servers when one of them is replaced",
        18,
        site(3, 12),
        Follows(since=Since.CLAIM, site_event=ListEdited(group=ROOT_GROUP, servers=(("SEPM-1",),))),
    ),
    hole(
        "secure communications are ticked three minutes after the claim",
        19,
        site(),
        Follows(
            since=Since.CLAIM, after=3 * MINUTE, site_event=SecureCommunicationsSet(group=ROOT_GROUP, enabled=True)
        ),
    ),
    hole(
        "the HTTP port closes behind the claim, and the clients' own list speaks HTTP",
        27,
        over_http(site()),
        Follows(since=Since.CLAIM, after=MINUTE, site_event=HttpPortMoved(server="SEPM-1", port=8099)),
    ),
    hole(
        "SEPM falls silent at the claim, and secure communications are ticked",
        19,
        site(switches=Switches(downloads=Downloads.POLICY_FIRST)),
        Follows(since=Since.CLAIM, site_event=ApiSilent(lasting=2 * DAY)),
        Follows(since=Since.CLAIM, after=MINUTE, site_event=SecureCommunicationsSet(group=ROOT_GROUP, enabled=True)),
        pace=_SOON,
    ),
    hole(
        "SEPM falls silent at the claim, and a list loses its other servers",
        19,
        site(3, 12),
        Follows(since=Since.CLAIM, site_event=ApiSilent(lasting=20 * MINUTE)),
        Follows(since=Since.CLAIM, after=MINUTE, site_event=ListEdited(group=ROOT_GROUP, servers=(("SEPM-1",),))),
        pace=_SOON,
    ),
    hole(
        "secure communications are ticked behind the claim, and no policy date moves",
        19,
        site(switches=_UNDATED),
        Follows(since=Since.CLAIM, after=MINUTE, site_event=SecureCommunicationsSet(group=ROOT_GROUP, enabled=True)),
    ),
    hole(
        "a list of one server is assigned behind the claim, and no policy date moves",
        19,
        with_a_list_of_one_server(site(3, 12, switches=_UNDATED)),
        Follows(since=Since.CLAIM, after=MINUTE, site_event=ListAssigned(group=ROOT_GROUP, server_list=_ALONE)),
    ),
    hole(
        "secure communications are ticked while an operator works for a quarter of an hour behind a claim",
        19,
        site(heartbeat=5 * MINUTE),
        Follows(since=Since.CLAIM, site_event=SecureCommunicationsSet(group=ROOT_GROUP, enabled=True)),
        pace=_SOON,
    ),
    hole(
        "the last holdout dies",
        20,
        site(3, 12),
        Follows(since=Since.SWAP, after=2 * DAY, site_event=ServerDies(server="SEPM-3")),
    ),
    hole(
        "the last holdout dies where a group must be relaxed around it",
        20,
        with_an_old_build(),
        Follows(since=Since.SWAP, after=2 * DAY, site_event=ServerDies(server="SEPM-3")),
    ),
    hole(
        "the only other server dies before a replacement is claimed",
        20,
        site(2),
        Follows(since=Since.BEGIN, after=10 * HOUR + 33 * MINUTE, site_event=ServerDies(server="SEPM-2")),
    ),
    hole(
        "the only other server dies while a replacement is claimed",
        20,
        site(2),
        Follows(since=Since.BEGIN, after=11 * HOUR, site_event=ServerDies(server="SEPM-2")),
    ),
    replace(
        hole(
            "a server that the plan leaves alone dies before the claim",
            20,
            site(2),
            Follows(since=Since.BEGIN, after=5 * HOUR, site_event=ServerDies(server="SEPM-2")),
        ),
        only=frozenset({"SEPM-1"}),
    ),
    replace(
        hole(
            "the last server that the plan leaves alone dies before the second certificate",
            20,
            site(3, 12),
            Follows(since=Since.SWAP, after=2 * HOUR, site_event=ServerDies(server="SEPM-3")),
        ),
        only=frozenset({"SEPM-1", "SEPM-2"}),
    ),
    hole(
        "a server dies before its turn, and another one is to be replaced after it",
        20,
        site(3, 12),
        Follows(since=Since.SWAP, after=MINUTE, site_event=ServerDies(server="SEPM-2")),
    ),
    hole(
        "relaxed clients fall silent behind the swap",
        22,
        site(),
        Follows(since=Since.SWAP, after=MINUTE, site_event=HttpPortMoved(server="SEPM-1", port=8015)),
    ),
    hole(
        "serials move as often as clients check in",
        23,
        site(),
        Follows(since=Since.BEGIN, site_event=PoliciesEditedOften(group=ROOT_GROUP, every=HOUR, times=2000)),
    ),
    hole(
        "a script hands out an old Sylink.xml each day",
        26,
        site(),
        Follows(since=Since.SWAP, after=HOUR, site_event=_OLD_SYLINK),
    ),
    hole(
        "a script hands out an old Sylink.xml up to the replacement",
        26,
        site(hand_outs=(_SCRIPT,)),
        Follows(since=Since.BEGIN, after=HOUR, site_event=_OFTEN),
    ),
    hole(
        "a script unknown to all hands out an old Sylink.xml up to the replacement",
        26,
        site(hand_outs=(_SCRIPT.model_copy(update={"known": False}),)),
        Follows(since=Since.BEGIN, after=HOUR, site_event=_OFTEN),
        residual=True,
    ),
    hole(
        "a person says that a script is stopped, and it hands out an old Sylink.xml up to the replacement",
        26,
        site(hand_outs=(_SCRIPT,), robot=RobotSpec(slips=(Slip(mistake=Mistake.LEAVES_RUNNING),))),
        Follows(since=Since.BEGIN, after=HOUR, site_event=_OFTEN),
        residual=True,
    ),
    hole(
        "a script cuts a whole group off while the settings of another one are put back",
        22,
        with_another_owner(site()),
        Follows(
            since=Since.RESTORE,
            after=2 * HOUR,
            site_event=SylinkHandedOut(group=OTHER, count=8, age=30 * DAY, times=1),
        ),
    ),
    hole(
        "a script cuts a whole group off while the comparison of .SIG files is open for a day",
        22,
        with_another_owner(site()),
        Follows(
            since=Since.SWAP,
            after=10 * HOUR,
            site_event=SylinkHandedOut(group=OTHER, count=8, age=30 * DAY, times=1),
        ),
        pace=WorkPace(first=20 * HOUR, last=26 * HOUR),
    ),
    *(
        hole(
            f"a script cuts off a group that inherits, {after.total_seconds() / 3600:g} hours after {since.value}",
            22,
            with_another_group(site()),
            Follows(since=since, after=after, site_event=SylinkHandedOut(group=BELOW, count=3, age=30 * DAY, times=1)),
            pace=WorkPace(first=6 * HOUR, last=8 * HOUR) if since is Since.SWAP else None,
        )
        for since, after in ((Since.SWAP, 5 * HOUR), (Since.RESTORE, 5 * HOUR))
    ),
    hole(
        "an upgrade resets the ports of a server",
        27,
        site(https_port=8443),
        Follows(since=Since.BEGIN, after=4 * HOUR, site_event=_UPGRADE),
    ),
    hole(
        "an upgrade resets the plain HTTP port before clients are relaxed",
        27,
        site(http_port=8015),
        Follows(since=Since.BEGIN, after=4 * HOUR, site_event=_UPGRADE),
    ),
)
