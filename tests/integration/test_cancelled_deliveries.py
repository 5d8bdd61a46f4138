"""A delivery that is cancelled while an object is read: nothing of that one stays, and the next delivery goes on."""

from pathlib import Path

import pytest

from corelab.services import intake
from corelab.storage import registry
from tests.builders import Lab, a_lab
from tests.dicom_builders import a_file, speckle

SENT = 3


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "from the site"
    folder.mkdir()
    for number in range(1, SENT + 1):
        a_file(folder / f"{number}.dcm", pixels=speckle(seed=number))
    return folder


def kept(lab: Lab) -> tuple[set[str], set[str]]:
    """Numbers of objects with files in quarantine, and of those on record."""
    with lab.open.store.read() as snapshot:
        recorded = {f"{one.delivery}/{one.n}" for one in registry.objects(snapshot)}
    files = [path for path in lab.open.quarantine.rglob("*") if path.is_file()]
    return {f"{path.parent.name}/{path.name.split('.')[0]}" for path in files}, recorded


@pytest.mark.parametrize("at", range(1, SENT + 1))
def test_a_cancelled_object_leaves_nothing_and_comes_with_the_next_delivery(at: int, tmp_path: Path, site: Path) -> None:
    lab, told = a_lab(tmp_path), list[int]()
    first = intake.take_in(
        lab.open,
        lab.coordinator,
        [site],
        subject="S-1",
        visit="D10",
        progress=lambda done, _total, _words: told.append(done),
        cancelled=lambda: len(told) >= at,  # true from the moment in which this object is begun
    )
    assert first.cancelled
    assert len(first.objects) == at - 1
    files, recorded = kept(lab)
    assert files == recorded
    assert len(recorded) == at - 1
    assert list(lab.open.quarantine.rglob("*.new")) == []
    again = intake.take_in(lab.open, lab.coordinator, [site], subject="S-1", visit="D10")
    assert [one.outcome.value for one in again.objects] == ["duplicate"] * (at - 1) + ["checked"] * (SENT - at + 1)
    assert len(intake.waiting(lab.open, lab.coordinator)) == SENT
