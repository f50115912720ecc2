"""What a person finds on a server's disk after its certificate was replaced."""

from datetime import timedelta

import pytest

from emulator.spec import ROOT_GROUP, ServerSpec
from emulator.switches import Switches

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
NAME = "A"
GONE = f"{ROOT_GROUP}\\Gone"


def swapped(play, site_of, **server):
    """A site whose only server was given a new certificate half an hour ago."""
    spec = site_of(1, switches=Switches(stale_sig_files=server.pop("stale", False)))
    spec = spec.model_copy(update={"servers": (ServerSpec(name=NAME, **server),)})
    played = play(spec).run(HOUR)
    played.console.generate_certificate(NAME)
    return played.run(HOUR / 2)


@pytest.mark.parametrize("ahead", [timedelta(), 20 * MINUTE])
def test_a_server_that_signs_with_its_new_key_has_files_as_new_as_its_certificate(play, site_of, ahead):
    """Both dates are of the server's own clock."""
    played = swapped(play, site_of, clock_offset=ahead)
    found = played.console.signed_files(NAME)
    assert not found.are_stale
    assert (
        played.simulation.now - HOUR / 2 <= found.certificate - ahead <= found.oldest - ahead <= played.simulation.now
    )


@pytest.mark.parametrize("fault", [{"stale": True}, {"republishes_after_swap": False}], ids=["former key", "no files"])
def test_files_not_signed_again_stay_old_until_they_are_published_again(play, site_of, fault):
    """Whether it signs with the former key or publishes nothing: no edit of a policy makes the files newer."""
    played = swapped(play, site_of, **fault)
    played.console.set_secure_communications("My Company", "Default", enabled=False)
    assert played.run(MINUTE).console.signed_files(NAME).are_stale
    played.console.republish(NAME)
    assert not played.run(MINUTE).console.signed_files(NAME).are_stale


def test_the_folder_of_a_group_that_is_gone_makes_no_server_stale(play, site_of):
    """No server publishes there again: a group that was removed before a replacement is not asked about."""
    played = swapped(play, site_of)
    played.simulation.groups.add_group(GONE)
    played.run(HOUR).simulation.groups.remove_group(GONE)
    played.console.generate_certificate(NAME)
    assert not played.run(HOUR).console.signed_files(NAME).are_stale
