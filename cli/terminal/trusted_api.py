"""Which certificate of an API is trusted: that of a folder's own service, or one that an authority has issued."""

import os
import ssl
from pathlib import Path

from cli.language.system_errors import reason
from cli.language.wording import _
from cli.terminal.fault import UnreadableError

_END = "-----END CERTIFICATE-----"


def trusting(certificate: Path | None) -> ssl.SSLContext | bool:
    """Trust the first certificate of a file and no other, whatever names it has; None: what the system trusts.

    `ROTATOR_API_CA` names a file with the certificates of the company's authority.

    Raises:
        UnreadableError: when a file holds no certificate.
    """
    try:
        if certificate is None:
            authority = os.environ.get("ROTATOR_API_CA")
            return ssl.create_default_context(cafile=authority) if authority else True
        # those behind the first issued it: trusted as well, each could vouch for another server
        first = certificate.read_text("ascii").partition(_END)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        context.load_verify_locations(cadata=first[0] + first[1])
    except (OSError, ValueError) as error:
        raise UnreadableError(_("the certificate of the API cannot be read: %(error)s", error=reason(error))) from None
    return context
