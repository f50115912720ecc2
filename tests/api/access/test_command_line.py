"""Keys and log-ins from the command line: no key is ever an argument."""

import json
import stat
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar

from tests.api.identified import KEY, NAME


async def test_an_admin_adds_lists_and_revokes_a_key(rotator, tmp_path):
    """The key lies in a file of its owner, opens the API at once, and nothing from the moment when it is revoked."""
    file = tmp_path / "bob.key"
    code, out, err = await rotator("key", "add", "Bob", "--role", "approver", "--out", str(file), "--json")
    assert code == 0, err
    made = json.loads(out)
    assert (made["text"], made["key"]["principal"]["roles"]) == (str(file), ["approver"])
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    secret = file.read_text().strip()
    assert secret not in out + err

    code, out, err = await rotator("whoami", ROTATOR_API_KEY_FILE=str(file))
    assert code == 0, err
    assert "Bob (approver), all sites" in out
    code, out, _ = await rotator("key", "list")
    assert all(text in out for text in ("Bob", NAME, made["key"]["id"], "approver"))
    assert secret not in out

    assert (await rotator("key", "revoke", made["key"]["id"]))[0] == 0
    code, _, err = await rotator("whoami", ROTATOR_API_KEY_FILE=str(file))
    assert code == 1
    assert "revoked" in err


async def test_another_key_is_of_the_same_identity(rotator):
    """A second identity for the same person is refused with the way to a second key."""
    for flags, ends in ((("--role", "viewer"), 0), (("--role", "viewer"), 1), (("--another",), 0), ((), 2)):
        code, out, err = await rotator("key", "add", "Bob", *flags)
        assert code == ends, err
        assert ("rotator_" in out) == (ends == 0)
    code, out, _ = await rotator("key", "list", "--json")
    ids = [key["principal"]["id"] for key in json.loads(out)["items"] if key["principal"]["name"] == "Bob"]
    assert (len(ids), len(set(ids))) == (2, 1)


async def test_a_log_in_is_kept_under_a_name(rotator, tmp_path):
    """The key comes from a file or is typed unseen; its profile is its owner's alone, and later commands use it."""
    home = {"XDG_CONFIG_HOME": str(tmp_path / "config")}
    file = tmp_path / "bob.key"
    await rotator("key", "add", "Bob", "--role", "viewer", "--out", str(file))
    code, out, err = await rotator("login", "--profile", "bob", "--key-file", str(file), **home)
    assert code == 0, err
    assert "You are Bob (viewer)" in out
    profile = Path(home["XDG_CONFIG_HOME"]) / "rotator" / "profiles" / "bob.json"
    assert stat.S_IMODE(profile.stat().st_mode) == 0o600
    code, out, err = await rotator("--profile", "bob", "whoami", **home)
    assert code == 0, err
    assert "Bob" in out

    profile.chmod(0o644)
    code, _, err = await rotator("--profile", "bob", "whoami", **home)
    assert code == 2
    assert "chmod 0600" in err


async def test_a_key_goes_to_no_other_address(rotator, tmp_path):
    """Neither that of a profile nor that of a folder; the refusal has both addresses. One by the environment does."""
    stranger = ThreadingHTTPServer(("127.0.0.1", 0), Stranger)
    thread = Thread(target=stranger.serve_forever)
    thread.start()
    other = {"ROTATOR_API": f"http://127.0.0.1:{stranger.server_port}", "XDG_CONFIG_HOME": str(tmp_path / "config")}
    own = json.loads((tmp_path / "up.json").read_text())["api"]
    try:
        for name in ("bob", "default"):
            path = tmp_path / "config" / "rotator" / "profiles" / f"{name}.json"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(0o600)
            path.write_text(json.dumps({"api": own, "key": KEY}))
        elsewhere = {"ROTATOR_FOLDER": str(tmp_path / "empty")}
        for arguments, environment in (
            (("--profile", "bob", "whoami"), {}),
            (("whoami",), {"ROTATOR_PROFILE": "bob"}),
            (("whoami",), elsewhere),
            (("whoami",), {}),
        ):
            code, _, err = await rotator(*arguments, **other, **environment)
            assert (code, own in err, other["ROTATOR_API"] in err) == (2, True, True), err
        assert Stranger.seen == []
        code, _, err = await rotator("whoami", **other, ROTATOR_API_KEY=KEY)
        assert (code, Stranger.seen) == (1, [f"Bearer {KEY}"]), err
        code, out, err = await rotator("--profile", "bob", "whoami", **(other | {"ROTATOR_API": f"{own}/"}))
        assert (code, NAME in out) == (0, True), err
    finally:
        stranger.shutdown()
        thread.join()
        stranger.server_close()


class Stranger(BaseHTTPRequestHandler):
    """Another program at an address, which notes the keys that it gets."""

    seen: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        """Note the key; refuse."""
        self.seen.append(self.headers["Authorization"])
        self.send_error(401)

    def log_message(self, *_: object) -> None:
        """Write nothing."""


async def test_a_key_is_typed_unseen(rotator, tmp_path):
    """At a terminal it is asked for; where nothing can be typed, the command says how else it is given."""
    home = {"XDG_CONFIG_HOME": str(tmp_path / "config")}
    code, out, err = await rotator("login", typed=KEY, **home)
    assert code == 0, err
    assert f"You are {NAME}" in out
    assert KEY not in out + err
    code, _, err = await rotator("login", **home)
    assert code == 2
    assert "--key-file" in err


async def test_what_cannot_be_used_is_not_kept(rotator, tmp_path):
    """A key that opens nothing, a profile that is no name, and one that is not there."""
    home = {"XDG_CONFIG_HOME": str(tmp_path / "config")}
    (tmp_path / "wrong.key").write_text("rotator_none\n")
    for arguments, ends in (
        (("login", "--key-file", str(tmp_path / "wrong.key")), 1),
        (("login", "--key-file", str(tmp_path / "nowhere")), 2),
        (("login", "--profile", "../bob", "--key-file", str(tmp_path / "api.key")), 2),
        (("--profile", "bob", "whoami"), 2),
    ):
        code, _, err = await rotator(*arguments, **home)
        assert code == ends, err
    assert not list((tmp_path / "config").rglob("*.json"))


async def test_an_admin_links_and_bars_a_subject(rotator):
    """`rotator subject` says which identity a person of the company's log-in is, and refuses one at once."""
    issuer = ("--issuer", "https://login.example.com")
    code, out, err = await rotator("subject", "link", NAME, "s-1", *issuer)
    assert code == 0, err
    assert f"s-1 is {NAME}" in out
    code, _, err = await rotator("subject", "link", "Bob Kay", "s-2", *issuer)
    assert code == 1
    assert "Bob Kay" in err
    assert (await rotator("subject", "link", "Bob Kay", "s-2", *issuer, "--new"))[0] == 0
    code, out, _ = await rotator("subject", "list", "--json")
    ids = {each["subject"]: each["id"] for each in json.loads(out)["items"]}
    assert (await rotator("subject", "bar", ids["s-2"]))[0] == 0
    code, out, _ = await rotator("subject", "list")
    assert code == 0
    assert all(text in out for text in ("s-1", NAME, "Bob Kay", f"barred by {NAME}"))

    code, _, err = await rotator("key", "add", "Bob Kay", "--another")
    assert code == 1
    assert "--role" in err
    code, out, err = await rotator("key", "add", "Bob Kay", "--another", "--role", "viewer")
    assert code == 0, err
    assert "Bob Kay" in out
