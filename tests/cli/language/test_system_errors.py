"""Why the system refuses a file: its words without number and path, by language."""

from certificates.secret_file import ReadableByOthers
from cli.language.system_errors import reason
from cli.language.wording import use
from texts.language import Language


def test_words_of_the_system(tmp_path):
    """The path stands in the refusal, once."""
    errors = []
    for path in (tmp_path / "none", tmp_path):
        try:
            path.read_bytes()
        except OSError as error:
            errors.append(error)
    assert [*map(reason, errors)] == ["No such file or directory", "Is a directory"]
    use(Language.CZECH)
    assert [*map(reason, errors)] == ["soubor nebo složka neexistuje", "je to složka"]
    assert "chmod 0600" in reason(ReadableByOthers(1, "open to others"))


def test_other_errors_have_their_own_words():
    """What is not of the system is shown as it is."""
    use(Language.CZECH)
    assert reason(ValueError("line 3 is cut")) == "line 3 is cut"
    assert reason(OSError(9999, "as of another system")) == "as of another system"
