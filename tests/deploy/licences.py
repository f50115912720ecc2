"""`make sbom`: the licences of all that is shipped, from a bill of materials, as a list that lies beside the image."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ALLOWED = frozenset(
    {
        "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "LGPL-3.0-only", "MIT", "MIT-0", "MPL-2.0", "PSF-2.0",
        "Unlicense",
    }
)  # fmt: skip
"""What may be shipped beside a product under Apache-2.0; LGPL-3.0 for a library that is used as it is (psycopg)."""
READ = {
    "Jinja2": "BSD-3-Clause",
    "protobuf": "BSD-3-Clause",
    "pyOpenSSL": "Apache-2.0",
    "pyasn1_modules": "BSD-2-Clause",
    "pycryptodomex": "BSD-2-Clause AND Unlicense",
    "shellingham": "ISC",
}
"""Packages that name their licence in words of their own: a person has read the file that comes with each."""


class UnknownLicenceError(Exception):
    """A package whose licence is not known, or not one that may be shipped."""


def licence(component: Mapping[str, Any]) -> str:
    """The licence of a component as an expression of SPDX.

    Raises:
        UnknownLicenceError: when it is none that is known and allowed; the message names the package.
    """
    name = component["name"]
    given = component.get("licenses", ())
    named = [each.get("expression") or each["license"].get("id") for each in given]
    found = READ.get(name) or " AND ".join(sorted({each for each in named if each}))
    words = {word.strip("()") for word in found.split()} - {"AND", "OR"}
    if not words or not words <= ALLOWED:
        raise UnknownLicenceError(
            f"{name}: {found or 'no licence that has a name'}; read what comes with it, and add it to {__file__}"
        )
    return found


def listed(bill: Mapping[str, Any]) -> str:
    """Name, version and licence of each component, one a line.

    Raises:
        UnknownLicenceError: when one may not be shipped.
    """
    found = sorted(
        (each["name"].lower().replace("_", "-"), each["version"], licence(each)) for each in bill["components"]
    )
    return "".join(f"{name:26}{version:18}{which}\n" for name, version, which in found)


if __name__ == "__main__":
    source, target = map(Path, sys.argv[1:])
    try:
        target.write_text(listed(json.loads(source.read_text("utf-8"))), "utf-8")
    except UnknownLicenceError as unknown:
        sys.exit(str(unknown))
