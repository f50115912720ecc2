"""What a recovery is asked for: which recovery files are at hand, and what was read off clients."""

from http import HTTPStatus
from typing import Annotated

from pydantic import BeforeValidator, Field

from api.http.problems import refused
from api.manners.instant import Instant
from rotation.bounds import MOST_SERVERS, Text
from rotation.finding import blocking
from rotation.recovery.damage import RecoveryCopy
from rotation.site import Site
from rotation.values import Fingerprint, ServerName, Value


def _plain(text: object) -> object:
    """Colons, blanks and capitals are how people copy a fingerprint."""
    return "".join(text.split()).replace(":", "").lower() if isinstance(text, str) else text


_Sha256 = Annotated[Fingerprint, BeforeValidator(_plain), Field(pattern=r"^[0-9a-f]{64}$")]


class RecoveryCopyRequest(Value):
    """A recovery file, as `rotator recovery inspect` tells of it. The file itself is never sent."""

    name: str = Field(min_length=1, max_length=255)
    sha256: _Sha256 = Field(description="Of the archive")
    certificate_sha256: _Sha256 = Field(description="Of the certificate in it")
    not_before: Instant | None = None
    not_after: Instant | None = None
    key_matches: bool | None = Field(
        default=None, description="Whether the key in it is the certificate's; null: nobody has looked"
    )
    keystore: str = Field(default="", max_length=255, description="The keystore in it that SEPM's wizard takes")


class RecoveryRequest(Value):
    """What is known of damaged servers. Those that are not named are looked at all the same."""

    files: dict[Annotated[ServerName, Text], RecoveryCopyRequest] = Field(
        default={}, max_length=MOST_SERVERS, description="By server, the recovery file at hand"
    )
    held: dict[Annotated[ServerName, Text], _Sha256] = Field(
        default={},
        max_length=MOST_SERVERS,
        description="By server, the SHA-256 of its certificate as somebody has read it off a client's Sylink.xml, "
        "where what was seen here does not tell or is old",
    )

    def copies(self, site: Site) -> dict[ServerName, RecoveryCopy]:
        """The recovery files by server.

        Raises:
            ProblemError: 422, when it names a server that the site does not have.
        """
        own = {server.name for server in site.servers}
        if strangers := sorted((self.files.keys() | self.held.keys()) - own):
            remedy = f"its servers are {', '.join(sorted(own))}"
            findings = [
                blocking("unknown-server", name, f"site {site.name} has no such server", remedy) for name in strangers
            ]
            raise refused("unknown-server", findings, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        return {
            server: RecoveryCopy(
                name=file.name,
                sha256=file.sha256,
                certificate=file.certificate_sha256,
                not_before=file.not_before,
                not_after=file.not_after,
                key_matches=file.key_matches,
                keystore=file.keystore,
            )
            for server, file in self.files.items()
        }
