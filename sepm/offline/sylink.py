"""Reading an exported Sylink.xml: the server list that clients of a group really get.

Elements and attributes as in "Sylink.xml and its contents" (Symantec Connect, 2012). *Inference*, because no source
tells how the file shows the protocol: a server with `HttpsPort` and no `HttpPort` is HTTPS, one with `HttpPort` alone
is HTTP; with both, HTTPS, unless `HttpsPort` is 0. A list whose servers differ is refused: a person decides.
`HttpsVerifyCA` is read by its name (1 is on); one server that has it on makes it the list's, because clients that trust
a CA prove less (rule 11).
"""

import base64
import binascii
import hashlib
import re
from xml.etree import ElementTree as ET

from rotation.site import ListEntry, Protocol, Server, ServerList
from rotation.values import Fingerprint, ListName, ServerName
from sepm.errors import UnreadableSylink

LARGEST = 4 << 20
_HTTPS_PORT, _HTTP_PORT = 443, 8014
_LAST_PORT = 65535
_AGAIN = "export it again in the SEPM console (Clients, right-click the group, Export Communication Settings)"
_NUMBER = re.compile(r"(?<!\d)(\d{1,9})\Z")
_LONGEST_NUMBER = 9
# what starts a document type; entities exist only inside one
_DOCTYPE = re.compile(r"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)


def parse_sylink(xml: bytes, servers: tuple[Server, ...], *, name: str = "Sylink.xml") -> ServerList:
    """The server list in the file.

    Args:
        xml: the file.
        servers: the site's servers: an address of the file is one of them when it equals its address or name,
            whatever the case; where several have it, when its port is that of the one. An unknown address stays as
            the name, so that rules see a server of no known site.
        name: the file's name, for errors.

    Raises:
        UnreadableSylink: says what is wrong.
    """
    lists = _root(xml, name).findall(".//ServerList")
    if not lists:
        raise UnreadableSylink(name, "holds no ServerList", _AGAIN)
    if len(lists) > 1:
        raise UnreadableSylink(name, f"holds {len(lists)} ServerLists, and which one is in use is unknown", _AGAIN)
    found = lists[0]
    list_name = _attribute(found, "Name")
    if not list_name:
        raise UnreadableSylink(name, "its ServerList has no name", _AGAIN)
    blocks = sorted(
        ((_priority(block, place), block) for place, block in enumerate(found.findall("ServerPriorityBlock"), 1)),
        key=lambda ranked: ranked[0],
    )
    elements = [[server for server in block.findall("Server") if _attribute(server, "Address")] for _, block in blocks]
    everyone = [server for block in elements for server in block]
    if not everyone:
        raise UnreadableSylink(name, f"its list {list_name!r} has no server with an address", _AGAIN)
    protocols = {_protocol(server, name) for server in everyone}
    if len(protocols) > 1:
        raise UnreadableSylink(
            name, f"its list {list_name!r} mixes HTTP and HTTPS servers", "describe the list by hand instead"
        )
    return ServerList(
        name=ListName(list_name),
        protocol=protocols.pop(),
        priorities=tuple(tuple(_entry(server, servers, name) for server in block) for block in elements if block),
        verifies_ca=any(_attribute(server, "HttpsVerifyCA") not in ("", "0") for server in everyone),
    )


def certificates_in(xml: bytes, *, name: str = "Sylink.xml") -> tuple[Fingerprint, ...]:
    """The certificates that the file has clients trust; what is none that can be read is left out.

    *Inference*: each `Certificate` of its `ServerCertList` is the base64 of a DER, with or without a PEM's lines.

    Raises:
        UnreadableSylink: says what is wrong.
    """
    found = _root(xml, name).findall(".//ServerCertList/Certificate")
    contents = (_der("".join(each.itertext())) for each in found)
    return tuple(sorted({Fingerprint(hashlib.sha256(content).hexdigest()) for content in contents if content}))


def _der(text: str) -> bytes:
    lines = (line.strip() for line in text.splitlines())
    plain = "".join("".join(line.split()) for line in lines if not line.startswith("-"))
    try:
        return base64.b64decode(plain, validate=True)
    except (binascii.Error, ValueError):
        return b""


def _root(xml: bytes, name: str) -> ET.Element:
    if len(xml) > LARGEST:
        raise UnreadableSylink(name, "is larger than 4 MiB", _AGAIN)
    text = _decoded(xml, name)
    if _DOCTYPE.search(text):  # no Sylink.xml has one; it could read files or fill the memory
        raise UnreadableSylink(name, "declares a document type or entities and was not parsed", _AGAIN)
    try:
        # Parsed from the very text that was searched, so that no other encoding can hide a declaration.
        root = ET.fromstring(_without_declaration(text))  # noqa: S314 - without DOCTYPE there are no entities
    except ET.ParseError as error:
        raise UnreadableSylink(name, f"is no XML ({error})", _AGAIN) from error
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]  # a namespace makes no difference here
    return root


def _decoded(xml: bytes, name: str) -> str:
    encoding = "utf-16" if xml[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return xml.decode(encoding)
    except UnicodeDecodeError as error:
        raise UnreadableSylink(name, "is neither UTF-8 nor UTF-16", _AGAIN) from error


def _without_declaration(text: str) -> str:
    return re.sub(r"\A\s*<\?xml[^>]*\?>", "", text)


def _attribute(element: ET.Element, name: str) -> str:
    """An attribute's text, whatever the case of its name: exports of different versions are not known to agree."""
    wanted = name.lower()
    return next((value.strip() for key, value in element.attrib.items() if key.lower() == wanted), "")


def _priority(block: ET.Element, place: int) -> int:
    number = _NUMBER.search(_attribute(block, "Name"))
    return int(number.group(1)) if number else place


def _protocol(server: ET.Element, name: str) -> Protocol:
    has_https = bool(_port(server, "HttpsPort", name))
    has_http = bool(_port(server, "HttpPort", name))
    if has_https:
        return Protocol.HTTPS
    if has_http:
        return Protocol.HTTP
    raise UnreadableSylink(
        name,
        f"server {_attribute(server, 'Address')!r} has neither HttpPort nor HttpsPort",
        "describe the list by hand instead",
    )


def _port(server: ET.Element, attribute: str, name: str) -> int | None:
    """The port; None where it is absent or 0."""
    text = _attribute(server, attribute)
    if not text:
        return None
    if not text.isdecimal() or len(text) > _LONGEST_NUMBER or int(text) > _LAST_PORT:
        raise UnreadableSylink(name, f"has {text[:20]!r} for a port ({attribute})", _AGAIN)
    return int(text) or None


def _entry(element: ET.Element, servers: tuple[Server, ...], name: str) -> ListEntry:
    address = _attribute(element, "Address")
    https, http = _port(element, "HttpsPort", name), _port(element, "HttpPort", name)
    known = _known(address, https, http, servers)
    return ListEntry(
        server=known.name if known else ServerName(address),
        address=address,
        https_port=https or (known.https_port if known else _HTTPS_PORT),
        http_port=http or (known.http_port if known else _HTTP_PORT),
    )


def _known(address: str, https: int | None, http: int | None, servers: tuple[Server, ...]) -> Server | None:
    """The server of the site at that address; of several there, as behind one NAT, the one with that port."""
    plain = address.lower().strip("[]")
    there = [each for each in servers if plain in (each.address.lower().strip("[]"), each.name.lower())]
    if len(there) > 1:
        there = [each for each in there if each.https_port == https or (https is None and each.http_port == http)]
    return there[0] if len(there) == 1 else None
