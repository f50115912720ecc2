"""Documents in a language: texts are translated, and nothing else."""

from api.languages.shown_texts import in_language
from rotation.originals.saving import how_to_save
from rotation.plan.card.additions import asked_again
from rotation.plan.card.cards import instructions
from rotation.plan.work.task import Evidence, ReplaceCertificate
from rotation.values import Fingerprint, RotationId, ServerName, TaskId
from texts.catalogue import translator
from texts.language import Language

CZECH, ENGLISH = translator(Language.CZECH), translator(Language.ENGLISH)
TEXT, TRANSLATED = (
    "A person has archived the site; nothing begins there.",
    "Někdo pracoviště archivoval; nic tam nezačne.",
)


def test_texts_are_translated_wherever_they_stand():
    """In lists and in what stands in a document; what is not known stays as it is."""
    document = {"title": TEXT, "findings": [{"code": "x", "message": TEXT}], "remedy": "Kept by its author"}
    shown = {"title": TRANSLATED, "findings": [{"code": "x", "message": TRANSLATED}], "remedy": "Kept by its author"}
    assert in_language(document, CZECH) == shown
    assert in_language(document, ENGLISH) == document


def test_names_and_reasons_of_people_stay():
    """A person may have written what happens to be a text of ours."""
    document = {"name": TEXT, "why": TEXT, "note": TEXT, "code": TEXT, "subject": "no answer", "items": [TEXT]}
    assert in_language(document, CZECH) == document


def test_a_subject_may_be_the_title_of_a_step():
    """A name stays; what a step is called in the plan is a text."""
    shown = in_language([{"subject": "SEPM-1"}, {"subject": "Replace the certificate of SEPM-1"}], CZECH)
    assert shown == [{"subject": "SEPM-1"}, {"subject": "Vyměnit certifikát serveru SEPM-1"}]


def test_a_card_is_that_of_its_work():
    """The lines that follow from the work of a task are those of the page, and what was added is kept."""
    work = ReplaceCertificate(server=ServerName("SEPM-1"), fingerprint_sha256=Fingerprint("ab" * 32), has_file=True)
    added = (*how_to_save(RotationId("r")), asked_again("the list has other ports"))
    own = instructions(work, TaskId("t"), Evidence.OBSERVED)
    lines = [*own, *(each.english for each in added), "Ring the night watch first"]
    task = {
        "id": "t",
        "rotation_id": "r",
        "subject": work.model_dump(mode="json"),
        "evidence": "observed",
        "instructions": lines,
    }
    shown = in_language(task, CZECH)["instructions"]
    assert len(shown) == len(lines)
    assert "Otevřete průvodce" in " ".join(shown)
    assert shown[-1] == lines[-1]
    values = [each for each in shown[:-1] if each in lines]
    assert all(each.startswith("- ") for each in values), values


def test_instructions_of_something_else_are_no_card():
    """A field of that name without a work beside it."""
    assert in_language({"instructions": [TEXT, "other"], "subject": "none"}, CZECH)["instructions"] == [
        TRANSLATED,
        "other",
    ]
