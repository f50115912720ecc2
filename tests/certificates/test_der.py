"""DER and BER, read no further than they go."""

import pytest

from certificates.der import DerError, elements, first_element, only_element


def test_elements_are_separated():
    """By tag and length, short or long; each keeps all its bytes."""
    der = bytes.fromhex("0201053081020500") + b"\x04\x82\x01\x00" + bytes(256)
    number, sequence, octets = elements(der)
    assert (number.content, sequence.parts()[0].tag, octets.octets()) == (b"\5", 5, bytes(256))
    assert number.whole + sequence.whole + octets.whole == der


def test_a_name_is_written_with_dots():
    """As RFC 4512 does, with arcs of several bytes and of the third root."""
    assert only_element(bytes.fromhex("06092a864886f70d010701")).object_id() == "1.2.840.113549.1.7.1"
    assert only_element(bytes.fromhex("0603883703")).object_id() == "2.999.3"


def test_ber_without_lengths_is_read():
    """An element may go on to two zeros, and bytes may come in pieces."""
    whole = only_element(bytes.fromhex("308024800402aabb0401cc00000201070000"))
    octets, number = whole.parts()
    assert (octets.octets(), number.content) == (b"\xaa\xbb\xcc", b"\7")


@pytest.mark.parametrize(
    "bad",
    ["", "30", "3005", "308105", "3085010000000000", "3080", "30800201", "1f0100", "30ff", "3080" * 30 + "0000" * 30],
)
def test_what_is_cut_or_lies_is_refused(bad):
    """Whatever a length promises."""
    with pytest.raises(DerError):
        first_element(bytes.fromhex(bad))


def test_what_is_something_else_is_refused():
    """A tail, a wrong tag, an empty name."""
    for read in (
        lambda: only_element(b"\5\0\5\0"),
        lambda: only_element(b"\5\0").parts(),
        lambda: only_element(b"\6\0").object_id(),
        lambda: only_element(b"\5\0").octets(),
    ):
        with pytest.raises(DerError):
            read()
