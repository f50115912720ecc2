"""What stands against a plan."""

from collections.abc import Sequence

from rotation.finding import Finding


class PlanRefusedError(ValueError):
    """No plan can be made; `findings` say why and what to do."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("; ".join(f"{finding.subject}: {finding.message}" for finding in findings))
