"""Simulated truth and readers: the same seed says the same, and two readers agree on the share of questions that was asked for."""

import pytest

from corelab.domain.asking import settle
from corelab.domain.charter import load_charter
from corelab.domain.conditions import Facts, fired
from corelab.domain.form import Form, form_for, refused
from corelab.domain.guess import Arm
from corelab.domain.simulated import SimulatedTrial
from corelab.domain.simulated import graded as filled
from corelab.domain.vocabulary import Cell, SubjectCode, VisitId
from tests.charter_builders import DVT, PORTAL, full
from tests.exam_builders import a_form, cell, reduced

SUBJECTS = tuple(SubjectCode(f"S{number:03d}") for number in range(60))
DAY_10 = VisitId("D10")


def a_trial(seed: int = 1, agreement: float = 0.9) -> SimulatedTrial:
    return SimulatedTrial(reduced(), seed, agreement)


def graded(form: Form) -> tuple[Cell, ...]:
    return tuple(one for one in form.cells if one.item != "QUAL")


def test_the_same_seed_says_the_same_and_another_does_not() -> None:
    def everything(trial: SimulatedTrial) -> list[object]:
        return [
            (trial.side(subject), trial.said(subject, DAY_10, one, slot))
            for subject in SUBJECTS
            for one in a_form().cells
            for slot in (1, 2)
        ]

    assert everything(a_trial()) == everything(a_trial())
    assert everything(a_trial()) != everything(a_trial(seed=2))


@pytest.mark.parametrize("agreement", [0.5, 0.9, 1.0])
def test_two_readers_agree_on_the_share_of_questions_asked_for(agreement: float) -> None:
    trial, cells = a_trial(agreement=agreement), a_form().cells
    same = [trial.said(subject, DAY_10, one, 1) == trial.said(subject, DAY_10, one, 2) for subject in SUBJECTS for one in cells]
    assert sum(same) / len(same) == pytest.approx(agreement, abs=0.03)


def test_neither_reader_errs_more_than_the_other() -> None:
    trial = a_trial(agreement=0.6)
    wrong = [
        sum(trial.said(subject, DAY_10, one, slot) != trial.truth(subject, DAY_10, one) for subject in SUBJECTS for one in a_form().cells)
        for slot in (1, 2)
    ]
    assert wrong[0] == pytest.approx(wrong[1], rel=0.2)


def test_every_answer_is_one_the_form_accepts_and_every_grade_occurs() -> None:
    trial, form = a_trial(agreement=0.7), a_form()
    said = {
        (one.item, trial.said(subject, VisitId(visit.id), one, slot).code)
        for subject in SUBJECTS
        for visit in reduced().visits
        for one in graded(form)
        for slot in (1, 2)
    }
    assert said == {
        *(("COMP", value) for value in ("full", "partial", "none", "NE")),
        *(("FLOW", value) for value in ("complete", "partial", "absent", "NE")),
    }


def test_veins_open_again_over_the_visits() -> None:
    trial = a_trial()
    for subject in SUBJECTS:
        places = [place.id for place in trial.places(subject)]
        burden = [sum(trial.illness(subject, VisitId(visit.id), segment) for segment in places) for visit in reduced().visits]
        assert burden == sorted(burden, reverse=True)
        assert burden[0] > 0


def test_one_subject_more_changes_nothing_for_the_others() -> None:
    trial, one = a_trial(), cell("COMP.CFV")
    before = trial.said(SUBJECTS[0], DAY_10, one, 1)
    assert [trial.said(subject, DAY_10, one, 1) for subject in SUBJECTS][0] == before  # noqa: RUF015 - all are drawn first


def test_a_few_segments_are_not_imaged() -> None:
    trial = a_trial()
    clips = [trial.clips(subject, DAY_10, segment) for subject in SUBJECTS for segment in [place.id for place in trial.places(subject)]]
    assert 0 < clips.count(0) < len(clips) / 20


# ---------------------------------------------------------------- whole charters


@pytest.mark.parametrize("name", [DVT, PORTAL, "odd"])
def test_every_form_of_a_charter_is_filled_with_what_its_items_and_hard_checks_allow(name: str) -> None:
    charter = load_charter(full(name).encode())
    trial = SimulatedTrial(charter, seed=1, agreement=0.9)
    kinds = set()
    for subject in SUBJECTS[:10]:
        for form, visit in forms(trial, subject):
            for slot in (1, 2):
                answers = filled(form, lambda one, again: trial.said(subject, visit, one, slot, again))  # noqa: B023 - called at once
                assert not [one for one, grade in answers.items() if refused(form, one, grade)]
                settled = settle(form, answers)
                assert settled.missing == ()
                assert set(form.grid) == set(settled.grades)
                assert not [one.id for one in form.checks if one.level == "hard" and fired(one.test, settled.grades, Facts())]
                kinds |= {form.item(one.item).kind for one in answers}
    assert "choice" in kinds


def forms(trial: SimulatedTrial, subject: SubjectCode) -> list[tuple[Form, VisitId]]:
    there = frozenset(place.id for place in trial.places(subject))
    return [
        (form_for(trial.charter, kind.id, visit=visit, attributes=trial.attributes(subject), received=there, not_imaged={}), visit)
        for kind in trial.charter.reading_types
        for visit in (VisitId(one.id) for one in trial.charter.visits if set(one.blocks) & set(kind.blocks))
    ]


def test_what_is_known_of_a_subject_fits_the_charter_and_stays_the_same() -> None:
    charter = load_charter(full(PORTAL).encode())
    trial = SimulatedTrial(charter, seed=1, agreement=0.9)
    for subject in SUBJECTS[:10]:
        facts = trial.attributes(subject)
        assert facts == SimulatedTrial(charter, seed=1, agreement=0.5).attributes(subject)
        assert {segment.id for segment in charter.segments} == {str(segment) for _, segment in facts.segments}
        lacking = {segment for (_, segment), value in facts.segments.items() if value == "not_present"}
        assert not lacking & {segment.id for segment in charter.segments if segment.presence == "required"}
        assert not lacking & {place.id for place in trial.places(subject)}


def test_a_guess_is_one_that_the_charter_offers_and_every_arm_occurs() -> None:
    trial = SimulatedTrial(load_charter(full(PORTAL).encode()), 7, 0.9)
    told = [trial.guessed(SubjectCode(f"S{n}"), VisitId("BL"), 1) for n in range(200)]
    assert {arm for _, arm in told} == set(Arm)
    assert {suggestion for suggestion, _ in told} == set(trial.charter.blinding.suggestions)
    assert told == [trial.guessed(SubjectCode(f"S{n}"), VisitId("BL"), 1) for n in range(200)]
