"""Queries to the sites in a lab: raised, sent, answered, closed; what they may hold, and what they keep from leaving."""

import csv
import io
import json
from datetime import date
from pathlib import Path

import pytest
from pypdf import PdfReader

from corelab.domain.accounts import Role
from corelab.domain.clip_label import Mode, View
from corelab.domain.queries import QueryFault, QueryFilter, QueryId, QueryKind, QueryRefusedError, QueryState, QueryStep
from corelab.domain.reasons import ReasonRefusedError
from corelab.domain.record_errors import NotPermittedError
from corelab.domain.vocabulary import SegmentId, Side
from corelab.services import audit, comparison, intake, packages, queries
from corelab.services.queries import OpenQueriesError
from corelab.services.verification import verify_lab
from corelab.storage import intake_rows
from corelab.storage.store import NewRow
from corelab.ui.event_words import happened, record_words
from corelab.ui.words import words_for
from tests.builders import PASSWORD, Lab, a_lab
from tests.dicom_builders import TOKEN, a_file, speckle
from tests.event_contents import differing
from tests.reading_builders import a_dealt_lab, signs

FACTS = {"segment": "CFV", "code": "TRUNCATED"}
WHY = "The site closed and answers no more"


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return a_lab(tmp_path)


@pytest.fixture
def clip(lab: Lab, tmp_path: Path) -> str:
    """A clip that came with a patient's name, number and date of birth."""
    file = a_file(tmp_path / "from the site.dcm", pixels=speckle())
    taken = intake.take_in(lab.open, lab.coordinator, [file], subject="S-1", visit="D10", side=Side.LEFT)
    return str(taken.objects[0].clip)


def asked(lab: Lab, kind: QueryKind = QueryKind.QUALITY, **about: object) -> QueryId:
    return queries.raise_query(lab.open, lab.coordinator, kind, **about)  # type: ignore[arg-type]


def the(lab: Lab, query: str) -> queries.Query:
    return queries.query(lab.open, lab.coordinator, query)


def refused(fault: QueryFault) -> "pytest.RaisesExc[QueryRefusedError]":
    return pytest.RaisesExc(QueryRefusedError, check=lambda error: error.fault is fault)


# ---------------------------------------------------------------- a life


def test_a_query_from_raised_to_closed_keeps_who_when_and_what(lab: Lab, clip: str) -> None:
    query = asked(lab, clip=clip, site="S01", facts=FACTS, words="No compression is shown")
    raised = the(lab, query)
    assert (raised.name, raised.number, raised.state) == ("S01-1", 1, QueryState.OPEN)
    assert (raised.subject, raised.visit, raised.object, raised.owner) == ("S-1", "D10", 1, "Coordinator")
    assert raised.facts == FACTS
    assert "Subject S-1, visit D10." in (raised.text or "")
    assert "Segment CFV." in (raised.text or "")
    queries.send(lab.open, lab.coordinator, query, due=date(2026, 1, 20))
    lab.clock.forward(days=10)
    late = the(lab, query)
    assert late.overdue(lab.clock.now())
    assert late.age(lab.clock.now()) == 10
    queries.send(lab.open, lab.coordinator_2, "S01-1")
    queries.answer(lab.open, lab.coordinator, query, "The clip shows the left side")
    with refused(QueryFault.WORDS):
        queries.send(lab.open, lab.coordinator, query)
    queries.send(lab.open, lab.coordinator, query, words="Which segment is it?")
    queries.answer(lab.open, lab.coordinator, query, "Segment CFV")
    done = queries.close(lab.open, lab.coordinator, query, "Label set")
    assert [one.step for one in done.messages] == [
        QueryStep.RAISED,
        QueryStep.SENT,
        QueryStep.REMINDED,
        QueryStep.ANSWERED,
        QueryStep.RETURNED,
        QueryStep.ANSWERED,
        QueryStep.CLOSED,
    ]
    assert [one.words for one in done.messages] == [
        "No compression is shown",
        "",
        "",
        "The clip shows the left side",
        "Which segment is it?",
        "Segment CFV",
        "Label set",
    ]
    assert [one.by for one in done.messages] == ["Coordinator"] * 2 + ["Coordinator 2"] + ["Coordinator"] * 4
    for step in (queries.send, queries.close):
        with refused(QueryFault.STATE):
            step(lab.open, lab.coordinator, query)
    assert verify_lab(lab.open.folder).ok


def test_every_step_is_an_event_whose_payload_is_as_the_table_says(lab: Lab, clip: str, tmp_path: Path) -> None:
    query = asked(lab, clip=clip)
    queries.give(lab.open, lab.coordinator, query, lab.coordinator_2.user_name)
    queries.exclude(lab.open, lab.coordinator, query, WHY)
    queries.include(lab.open, lab.coordinator, query)
    queries.send(lab.open, lab.coordinator, query, site="S01")
    queries.send(lab.open, lab.coordinator, query)
    letter = tmp_path / f"{TOKEN}.pdf"
    letter.write_bytes(b"a letter")
    queries.answer(lab.open, lab.coordinator, query, "See the letter", attached=letter)
    queries.send(lab.open, lab.coordinator, query, words="It cannot be read")
    queries.cancel(lab.open, lab.coordinator, query, WHY)
    queries.print_queries(lab.open, lab.coordinator, tmp_path / "all.csv", QueryFilter())
    with lab.open.store.read() as snapshot:
        kinds = [event["kind"] for event in snapshot.events() if event["kind"].startswith("quer")]
        assert differing(snapshot, lab.coordinator.custody) == []
    steps = ("raised", "given", "excluded", "included", "sent", "reminded", "answered", "returned", "cancelled")
    assert kinds == [*(f"query.{step}" for step in steps), "queries.printed"]
    assert the(lab, query).owner == "Coordinator 2"


def test_a_letter_of_the_site_is_kept_in_quarantine_and_its_name_is_sealed(lab: Lab, clip: str, tmp_path: Path) -> None:
    query = asked(lab, clip=clip, site="S01")
    queries.send(lab.open, lab.coordinator, query)
    letter = tmp_path / f"{TOKEN}.pdf"
    letter.write_bytes(b"what the site wrote")
    done = queries.answer(lab.open, lab.coordinator, query, attached=letter)
    kept = lab.open.quarantine / query / f"{len(done.messages)}.bin"
    assert kept.read_bytes() == b"what the site wrote"
    assert kept.stat().st_mode & 0o077 == 0
    assert TOKEN.encode() not in kept.with_suffix(".tokens").read_bytes()
    assert TOKEN not in str(sorted(lab.open.quarantine.rglob("*")))
    assert done.messages[-1].attached is not None


# ---------------------------------------------------------------- the same thing, sites, numbers


def test_no_second_query_is_raised_for_the_same_thing_while_the_first_is_open(lab: Lab, clip: str) -> None:
    first = asked(lab, clip=clip, facts=FACTS)
    with refused(QueryFault.SAME):
        asked(lab, clip=clip, facts=FACTS)
    asked(lab, clip=clip, facts={**FACTS, "segment": "POPV"})
    asked(lab, QueryKind.READABLE_TEXT, clip=clip, facts=FACTS)
    asked(lab, QueryKind.OTHER, clip=clip, words="Which machine was it?")
    asked(lab, QueryKind.OTHER, clip=clip, words="Which probe was it?")
    queries.cancel(lab.open, lab.coordinator, first, WHY)
    asked(lab, clip=clip, facts=FACTS)
    assert [one.number for one in queries.queries(lab.open, lab.coordinator)] == [1, 2, 3, 4, 5, 6]


def test_a_rule_raises_in_its_own_transaction_or_finds_that_it_is_asked_already(lab: Lab, clip: str) -> None:
    with lab.open.store.begin(lab.coordinator.actor(Role.COORDINATOR)) as transaction:
        first = queries.raised(transaction, QueryKind.UNREADABLE, clip=clip, facts={"code": "TRUNCATED", "file": TOKEN})
        assert queries.raised(transaction, QueryKind.UNREADABLE, clip=clip, facts={"code": "TRUNCATED"}) is None
        other = queries.raised(transaction, QueryKind.MISSING_FILE, exam="S-1:D10", facts={"row": "3", "subject": "Smith"})
        assert queries.raised(transaction, QueryKind.MISSING_FILE, exam="S-1:D10", facts={"row": "4"}) is not None
    assert first is not None
    assert other is not None
    assert the(lab, first).facts == {"code": "TRUNCATED"}
    assert TOKEN not in (the(lab, first).text or "")
    assert the(lab, other).facts == {"row": "3"}


def test_what_came_in_since_is_asked_no_more(lab: Lab, clip: str) -> None:
    """Labelling a clip with the segment and the view answers the query for that view, and no other."""
    asks = [{"segment": "CFV", "view": "compression"}, {"segment": "POPV", "view": "compression"}, {"segment": "CFV", "mode": "colour"}]
    waits, other, sent = (asked(lab, QueryKind.VIEW_MISSING, exam="S-1:D10", facts=facts) for facts in asks)
    queries.send(lab.open, lab.coordinator, sent, site="S01")
    intake.label(lab.open, lab.coordinator, clip, SegmentId("CFV"), Side.LEFT, View.COMPRESSION, Mode.COLOUR)
    assert [the(lab, one).state for one in (waits, other, sent)] == [QueryState.CANCELLED, QueryState.OPEN, QueryState.ANSWERED]
    assert the(lab, sent).messages[-1].words == "What was asked for is there now."
    intake.label(lab.open, lab.coordinator, clip, SegmentId("CFV"), Side.LEFT, View.REST, Mode.COLOUR)
    assert len(the(lab, sent).messages) == 3


def test_a_file_that_comes_later_is_asked_for_no_more(lab: Lab, tmp_path: Path) -> None:
    for name, sent in (("first", (1,)), ("second", (2,))):
        folder = tmp_path / name
        folder.mkdir()
        for n in sent:
            a_file(folder / f"{n}.dcm", pixels=speckle(seed=n))
    rows = ("subject,visit,path_or_study_uid,side,segment", "S-1,D10,1.dcm,L,CFV", "S-1,D10,2.dcm,L,POPV", "S-1,D10,3.dcm,L,FV_PROX")
    for name, listed in (("first", rows), ("second", (rows[0], rows[2]))):
        (tmp_path / f"{name}.csv").write_text("\n".join(listed), encoding="utf-8")
        intake.take_in(lab.open, lab.coordinator, [tmp_path / name], transmittal=tmp_path / f"{name}.csv")
    missing = [one for one in queries.queries(lab.open, lab.coordinator) if one.kind is QueryKind.MISSING_FILE]
    asked_for = {one.facts["segment"]: one.state for one in missing}
    assert asked_for == {"POPV": QueryState.CANCELLED, "FV_PROX": QueryState.OPEN}


def test_what_is_asked_about_a_segment_ends_when_it_is_closed_as_not_imaged(lab: Lab, clip: str) -> None:
    facts = {"segment": "CFV", "view": "compression"}
    unsent, sent = (
        asked(lab, QueryKind.VIEW_MISSING, exam="S-1:D10", facts=facts),
        asked(lab, QueryKind.MISSING_FILE, exam="S-1:D10", facts=facts),
    )
    other = asked(lab, QueryKind.MISSING_FILE, exam="S-1:D10", facts={**facts, "segment": "POPV"})
    unlike = asked(lab, QueryKind.QUALITY, exam="S-1:D10", facts=facts)
    queries.send(lab.open, lab.coordinator, sent, site="S01")
    intake.set_not_imaged(lab.open, lab.coordinator, "S-1:D10", [SegmentId("CFV")], None)
    assert the(lab, unsent).state is QueryState.OPEN, "opened again: it is wanted"
    intake.set_not_imaged(lab.open, lab.coordinator, "S-1:D10", [SegmentId("CFV")], "NOT_SCANNED")
    states = [the(lab, one).state for one in (unsent, sent, other, unlike)]
    assert states == [QueryState.CANCELLED, QueryState.ANSWERED, QueryState.OPEN, QueryState.OPEN]
    assert {the(lab, one).messages[-1].words for one in (unsent, sent)} == {"The segment was closed as not imaged."}
    assert verify_lab(lab.open.folder).ok


@pytest.mark.parametrize("there", [False, True])
def test_a_delivery_of_another_exams_file_is_asked_about_once_with_subject_and_visit(
    lab: Lab, clip: str, tmp_path: Path, *, there: bool
) -> None:
    """However often it is delivered; the same file named for a third exam is another question."""
    file, extra = tmp_path / "from the site.dcm", a_file(tmp_path / "other.dcm", pixels=speckle(seed=7))
    if there:
        intake.take_in(lab.open, lab.coordinator, [extra], subject="S-2", visit="D10", side=Side.LEFT)
    before = {one.id for one in queries.queries(lab.open, lab.coordinator)}
    reports = [intake.take_in(lab.open, lab.coordinator, [file], subject="S-2", visit="D10") for _ in range(3)]
    assert [len(report.queries) for report in reports] == [1, 0, 0]
    assert "S-1 D10" in reports[-1].objects[0].message
    intake.take_in(lab.open, lab.coordinator, [file], subject="S-3", visit="D10")
    found = [one for one in queries.queries(lab.open, lab.coordinator) if one.id not in before]
    assert {one.kind for one in found} == {QueryKind.DUPLICATE}
    assert [(one.subject, one.visit) for one in found] == [("S-2", "D10"), ("S-3", "D10")]
    assert "Subject S-2, visit D10." in (found[0].text or "")
    assert "S-1" not in (found[0].text or ""), "the site learns nothing of the other subject"
    queries.cancel(lab.open, lab.coordinator, found[0].id, WHY)
    assert intake.take_in(lab.open, lab.coordinator, [file], subject="S-2", visit="D10").queries


def test_each_site_has_its_own_numbers_and_none_ever_changes(lab: Lab, clip: str) -> None:
    later = asked(lab, clip=clip)
    assert the(lab, later).name == "Q1"
    with refused(QueryFault.SITE):
        queries.send(lab.open, lab.coordinator, later)
    for site in ("S02", "S01", "S01"):
        asked(lab, QueryKind.OTHER, site=site, words="Is the machine repaired?")
    assert [one.name for one in queries.queries(lab.open, lab.coordinator)] == ["Q1", "S02-1", "S01-1", "S01-2"]
    queries.send(lab.open, lab.coordinator, later, site="S01")
    asked(lab, QueryKind.OTHER, site="S01", words="Which machine is it?")
    named = [one.name for one in queries.queries(lab.open, lab.coordinator)]
    assert named == ["S01-3", "S02-1", "S01-1", "S01-2", "S01-4"]
    assert {the(lab, name).number for name in ("S01-3", "1", "Q1")} == {1}
    with refused(QueryFault.SITE_KNOWN):
        queries.send(lab.open, lab.coordinator, later, site="S02")


def test_the_site_is_that_of_the_delivery(lab: Lab, clip: str) -> None:
    with lab.open.store.begin(lab.coordinator.actor(Role.COORDINATOR)) as transaction:
        came = intake_rows.delivery_of(transaction, clip) or ""
        rows = [intake_rows.site_row("S07"), intake_rows.delivery_site_row(came, "S07")]
        transaction.record("delivery.opened", "delivery", came, rows=rows)
    assert the(lab, asked(lab, clip=clip)).site == "S07"
    assert the(lab, asked(lab, exam="S-1:D10")).name == "S07-2"
    with refused(QueryFault.SITE_KNOWN):
        asked(lab, QueryKind.READABLE_TEXT, clip=clip, site="S01")


# ---------------------------------------------------------------- what it may hold


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (f"Ask for {TOKEN} please", "something that identifies the patient"),
        ("Born 1970-03-12", "a date"),
        ("Write to nurse@example.org", "an e-mail address"),
        ("Number 4711001", "a long number"),
    ],
)
def test_words_that_name_somebody_are_refused_and_neither_kept_nor_repeated(lab: Lab, clip: str, words: str, found: str) -> None:
    query = asked(lab, clip=clip, site="S01")
    sent = asked(lab, QueryKind.DUPLICATE, clip=clip, site="S01")
    queries.send(lab.open, lab.coordinator, sent)
    steps = (
        lambda: asked(lab, QueryKind.OTHER, clip=clip, words=words),
        lambda: queries.send(lab.open, lab.coordinator, query, words=words),
        lambda: queries.answer(lab.open, lab.coordinator, sent, words),
        lambda: queries.cancel(lab.open, lab.coordinator, query, words),
        lambda: queries.exclude(lab.open, lab.coordinator, query, words),
    )
    for step in steps:
        with pytest.raises(QueryRefusedError) as fault:
            step()
        assert found in fault.value.found
        told = words_for(fault.value).all
        assert found in told
        assert words not in told
        assert not any(part in told for part in words.split() if len(part) > 6)
    with lab.open.store.read() as snapshot:
        bodies = [row["body"] for row in snapshot.all("event_payload") if row["form"] == "clear"]
    assert not any(words.encode() in body for body in bodies)


def test_the_subjects_own_code_may_stand_even_where_the_site_wrote_it_as_the_patients_number(lab: Lab, tmp_path: Path) -> None:
    file = a_file(tmp_path / "1.dcm", lambda dataset: setattr(dataset, "PatientID", "SUBJ-00012"), pixels=speckle())
    taken = intake.take_in(lab.open, lab.coordinator, [file], subject="SUBJ-00012", visit="D10", side=Side.LEFT)
    query = asked(lab, QueryKind.OTHER, clip=taken.objects[0].clip, words="Is SUBJ-00012 the right subject?")
    assert the(lab, query).messages[0].words == "Is SUBJ-00012 the right subject?"


def test_a_word_that_names_a_treatment_is_refused(lab: Lab, clip: str) -> None:
    arm = lab.open.charter.blinding.guess_arms[0]
    with pytest.raises(QueryRefusedError) as fault:
        asked(lab, QueryKind.OTHER, clip=clip, words=f"Seen before {arm.lower()}?")
    assert fault.value.found == ("a word that names a treatment of the trial",)
    assert arm.lower() not in words_for(fault.value).all.lower()


def test_no_reason_no_cancelling_and_own_words_are_asked_where_the_template_asks_nothing(lab: Lab, clip: str) -> None:
    query = asked(lab, clip=clip)
    with pytest.raises(ReasonRefusedError):
        queries.cancel(lab.open, lab.coordinator, query, "ok")
    with refused(QueryFault.WORDS):
        asked(lab, QueryKind.OTHER, clip=clip)
    with refused(QueryFault.THING):
        asked(lab, QueryKind.OTHER, words="What is this about?")
    with refused(QueryFault.ABOUT):
        asked(lab, exam="S-9:D10")
    with refused(QueryFault.SITE):
        asked(lab, QueryKind.DUPLICATE, clip=clip, site="Site of Dr Smith")


def test_a_redacted_text_is_said_to_be_so_and_the_list_still_opens(lab: Lab, clip: str) -> None:
    from corelab.services import redaction  # noqa: PLC0415 - one test of many

    query = asked(lab, clip=clip, words="The clip of the tall one")
    with lab.open.store.read() as snapshot:
        seq = snapshot.events(kind="query.raised")[-1]["seq"]
    redaction.request_redaction(lab.open, lab.coordinator, seq, "It describes a person")
    redaction.confirm_redaction(lab.open, lab.coordinator_2, seq, "I have seen it too", PASSWORD)
    found = the(lab, query)
    assert (found.text, found.messages[0].words, dict(found.facts)) == (None, None, {})
    assert (found.subject, found.state) == ("S-1", QueryState.OPEN)


# ---------------------------------------------------------------- who


def test_auditors_read_queries_and_readers_and_adjudicators_learn_nothing_of_them(lab: Lab, clip: str) -> None:
    query = asked(lab, clip=clip)
    assert [one.id for one in queries.queries(lab.open, lab.auditor)] == [query]
    for session in (lab.auditor, lab.reader_1, lab.adjudicator, lab.administrator):
        with pytest.raises(NotPermittedError):
            queries.cancel(lab.open, session, query, WHY)
    for session in (lab.reader_1, lab.adjudicator, lab.administrator):
        told = []
        for name in (query, "none"):
            with pytest.raises(NotPermittedError) as fault:
                queries.query(lab.open, session, name)
            told.append(words_for(fault.value).all)
        assert told[0] == told[1]


def test_only_active_coordinators_are_given_queries(lab: Lab, clip: str) -> None:
    query = asked(lab, clip=clip)
    with refused(QueryFault.OWNER):
        queries.give(lab.open, lab.coordinator, query, lab.auditor.user_name)
    assert queries.give(lab.open, lab.coordinator, query, lab.coordinator_2.user_name).owner == "Coordinator 2"


# ---------------------------------------------------------------- printing


def test_letters_are_one_for_each_site_hold_codes_only_and_are_the_same_bytes_each_time(lab: Lab, clip: str, tmp_path: Path) -> None:
    asked(lab, clip=clip, site="S02", facts=FACTS, words="Is it the left side?")
    asked(lab, QueryKind.OTHER, site="S01", words="Is the machine repaired?")
    queries.cancel(lab.open, lab.coordinator, asked(lab, QueryKind.OTHER, site="S01", words="Was asked by mistake"), WHY)
    made = []
    for name in ("1.pdf", "2.pdf"):
        lab.clock.at = lab.clock.at.replace(second=0, microsecond=0)
        assert queries.print_queries(lab.open, lab.coordinator, tmp_path / name) == 2
        made.append((tmp_path / name).read_bytes())
    assert made[0] == made[1]
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(made[0])).pages]
    assert len(pages) == 2
    assert "Queries to site S01" in pages[0]
    assert "Queries to site S02" in pages[1]
    for part in ("S02-1", "Q1", "Segment CFV.", "Is it the left side?", "Answer"):
        assert part in pages[1]
        assert part not in pages[0] or part == "Answer"
    assert TOKEN not in "".join(pages)
    assert "mistake" not in "".join(pages)
    assert "State" not in "".join(pages), "where a query stands in the laboratory is nothing to a site"
    with pytest.raises(FileExistsError):
        queries.print_queries(lab.open, lab.coordinator, tmp_path / "1.pdf")


def test_the_table_has_a_row_for_each_query_that_the_filter_leaves(lab: Lab, clip: str, tmp_path: Path) -> None:
    asked(lab, clip=clip, site="S02", facts=FACTS)
    sent = asked(lab, QueryKind.OTHER, site="S01", words="Is the machine, or the probe, repaired?")
    queries.send(lab.open, lab.coordinator, sent)
    assert queries.print_queries(lab.open, lab.coordinator, tmp_path / "q.csv", QueryFilter("S01")) == 1
    rows = list(csv.DictReader(io.StringIO((tmp_path / "q.csv").read_text("utf-8"))))
    assert [(row["query"], row["number"], row["kind"], row["state"], row["due"]) for row in rows] == [
        ("S01-1", "2", "other", "sent", "2026-01-26")
    ]
    assert rows[0]["words"] == "Is the machine, or the probe, repaired?"


# ---------------------------------------------------------------- packages


def a_final_lab(folder: Path) -> Lab:
    lab = a_dealt_lab(folder, "S-1")
    for reader in (lab.reader_1, lab.reader_2):
        signs(lab, reader)
    comparison.release_and_compare(lab.open, lab.coordinator)
    return lab


def test_an_open_query_keeps_package_and_lock_from_being_made_until_it_is_closed_or_excluded(tmp_path: Path) -> None:
    lab = a_final_lab(tmp_path)
    query = asked(lab, exam="S-1:D10", site="S01")
    assert packages.preview(lab.open, lab.coordinator).queries == ("S01-1",)
    with pytest.raises(OpenQueriesError, match="S01-1") as fault:
        packages.export(lab.open, lab.coordinator, tmp_path / "out", PASSWORD)
    assert "S01-1" in words_for(fault.value).all
    with pytest.raises(OpenQueriesError):
        packages.lock(lab.open, lab.coordinator, "All visits are in", PASSWORD)
    assert not list((tmp_path / "out").glob("*"))
    queries.exclude(lab.open, lab.coordinator, query, WHY)
    made = packages.export(lab.open, lab.coordinator, tmp_path / "out", PASSWORD)
    listed = json.loads((made.package / "qc/checks.json").read_text())["queries"]
    assert listed == [{"number": 1, "name": "S01-1", "kind": "quality", "state": "open", "why": WHY}]
    queries.include(lab.open, lab.coordinator, query)
    assert packages.preview(lab.open, lab.coordinator).queries == ("S01-1",)
    queries.send(lab.open, lab.coordinator, query)
    queries.answer(lab.open, lab.coordinator, query, "Nothing else was recorded")
    queries.exclude(lab.open, lab.coordinator, query, WHY)
    queries.send(lab.open, lab.coordinator, query, words="What about the other side?")
    assert packages.preview(lab.open, lab.coordinator).queries == ("S01-1",)
    queries.answer(lab.open, lab.coordinator, query, "Neither")
    queries.close(lab.open, lab.coordinator, query)
    packages.lock(lab.open, lab.coordinator, "All visits are in", PASSWORD)


def test_what_queries_say_stays_out_of_the_trail_of_a_package(tmp_path: Path) -> None:
    lab = a_final_lab(tmp_path)
    query = asked(lab, QueryKind.OTHER, exam="S-1:D10", site="S01", words="Is the probe repaired?")
    queries.cancel(lab.open, lab.coordinator, query, WHY)
    made = packages.export(lab.open, lab.coordinator, tmp_path / "out", PASSWORD)
    for file in made.package.rglob("*"):
        if file.is_file():
            assert b"probe repaired" not in file.read_bytes(), file.name
    told = [(happened(line), record_words(line.record)) for line in audit.trail(lab.open, lab.auditor) if line.kind.startswith("query")]
    assert sorted(told) == [("Query cancelled", "Query 1, S-1 D10"), ("Query to the site raised", "Query 1, S-1 D10")]


def test_a_row_that_no_service_of_this_version_wrote_is_listed_all_the_same(lab: Lab, clip: str) -> None:
    with lab.open.store.begin(lab.coordinator.actor(Role.COORDINATOR)) as transaction:
        rows = [
            NewRow("query", {"id": "old", "number": 1, "site_code": None, "kind": "other", "clip_id": clip, "exam_id": None}),
            NewRow("query_message", {"query_id": "old", "n": 1, "state": "open", "due": None}),
        ]
        transaction.record("query.opened", "query", "old", rows=rows, payload={"text": "words"})
    found = the(lab, "old")
    assert (found.text, found.state, found.messages[0].step) == ("words", QueryState.OPEN, QueryStep.RAISED)
