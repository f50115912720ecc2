"""Rule 4: when golden images and install packages are refreshed between replacements, on the way back too."""

import pytest

from rotation.plan.step import Console, SettingField, Write
from rotation.plan.work.task import RefreshImages, ReplaceCertificate
from rotation.procedure.rollback import Former, Reached, roll_back
from rotation.values import ServerName


@pytest.fixture
def with_images(make):
    """Three servers, the last one held out; images in G, which fails over. What is done at the console, in order."""

    def build(*, h="14.3.1.0", back=False, **wanted):
        site = make.site("s1", "s2", "s3")
        clients = [make.client("v1", images=True), make.client("d1", "H", images=True, build=h)]
        request = make.request(site, holdout=("s3",), **wanted)
        body = make.plan(site, make.group("G"), make.group("H"), clients=clients, request=request).body
        steps = body.steps
        if back:
            formers = tuple(Former(server=ServerName(name)) for name in ("s1", "s2", "s3"))
            steps = roll_back(site, body, Reached(begun=len(steps), proven=frozenset(), formers=formers)).way_back
        done: list[object] = []
        for step in steps:
            match step:
                case Write(restores=True, field=SettingField.SECURE_COMMUNICATIONS):
                    done.append("verify")
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
    assert with_images(h=old) == [both, "s1", ("G",), "s2", both, "verify", both, "s3", both, "verify", both]
    kept = [both, "s1", ("G",), "s2", ("G",), "s3", both, "verify", both]
    assert with_images(h=old, keep_relaxed=True) == kept


def test_rule_4_images_that_fail_over_are_refreshed_between_old_certificates_too(with_images):
    """An image that was made behind the replacements knows no server once all have their old certificate back."""
    assert with_images(back=True) == ["s3", ("G", "H"), "s2", ("G", "H"), "s1", ("G", "H")]


def test_rule_4_on_the_way_back_images_are_refreshed_before_their_machines_verify_again(with_images):
    """They were made when clients were relaxed, behind the new certificates: they know no other ones."""
    both, old = ("G", "H"), "14.2.1.0"
    there, back = [both, "s3", both, "verify"], [both, "s2", ("G",), "s1", both, "verify", both]
    assert with_images(h=old, back=True) == [*there, *back]
