"""Evidence that comes as an exported Sylink.xml."""

import pytest

from api.task_evidence import told_by_sylink
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
    told = told_by_sylink({"sylink": SYLINK, "protocol": "HTTPS", "filename": "Sylink.xml"}, SITE)
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
    assert told_by_sylink({"order": "SEPM-1"}, SITE) == {"order": "SEPM-1"}


@pytest.mark.parametrize("text", ["", "no XML", "\ud800", "<ServerSettings/>"], ids=repr)
def test_what_is_no_sylink_is_refused(text):
    """Something else under its name proves nothing."""
    with pytest.raises(UnreadableSylink):
        told_by_sylink({"sylink": text}, SITE)
