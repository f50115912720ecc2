"""Evidence that comes as an exported Sylink.xml, or as those of clients."""

import hashlib
import json

import pytest

from api.http.problems import ProblemError
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


def test_what_a_sylink_shows_replaces_what_was_stated():
    """Name, protocol, ports and order are those of the file; its text goes no further."""
    shown = evidence_of_sylink({"sylink": SYLINK, "protocol": "HTTPS", "filename": "Sylink.xml"}, SITE)
    assert len(shown.pop("sha256")) == 64
    assert shown == {
        "filename": "Sylink.xml",
        "list_name": "Copy",
        "protocol": "HTTP",
        "ports": "SEPM-1=8014",
        "order": "SEPM-1",
    }


def test_without_a_file_evidence_stays_as_stated():
    """Other evidence is left alone."""
    assert evidence_of_sylink({"order": "SEPM-1"}, SITE) == {"order": "SEPM-1"}


@pytest.mark.parametrize("evidence", [{"note": "a" * 500_001}, {str(number): "a" * 9000 for number in range(60)}])
def test_evidence_that_no_message_holds_is_refused(evidence):
    """Temporal would not carry it to the rotation, and the answer would say that Temporal is down."""
    with pytest.raises(ProblemError) as refusal:
        evidence_of_sylink(evidence, SITE)
    assert (refusal.value.problem.status, refusal.value.problem.findings[0].subject) == (422, "evidence")
    assert len(refusal.value.problem.detail) < 200


@pytest.mark.parametrize("text", ["", "no XML", "\ud800", "<ServerSettings/>"], ids=repr)
def test_what_is_no_sylink_is_refused(text):
    """Something else under its name proves nothing."""
    with pytest.raises(UnreadableSylink):
        evidence_of_sylink({"sylink": text}, SITE)


def looks(*clients):
    """The evidence of a look at clients, as it goes on to the rotation."""
    return json.loads(evidence_of_sylink({"clients": json.dumps(clients)}, SITE)["clients"])


def test_of_a_clients_file_only_what_it_shows_is_kept():
    """List and certificates; what is stated beside a file does not count, and a name with separators is one name."""
    certificates = "<ServerCertList><Certificate>aGVsbG8=</Certificate><Certificate>?</Certificate></ServerCertList>"
    file = SYLINK.replace("</CommConf>", f"{certificates}</CommConf>")
    (shown,) = looks({"client": "A;B=C \n", "sylink": file, "protocol": "HTTPS", "certificates": ["00"]})
    assert shown.pop("sha256") == hashlib.sha256(file.encode()).hexdigest()
    assert shown == {
        "client": "A;B=C \n",
        "protocol": "HTTP",
        "servers": [{"server": "SEPM1.test", "port": 8014}],
        "certificates": [hashlib.sha256(b"hello").hexdigest()],
    }


def test_what_was_read_of_a_client_stays_as_stated():
    """Without a file."""
    stated = {"client": "A", "protocol": "HTTP", "servers": [{"server": "SEPM-1", "port": 8014}]}
    assert looks(stated, 5) == [stated, 5]


@pytest.mark.parametrize("stated", [SYLINK, "{}", "[" * 100_000], ids=["a file", "an object", "deep"])
def test_what_is_no_list_of_clients_goes_no_further(stated):
    """It may be a file with a key in it: the rotation gets an empty text, and refuses that."""
    assert evidence_of_sylink({"clients": stated}, SITE) == {"clients": ""}
    assert looks({"client": "A", "sylink": {"not": "text"}}) == [{"client": "A"}]


def test_a_file_that_is_none_is_refused_with_its_client():
    """The operator who sends several files has to know which one."""
    with pytest.raises(UnreadableSylink, match=r"the Sylink\.xml of PC-7"):
        looks({"client": "PC-7", "sylink": "<ServerSettings/>"})
