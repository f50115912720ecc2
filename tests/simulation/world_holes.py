"""A database put back, stale answers, undated lists, a new server, clients that trust an authority or look at dates."""

from datetime import timedelta

from emulator.events.site_events import (
    AnswersStale,
    DatabaseRestored,
    DatabaseSaved,
    ListEdited,
    SecureCommunicationsSet,
    ServerAdded,
)
from emulator.spec import DEFAULT_LIST, ROOT_GROUP, ClientSpec, SiteSpec
from emulator.switches import Downloads, RejectedDownload, Switches, Trusts
from rotation.running.message import Move
from simulation.drawn.scenario import Follows, ScriptedMove, Since
from tests.simulation.drill_holes import stops
from tests.simulation.holes import DAY, HOUR, MINUTE, Hole, hole, site, with_an_old_build

_ROLLS_BACK = ScriptedMove(since=Since.SWAP, after=3 * HOUR, move=Move.ROLL_BACK)


def of_an_authority(rejects: RejectedDownload, *, moves: bool = True) -> SiteSpec:
    """As `site`, of three servers, whose certificates one authority issues; clients come to any server of its."""
    switches = Switches(trusts=Trusts.SAME_AUTHORITY, rejected_download=rejects, swap_moves_serials=moves)
    return site(3, 12, authority="Company CA", switches=switches)


def with_slow_clocks(servers: int, behind: timedelta, *, authority: str = "") -> SiteSpec:
    """As `site`, with four clients whose clocks are slow by so much; clients look whether a certificate is valid."""
    spec = site(servers, 8, authority=authority, switches=Switches(checks_validity=True))
    slow = ClientSpec(group=ROOT_GROUP, count=4, prefix="SLOW", clock_ahead=-behind)
    return spec.model_copy(update={"clients": (*spec.clients, slow)})


def by_default_list(spec: SiteSpec) -> SiteSpec:
    """As that site, whose clients use the default list: another server comes into it by itself."""
    groups = tuple(
        each.model_copy(
            update={"locations": tuple(at.model_copy(update={"server_list": DEFAULT_LIST}) for at in each.locations)}
        )
        for each in spec.groups
    )
    return spec.model_copy(update={"groups": groups})


def relaxed_of_two(count: int = 8) -> SiteSpec:
    """As `site`, of two servers, whose clients fail over nowhere: all of them are relaxed."""
    spec = site(2, count)
    clients = tuple(each.model_copy(update={"build": "14.2.1.0"}) for each in spec.clients)
    return spec.model_copy(update={"clients": clients})


def asked_anywhere(spec: SiteSpec) -> SiteSpec:
    """As that site; the product may ask the REST API of each of its servers."""
    servers = tuple(each.model_copy(update={"rest": True}) for each in spec.servers)
    return spec.model_copy(update={"servers": servers})


def _restored(name: str, spec: SiteSpec, since: Since, after: timedelta, *, saved: Since | None = None) -> Hole:
    """The database is put back; as at the start, or as it was saved at another moment."""
    saves = (Follows(since=saved, site_event=DatabaseSaved()),) if saved is not None else ()
    found = hole(name, 12, spec, *saves, Follows(since=since, after=after, site_event=DatabaseRestored()))
    # who takes the settings of then from a replaced server is back only with its former certificate
    return Hole(name, 12, found.scenario, found.surveyed, residual=True)


def _on_the_way_back(name: str, spec: SiteSpec, after: timedelta) -> Hole:
    """The database is put back so long after people began to put the old certificates back."""
    found = _restored(name, spec, Since.SWAP, 3 * HOUR + after)
    return Hole(name, 12, found.scenario.model_copy(update={"acts": (_ROLLS_BACK,)}))


def _stale(name: str, spec: SiteSpec, begins: timedelta, *, keeps_date: bool) -> Hole:
    """REST answers are stale, and meanwhile relaxed clients are made to verify, before a claim."""
    return hole(
        name,
        19,
        spec,
        Follows(since=Since.BEGIN, after=begins, site_event=AnswersStale(lasting=12 * HOUR, keeps_date=keeps_date)),
        Follows(
            since=Since.BEGIN,
            after=begins + 90 * MINUTE,
            site_event=SecureCommunicationsSet(group=ROOT_GROUP, enabled=True),
        ),
    )


_SITES = (("one server", site), ("relaxed and not", with_an_old_build))
_ALL_FAIL_OVER = "all fail over"
HOLES = (
    hole(
        "relaxed clients fall silent behind the swap, and neither port nor date shows why",
        22,
        site(switches=Switches(edits_move_list_times=False)),
        Follows(since=Since.SWAP, after=MINUTE, site_event=ListEdited(group=ROOT_GROUP, http_ports={"SEPM-1": 8015})),
    ),
    *(
        _restored(f"the database is put back {after} after the {since.value} ({kind})", spec(), since, after)
        for kind, spec, since, after in (
            ("one server", site, Since.BEGIN, 30 * HOUR),
            ("one server", site, Since.CLAIM, MINUTE),
            ("one server", site, Since.CLAIM, 3 * HOUR),
            ("one server", site, Since.SWAP, MINUTE),
            ("one server", site, Since.RESTORE, MINUTE),
            ("one server", site, Since.RESTORE, 3 * HOUR),
            ("relaxed and not", with_an_old_build, Since.SWAP, MINUTE),
            ("relaxed and not", with_an_old_build, Since.RESTORE, MINUTE),
            (_ALL_FAIL_OVER, lambda: site(3, 12), Since.SWAP, 3 * HOUR),
        )
    ),
    _restored(
        "the database is put back as it was at the claim, while settings are restored",
        site(),
        Since.RESTORE,
        4 * HOUR,
        saved=Since.CLAIM,
    ),
    _restored(
        "the database is put back behind the replacement where clients take the policy first",
        site(switches=Switches(downloads=Downloads.POLICY_FIRST)),
        Since.SWAP,
        MINUTE,
    ),
    *(
        _on_the_way_back(f"the database is put back on the way back ({kind})", spec(), 4 * HOUR)
        for kind, spec in (("one server", site), ("relaxed and not", with_an_old_build))
    ),
    *(
        _stale(
            f"stale answers hide before a claim that clients verify ({kind}, date of {'then' if kept else 'now'})",
            spec,
            begins,
            keeps_date=kept,
        )
        for kept in (True, False)
        for kind, spec, begins in (
            ("one server", site(), 38 * HOUR),
            ("two servers", asked_anywhere(relaxed_of_two()), 45 * HOUR),
            ("two servers, two clients", asked_anywhere(relaxed_of_two(2)), 45 * HOUR),
        )
    ),
    *(
        hole(
            f"answers are stale from the {since.value} on ({servers} servers, date of {'then' if kept else 'now'})",
            19,
            site(servers, 12),
            Follows(since=since, site_event=AnswersStale(lasting=6 * HOUR, keeps_date=kept)),
        )
        for kept, servers, since in ((True, 1, Since.CLAIM), (False, 1, Since.SWAP), (False, 3, Since.SWAP))
    ),
    *(
        hole(
            f"another server joins at the {since.value} ({kind})",
            21,
            by_default_list(spec()),
            Follows(since=since, after=3 * MINUTE, site_event=ServerAdded(server="SEPM-9")),
        )
        for kind, spec, since in (
            ("one server", site, Since.CLAIM),
            ("relaxed and not", with_an_old_build, Since.CLAIM),
            (_ALL_FAIL_OVER, lambda: site(3, 12), Since.BEGIN),
            (_ALL_FAIL_OVER, lambda: site(3, 12), Since.SWAP),
            (_ALL_FAIL_OVER, lambda: site(3, 12), Since.RESTORE),
        )
    ),
    *(
        hole(f"clients trust by authority ({kind}, serials {'move' if moves else 'stay'})", 7, spec)
        for kind, moves in (
            (RejectedDownload.STAY_AND_REPORT, True),
            (RejectedDownload.STAY_AND_REPORT, False),
            (RejectedDownload.SILENT, True),
            (RejectedDownload.FAIL_OVER, False),
        )
        for spec in (of_an_authority(kind, moves=moves),)
    ),
    *(
        hole(f"clocks of clients are {behind.days} days slow ({servers})", 24, with_slow_clocks(servers, behind))
        for servers, behind in ((1, DAY), (1, 20 * DAY), (3, DAY), (3, 5 * DAY), (3, 20 * DAY), (3, 300 * DAY))
    ),
    *(
        hole(
            f"clocks of clients are {behind.days} days slow ({servers}, of an authority)",
            24,
            with_slow_clocks(servers, behind, authority="Company CA"),
        )
        for servers, behind in ((1, DAY), (3, DAY), (1, 20 * DAY), (3, 20 * DAY))
    ),
    *(
        stops(
            hole(
                f"clocks of clients are {behind.days} days slow (3, of an authority), and servers are stopped",
                18,
                with_slow_clocks(3, behind, authority="Company CA"),
            )
        )
        for behind in (20 * DAY, 300 * DAY)
    ),
)
