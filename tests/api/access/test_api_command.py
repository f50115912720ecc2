"""`rotator api`: requests of scripts, what is printed, and exit codes."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import ClassVar

import pytest

from tests.api.identified import KEY


async def test_a_script_asks_and_sends(rotator, document, tmp_path):
    """JSON comes as JSON, parameters go with the path, a body comes from a file, and a header goes along."""
    code, out, err = await rotator("api", "get", "/v1/sites?limit=5")
    assert (code, json.loads(out)["items"]) == (0, []), err
    file = tmp_path / "site.json"
    file.write_text(json.dumps(document | {"name": tmp_path.name}))
    code, out, err = await rotator("api", "POST", "/v1/sites", "--body", str(file), "--header", "X-Request-ID: s-1")
    assert code == 0, err
    site = json.loads(out)["id"]
    assert json.loads((await rotator("api", "GET", f"/v1/sites/{site}"))[1])["name"] == tmp_path.name
    code, out, _ = await rotator("api", "GET", f"/v1/sites/{site}/network-script?shell=powershell")
    assert (code, "$" in out) == (0, True)
    assert (await rotator("api", "HEAD", "/v1/sites"))[:2] == (0, "")


async def test_a_refusal_is_a_problem_with_an_exit_code(rotator):
    """1 with the problem as JSON, and the same for people on standard error."""
    code, out, err = await rotator("api", "GET", "/v1/sites/none")
    assert (code, json.loads(out)["type"]) == (1, "/problems/unknown-site")
    assert "What to do" in err


async def test_what_passes_by_itself_has_an_exit_code_of_its_own(rotator, store):
    """3: a script sends the same again."""
    await store.database.close()
    away = store.database.file.with_name("away")
    store.database.file.rename(away)
    store.database.file.mkdir()
    code, out, _ = await rotator("api", "POST", "/v1/plans", "--body", "/dev/null")
    assert (code, json.loads(out)["status"]) == (3, 503)
    store.database.file.rmdir()
    away.rename(store.database.file)


@pytest.mark.parametrize("path", ["https://other.example/v1/sites", "//other.example/v1/sites", "v1/sites", "/\\other"])
async def test_the_key_goes_to_the_api_alone(rotator, path):
    """A path that names a host is not sent at all."""
    code, out, err = await rotator("api", "GET", path)
    assert (code, out) == (2, "")
    assert "names no host" in err


@pytest.mark.parametrize("header", ["Authorization: Bearer x", "host: other", "X-Request-ID", "a: b\r\nHost: c"])
async def test_headers_that_cannot_be_given(rotator, header):
    """The key, the host, and what is no header."""
    code, _, err = await rotator("api", "GET", "/v1/sites", "--header", header)
    assert code == 2
    assert "no header that can be given" in err


class Elsewhere(BaseHTTPRequestHandler):
    """An address that leads to another one, and keeps what it was sent."""

    came: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        """Answer."""
        self.came.append(self.path)
        self.send_response(302)
        self.send_header("Location", "/elsewhere")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Log nothing."""


async def test_a_redirect_is_not_followed(rotator):
    """It is none of the API's answers, and would carry the key on."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        address = f"http://127.0.0.1:{server.server_port}"
        code, out, _ = await rotator("api", "GET", "/v1/sites", ROTATOR_API=address, ROTATOR_API_KEY=KEY)
        assert (code, Elsewhere.came) == (1, ["/v1/sites"])
        assert "302" in out
    finally:
        server.shutdown()
        server.server_close()
    code, out, err = await rotator("api", "GET", "/v1/sites", ROTATOR_API=address, ROTATOR_API_KEY=KEY)
    assert (code, out) == (2, "")
    assert "cannot be reached" in err
