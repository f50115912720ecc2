"""Texts, counts and numbers of the command line, by language."""

import pytest

from cli.language.wording import _, counted, decimal, number, of_locale, recognised, use, word
from texts.language import Language


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "cs_CZ.UTF-8"}, "cs"),
        ({"LANG": "cs_CZ.ISO-8859-2"}, "cs"),
        ({"LANG": "cs"}, "cs"),
        ({"LANG": "cs@euro"}, "cs"),
        ({"LANG": "C"}, "en"),
        ({"LANG": "csb_PL.UTF-8"}, "en"),
        ({"LANG": "cs_CZ.UTF-8", "LC_MESSAGES": "en_US.UTF-8"}, "en"),
        ({"LANG": "de_DE", "LC_MESSAGES": "cs_CZ"}, "cs"),
        ({"LANG": "cs_CZ.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "C", "LC_ALL": "cs_CZ.UTF-8"}, "cs"),
        ({"LANG": "cs_CZ.UTF-8", "LC_ALL": ""}, "cs"),
    ],
)
def test_the_locale_names_the_language(environment, language):
    """LC_ALL before LC_MESSAGES before LANG; what is empty names none."""
    assert of_locale(environment).value == language


@pytest.mark.parametrize(("count", "czech"), [(1, "1 klient"), (3, "3 klienti"), (5, "5 klientů"), (0, "0 klientů")])
def test_three_plurals(count, czech):
    """English has two forms, Czech three."""
    one, many = "%(count)s client", "%(count)s clients"
    assert counted(one, many, count) == (one if count == 1 else many) % {"count": count}
    use(Language.CZECH)
    assert counted(one, many, count) == czech


def test_numbers_are_written_by_language():
    """Thousands are apart; what is given as text stays as it is."""
    assert (number(12345), decimal(1234.56)) == ("12,345", "1234.6")
    assert _("Step %(step)s", step=12345) == "Step 12,345"
    use(Language.CZECH)
    assert (number(12345), decimal(0.25, 2)) == ("12\xa0345", "0,25")
    assert _("Step %(step)s", step=12345) == "Krok 12\xa0345"
    assert _("Step %(step)s", step="12345 of %s %(x)s") == "Krok 12345 of %s %(x)s"


def test_words_of_codes():
    """A state has its word in Czech, and stays the code in English; what is unknown is shown."""
    assert (word("rolled-back"), word(None)) == ("rolled-back", "")
    use(Language.CZECH)
    assert (word("running"), word("rolled-back"), word("of-tomorrow")) == ("běží", "vráceno, nevyměněno", "of-tomorrow")


def test_texts_of_other_parts_are_recognised():
    """What another part has made in English is shown in Czech by its own catalogue."""
    text = "server.pfx: is larger than 1 MiB"
    assert recognised(text) == text
    use(Language.CZECH)
    assert recognised(text) == "server.pfx: je větší než 1 MiB"
