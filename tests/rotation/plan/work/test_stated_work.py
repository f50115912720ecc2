"""What an operator must state of work that shows nowhere."""

import pytest

from rotation.plan.work.hand_outs import HandOut, HandOutKind
from rotation.plan.work.stated_work import unstated
from rotation.plan.work.task import DeleteList, RefreshImages, StartHandOuts
from rotation.values import ListName

IMAGES = RefreshImages(groups=("My Company\\VDI", "My Company\\Call Centre"))
STARTED = StartHandOuts(stopped=(HandOut(kind=HandOutKind.GPO, name="SEP at  start-up"),), unstated=True)


@pytest.mark.parametrize(
    ("work", "evidence"),
    [
        (IMAGES, {"refreshed": "vdi: W11-7; My Company\\Call Centre: W10"}),
        (STARTED, {"started": "gpo: sep at start-up, and two scripts"}),
        (StartHandOuts(unstated=True), {"started": "nothing had been stopped"}),
        (DeleteList(list=ListName("Copy")), {}),
    ],
)
def test_what_names_each_is_taken(work, evidence):
    """Case and spaces do not count; work that is seen asks for nothing."""
    assert unstated(work, evidence) is None


@pytest.mark.parametrize(
    ("work", "evidence", "field", "message"),
    [
        (IMAGES, {}, "refreshed", "does not say what was done"),
        (IMAGES, {"refreshed": " \n"}, "refreshed", "does not say what was done"),
        (IMAGES, {"refreshed": "all images of VDI"}, "refreshed", "does not name Call Centre"),
        (IMAGES, {"started": "VDI, Call Centre"}, "refreshed", "does not say what was done"),
        (STARTED, {"started": "all of them"}, "started", "does not name SEP at  start-up"),
        (StartHandOuts(unstated=True), {}, "started", "does not say what was done"),
    ],
)
def test_what_names_less_is_refused(work, evidence, field, message):
    """The finding has the field, and the names that are missing."""
    finding = unstated(work, evidence)
    assert finding is not None
    assert (finding.code, finding.subject) == ("work-not-stated", field)
    assert message in finding.message
    assert field in finding.remedy
