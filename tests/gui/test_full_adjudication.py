"""Whole exams of the full charters, read by two people and decided by a third, by keys at the real pages, up to the results."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from corelab.domain.accounts import Role
from corelab.domain.adjudication import Take
from corelab.domain.vocabulary import ExamId, Source
from corelab.services import comparison
from corelab.services.deriving import derived_values
from corelab.storage import registry
from corelab.storage.final_grades import final_results
from corelab.ui.case_words import NO_OWN_GRADE, NO_SIDES
from corelab.ui.deciding import Asked
from corelab.ui.entry_fields import NumberField
from corelab.ui.sign_flow import MissingDialog
from tests.builders import Lab
from tests.charter_builders import DVT, PORTAL
from tests.gui.deciders import CONTROL, SHIFT, Decider, Key, at_a_case, marks_pair, measures, place_of, reads, types
from tests.gui.exam_labs import a_clip_file
from tests.gui.exams import a_cell
from tests.gui.full_forms import charter
from tests.gui.full_labs import a_full_lab
from tests.laid_back import LaidBack

PLAIN = (("min_seconds = 60", "min_seconds = 0"), ('unplayed_clips = "soft"', 'unplayed_clips = "off"'))
CORE = ("CFV", "FV_PROX", "FV_MID", "FV_DIST", "POPV")


@dataclass(frozen=True)
class Finished:
    """What stands after everything was compared again."""

    values: dict[str, str]
    sources: dict[str, Source]
    endpoints: dict[str, str | None]


def a_leg_lab(folder: Path, *changes: tuple[str, str]) -> Lab:
    """Every segment of the endpoint has a clip of its own."""
    clip = a_clip_file("partial", seed=3, frames=3)
    files = {segment: [clip + bytes(2 * number)] for number, segment in enumerate(CORE)}
    return a_full_lab(folder, DVT, files, *PLAIN, *changes, visit="D10")


def finished(lab: Lab, *endpoints: str) -> Finished:
    comparison.release_and_compare(lab.open, lab.coordinator)
    with lab.open.store.read() as snapshot:
        (row,) = snapshot.all("exam")
        exam = registry.exam(snapshot, ExamId(row["id"]))
        assert exam is not None
        results = final_results(snapshot, exam.id)
        derived = derived_values(snapshot, exam, results, endpoints)
    stands = {place_of(one.cell): one for one in results}
    values, sources = {p: one.grade.code for p, one in stands.items()}, {p: one.source for p, one in stands.items()}
    return Finished(values, sources, {name: value[0] for name, value in derived.items()})


# ---------------------------------------------------------------- a leg


@pytest.fixture(scope="module")
def legs(tmp_path_factory: pytest.TempPathFactory) -> LaidBack:
    return LaidBack(tmp_path_factory.mktemp("legs"))


def a_read_leg(folder: Path, qtbot: QtBot) -> Lab:
    """The veins are bad in other places for one reader than for the other, and equally bad on the whole."""
    lab = a_leg_lab(folder)
    details = {"THR": "3", "FLOW": "1", "D_REST": "30", "D_COMP": "20"}
    reads(lab, lab.reader_1, qtbot, {"COMP.CFV": "3", "COMP.POPV": "2", **details})
    reads(lab, lab.reader_2, qtbot, {"COMP.FV_MID": "3", **details})
    assert comparison.release_and_compare(lab.open, lab.coordinator).cases == 1
    return lab


@pytest.fixture
def leg(legs: LaidBack, qtbot: QtBot) -> Iterator[Decider]:
    lab = legs.lab(partial(a_read_leg, qtbot=qtbot))
    with at_a_case(lab, lab.adjudicator, qtbot) as somebody:
        yield somebody
    lab.open.close()


def test_a_leg_is_read_by_two_and_decided_by_a_third_by_keys(leg: Decider) -> None:
    assert [place_of(cell) for cell in leg.deciding.cells] == ["COMP.CFV", "COMP.FV_MID", "COMP.POPV"]
    leg.takes("full", Key.Key_1)
    leg.takes("full", Key.Key_2)
    assert place_of(leg.deciding.cell) == "COMP.POPV"
    marks_pair(leg.page)
    leg.press(Key.Key_2, Key.Key_1)
    assert place_of(leg.deciding.cell) == "THR.POPV"
    leg.press(Key.Key_2)
    assert place_of(leg.deciding.cell) == "EXT.POPV"
    leg.press(Key.Key_1, Key.Key_1, Key.Key_1)
    assert place_of(leg.deciding.cell) == "D_REST.POPV"
    measures(leg.page, 40)
    assert place_of(leg.deciding.cell) == "D_COMP.POPV"
    measures(leg.page, 20)
    assert leg.deciding.draft.faults == ()
    leg.signs("adjudicator-1")
    made = finished(leg.lab, "COMPWRST")
    assert made.endpoints["COMPWRST"] == "1"
    assert {place: made.values[place] for place in ("COMP.CFV", "COMP.FV_MID", "COMP.POPV")} == {
        "COMP.CFV": "full", "COMP.FV_MID": "full", "COMP.POPV": "partial",
    }  # fmt: skip
    assert (made.values["THR.POPV"], made.sources["THR.POPV"]) == ("non_occlusive", Source.ADJUDICATED)
    assert made.values["THR.CFV"] == made.values["D_REST.FV_MID"] == "NA"
    assert 0 < float(made.values["D_COMP.POPV"]) < float(made.values["D_REST.POPV"])
    assert made.sources["COMP.FV_DIST"] is Source.CONCORDANT


def test_taking_a_read_takes_its_details_along_and_shows_them_so(leg: Decider) -> None:
    taken = leg.side("none")
    leg.takes("none", Key.Key_1)
    leg.press(Key.Key_Up)
    along = [words for words in leg.rail if words.endswith(f"with {taken.value}, read only")]
    assert f"R CFV thrombus: occlusive thrombus, with {taken.value}, read only" in along
    assert leg.deciding.draft.asked == ()


def test_details_asked_anew_stand_under_their_dispute_and_go_with_the_decision(leg: Decider) -> None:
    leg.press(Key.Key_2)
    assert "4 details asked anew" not in leg.words
    leg.press(Key.Key_1)
    assert leg.words.endswith("mark its frame: K") or "mark its frame" in leg.words
    marks_pair(leg.page)
    assert place_of(leg.deciding.cell) == "THR.CFV"
    at = leg.rail.index("R CFV thrombus, asked anew")
    assert leg.rail[at - 1].startswith("R CFV compressibility")
    assert leg.page._place.text() == "Detail 1 of 3, asked anew"
    leg.press(Key.Key_Up, Key.Key_0)
    assert not any("asked anew" in words for words in leg.rail)


def test_each_proof_of_a_read_is_one_key_away_and_its_caliper_is_drawn(leg: Decider) -> None:
    bad = leg.side("none")
    key = Key.Key_A if bad is Take.A else Key.Key_B
    frames = []
    for _ in range(2):
        leg.press(key, modifiers=SHIFT)
        frames.append(leg.page.viewports.active.frame_on_screen)
    assert frames in ([0, 1], [1, 0])


def test_a_hard_check_that_decisions_break_is_told_at_once_and_keeps_from_signing(leg: Decider) -> None:
    marks_pair(leg.page)
    leg.press(Key.Key_2, Key.Key_1)
    leg.at("D_REST.CFV")
    measures(leg.page, 20)
    measures(leg.page, 40)
    told = leg.page.checks.texts[0]
    assert told == "The diameter under pressure is larger than at rest. This cannot be signed."
    leg.press(Key.Key_Return, modifiers=CONTROL)
    (missing,) = leg.page.findChildren(MissingDialog)
    lines = [missing.list.item(row).text() for row in range(missing.list.count())]
    assert "R CFV AP diameter at rest: the decisions break a check. The diameter under pressure is larger than at rest." in lines


def test_a_soft_check_is_told_and_asks_whether_it_is_meant_so(leg: Decider) -> None:
    marks_pair(leg.page)
    leg.press(Key.Key_2, Key.Key_1, Key.Key_3)
    (told,) = leg.page.checks.texts
    assert told.endswith("Is it meant so?")
    assert leg.deciding.draft.broken == ()


def test_a_measured_value_cannot_be_typed(leg: Decider) -> None:
    marks_pair(leg.page)
    leg.press(Key.Key_2, Key.Key_1)
    leg.at("D_REST.CFV")
    leg.press(Key.Key_8)
    assert "M, then two clicks" in leg.words
    assert leg.deciding.decision is None


# ---------------------------------------------------------------- third reads and forced choices


def test_a_third_read_shows_neither_a_nor_b_and_asks_for_an_own_grade(tmp_path: Path, qtbot: QtBot) -> None:
    lab = a_leg_lab(tmp_path, ('mode = "review"', 'mode = "independent"'))
    reads(lab, lab.reader_1, qtbot, {"COMP.CFV": "3"})
    reads(lab, lab.reader_2, qtbot, {})
    comparison.release_and_compare(lab.open, lab.coordinator)
    with at_a_case(lab, lab.adjudicator, qtbot) as somebody:
        assert not any(card.isVisible() for card in somebody.page.cards.values())
        assert "R CFV compressibility" in somebody.rail
        assert somebody.page.strip.line._marks == ()
        somebody.press(Key.Key_A)
        assert somebody.words == NO_SIDES
        assert somebody.deciding.decision is None
        somebody.press(Key.Key_1)
        assert somebody.deciding.asked is Asked.REASON
        somebody.press(Key.Key_1)
        assert place_of(somebody.deciding.cell) == "PHAS.CFV", "the iliac veins were not imaged"
        somebody.decides_the_rest({})
        somebody.signs("adjudicator-1")
    made = finished(lab)
    assert (made.values["COMP.CFV"], made.sources["COMP.CFV"]) == ("full", Source.ADJUDICATED)


def test_where_the_choice_is_forced_an_own_grade_is_refused_in_words(tmp_path: Path, qtbot: QtBot) -> None:
    lab = a_leg_lab(tmp_path, ('mode = "review"', 'mode = "forced_choice"'))
    reads(lab, lab.reader_1, qtbot, {"COMP.CFV": "3"})
    reads(lab, lab.reader_2, qtbot, {})
    comparison.release_and_compare(lab.open, lab.coordinator)
    with at_a_case(lab, lab.adjudicator, qtbot) as somebody:
        assert NO_OWN_GRADE in somebody.page.own.texts
        for key in (Key.Key_2, Key.Key_9, Key.Key_E, Key.Key_K):
            somebody.press(key)
            assert somebody.words == NO_OWN_GRADE
        assert somebody.deciding.decision is None
        somebody.takes("none", Key.Key_1)
        assert somebody.deciding.draft.faults == ()


# ---------------------------------------------------------------- liver veins, two reading types


@pytest.fixture
def liver(tmp_path: Path) -> Lab:
    """One exam that two people read for its vessels and two others for the volumes of the liver."""
    clip = a_clip_file("partial", seed=5, frames=3)
    files = {segment: [clip + bytes(2 * number)] for number, segment in enumerate(("PV_MAIN", "PV_LEFT"))}
    roles = {one.id: "remnant" for one in charter(PORTAL).segments} | {"PV_MAIN": "central"}
    made = a_full_lab(tmp_path, PORTAL, files, *PLAIN, visit="W1", facts=roles, more=("reader-3", "reader-4"))
    assert made.person("adjudicator-2", Role.ADJUDICATOR).account
    return made


def readers_of(lab: Lab, kind: str) -> list[str]:
    with lab.open.store.read() as snapshot:
        rows = sorted(snapshot.all("assignment", reading_type=kind, kind="primary"), key=lambda row: row["slot"])
        return [next(one["user_name"] for one in snapshot.all("account") if one["id"] == row["account_id"]) for row in rows]


def test_both_readings_of_a_liver_are_read_and_decided_by_keys(liver: Lab, qtbot: QtBot) -> None:
    vessels, volumes = readers_of(liver, "VESSEL"), readers_of(liver, "REMNANT")
    assert len({*vessels, *volumes}) == 4
    patent = {"PAT": "1", "DIR": "1", "TAMV": "", "ANGLE": "50"}
    for user, said in zip(vessels, ({"DIAM.PV_MAIN": "60"}, {"DIAM.PV_MAIN": "20", "EMBNT": "2"}), strict=True):
        reads(liver, liver.person(user, Role.READER), qtbot, patent | {"DIAM.PV_LEFT": "30"} | said)
    for user, total in zip(volumes, ("1500", "1800"), strict=True):
        reads(liver, liver.person(user, Role.READER), qtbot, {"TLV": total, "TUMV": "100", "FLRV": "500"})
    assert comparison.release_and_compare(liver.open, liver.coordinator).cases == 2
    decided = {}
    for user in ("adjudicator-1", "adjudicator-2"):
        with at_a_case(liver, liver.person(user, Role.ADJUDICATOR), qtbot) as somebody:
            decided[user] = _decides(somebody)
            somebody.signs(user)
    assert sorted(decided.values()) == ["REMNANT", "VESSEL"]
    made = finished(liver)
    assert {place: made.values[place] for place in ("TLV.", "FLRV.", "EMBNT.", "DIAM.PV_LEFT")} == {
        "TLV.": "1650", "FLRV.": "500", "EMBNT.": "yes", "DIAM.PV_LEFT": "6.0",
    }  # fmt: skip
    assert 11.0 < float(made.values["DIAM.PV_MAIN"]) < 11.3
    adjudicated = {place for place, source in made.sources.items() if source is Source.ADJUDICATED}
    assert adjudicated == {"TLV.", "EMBNT.", "DIAM.PV_MAIN"}


def _decides(somebody: Decider) -> str:
    """The volumes by typing, the vessels by a caliper and by taking a read; which of both readings this was."""
    first = somebody.deciding
    if first.cell == a_cell("", "TLV"):
        assert isinstance(somebody.page.own.field, NumberField)
        types(somebody.page, "99999")
        assert any(words.startswith("Not taken") for words in somebody.page.own.texts)
        somebody.press(*[Key.Key_Backspace] * 5)
        types(somebody.page, "1650")
        somebody.press(Key.Key_1)
        return "REMNANT"
    left, right = (viewport.view.strokes.shapes for viewport in somebody.page.viewports.laid)
    assert len(left) == len(right) == 1
    assert left != right, "each read's own caliper is drawn over its frame"
    measures(somebody.page, 55)
    assert somebody.deciding.asked is Asked.REASON
    somebody.press(Key.Key_3)
    assert place_of(somebody.deciding.cell) == "EMBNT."
    somebody.takes("yes", Key.Key_1)
    return "VESSEL"
