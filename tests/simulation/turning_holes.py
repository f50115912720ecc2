"""Ways in which a cancel or a roll-back cut clients off (rules 15, 16 and 18), one scenario each."""

from collections.abc import Callable
from datetime import timedelta

from emulator.events.site_events import (
    CertificateGenerated,
    GroupMoved,
    InheritanceSet,
    ListEdited,
    SecureCommunicationsSet,
    SiteEvent,
)
from emulator.spec import ROOT_GROUP, Protocol, SiteSpec
from emulator.switches import Downloads, PatchSemServer, RejectedDownload, Switches
from rotation.running.message import Move
from simulation.drawn.scenario import Follows, ScriptedMove, Since, WorkPace
from tests.simulation.holes import BELOW, HOUR, OTHER, Hole, hole, site, with_an_old_build, with_another_group

_MINUTE = timedelta(minutes=1)


def _cancelled(name: str) -> Hole:
    """A hole in which another certificate is generated right before a person cancels."""
    generated = Follows(since=Since.CLAIM, after=3 * _MINUTE, site_event=CertificateGenerated(server="SEPM-1"))
    switches = Switches(downloads=Downloads.POLICY_FIRST, rejected_download=RejectedDownload.SILENT)
    found = hole(name, 16, site(switches=switches), generated)
    cancels = ScriptedMove(since=Since.CLAIM, after=3 * _MINUTE + timedelta(seconds=10), move=Move.CANCEL)
    return found.acting(cancels)


def _edited(name: str, edited: timedelta, cancelled: timedelta, switches: Switches | None = None) -> Hole:
    """A hole in which an administrator edits the list that no client uses now: HTTPS on a port that nothing serves."""
    wrong = ListEdited(group=ROOT_GROUP, original=True, https_ports={"SEPM-1": 8443})
    follows = Follows(since=Since.CLAIM, after=edited, site_event=wrong)
    pace = WorkPace(first=8 * HOUR, last=9 * HOUR)
    found = hole(name, 18, site(switches=switches or Switches()), follows, pace=pace)
    cancels = ScriptedMove(since=Since.CLAIM, after=cancelled, move=Move.CANCEL)
    return found.acting(cancels)


def _rolled_back(since: Since, spec: SiteSpec, of: str) -> Hole:
    """A hole in which the list of relaxed clients is edited to HTTPS, and a person rolls back an hour later."""
    edited = ListEdited(group=spec.groups[-1].path, protocol=Protocol.HTTPS)
    found = hole(
        f"the list that clients use is edited an hour before a roll-back ({since.value}, {of})",
        18,
        spec,
        Follows(since=since, after=HOUR, site_event=edited),
    )
    back = ScriptedMove(since=since, after=2 * HOUR, move=Move.ROLL_BACK)
    return found.acting(back, longest=timedelta(days=150))


def _refusing() -> Hole:
    """A hole in which clients are made to verify behind the replacement, refuse their policy, and a person rolls back.

    They are cut off until the old certificate is back: no person had asked to make them verify.
    """
    switches = Switches(downloads=Downloads.POLICY_FIRST, rejected_download=RejectedDownload.STAY_AND_REPORT)
    ticked = Follows(
        since=Since.SWAP, after=_MINUTE, site_event=SecureCommunicationsSet(group=ROOT_GROUP, enabled=True)
    )
    name = "clients refuse their policy behind a replacement, and a person rolls back"
    found = hole(name, 15, site(1, 8, switches=switches), ticked, residual=True)
    return found.acting(ScriptedMove(since=Since.SWAP, after=6 * HOUR, move=Move.ROLL_BACK))


def _of_two_groups(name: str, rejected: RejectedDownload, meanwhile: SiteEvent | None = None) -> Hole:
    """A hole in which one of two groups is cut off behind the replacement, and a person rolls back.

    Something else happens to the other group meanwhile.
    """
    switches = Switches(downloads=Downloads.POLICY_FIRST, rejected_download=rejected)
    ticked = SecureCommunicationsSet(group=ROOT_GROUP, enabled=True)
    follows = [Follows(since=Since.SWAP, after=_MINUTE, site_event=ticked)]
    if meanwhile is not None:
        follows.append(Follows(since=Since.SWAP, after=2 * HOUR, site_event=meanwhile))
    found = hole(name, 15, with_another_group(site(1, 6, switches=switches)), *follows, residual=True)
    return found.acting(ScriptedMove(since=Since.SWAP, after=5 * HOUR, move=Move.ROLL_BACK))


def _inherited(name: str, after: timedelta) -> Hole:
    """A hole in which a relaxed group inherits until people set it back, and a person rolls back meanwhile.

    Its location has another id then, and verifies.
    """
    inherits = Follows(since=Since.SWAP, after=after, site_event=InheritanceSet(group=OTHER, inherits=True))
    found = hole(name, 15, with_another_group(site(1, 6)), inherits)
    return found.acting(ScriptedMove(since=Since.SWAP, after=5 * HOUR, move=Move.ROLL_BACK))


def _signed_with_former_key(name: str, groups: Callable[[SiteSpec], SiteSpec] = lambda spec: spec) -> Hole:
    """A hole in which clients that know the new certificate refuse what is signed with the former key.

    A person rolls back. They come to the old certificate only when the server has published before.
    """
    switches = Switches(stale_sig_files=True, stale_sig_dates=False, rejected_download=RejectedDownload.STAY_AND_REPORT)
    found = hole(name, 15, groups(site(1, 8, switches=switches)), residual=True)
    return found.acting(ScriptedMove(since=Since.RESTORE, after=5 * HOUR, move=Move.ROLL_BACK))


_IGNORED = Switches(patch_sem_server=PatchSemServer.IGNORED)
HOLES = (
    _cancelled("another certificate comes into the server right before a cancel"),
    _refusing(),
    _of_two_groups("one group of two falls silent behind a replacement", RejectedDownload.SILENT),
    *(
        _of_two_groups(
            f"a group is moved behind a replacement that another one refuses ({kind})",
            kind,
            GroupMoved(group=BELOW, parent=ROOT_GROUP),
        )
        for kind in (RejectedDownload.SILENT, RejectedDownload.STAY_AND_REPORT)
    ),
    _of_two_groups(
        "a group inherits for a while behind a replacement that another one refuses",
        RejectedDownload.STAY_AND_REPORT,
        InheritanceSet(group=OTHER, inherits=True),
    ),
    _signed_with_former_key("clients refuse what the former key has signed, and a person rolls back"),
    _signed_with_former_key(
        "one of two groups refuses what the former key has signed, and a person rolls back", with_another_group
    ),
    _inherited("a group inherits for a while before a roll-back", 2 * HOUR),
    _inherited("a group inherits for a while behind the plan of a roll-back", 6 * HOUR),
    _edited("the list to be assigned again is edited right before a cancel", 3 * _MINUTE, 4 * _MINUTE),
    _edited("the list to be assigned again is edited hours before a cancel", _MINUTE, 5 * HOUR),
    _edited("the list to be assigned again is edited before a cancel by hand", 3 * _MINUTE, 4 * _MINUTE, _IGNORED),
    _edited("the list to be assigned again is edited before its task is claimed", 2 * HOUR, 4 * _MINUTE, _IGNORED),
    *(_rolled_back(since, site(), "one server") for since in (Since.SWAP, Since.RESTORE)),
    *(_rolled_back(since, with_an_old_build(), "three servers") for since in (Since.SWAP, Since.RESTORE)),
)
