"""What befalls a server's certificate: its keystore is lost or does not open, or something else is in its place."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from emulator.certificates.certificates import Credential

_GARBAGE = b"\x30\x82\x00\x00"


class DamageForm(StrEnum):
    """What is wrong with it."""

    LOST = "lost"
    """The keystore is gone: the services do not start."""
    KEY_OF_ANOTHER = "key_of_another"
    """The key is not the certificate's: the services do not start either."""
    MALFORMED = "malformed"
    """It is presented, and no client can read it."""
    ANOTHER = "another"
    """An administrator has installed the manager again without its recovery file: it has made one of its own."""

    @property
    def starts(self) -> bool:
        """Whether the services start with it."""
        return self in {DamageForm.MALFORMED, DamageForm.ANOTHER}


@dataclass(frozen=True)
class MalformedCredential(Credential):
    """A certificate that was damaged: what is shown of it cannot be read."""

    @cached_property
    def der(self) -> bytes:
        """What is shown."""
        whole = self.certificate.tbs_certificate_bytes
        return _GARBAGE + whole[: len(whole) // 2]
