"""Rule 4: when golden images and install packages are refreshed between replacements."""

import pytest

from rotation.plan.step import Console
from rotation.plan.task import RefreshImages, ReplaceCertificate


@pytest.fixture
def with_images(make):
    """Three servers, the last one held out; images in G, which fails over. What is done at the console, in order."""

    def build(*, h="14.3.1.0", **wanted):
        site = make.site("s1", "s2", "s3")
        clients = [make.client("v1", images=True), make.client("d1", "H", images=True, build=h)]
        request = make.request(site, holdout=("s3",), **wanted)
        plan = make.plan(site, make.group("G"), make.group("H"), clients=clients, request=request)
        done: list[object] = []
        for step in plan.body.steps:
            match step:
                case Console(work=ReplaceCertificate() as swap):
                    done.append(swap.server)
                case Console(work=RefreshImages() as refresh):
                    done.append(refresh.groups)
        return done

    return build


def test_rule_4_images_that_fail_over_are_refreshed_between_any_two_replacements(with_images):
    """After each server but the last, the last one of the first wave too: nothing is put back there."""
    assert with_images() == ["s1", ("G", "H"), "s2", ("G", "H"), "s3", ("G", "H")]


def test_rule_4_where_settings_are_put_back_all_images_are_refreshed_once(with_images):
    """The end of a wave that restores has one refresh for all; where H stays relaxed, G has its own each time."""
    both, old = ("G", "H"), "14.2.1.0"
    assert with_images(h=old) == [both, "s1", ("G",), "s2", both, both, "s3", both, both]
    assert with_images(h=old, keep_relaxed=True) == [both, "s1", ("G",), "s2", ("G",), "s3", both, both]
