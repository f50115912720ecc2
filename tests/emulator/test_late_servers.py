"""Servers that publish later than the others, or nothing new after their own change of certificate."""

from datetime import timedelta

import pytest

from emulator.spec import ROOT_GROUP, ClientSpec

HOUR = timedelta(hours=1)


@pytest.fixture
def site(play, site_of):
    """Two servers, of which B is as given, with clients at both."""

    def make(**late):
        spec = site_of(2, ClientSpec(group=ROOT_GROUP, count=12))
        servers = (spec.servers[0], spec.servers[1].model_copy(update=late))
        return play(spec.model_copy(update={"servers": servers})).run(3 * HOUR)

    return make


def serials_at(played):
    """How many serials clients report at each server."""
    found: dict[str, set[str]] = {"A": set(), "B": set()}
    for record in played.records().values():
        found[record.last_server_name].add(record.profile_serial)
    return {name: len(serials) for name, serials in found.items()}


def test_a_server_publishes_later(site):
    """Its clients take what is new hours after the others, whether a caller looks meanwhile or not."""
    played, unwatched = site(publish_lag=5 * HOUR), site(publish_lag=5 * HOUR)
    for each in (played, unwatched):
        each.console.edit_policy(ROOT_GROUP)
    old = {
        record.profile_serial for record in played.run(3 * HOUR).records().values() if record.last_server_name == "B"
    }
    assert serials_at(played) == {"A": 1, "B": 1}
    assert played.site.group(ROOT_GROUP).policy_serial not in old
    played.run(6 * HOUR)
    assert {record.profile_serial for record in played.records().values()} == {
        played.site.group(ROOT_GROUP).policy_serial
    }
    assert unwatched.run(9 * HOUR).records() == played.records()


def test_who_has_what_is_new_does_not_go_back(site):
    """A client that has changed from the other server takes nothing older from the one that lags behind."""
    played = site(publish_lag=300 * HOUR)
    played.console.edit_policy(ROOT_GROUP)
    new = played.run(3 * HOUR).site.group(ROOT_GROUP).policy_serial
    took = {name for name, record in played.records().items() if record.profile_serial == new}
    records = played.run(40 * HOUR).records()
    assert "B" in {records[name].last_server_name for name in took}
    assert {records[name].profile_serial for name in took} == {new}


def test_a_server_stops_publishing_after_its_swap(site):
    """Its clients take nothing of what comes later, though they are seen, until it publishes again."""
    played = site(republishes_after_swap=False)
    played.swap("B")
    played.run(40 * HOUR)
    played.console.edit_policy(ROOT_GROUP)
    played.run(3 * HOUR)
    assert serials_at(played) == {"A": 1, "B": 1}
    assert len({record.profile_serial for record in played.records().values()}) == 2
    assert played.verdict().refused_ever == ()
    played.console.republish("B")
    assert len({record.profile_serial for record in played.run(3 * HOUR).records().values()}) == 1
