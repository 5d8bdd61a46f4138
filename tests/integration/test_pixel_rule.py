"""One person, two, or a second one for a drawn share; and a box added by the second person sends the clip back to the first."""

from pathlib import Path

import pytest

from corelab.domain.accounts import Command
from corelab.domain.intake import ClipState, IntakeRefusedError, Refusal
from corelab.domain.pixel_rule import PixelRule
from corelab.domain.record_errors import NotPermittedError
from corelab.domain.vocabulary import ClipId, LabKind, Side
from corelab.services import intake
from corelab.services.intake import WaitingClip
from corelab.services.verification import verify_lab
from tests.builders import Lab, a_lab
from tests.dicom_builders import a_file, speckle

WHY = "Protocol of the lab"


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return a_lab(tmp_path, kind=LabKind.TRIAL)


def received(lab: Lab, tmp_path: Path, seed: int = 1) -> ClipId:
    source = a_file(tmp_path / f"source-{seed}", pixels=speckle(seed=seed))
    (one,) = intake.take_in(lab.open, lab.coordinator, [source], subject="S-1", visit="D10", side=Side.LEFT).objects
    assert one.clip is not None
    return one.clip


def shown(lab: Lab, clip: ClipId) -> WaitingClip:
    return next(one for one in intake.waiting(lab.open, lab.coordinator) if one.clip == clip)


def passed(lab: Lab, clip: ClipId) -> None:
    intake.pass_pixels(lab.open, lab.coordinator, [clip], {clip: shown(lab, clip).flagged})


def confirmed(lab: Lab, clip: ClipId) -> ClipState:
    (done,) = intake.verify_pixels(lab.open, lab.coordinator, [clip], {clip: shown(lab, clip).flagged})
    return done.state


def refusal(error: pytest.ExceptionInfo[IntakeRefusedError]) -> Refusal:
    assert error.value.message
    return error.value.refusal


def test_a_lab_begins_with_two_people_and_an_administrator_changes_it_with_a_reason(lab: Lab) -> None:
    assert intake.pixel_rule(lab.open, lab.coordinator) == PixelRule(100)
    assert intake.set_pixel_rule(lab.open, lab.administrator, "sample:20", WHY) == PixelRule(20)
    assert intake.pixel_rule(lab.open, lab.coordinator) == PixelRule(20)
    with lab.open.store.read() as snapshot:
        event = next(each for each in snapshot.events(entity="setting", id="pixel_check") if each["kind"] == "pixels.rule")
    assert event["actor"] == lab.administrator.account
    assert verify_lab(lab.open.folder).faults == ()


@pytest.mark.parametrize(("rule", "reason"), [("three", WHY), ("sample:0", WHY), ("one", "  ")])
def test_no_other_rule_and_none_without_a_reason(lab: Lab, rule: str, reason: str) -> None:
    with pytest.raises(IntakeRefusedError):
        intake.set_pixel_rule(lab.open, lab.administrator, rule, reason)
    assert intake.pixel_rule(lab.open, lab.coordinator) == PixelRule(100)


def test_who_checks_clips_does_not_decide_how_many_people_do(lab: Lab) -> None:
    with pytest.raises(NotPermittedError) as error:
        intake.set_pixel_rule(lab.open, lab.coordinator, "one", WHY)
    assert error.value.command is Command.ACCOUNT


def test_of_a_sample_only_the_drawn_clips_need_another_person_and_nobody_knows_before_passing(lab: Lab, tmp_path: Path) -> None:

    intake.set_pixel_rule(lab.open, lab.administrator, "sample:50", WHY)
    clips = [received(lab, tmp_path, seed) for seed in range(1, 9)]
    assert [shown(lab, clip).second for clip in clips] == [None] * 8
    for clip in clips:
        passed(lab, clip)
    second = {clip: shown(lab, clip).second for clip in clips}
    for clip, needed in second.items():
        if needed:
            with pytest.raises(IntakeRefusedError) as error:
                confirmed(lab, clip)
            assert refusal(error) is Refusal.SAME_PERSON
        else:
            assert confirmed(lab, clip) is ClipState.RELEASED
    intake.set_pixel_rule(lab.open, lab.administrator, "two", WHY)
    assert all(shown(lab, clip).second for clip, needed in second.items() if needed)


def test_the_draw_of_a_file_stays_the_same(lab: Lab, tmp_path: Path) -> None:
    intake.set_pixel_rule(lab.open, lab.administrator, "sample:50", WHY)
    clip = received(lab, tmp_path)
    passed(lab, clip)
    first = shown(lab, clip).second
    intake.set_mask(lab.open, lab.coordinator, clip, [(1, 1, 20, 8)])
    passed(lab, clip)
    assert shown(lab, clip).second is first


def test_one_person_is_enough_where_the_lab_says_so(lab: Lab, tmp_path: Path) -> None:
    intake.set_pixel_rule(lab.open, lab.administrator, "one", WHY)
    clip = received(lab, tmp_path)
    passed(lab, clip)
    assert shown(lab, clip).second is False
    assert confirmed(lab, clip) is ClipState.RELEASED
    assert verify_lab(lab.open.folder).faults == ()


def test_a_box_of_the_second_person_sends_the_clip_back_to_the_first(lab: Lab, tmp_path: Path) -> None:
    clip = received(lab, tmp_path)
    passed(lab, clip)
    back = intake.set_mask(lab.open, lab.coordinator_2, clip, [(1, 1, 20, 8)])
    assert (back.state, back.back_by) == (ClipState.CHECKED, lab.coordinator_2.account)
    with pytest.raises(IntakeRefusedError) as error:
        intake.pass_pixels(lab.open, lab.coordinator_2, [clip], {clip: back.flagged})
    assert refusal(error) is Refusal.SENT_BACK
    passed(lab, clip)
    (done,) = intake.verify_pixels(lab.open, lab.coordinator_2, [clip], {clip: back.flagged})
    assert done.state is ClipState.RELEASED
    assert verify_lab(lab.open.folder).faults == ()


def test_who_passed_a_clip_may_mask_and_pass_it_again(lab: Lab, tmp_path: Path) -> None:
    clip = received(lab, tmp_path)
    passed(lab, clip)
    assert intake.set_mask(lab.open, lab.coordinator, clip, [(1, 1, 20, 8)]).back_by is None
    passed(lab, clip)
    assert shown(lab, clip).state is ClipState.PASSED
