"""The document that registers the emulated site."""

from datetime import UTC, datetime

from api.site.console_document import ConsoleSiteDocument
from api.site.site_document import SiteDocument
from emulator.__main__ import parser, site_spec
from emulator.serving.description import ControlDescription, describe, readable
from emulator.serving.registration import registration, write_registration
from emulator.simulation import Simulation

START = datetime(2026, 5, 1, tzinfo=UTC)


def _described(*arguments):
    simulation = Simulation(site_spec(parser().parse_args(["--clients", "5", *arguments])), START)
    return describe(simulation, 8446, 1, ControlDescription(url="http://127.0.0.1:1", token="t"))


def test_a_site_is_registered_as_it_is_reached():
    """By address, account and trust over REST; without it by what the console shows; as the API takes it."""
    over_rest, at_console = (registration(_described(*more)) for more in ((), ("--no-rest",)))
    assert SiteDocument.model_validate(over_rest).name == "One Server"
    document = ConsoleSiteDocument.model_validate(at_console)
    assert [group.path for group in document.groups] == [r"My Company", r"My Company\Sales", r"My Company\Labs"]
    assert document.version == "12.1.7004.6500"
    assert not {"rest_url", "username", "password"} & at_console.keys()


def test_readers_see_that_there_is_no_rest():
    """No account is printed for a site that has none, and where exports come from is."""
    text = readable(_described("--no-rest"))
    assert "password" not in text
    assert "GET http://127.0.0.1:1/export" in text


def test_only_its_owner_can_read_the_document(tmp_path):
    """It holds a password; one of an earlier run that others could read is no exception."""
    file, earlier = tmp_path / "site.json", tmp_path / "earlier.json"
    earlier.touch(0o644)
    earlier.chmod(0o644)
    for path in (file, earlier):
        write_registration(path, _described())
        assert path.stat().st_mode & 0o777 == 0o600
        assert SiteDocument.model_validate_json(path.read_text()).name == "One Server"
