"""What a lock pins."""

import re

from packaging.requirements import Requirement

from tests.deploy.dockerfile import ROOT


def pins(lock: str) -> list[Requirement]:
    """All of it, for every platform and Python."""
    lines = (ROOT / "requirements" / f"{lock}.lock").read_text("utf-8").splitlines()
    return [Requirement(line.removesuffix("\\").strip()) for line in lines if re.match(r"[a-z0-9]", line)]
