"""What Temporal's UI says of a rotation before any worker has run it: static summary and details, in Markdown."""

import html

from engine.contract import RotateInput
from rotation.plan.plan import PlanBody

_SUMMARY_LENGTH = 200


def static_summary(begin: RotateInput) -> str:
    """One line: which site, and what for."""
    return f"{begin.site_name}: {begin.purpose}, plan {begin.plan_hash[:12]}"[:_SUMMARY_LENGTH]


def static_details(begin: RotateInput, body: PlanBody) -> str:
    """The approved plan as lists. The UI renders no tables, and inline HTML it would render is escaped."""
    lines = [f"# {_safe(begin.site_name)}: {body.purpose}"]
    lines += [f"- rotation `{begin.rotation_id}`", f"- plan `{begin.plan_id}`, hash `{begin.plan_hash}`"]
    if body.certificates:
        lines.append("\n## Certificates (SHA-256)")
        lines += [f"- {_safe(chosen.server)}: `{chosen.fingerprint}`" for chosen in body.certificates]
    if body.holdouts:
        lines.append(f"\n## Holdout\n- {_safe(', '.join(body.holdouts))}")
    lines.append("\n## Steps")
    lines += [f"- {step.number} {_safe(step.title)}" for step in body.steps]
    return "\n".join(lines)


def _safe(text: str) -> str:
    return html.escape(text, quote=False).replace("\n", " ")
