"""What a proof must come to, and what a named test comes to instead."""

from tests.proof.reach import HOME, codes, elsewhere, missing, traits


def test_codes_are_found_where_they_are_said():
    """Texts, constants, keywords, either of two, and tables of codes."""
    assert {"gate-limit", "drift", "list-edited", "list-taken-up", "refusing", "signs-with-former-key"} <= codes()
    assert all(" " not in code for code in codes())


def test_whatever_nobody_comes_to_is_missing():
    """A proof that has come to nothing lacks everything but what tests come to."""
    assert set(missing(())) == (codes() | traits()) - elsewhere().keys()
    assert missing(codes() | traits()) == []


def test_a_named_test_names_what_it_comes_to():
    """Each entry is a code or a trait of the product, and its file has the word in it."""
    assert elsewhere().keys() <= codes() | traits()
    for what, file in elsewhere().items():
        assert what.rpartition(" ")[2] in (HOME / file).read_text(encoding="utf-8"), f"{file} says nothing of {what}"
