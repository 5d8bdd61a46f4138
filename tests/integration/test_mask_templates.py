"""The mask of a machine: kept from a clip, applied to later ones, held where the layout may be another one, retired."""

import json
from pathlib import Path

import pydicom
import pytest
from pydicom.dataset import Dataset

from corelab.domain.intake import ClipState, IntakeCode, IntakeRefusedError, Outcome, Refusal
from corelab.domain.vocabulary import ClipId, Side
from corelab.services import intake
from corelab.services.intake import MaskTemplate, WaitingClip
from corelab.services.verification import verify_lab
from corelab.storage import registry
from tests.builders import Lab, a_lab
from tests.dicom_builders import TOKEN, a_file, a_jpeg_file, speckle

BOX = (20, 25, 30, 30)
MACHINE = ("Philips Medical Systems", "EPIQ 5G", "EPIQ 5G_1.5.6.850")


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return a_lab(tmp_path)


def received(lab: Lab, tmp_path: Path, seed: int, *, software: str = MACHINE[2], model: str = MACHINE[1], **how: object) -> WaitingClip:
    def made_by(made: Dataset) -> None:
        made.Manufacturer, made.ManufacturerModelName, made.SoftwareVersions = MACHINE[0], model, software

    pixels = speckle(seed=seed, **({"columns": how["columns"]} if "columns" in how else {}))  # type: ignore[arg-type]
    source = a_file(tmp_path / f"source-{seed}", made_by, pixels=pixels, regions=how.get("regions"))  # type: ignore[arg-type]
    (one,) = intake.take_in(lab.open, lab.coordinator, [source], subject="S-1", visit="D10", side=Side.LEFT).objects
    assert one.clip is not None, one
    return waiting(lab, one.clip)


def waiting(lab: Lab, clip: ClipId) -> WaitingClip:
    return next(one for one in intake.waiting(lab.open, lab.coordinator) if one.clip == clip)


def kept(lab: Lab, tmp_path: Path, **how: str) -> MaskTemplate:
    first = received(lab, tmp_path, 1, **how)
    intake.set_mask(lab.open, lab.coordinator, first.clip, [BOX])
    return intake.keep_template(lab.open, lab.coordinator, first.clip)


def released(lab: Lab, clip: ClipId) -> Path:
    seen = {clip: waiting(lab, clip).flagged}
    intake.pass_pixels(lab.open, lab.coordinator, [clip], seen)
    (done,) = intake.verify_pixels(lab.open, lab.coordinator_2, [clip], seen)
    assert done.state is ClipState.RELEASED, done
    with lab.open.store.read() as snapshot:
        row = snapshot.one("clip", id=clip)
    assert row is not None
    assert json.loads(row["mask"])["templated"] == [list(BOX)]
    return Path(lab.open.clips, row["sha256"][:2], f"{row['sha256']}.dcm")


def test_a_kept_mask_is_applied_to_the_next_clip_of_the_machine(lab: Lab, tmp_path: Path) -> None:
    template = kept(lab, tmp_path)
    assert (template.machine.manufacturer, template.machine.model, template.machine.software) == MACHINE
    assert (template.n, template.boxes, template.active) == (1, (BOX,), True)
    later = received(lab, tmp_path, 2)
    assert (later.outcome, later.templated, later.template) == (Outcome.CHECKED, (BOX,), f"{template.id}/1")
    found = pydicom.dcmread(released(lab, later.clip)).pixel_array
    source = pydicom.dcmread(tmp_path / "source-2").pixel_array
    assert not found[:, BOX[1] : BOX[3] + 1, BOX[0] : BOX[2] + 1].any()
    assert (found[:, 40:50, 40:50] == source[:, 40:50, 40:50]).all()
    assert verify_lab(lab.open.folder).ok


@pytest.mark.parametrize("other", [{"software": "EPIQ 5G_9"}, {"columns": 112}])
def test_another_size_or_software_of_a_known_machine_is_held(lab: Lab, tmp_path: Path, other: dict[str, object]) -> None:
    kept(lab, tmp_path)
    later = received(lab, tmp_path, 2, **other)  # type: ignore[arg-type]
    assert (later.outcome, later.code, later.templated) == (Outcome.HELD, IntakeCode.TEMPLATE_MISMATCH.value, ())
    decided = intake.set_mask(lab.open, lab.coordinator, later.clip, [(1, 1, 9, 9)])
    assert decided.state is ClipState.CHECKED


def test_another_machine_is_not_affected(lab: Lab, tmp_path: Path) -> None:
    kept(lab, tmp_path)
    later = received(lab, tmp_path, 2, model="EPIQ 7G", software="")
    assert (later.outcome, later.templated) == (Outcome.CHECKED, ())


def test_a_clip_without_regions_is_held_although_its_machine_has_a_mask(lab: Lab, tmp_path: Path) -> None:
    kept(lab, tmp_path)
    later = received(lab, tmp_path, 2, regions=[])
    assert (later.code, later.templated) == (IntakeCode.REGION_INVALID.value, (BOX,))
    assert intake.confirm_nothing_to_mask(lab.open, lab.coordinator, later.clip).templated == (BOX,)


def test_what_is_drawn_on_a_later_clip_makes_a_new_version(lab: Lab, tmp_path: Path) -> None:
    template = kept(lab, tmp_path)
    later = received(lab, tmp_path, 2)
    intake.set_mask(lab.open, lab.coordinator, later.clip, [(40, 40, 44, 44)])
    again = intake.keep_template(lab.open, lab.coordinator, later.clip)
    assert (again.id, again.n, set(again.boxes)) == (template.id, 2, {BOX, (40, 40, 44, 44)})
    assert intake.templates(lab.open, lab.coordinator) == (again,)


def test_a_new_version_loses_no_box_though_its_clip_was_masked_before_the_first_one(lab: Lab, tmp_path: Path) -> None:
    early = received(lab, tmp_path, 2)
    intake.set_mask(lab.open, lab.coordinator, early.clip, [(40, 40, 44, 44)])
    template = kept(lab, tmp_path)
    again = intake.keep_template(lab.open, lab.coordinator, early.clip)
    assert (again.id, again.n) == (template.id, 2)
    assert set(again.boxes) >= {BOX, (40, 40, 44, 44)}


def test_a_retired_mask_is_not_applied_any_more(lab: Lab, tmp_path: Path) -> None:
    template = kept(lab, tmp_path)
    for reason, refused in (("", Refusal.RULE_REASON), ("new layout", None), ("again", Refusal.TEMPLATE)):
        if refused is None:
            assert not intake.retire_template(lab.open, lab.coordinator, template.id, reason).active
            continue
        with pytest.raises(IntakeRefusedError) as error:
            intake.retire_template(lab.open, lab.coordinator, template.id, reason)
        assert error.value.refusal is refused
    later = received(lab, tmp_path, 2, software="EPIQ 5G_9")
    assert (later.outcome, later.templated) == (Outcome.CHECKED, ())
    with lab.open.store.read() as snapshot:
        assert [row["state"] for row in snapshot.all("mask_template")] == ["active", "retired"]


def test_a_mask_that_nobody_decided_is_not_kept(lab: Lab, tmp_path: Path) -> None:
    first = received(lab, tmp_path, 1)
    with pytest.raises(IntakeRefusedError) as error:
        intake.keep_template(lab.open, lab.coordinator, first.clip)
    assert error.value.refusal is Refusal.TEMPLATE_MASK


def test_free_text_names_no_machine(lab: Lab, tmp_path: Path) -> None:
    """A model that is on no list has no template; software that is on none is known by a digest only."""
    unknown = received(lab, tmp_path, 1, model=f"{TOKEN} SPECIAL")
    intake.set_mask(lab.open, lab.coordinator, unknown.clip, [BOX])
    with pytest.raises(IntakeRefusedError) as error:
        intake.keep_template(lab.open, lab.coordinator, unknown.clip)
    assert error.value.refusal is Refusal.TEMPLATE_MACHINE
    named = received(lab, tmp_path, 2, software=f"{TOKEN} HOSPITAL 1.2")
    intake.set_mask(lab.open, lab.coordinator, named.clip, [BOX])
    template = intake.keep_template(lab.open, lab.coordinator, named.clip)
    assert template.machine.software.startswith("#")
    assert received(lab, tmp_path, 3, software=f"{TOKEN} HOSPITAL 1.2").templated == (BOX,)
    assert received(lab, tmp_path, 4, software=f"{TOKEN} HOSPITAL 1.3").code == IntakeCode.TEMPLATE_MISMATCH.value
    assert TOKEN.encode() not in (lab.open.folder / "corelab.db").read_bytes()


def test_a_jpeg_clip_is_masked_by_the_blocks_that_a_box_touches(lab: Lab, tmp_path: Path) -> None:
    source = a_jpeg_file(tmp_path / "source")
    (one,) = intake.take_in(lab.open, lab.coordinator, [source], subject="S-1", visit="D10", side=Side.LEFT).objects
    assert one.clip is not None
    decided = intake.set_mask(lab.open, lab.coordinator, one.clip, [(40, 30, 47, 33)])
    assert decided.blocks[0] > 1
    with lab.open.store.read() as snapshot:
        assert registry.steps(snapshot, one.clip)[-1].boxes == ((40, 30, 47, 33),)
    seen = {one.clip: decided.flagged}
    intake.pass_pixels(lab.open, lab.coordinator, [one.clip], seen)
    (done,) = intake.verify_pixels(lab.open, lab.coordinator_2, [one.clip], seen)
    assert done.state is ClipState.RELEASED
