"""Which certificates a restore has clients know: those that it finds in the servers."""

import pytest

from rotation.procedure.found_certificates import as_found, last_presented, presents_another
from rotation.values import Fingerprint, ServerName

S1, S2 = ServerName("s1"), ServerName("s2")


@pytest.fixture
def found(make):
    """What becomes of the plan of two servers: their certificates, and which of them present another one."""

    def of(*, purpose="rotate", put_in=(), **presented):
        body = make.plan(make.site("s1", "s2"), make.group("G"), clients=[make.client("c1")]).body
        body = body.model_copy(update={"purpose": purpose})
        shown = {ServerName(server): Fingerprint(each) for server, each in presented.items()}
        now = as_found(body, shown, put_in)
        return [(each.replaces, each.fingerprint) for each in now.certificates], presents_another(body, now)

    return of


PLANNED = [("old-s1", "new-s1"), ("old-s2", "new-s2")]


@pytest.mark.parametrize(
    ("presented", "put_in"),
    [
        ({"s1": "new-s1", "s2": "old-s2"}, (S1,)),
        ({"s1": "new-s1", "s2": "old-s2"}, ()),
        ({"s1": "old-s1", "s2": "old-s2"}, ()),
        ({}, (S1,)),
    ],
    ids=["one is replaced", "an operator has just replaced it", "none is replaced", "both are silent"],
)
def test_what_the_rotation_has_left_is_no_other_certificate(found, presented, put_in):
    """The plan stays as it is."""
    assert found(put_in=put_in, **presented) == (PLANNED, ())


def test_the_old_certificate_that_no_roll_back_put_back_is_another_one(found):
    """Clients have learned the new one since: they must learn the old one again before they verify."""
    assert found(put_in=(S1,), s1="old-s1", s2="old-s2") == ([("new-s1", "old-s1"), PLANNED[1]], (S1,))


def test_a_certificate_of_no_step_is_another_one(found):
    """Whether the server was replaced before or not."""
    certificates = [("new-s1", "alien"), ("old-s2", "alien")]
    assert found(put_in=(S1,), s1="alien", s2="alien") == (certificates, (S1, S2))


def test_a_terminated_roll_back_is_taken_as_it_is(found):
    """What is back counts as back; what still has the new certificate is a target with that one; a third is another."""
    certificates = [("new-s1", "old-s1"), PLANNED[1]]
    assert found(purpose="roll-back", put_in=(S1, S2), s1="old-s1", s2="new-s2") == (certificates, ())
    assert found(purpose="roll-back", put_in=(S1,), s1="alien", s2="new-s2") == (
        [("new-s1", "alien"), PLANNED[1]],
        (S1,),
    )


@pytest.mark.parametrize(
    ("purpose", "put_in", "last"),
    [
        ("rotate", (), "seen-s1"),
        ("rotate", (S1,), "new-s1"),
        ("roll-back", (), "old-s1"),
        ("roll-back", (S1,), "new-s1"),
    ],
    ids=["none is replaced", "it is replaced", "it has not gone back", "it has gone back"],
)
def test_a_silent_server_has_what_it_had_last(make, purpose, put_in, last):
    """Of a plan for two servers and a site of three; what answers now tells for itself."""
    body = make.plan(make.site("s1", "s2"), make.group("G"), clients=[make.client("c1")]).body
    body = body.model_copy(update={"purpose": purpose})
    planned = {each: Fingerprint(f"seen-{each}") for each in (S1, S2, ServerName("s3"))}
    found = last_presented(body, planned, {S2: Fingerprint("any")}, put_in)
    assert found == {S1: last, "s3": "seen-s3"}
