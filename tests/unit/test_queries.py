"""Queries as rules: which step follows which, when one is due and how old it is, and what its texts and words may hold."""

from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest

from corelab.domain.queries import (
    PENDING,
    Query,
    QueryFault,
    QueryFilter,
    QueryId,
    QueryKind,
    QueryMessage,
    QueryRefusedError,
    QueryState,
    QueryStep,
    after,
    by_site,
    due_from,
    kind_of,
    sending,
    steps_from,
)
from corelab.domain.query_facts import Codes, is_fact, kept
from corelab.domain.query_words import may_not_stand
from corelab.services.queries.texts import met_words, names_in, templates, text_of
from corelab.ui.query_words import KIND_WORDS, QUERY_WORDS, STATE_WORDS, STEP_WORDS, about_words, due_words, line_words
from tests.builders import NOON, TickingClock

LIFE = {
    (QueryState.OPEN, QueryStep.SENT): QueryState.SENT,
    (QueryState.OPEN, QueryStep.CANCELLED): QueryState.CANCELLED,
    (QueryState.SENT, QueryStep.REMINDED): QueryState.SENT,
    (QueryState.SENT, QueryStep.ANSWERED): QueryState.ANSWERED,
    (QueryState.SENT, QueryStep.CANCELLED): QueryState.CANCELLED,
    (QueryState.ANSWERED, QueryStep.ANSWERED): QueryState.ANSWERED,
    (QueryState.ANSWERED, QueryStep.RETURNED): QueryState.SENT,
    (QueryState.ANSWERED, QueryStep.CLOSED): QueryState.CLOSED,
    (QueryState.ANSWERED, QueryStep.CANCELLED): QueryState.CANCELLED,
}
BESIDE = {QueryStep.GIVEN, QueryStep.EXCLUDED, QueryStep.INCLUDED}


def a_message(n: int, step: QueryStep, state: QueryState, day: int = 0, due: datetime | None = None) -> QueryMessage:
    return QueryMessage(n, step, state, NOON + timedelta(days=day), "Coordinator", due)


RAISED = a_message(1, QueryStep.RAISED, QueryState.OPEN)


def a_query(*later: QueryMessage, number: int = 1, site: str | None = "S01", site_number: int | None = 1, **facts: str) -> Query:
    return Query(
        id=QueryId(f"query {number}"),
        number=number,
        site=site,
        site_number=site_number,
        kind=QueryKind.UNREADABLE,
        clip=None,
        exam=None,
        subject="SUBJ-1",
        visit="D10",
        object=12,
        facts=facts,
        text="A file cannot be read",
        owner="Coordinator",
        messages=(RAISED, *later),
    )


# ---------------------------------------------------------------- life


@pytest.mark.parametrize(("state", "step"), list(product(QueryState, QueryStep)))
def test_every_step_leads_where_the_table_says_and_nowhere_else(state: QueryState, step: QueryStep) -> None:
    beside = state if state.pending else None
    expected = beside if step in BESIDE else LIFE.get((state, step))
    if expected is not None:
        assert after(state, step) is expected
        assert step in steps_from(state)
        return
    assert step not in steps_from(state)
    with pytest.raises(QueryRefusedError) as refused:
        after(state, step)
    assert refused.value.fault is QueryFault.STATE


def test_what_is_over_stays_over() -> None:
    assert {state for state in QueryState if not steps_from(state)} == {QueryState.CLOSED, QueryState.CANCELLED}
    assert {state for state in QueryState if state.pending} == {QueryState.OPEN, QueryState.SENT, QueryState.ANSWERED}


def test_sending_is_the_first_time_a_reminder_or_back_to_the_site() -> None:
    assert [sending(state) for state in (QueryState.OPEN, QueryState.SENT, QueryState.ANSWERED)] == [
        QueryStep.SENT,
        QueryStep.REMINDED,
        QueryStep.RETURNED,
    ]


def test_a_site_has_two_weeks_or_until_the_end_of_the_day_that_is_named() -> None:
    assert due_from(None, NOON) == datetime(2026, 1, 26, 23, 59, 59, tzinfo=UTC)
    assert due_from(date(2026, 1, 12), NOON) == datetime(2026, 1, 12, 23, 59, 59, tzinfo=UTC)
    for day in (date(2026, 1, 11), date(2027, 2, 12)):
        with pytest.raises(QueryRefusedError) as refused:
            due_from(day, NOON)
        assert refused.value.fault is QueryFault.DUE


def test_it_is_due_only_while_the_site_has_it() -> None:
    due = NOON + timedelta(days=3)
    sent = a_message(2, QueryStep.SENT, QueryState.SENT, 1, due)
    given = a_message(3, QueryStep.GIVEN, QueryState.SENT, 1)
    answered = a_message(4, QueryStep.ANSWERED, QueryState.ANSWERED, 5)
    assert a_query().due is None
    assert a_query(sent, given).due == due
    assert not a_query(sent).overdue(due)
    assert a_query(sent).overdue(due + timedelta(seconds=1))
    assert a_query(sent, answered).due is None
    assert not a_query(sent, answered).overdue(NOON + timedelta(days=99))


def test_its_age_stops_when_it_ends() -> None:
    sent, answered = a_message(2, QueryStep.SENT, QueryState.SENT), a_message(3, QueryStep.ANSWERED, QueryState.ANSWERED)
    closed = a_message(4, QueryStep.CLOSED, QueryState.CLOSED, 9)
    later = NOON + timedelta(days=30, hours=5)
    assert a_query().age(NOON + timedelta(hours=23)) == 0
    assert a_query(sent).age(later) == 30
    assert a_query(sent, answered, closed).age(later) == 9


def test_it_is_called_by_its_site_and_by_the_lab_while_no_site_is_known() -> None:
    assert a_query(number=7, site_number=2).name == "S01-2"
    assert a_query(number=7, site=None, site_number=None).name == "Q7"


def test_lists_are_by_site_in_the_sites_own_order_and_those_without_a_site_come_last() -> None:
    found = [
        a_query(number=1, site=None, site_number=None),
        a_query(number=2, site="S02"),
        a_query(number=4, site_number=2),
        a_query(number=5),
    ]
    assert {site: [one.number for one in listed] for site, listed in by_site(found).items()} == {"S01": [5, 4], "S02": [2], None: [1]}
    assert list(by_site(found)) == ["S01", "S02", None]


def test_a_filter_leaves_a_site_a_state_and_what_is_overdue() -> None:
    due = NOON + timedelta(days=1)
    sent, closed = (
        a_query(a_message(2, QueryStep.SENT, QueryState.SENT, 0, due)),
        a_query(a_message(2, QueryStep.CLOSED, QueryState.CLOSED)),
    )
    assert [PENDING.leaves(one, NOON) for one in (sent, closed)] == [True, False]
    assert [QueryFilter(site).leaves(sent, NOON) for site in (None, "S01", "S02")] == [True, True, False]
    assert [QueryFilter(overdue=True).leaves(sent, at) for at in (NOON, due + timedelta(seconds=1))] == [False, True]


def test_an_unknown_kind_is_refused() -> None:
    assert kind_of("visit window") is QueryKind.VISIT_WINDOW
    with pytest.raises(QueryRefusedError):
        kind_of("gossip")


# ---------------------------------------------------------------- texts

CODES = Codes({"SUBJ-1"}.__contains__, {"D10"}.__contains__, {"CFV", "CFV.R"}.__contains__, {"S01"}.__contains__)


def test_only_codes_are_kept_as_facts() -> None:
    given = {
        "subject": "SUBJ-1",
        "visit": "Smith",
        "segment": "CFV.R",
        "other_segment": "JONES",
        "side": "left",
        "other_side": "right",
        "object": "12",
        "row": "12345678",
        "frames": "thirty",
        "code": "TRUNCATED",
        "other_code": "SMITH",
        "reason": "gain",
        "view": "rest",
        "file": "smith.dcm",
        "birth": "1970-01-01",
    }
    stayed = {"subject", "segment", "side", "other_side", "object", "code", "reason", "view"}
    assert kept(given, CODES) == {name: value for name, value in given.items() if name in stayed}


def test_templates_ask_for_known_facts_only_and_hold_nothing_that_words_may_not() -> None:
    kinds, about = templates()
    assert set(kinds) == set(QueryKind)
    lines = (*about, *(line for one in kinds.values() for line in (one.title, *one.lines)), met_words())
    for line in lines:
        assert all(is_fact(name) for name in names_in(line)), line
        assert may_not_stand(line, arms=("Thrombectomy", "Anticoagulation", "treatment", "arm")) == (), line


@pytest.mark.parametrize("kind", QueryKind)
def test_a_text_leaves_out_the_lines_whose_facts_are_not_known(kind: QueryKind) -> None:
    bare = text_of(kind, {})
    full = text_of(kind, {"subject": "SUBJ-1", "visit": "D10", "object": "12", "code": "TRUNCATED"})
    assert "{" not in bare + full
    assert "SUBJ-1" not in bare
    assert "Subject SUBJ-1, visit D10." in full
    assert "Object 12 of the delivery." in full
    assert len(full.splitlines()) == len(bare.splitlines()) + 3


# ---------------------------------------------------------------- words


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("Seen on 12.03.1970", "a date"),
        ("Seen on 1970-03-12.", "a date"),
        ("Seen on 3/12/70", "a date"),
        ("Seen on 12 March", "a date"),
        ("Seen on March 12th", "a date"),
        ("Seen in March 2024", "a date"),
        ("Seen on 12. Mai", "a date"),
        ("Seen on 4 May", "a date"),
        ("Seen 19700312", "a date"),
        ("Write to jane@example.org", "an e-mail address"),
        ("See https://example.org", "an internet address"),
        ("Number 4711001", "a long number"),
        ("Call 0151 234 567", "a long number"),
        ("Call +49 30 1234", "a long number"),
        ("UID 1.2.840.10008.5.1", "a UID"),
        ("It is CLIP_7.DCM", "the name of a file"),
        ("It lies in C:\\data\\smith\\ there", "the name of a file"),
        ("It lies in /data/smith/ there", "the name of a file"),
        ("After thrombectomy nothing was seen", "a word that names a treatment of the trial"),
    ],
)
def test_words_that_may_name_somebody_or_a_treatment_are_found_without_being_repeated(words: str, found: str) -> None:
    assert may_not_stand(words, arms=("Thrombectomy", "Anticoagulation")) == (found,)


@pytest.mark.parametrize(
    "words",
    [
        "Segment CFV.R at rest is missing; clips 3 and 4 show POPV.L.",
        "33 of 34 frames can be read, 2 marked ones are dark.",
        "The clip may show the left side; 12 may be enough.",
        "B/colour/spectral, frames 12, 14 and 30. Depth 4.5 cm, 25.5 Hz.",
        "Object 12 of delivery 3; row 104.",
        "Second march through the vein, 3 separate sweeps, 2 decoded.",
    ],
)
def test_plain_words_with_codes_and_small_numbers_stand(words: str) -> None:
    assert may_not_stand(words, arms=("Thrombectomy",)) == ()


def test_the_querys_own_codes_stand_even_where_they_look_like_a_number_or_a_date() -> None:
    words = "Subject 20240112 at D10"
    assert may_not_stand(words) == ("a date",)
    assert may_not_stand(words, codes=("20240112",)) == ()
    assert may_not_stand("Subject 202401123", codes=("20240112",)) == ("a long number",)


# ---------------------------------------------------------------- words for people


def test_every_kind_state_step_and_fault_has_words() -> None:
    assert set(KIND_WORDS) == set(QueryKind)
    assert set(STATE_WORDS) == set(QueryState)
    assert set(STEP_WORDS) == set(QueryStep)
    for fault in QueryFault:
        words = QUERY_WORDS["QueryRefusedError"](QueryRefusedError(fault, "secret value", found=("a date", "a UID")))
        assert all((words.happened, words.kept, words.do))
        assert "secret value" not in words.all


def test_a_line_says_number_state_subject_and_what_it_is_about() -> None:
    clock = TickingClock()
    late = a_query(a_message(2, QueryStep.SENT, QueryState.SENT, 0, NOON - timedelta(days=1)), code="TRUNCATED", segment="CFV.R")
    assert about_words(late) == "Unreadable file: CFV.R, object 12, TRUNCATED"
    assert due_words(late, clock) == "overdue, 2026-01-11"
    line = line_words(late, clock)
    for part in ("S01-1", "Q1", "with the site", "SUBJ-1 D10", "today", "overdue", "Coordinator"):
        assert part in line
