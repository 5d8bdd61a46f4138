"""What monitoring makes of readings: pairs, cases by the charter's classes, readers one by one, and what is expected of the rest."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from corelab.domain.agreement.two_readers import Weights
from corelab.domain.charter import Charter, load_charter
from corelab.domain.monitoring.cases import by_batch, case_rate
from corelab.domain.monitoring.expected import expected
from corelab.domain.monitoring.items import OTHER, by_segment, by_visit, categories_of, graded, graded_pairs, measured
from corelab.domain.monitoring.observed import Compared, Decided, ExamName, Observed, Purpose, Read, Waiting
from corelab.domain.monitoring.pairing import CellPair, Kind, consensus, pairs_of
from corelab.domain.monitoring.rates import dawid_skene, rates_of
from corelab.domain.monitoring.readers import RdiLimit, alike, rdi, rdi_limit, readers
from corelab.domain.monitoring.report import StoppedError, report
from corelab.domain.vocabulary import Cell, ExamState, Grade, Missing, NotApplicableCause, not_applicable, not_evaluable, not_imaged
from tests.charter_builders import DVT, full
from tests.exam_builders import cell
from tests.monitored import watched_charter

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
Said = Mapping[str, str]


@pytest.fixture(scope="module")
def charter() -> Charter:
    return load_charter(watched_charter())


def grades(said: Said) -> dict[Cell, Grade]:
    missing = {"NE": not_evaluable("WINDOW"), "NI": not_imaged("NOT_SCANNED"), "NA": not_applicable(NotApplicableCause.ABSENT)}
    return {cell(place): missing.get(value) or Grade(value) for place, value in said.items()}


def a_read(said: Said, reader: str = "R1", slot: int = 1, *, subject: str = "S01", visit: str = "D10", **more: object) -> Read:
    given = grades(said)
    read = Read(ExamName(subject, visit), "DUPLEX", reader, slot, Purpose.PRIMARY, given, given, AT)
    return replace(read, **more)  # type: ignore[arg-type]  # what a test says otherwise


def a_pair(one: Said, two: Said, *, subject: str = "S01", batch: str = "", classes: Said | None = None, who: str = "R1 R2") -> Compared:
    first, second = who.split()
    reads = (a_read(one, first, 1, subject=subject, batch=batch), a_read(two, second, 2, subject=subject, batch=batch))
    found = {cell(place): tuple(words.split(",")) for place, words in (classes or {}).items()}
    return Compared(reads[0].exam, "DUPLEX", *reads, found, batch)


def seen(charter: Charter, *compared: Compared, **more: object) -> Observed:
    reads = tuple(read for each in compared for read in (each.one, each.two))
    states = {each.exam: ExamState.ASSIGNED for each in compared}
    return replace(Observed(charter, AT, reads, compared, (), states=states), **more)  # type: ignore[arg-type]  # as above


# ---------------------------------------------------------------- pairs


def test_a_cell_that_one_reader_calls_not_applicable_is_no_pair(charter: Charter) -> None:
    one, two = {"COMP.CFV": "full", "COMP.PTV": "NA", "FLOW.CFV": "NI"}, {"COMP.CFV": "none", "COMP.PTV": "full", "FLOW.CFV": "NI"}
    pairs = pairs_of(seen(charter, a_pair(one, two)), Kind.READERS)
    assert [(pair.cell, pair.one, pair.other) for pair in pairs] == [(cell("COMP.CFV"), "full", "none"), (cell("FLOW.CFV"), "NI", "NI")]


def test_agreement_is_of_what_was_said_first(charter: Charter) -> None:
    one = a_pair({"COMP.CFV": "full"}, {"COMP.CFV": "none"})
    revised = replace(one, one=replace(one.one, grades=grades({"COMP.CFV": "none"})))
    assert [pair.one for pair in pairs_of(seen(charter, revised), Kind.READERS)] == ["full"]


def test_a_repeat_is_paired_with_what_the_same_reader_said_before(charter: Charter) -> None:
    pair = a_pair({"COMP.CFV": "full"}, {"COMP.CFV": "none"})
    again = a_read({"COMP.CFV": "partial"}, "R2", 4, purpose=Purpose.REPEAT)
    stranger = a_read({"COMP.CFV": "partial"}, "R3", 5, purpose=Purpose.REPEAT)
    observed = replace(seen(charter, pair), reads=(pair.one, pair.two, again, stranger))
    assert [(one.one, one.other, one.readers) for one in pairs_of(observed, Kind.REPEATS)] == [("none", "partial", ("R2", "R2"))]


def test_calibration_is_against_the_truth_or_against_what_most_of_the_others_say(charter: Charter) -> None:
    reads = tuple(
        a_read({"COMP.CFV": said}, f"R{n}", n, purpose=Purpose.CALIBRATION) for n, said in enumerate(("full", "none", "none", "none"), 1)
    )
    observed = replace(seen(charter), reads=reads)
    assert [(pair.one, pair.other) for pair in pairs_of(observed, Kind.CALIBRATION)][:2] == [("full", "none"), ("none", "none")]
    known = replace(observed, truth={reads[0].exam: grades({"COMP.CFV": "partial"})})
    assert {pair.other for pair in pairs_of(known, Kind.CALIBRATION)} == {"partial"}
    assert consensus(reads[:2]) == {}, "one says this, one says that: nobody is most"


# ---------------------------------------------------------------- items


def test_an_ordinal_item_has_the_charters_weights_and_ne_is_a_category_of_one_table_only(charter: Charter) -> None:
    said = [("full", "full"), ("full", "partial"), ("NE", "full"), ("NI", "NI"), ("none", "none")]
    pairs = tuple(CellPair(ExamName(f"S{n}", "D10"), cell("COMP.CFV"), one, other, ("R1", "R2")) for n, (one, other) in enumerate(said))
    item = graded(charter, charter.item("COMP"), pairs)
    assert (item.weights, item.counted, item.found.coverage.not_imaged) == (Weights.LINEAR, 3, 1)
    assert (sum(map(sum, item.found.without_ne.table)), sum(map(sum, item.found.with_ne.table))) == (3, 4)
    assert [weights for weights, _ in item.found.without_ne.kappa] == [Weights.UNWEIGHTED, Weights.LINEAR]
    assert item.cell_of_table(3, 0) == (pairs[2],), "the list behind a count is what was counted"


def test_what_does_not_fit_into_a_table_is_one_category() -> None:
    dvt = load_charter(full(DVT).encode())
    item = dvt.item("NOTE") if "NOTE" in {one.id for one in dvt.items} else next(one for one in dvt.items if one.kind in {"text", "multi"})
    pairs = [CellPair(ExamName("S", "D"), cell(f"{item.id}.CFV"), f"v{n}", f"v{n}", ("a", "b")) for n in range(40)]
    categories = categories_of(item, pairs)
    assert (len(categories), categories[-1]) == (19, OTHER)
    assert {pair.reader_1 for pair in graded_pairs(pairs, categories)} == set(categories)


def test_an_item_is_shown_by_segment_and_by_visit_where_something_was_imaged(charter: Charter) -> None:
    one = a_pair({"COMP.CFV": "full", "COMP.POPV": "NI"}, {"COMP.CFV": "full", "COMP.POPV": "NI"})
    pairs = pairs_of(seen(charter, one), Kind.READERS)
    assert [part.part for part in by_segment(charter, pairs, "COMP")] == ["CFV"]
    assert [part.part for part in by_visit(charter, pairs, "COMP")] == ["D10"]


def test_measured_values_have_limits_and_points() -> None:
    dvt = load_charter(full(DVT).encode())
    item = dvt.item("D_REST")
    said = [("9.0", "10.0"), ("8.0", "8.0"), ("7.5", "7.0"), ("NE", "9.0")]
    pairs = tuple(CellPair(ExamName(f"S{n}", "D10"), cell("D_REST.CFV"), one, other, ("a", "b")) for n, (one, other) in enumerate(said))
    found = measured(dvt, item, pairs)  # type: ignore[arg-type]  # it is a number
    assert [point.difference for point in found.points] == [-1.0, 0.0, 0.5]
    assert found.mean.estimate.value == pytest.approx(-1 / 6)
    assert found.deviation.value == pytest.approx((((-5 / 6) ** 2 + (1 / 6) ** 2 + (4 / 6) ** 2) / 2) ** 0.5)
    assert found.coverage.not_evaluable_one == 1


# ---------------------------------------------------------------- cases


def test_the_rate_counts_exams_with_a_case_by_the_charters_classes(charter: Charter) -> None:
    differ, same = {"COMP.CFV": "none"}, {"COMP.CFV": "full"}
    found = case_rate(
        seen(
            charter,
            a_pair(same, differ, subject="S01", classes={"COMP.CFV": "A,B"}),
            a_pair(same, differ, subject="S02", classes={"COMP.CFV": "D"}),
            a_pair(same, same, subject="S03"),
        )
    )
    assert (found.unit, found.part, found.whole, found.with_case) == ("exam", 1, 3, (ExamName("S01", "D10"),))


def test_a_charter_may_count_cells(charter: Charter) -> None:
    cells = load_charter(watched_charter().replace(b'unit = "exam"', b'unit = "cell"'))
    one, two = {"COMP.CFV": "full", "COMP.POPV": "full", "FLOW.CFV": "NI"}, {"COMP.CFV": "none", "COMP.POPV": "NE", "FLOW.CFV": "NI"}
    found = case_rate(seen(cells, a_pair(one, two, classes={"COMP.CFV": "B"})))
    assert (found.part, found.whole) == (1, 2), "what was not imaged cannot differ"


def test_batches_have_their_exams_and_what_is_not_released_is_in_none(charter: Charter) -> None:
    pairs = [a_pair({"COMP.CFV": "full"}, {"COMP.CFV": "full"}, subject=f"S{n:02}", batch=f"batch {1 + n // 5}") for n in range(10)]
    case = a_pair({"COMP.CFV": "full"}, {"COMP.CFV": "none"}, subject="S98", batch="batch 2", classes={"COMP.CFV": "A"})
    later = a_pair({"COMP.CFV": "full"}, {"COMP.CFV": "none"}, subject="S99", classes={"COMP.CFV": "A"})
    found = by_batch(seen(charter, *pairs, case, later, batches=("batch 1", "batch 2", "batch 3")))
    assert [(one.charted.batch.cases, one.charted.batch.exams) for one in found] == [(0, 5), (1, 6)]
    assert (found[1].charted.signal, found[1].with_case) == (True, (ExamName("S98", "D10"),)), "nothing before had a case"


# ---------------------------------------------------------------- readers


def test_the_discordance_index_is_of_100_cells() -> None:
    assert rdi(27, 1500) == pytest.approx(1.8)
    assert rdi(0, 0) is None


def test_the_alarm_needs_three_readers_and_a_charter_that_asks_for_it() -> None:
    assert rdi_limit(1.0, [1.0, 2.0, 3.0]) == RdiLimit(2.0, 1.0, 3.0)
    assert rdi_limit(1.0, [1.0, 2.0, None]) is None
    assert rdi_limit(0.0, [1.0, 2.0, 3.0]) is None


def test_a_reader_has_the_decisions_against_and_for(charter: Charter) -> None:
    said = {f"COMP.{one}": "full" for one in ("CFV", "FV_PROX", "FV_MID", "POPV")}
    other = said | {"COMP.CFV": "none", "COMP.POPV": "partial"}
    decided = Decided(ExamName("S01", "D10"), "DUPLEX", grades({"COMP.CFV": "none", "COMP.POPV": "full"}))
    one, two = readers(seen(charter, a_pair(said, other), decided=(decided,)))
    assert (one.reader, one.comparable, one.adverse, one.rdi, one.side.value) == ("R1", 4, 1, 25.0, 0.5)
    assert [(verdict.cell, verdict.adverse) for verdict in one.verdicts] == [(cell("COMP.CFV"), True), (cell("COMP.POPV"), False)]
    assert (two.adverse, two.side.value, one.alarm) == (1, 0.5, False)


def test_a_detail_that_comes_or_goes_with_a_decision_is_none_against_a_reader(charter: Charter) -> None:
    """The decision takes the reading that holds the thrombus and its diameter: one adverse decision of the other reader, not three."""
    clean = {"COMP.CFV": "full", "COMP.POPV": "full", "THR.CFV": "NA", "D_REST.CFV": "NA"}
    found = {"COMP.CFV": "none", "COMP.POPV": "full", "THR.CFV": "occlusive", "D_REST.CFV": "9.0"}
    said = grades({"COMP.CFV": "none", "THR.CFV": "occlusive", "D_REST.CFV": "9.0"})
    one, two = readers(seen(charter, a_pair(clean, found), decided=(Decided(ExamName("S01", "D10"), "DUPLEX", said),)))
    assert (one.adverse, one.comparable, one.rdi) == (1, 2, 50.0)
    assert (two.adverse, len(two.verdicts), two.side.value) == (0, 1, 1.0)


def test_a_reader_who_errs_more_than_the_others_is_signalled(charter: Charter) -> None:
    pairs, decided = [], []
    for n, who in enumerate(("R1 R2", "R2 R3", "R3 R4", "R4 R1")):
        cells = {f"COMP.{one}": "full" for one in ("CFV", "FV_PROX", "FV_MID", "POPV")}
        wrong = dict.fromkeys(cells, "none")
        one, two = (wrong if reader == "R4" else cells for reader in who.split())
        pairs.append(a_pair(one, two, subject=f"S{n}", who=who))
        decided.append(Decided(ExamName(f"S{n}", "D10"), "DUPLEX", grades(cells if "R4" in who else {})))
    found = readers(seen(charter, *pairs, decided=tuple(decided)))
    assert [(one.reader, one.alarm) for one in found] == [("R1", False), ("R2", False), ("R3", False), ("R4", True)]


def test_time_runs_from_when_the_exam_could_be_read(charter: Charter) -> None:
    pair = a_pair({"COMP.CFV": "full"}, {"COMP.CFV": "full"})
    slow = replace(pair.one, readable=AT - 3 * DAY, seconds=90)
    found = readers(replace(seen(charter, pair), reads=(slow, pair.two)))
    assert [(took.days, took.minutes) for one in found for took in one.took] == [(3.0, 1.5), (None, None)]


def test_drift_is_agreement_with_the_results_in_the_order_of_the_batches(charter: Charter) -> None:
    def final(subject: str, batch: str, said: str) -> Compared:
        pair = a_pair({"COMP.CFV": said}, {"COMP.CFV": "full"}, subject=subject, batch=batch)
        return replace(pair, results=grades({"COMP.CFV": "full"}))

    observed = seen(charter, final("S1", "batch 2", "none"), final("S2", "batch 1", "full"), batches=("batch 1", "batch 2"))
    found = next(one for one in readers(observed) if one.reader == "R1")
    assert [(one.batch, one.pairs, one.shares[2]) for one in found.drift[0].batches] == [("batch 1", 1, 0.0), ("batch 2", 1, 0.5)]


def test_the_same_words_or_the_same_order_of_pauses_by_two_readers_are_listed(charter: Charter) -> None:
    pauses = tuple(1000 + 37 * (n * n % 101) for n in range(12))
    slower = tuple(2 * pause for pause in pauses)
    pair = a_pair({"COMP.CFV": "full"}, {"COMP.CFV": "full"})
    one, two = replace(pair.one, note="Poor  window", pauses=pauses), replace(pair.two, note="poor window", pauses=slower)
    found = alike(replace(seen(charter, pair), reads=(one, two)))
    assert [(each.what, each.readers) for each in found] == [("note", ("R1", "R2")), ("times", ("R1", "R2"))]
    few = (replace(one, note="ok", pauses=pauses[:9]), replace(two, note="ok", pauses=pauses[:9]))
    even = (replace(one, note="", pauses=(5,) * 12), replace(two, note="", pauses=(5,) * 12))
    own = (one, replace(two, reader="R1"))
    assert all(not alike(replace(seen(charter, pair), reads=reads)) for reads in (few, even, own))


# ---------------------------------------------------------------- the rest of the trial


def test_the_rates_of_a_forecast_say_what_the_readings_say(charter: Charter) -> None:
    pairs = [
        a_pair(
            {"COMP.CFV": "full", "COMP.POPV": "NI"}, {"COMP.CFV": "none" if n % 5 == 0 else "full", "COMP.POPV": "NI"}, subject=f"S{n:02}"
        )
        for n in range(20)
    ]
    found = rates_of(seen(charter, *pairs), 40)
    assert found is not None
    (item,) = found.items
    assert (item.item, item.segments) == ("COMP", ("CFV",))
    assert sum(item.truth.values()) == pytest.approx(1.0)
    assert (found.planned_exams, found.imaged["CFV"], found.imaged["POPV"]) == (40, 1.0, 0.0)
    assert rates_of(seen(charter), 40) is None


def test_readers_who_agree_are_right_and_the_truth_is_what_they_say() -> None:
    said = [(("R1", "R2"), (grade, grade)) for grade in ("full", "none", "none")]
    truth, matrices = dawid_skene(said)
    assert truth == [{"full": 1.0}, {"none": 1.0}, {"none": 1.0}]
    assert matrices["R1"] == {"full": {"full": 1.0}, "none": {"none": 1.0}}


def test_what_is_expected_of_the_rest_is_added_to_what_was_met(charter: Charter) -> None:
    pairs = [a_pair({"COMP.CFV": "full"}, {"COMP.CFV": "none" if n % 2 else "full"}, subject=f"S{n:02}") for n in range(20)]
    observed = seen(charter, *pairs)
    more = {**observed.states, **{ExamName(f"T{n:02}", "D10"): ExamState.READY for n in range(20)}}
    found = expected(replace(observed, states=more), met=10)
    assert found is not None
    assert (found.exams, found.met) == (40, 10)
    assert 10 < found.interval.low < found.cases < found.interval.high < 30
    assert found.cases == pytest.approx(20, abs=3), "half of the exams have a case"
    done = expected(observed, met=10)
    assert done is not None
    assert (done.cases, done.interval.low, done.interval.high) == (10, 10, 10), "nothing is left to forecast"
    assert expected(seen(charter), met=0) is None


def test_a_report_is_of_everything_and_can_be_stopped(charter: Charter) -> None:
    late = Waiting(ExamName("S9", "D10"), "R1", case=False, since=AT - DAY, due=AT - timedelta(hours=1))
    undated = Waiting(ExamName("S8", "D10"), "R1", case=True, since=AT, due=None)
    observed = seen(charter, a_pair({"COMP.CFV": "full"}, {"COMP.CFV": "full"}), waiting=(late, undated))
    told: list[tuple[int, int]] = []
    found = report(observed, lambda done, of, _words: told.append((done, of)))
    assert found.overdue == (late,)
    assert told == [(n, 6) for n in range(6)]
    assert found.of(Kind.READERS).graded[0].kappa.estimate.value is None, "one pair is not enough"
    with pytest.raises(StoppedError):
        report(observed, stopped=lambda: True)


def test_missing_grades_are_of_three_kinds() -> None:
    """The builder of these tests says what its letters say."""
    assert [grade.missing for grade in grades({"COMP.CFV": "NE", "COMP.POPV": "NI", "COMP.PTV": "NA"}).values()] == [
        Missing.NOT_EVALUABLE,
        Missing.NOT_IMAGED,
        Missing.NOT_APPLICABLE,
    ]
