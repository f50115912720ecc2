"""What Temporal's UI says of a rotation before any worker has run it: static summary and details, in Markdown."""

from engine.contract import RotateInput
from rotation.plan.plan import PlanBody
from rotation.text.plain_text import markdown

_SUMMARY_LENGTH = 200


def static_summary(begin: RotateInput) -> str:
    """One line: which site, and what for. A long name is cut."""
    what = f": {begin.purpose}, plan {begin.plan_hash[:12]}"
    name = begin.site_name
    while len(shown := markdown(name) + what) > _SUMMARY_LENGTH:
        name = name[:-1]
    return shown


def static_details(begin: RotateInput, body: PlanBody) -> str:
    """The approved plan as lists. The UI renders no tables. Texts of others are no markup."""
    lines = [f"# {markdown(begin.site_name)}: {body.purpose}"]
    lines += [f"- rotation `{begin.rotation_id}`", f"- plan `{begin.plan_id}`, hash `{begin.plan_hash}`"]
    if body.certificates:
        lines.append("\n## Certificates (SHA-256)")
        lines += [f"- {markdown(chosen.server)}: `{chosen.fingerprint}`" for chosen in body.certificates]
    if body.holdouts:
        lines.append(f"\n## Holdout\n- {markdown(', '.join(body.holdouts))}")
    lines.append("\n## Steps")
    lines += [f"- {step.number} {markdown(step.title)}" for step in body.steps]
    return "\n".join(lines)
