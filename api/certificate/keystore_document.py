"""Keystores as they are asked for and shown."""

from pydantic import Field

from api.manners.paging import PageShown
from certificates.keystores import KeystoreFormat
from rotation.values import Value
from store.certificate.keystores import KeystoreRecord


class KeystoreRequest(Value):
    """A keystore that is wanted, in which format."""

    format: KeystoreFormat


class KeystoreMade(Value):
    """A keystore that waits to be taken. Store and key have one password, because SEPM asks for one."""

    keystore: KeystoreRecord
    filename: str
    path: str = Field(description="Where the file is, once")
    password: str = Field(description="Shown this once")


class KeystoreList(PageShown[KeystoreRecord]):
    """A page of who had keystores made, the newest first."""
