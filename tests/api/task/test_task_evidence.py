"""Evidence that comes as an exported Sylink.xml, or as those of clients."""

import hashlib
import json

import pytest

from api.task.task_evidence import evidence_of_sylink
from rotation.site import Server, Site
from rotation.values import ServerName, SiteId
from sepm.errors import UnreadableSylink

SITE = Site(
    id=SiteId("vienna"),
    name="Vienna",
    servers=(Server(name=ServerName("SEPM-1"), address="sepm1.test", http_port=8014),),
)
SYLINK = (
    '<ServerSettings><CommConf><ServerList Name="Copy"><ServerPriorityBlock Name="Priority1">'
    '<Server Address="SEPM1.test" HttpPort="8014"/></ServerPriorityBlock></ServerList></CommConf></ServerSettings>'
)


def test_a_sylink_says_what_it_shows_whatever_else_is_said():
    """Name, protocol, ports and order are those of the file; its text goes no further."""
    told = evidence_of_sylink({"sylink": SYLINK, "protocol": "HTTPS", "filename": "Sylink.xml"}, SITE)
    assert len(told.pop("sha256")) == 64
    assert told == {
        "filename": "Sylink.xml",
        "list_name": "Copy",
        "protocol": "HTTP",
        "ports": "SEPM-1=8014",
        "order": "SEPM-1",
    }


def test_without_a_file_evidence_is_as_it_was_said():
    """Other evidence is left alone."""
    assert evidence_of_sylink({"order": "SEPM-1"}, SITE) == {"order": "SEPM-1"}


@pytest.mark.parametrize("text", ["", "no XML", "\ud800", "<ServerSettings/>"], ids=repr)
def test_what_is_no_sylink_is_refused(text):
    """Something else under its name proves nothing."""
    with pytest.raises(UnreadableSylink):
        evidence_of_sylink({"sylink": text}, SITE)


def looks(*clients):
    """The evidence of a look at clients, as it goes on to the rotation."""
    return json.loads(evidence_of_sylink({"clients": json.dumps(clients)}, SITE)["clients"])


def test_of_a_clients_file_only_what_it_shows_is_kept():
    """List and certificates; whatever else is said beside a file does not count, and any name is one name."""
    certificates = "<ServerCertList><Certificate>aGVsbG8=</Certificate><Certificate>?</Certificate></ServerCertList>"
    file = SYLINK.replace("</CommConf>", f"{certificates}</CommConf>")
    (told,) = looks({"client": "A;B=C \n", "sylink": file, "protocol": "HTTPS", "certificates": ["00"]})
    assert told.pop("sha256") == hashlib.sha256(file.encode()).hexdigest()
    assert told == {
        "client": "A;B=C \n",
        "protocol": "HTTP",
        "servers": [{"server": "SEPM1.test", "port": 8014}],
        "certificates": [hashlib.sha256(b"hello").hexdigest()],
    }


def test_what_was_read_of_a_client_is_as_it_was_said():
    """Without a file."""
    said = {"client": "A", "protocol": "HTTP", "servers": [{"server": "SEPM-1", "port": 8014}]}
    assert looks(said, 5) == [said, 5]


@pytest.mark.parametrize("said", [SYLINK, "{}", "[" * 100_000], ids=["a file", "an object", "deep"])
def test_what_is_no_list_of_clients_goes_no_further(said):
    """It may be a file with a key in it: the rotation is told nothing, and refuses that."""
    assert evidence_of_sylink({"clients": said}, SITE) == {"clients": ""}
    assert looks({"client": "A", "sylink": {"not": "text"}}) == [{"client": "A"}]


def test_a_file_that_is_none_is_refused_with_its_client():
    """Whoever sends several must know which."""
    with pytest.raises(UnreadableSylink, match=r"the Sylink\.xml of PC-7"):
        looks({"client": "PC-7", "sylink": "<ServerSettings/>"})
