"""Which addresses a certificate covers, and the forms of its names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rotation.certificate import Named
from rotation.fitness.names import NameForm, covers, form
from rotation.values import Fingerprint

KEY = Fingerprint("k")
LABEL = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=10)


@pytest.mark.parametrize(
    ("name", "address", "expected"),
    [
        ("s1.example", "S1.Example.", True),
        ("s1.example", "s1", False),
        ("s1", "s1.example", False),
        ("*.example", "s1.example", True),
        ("*.example", "a.s1.example", False),
        ("*.example", "example", False),
        ("192.0.2.7", "192.0.2.7", True),
        ("192.0.2.7", "192.0.2.70", False),
        ("2001:db8::1", "2001:0db8:0:0::1", True),
        ("*.0.2.7", "192.0.2.7", False),
    ],
)
def test_a_name_covers_what_a_client_would_take_it_for(name, address, expected):
    """Names without regard to case, wildcards for one label, addresses by their value."""
    assert covers(Named(names=(name,), public_key=KEY), address) is expected


def test_the_subject_covers_too():
    """Old certificates have their name there alone."""
    assert covers(Named(common_name="s1.example", public_key=KEY), "s1.example")
    assert not covers(Named(public_key=KEY), "")


@given(labels=st.lists(LABEL, min_size=2, max_size=4))
def test_a_wildcard_covers_exactly_one_label(labels):
    """It stands for the first label, whatever that is, and never for two."""
    wild = Named(names=(".".join(["*", *labels[1:]]),), public_key=KEY)
    address = ".".join(labels)
    if form(address) is NameForm.FULL:
        assert covers(wild, address)
        assert not covers(wild, f"more.{address}")


@pytest.mark.parametrize(
    ("name", "expected"),
    [("s1", NameForm.SHORT), ("s1.example", NameForm.FULL), ("192.0.2.7", NameForm.ADDRESS), ("::1", NameForm.ADDRESS)],
)
def test_names_have_forms(name, expected):
    """Short, full, or an address."""
    assert form(name) is expected
