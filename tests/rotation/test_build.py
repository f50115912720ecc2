"""Builds are compared as numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rotation.build import ClientBuild, System, kind_of, system_of

NUMBERS = st.lists(st.integers(min_value=0, max_value=10**6), min_size=2, max_size=5)


@given(numbers=NUMBERS)
def test_build_that_is_spelt_is_read_back(numbers):
    """Dotted numbers are a build, and it is spelt as it was read."""
    text = ".".join(map(str, numbers))
    build = ClientBuild.parse(f" {text} ")
    assert build is not None
    assert (build.numbers, str(build)) == (tuple(numbers), text)


def test_a_release_leaves_out_the_patch():
    """Agents of two patches are of one kind."""
    known = [ClientBuild.parse(text) for text in ("14.3.9816.7000", "14.3.9816.7001", "14.3")]
    assert [build.release for build in known if build] == ["14.3.9816", "14.3.9816", "14.3"]


@pytest.mark.parametrize(
    ("text", "system"),
    [
        ("Windows 10 Enterprise Edition", System.WINDOWS),
        ("Windows Server 2019", System.WINDOWS),
        ("Mac OS X", System.MAC),
        ("macOS 14", System.MAC),
        ("Red Hat Enterprise Linux 8", System.LINUX),
        (" ", System.UNKNOWN),
    ],
)
def test_systems_that_have_agents_of_their_own_are_distinct(text, system):
    """Editions of one system have the same agent."""
    assert system_of(text) is system


def test_a_kind_is_a_release_on_a_system():
    """Where a system or a build is unknown, the kind has the other one."""
    assert kind_of("14.3.9816.7000", System.MAC) == "14.3.9816 on macOS"
    assert kind_of("14.3.9816.7000", System.UNKNOWN) == "14.3.9816"
    assert kind_of("new", System.LINUX) == "new on Linux"
    assert kind_of(None, System.UNKNOWN) == "unknown"


@given(numbers=NUMBERS)
def test_only_the_numbers_decide_on_failover(numbers):
    """A build fails over unless its first two numbers are 14 and 2."""
    build = ClientBuild(numbers=tuple(numbers))
    assert build.fails_over_on_mismatch == ((numbers[0], numbers[1]) != (14, 2))


@pytest.mark.parametrize("text", ["14.2", "14.2.770.0000", "14.2.5587.2100", "14.02.1", "14.2.0"])
def test_14_2_does_not_fail_over(text):
    """All of 14.2.x is taken as unable to fail over, however it is spelt."""
    build = ClientBuild.parse(text)
    assert build is not None
    assert not build.fails_over_on_mismatch


@pytest.mark.parametrize("text", ["14.20.1.0", "14.0.1", "14.3.9816.7000", "12.1.2", "14.1.2", "142.1"])
def test_other_builds_fail_over(text):
    """What only begins like 14.2 as text is another build."""
    build = ClientBuild.parse(text)
    assert build is not None
    assert build.fails_over_on_mismatch


@pytest.mark.parametrize("text", [None, "", "14", "14.", ".2", "14.2 RU1", "14.2.x", "14.-2", "fourteen.two"])
def test_a_text_that_is_no_build_is_none(text):
    """What holds no dotted numbers is no build: the caller must take it as unknown."""
    assert ClientBuild.parse(text) is None
