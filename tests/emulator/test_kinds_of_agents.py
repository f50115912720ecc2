"""Agents of another kind in a group: they take the policy, and the server list later or never."""

from datetime import timedelta

import pytest

from emulator.spec import ROOT_GROUP, ClientSpec, Protocol

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(("lag", "after"), [(5 * HOUR, Protocol.HTTP), (None, Protocol.HTTPS)])
def test_the_list_comes_later_or_never(play, site_of, lag, after):
    """The new serial is reported at once; the list is the former one until its time has come."""
    others = ClientSpec(group=ROOT_GROUP, count=2, prefix="OTHER", list_lag=lag)
    played = play(site_of(1, ClientSpec(group=ROOT_GROUP, count=2), others)).run(2 * HOUR)
    played.relax()
    played.run(3 * HOUR)
    assert len({record.profile_serial for record in played.records().values()}) == 1
    held = {truth.name[:2]: truth.protocol for truth in played.truths().values()}
    assert held == {"PC": Protocol.HTTP, "OT": Protocol.HTTPS}
    played.run(8 * HOUR)
    assert {truth.protocol for truth in played.truths().values() if truth.name.startswith("OT")} == {after}


def test_who_has_no_list_yet_is_lost_at_the_replacement(play, site_of):
    """Its serial says that it is relaxed, and it is not."""
    others = ClientSpec(group=ROOT_GROUP, count=2, prefix="OTHER", list_lag=None)
    played = play(site_of(1, ClientSpec(group=ROOT_GROUP, count=2), others)).run(2 * HOUR)
    played.relax()
    played.run(4 * HOUR)
    played.swap("A")
    assert [each.name for each in played.run(8 * HOUR).verdict().lost] == ["OTHER-0001", "OTHER-0002"]
