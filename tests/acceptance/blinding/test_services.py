"""What services answer a reader or adjudicator holds nothing they may not learn; what is missing is refused as what is not theirs."""

from collections.abc import Mapping
from typing import Any

import pytest

from corelab.services import adjudication, reading
from corelab.services.accounts import Session
from corelab.services.clips import ClipShelf
from corelab.ui.words import words_for
from tests.acceptance.blinding.graph import fields_of, text_of
from tests.acceptance.blinding.probes import Mark, Probes
from tests.acceptance.blinding.world import ADJUDICATOR, HIDDEN_FROM_READER, IDENTITY, NOTES, OTHER, OTHER_READER, SUBJECTS, World
from tests.reading_builders import rows_of
from tests.service_calls import NO_CLIP, NOBODY, NOTHING, SERVICES, Call, found_services

BY_TYPE = {"subject", "visit", "site", "arm", "account", "reader", "user_name", "printed_name", "exam", "exam_id", "received", "study"}
"""No object that reaches the screen of a reader or adjudicator has such a field."""


def shown_to_reader(world: World) -> tuple[object, ...]:
    """Everything that reaches the screen of the reader at hand: the list, the readings on it, what keeps them from signing, a frame."""
    lab, me = world.lab.open, world.me
    rows = reading.worklist(lab, me).rows
    opened = [reading.open_reading(lab, me, row.assignment) for row in rows]
    frames = [ClipShelf(lab, me).open(clip).frame(0) for clip in opened[0].clips]
    return (rows, opened, [reading.faults(lab, me, each.reading, each.clips) for each in opened], frames)


def shown_to_adjudicator(world: World) -> tuple[object, ...]:
    rows = reading.worklist(world.lab.open, world.third).rows
    return (rows, [adjudication.open_case(world.lab.open, world.third, row.assignment) for row in rows])


def ids_of_others(world: World) -> tuple[Mark, ...]:
    """The ids in the records of what is not the reader's: they would join what the lab keeps apart."""
    readings = [Mark("id of the other's reading", row["id"]) for row in rows_of(world.lab, "reading")]
    others = [Mark("id of a person", each.account) for each in (world.other, world.third, world.lab.coordinator)]
    exams = [Mark("id or code of an exam", row[name]) for row in rows_of(world.lab, "exam") for name in ("id", "code")]
    theirs = [row for row in rows_of(world.lab, "assignment") if row["account_id"] == world.other.account]
    work = [Mark("pseudonym or id of the other's work", row[name]) for row in theirs for name in ("id", "pseudonym")]
    return (*readings, *others, *exams, *work)


def test_p11_55_nothing_that_services_give_a_reader_tells_of_the_other_reader(sealed: World, probes: Probes) -> None:
    marks = (*HIDDEN_FROM_READER, *ids_of_others(sealed))
    probes.look("objects given to the screen", "reader, before release", text_of(shown_to_reader(sealed)), marks)


def test_p11_55_nor_after_release(released: World, probes: Probes) -> None:
    """Own readings, signed, can be looked at still; they tell nothing of what became of them."""
    marks = (*HIDDEN_FROM_READER, *ids_of_others(released))
    given = text_of(shown_to_reader(released))
    assert given.count("WorkState.SIGNED") == 3
    probes.look("objects given to the screen", "reader, after release", given, marks)


def test_p11_59_a_case_shows_grades_as_a_and_b_and_nothing_of_who_gave_them(released: World, probes: Probes) -> None:
    given = shown_to_adjudicator(released)
    assert {"WINDOW", "none", "full"} <= set(text_of(given).split()), "the disputed grades themselves are to be seen"
    ours = Mark("user name of a reader", "wexford"), Mark("id of a person", released.me.account)
    marks = (*IDENTITY, *OTHER_READER, *NOTES, *ours, *ids_of_others(released))
    probes.look("objects given to the screen", "adjudicator", text_of(given), marks)


def test_p11_56_no_object_given_to_the_screen_has_a_field_for_what_is_hidden(released: World, probes: Probes) -> None:
    for who, given in (("reader", shown_to_reader(released)), ("adjudicator", shown_to_adjudicator(released))):
        fields = fields_of(given)
        assert {"pseudonym", "clips", "segments"} <= fields
        for name in BY_TYPE:
            probes.hold("fields of objects given to the screen", f"{who}: {name}", fine=name not in fields)


def test_the_walk_finds_a_name_however_deep_it_lies(sealed: World) -> None:
    found = Probes()
    found.look("control", "deep", text_of([{"a": (ValueError(OTHER),)}, sealed.me, sealed.other]), OTHER_READER)
    assert [what for _channel, what, _where in found.leaks] == ["user name of the other reader", "name of the other reader"]


# ---------------------------------------------------------------- what others do changes nothing


def test_p11_55_what_the_other_reader_grades_and_signs_changes_nothing_for_the_reader(world: World, probes: Probes) -> None:
    """The list and the reading at hand are the same before the other begins, after each save and signature, and for each grade given."""
    world.reads(world.me, sign=False)
    steps: tuple[dict[str, Any], ...] = ({"COMP_CFV": 2}, {"COMP_CFV": "NE:WINDOW"}, {"FLOW_POPV": 1})
    before = text_of(shown_to_reader(world)[:3])
    for said in steps:
        world.reads(world.other, sign=False, **said)
        probes.same("what changes with the other's work", f"after a save of {said}", before, text_of(shown_to_reader(world)[:3]))
        world.reads(world.other, **said)
        probes.same("what changes with the other's work", f"after a signature of {said}", before, text_of(shown_to_reader(world)[:3]))


def test_p11_55_whether_the_other_agreed_changes_nothing_for_who_signed(world: World, probes: Probes) -> None:
    """One exam where both say the same, two where they differ: after release all three look alike to the reader, but for their names."""
    for rank in (0, 2, 2):
        world.reads(world.other, COMP_CFV=rank)
        world.reads(world.me)
    before = reading.worklist(world.lab.open, world.me).rows
    world.compares()
    assert {row["outcome"] for row in rows_of(world.lab, "comparison")} == {"concordant", "case"}
    after = reading.worklist(world.lab.open, world.me).rows
    probes.same("what changes with the outcome", "the list", before, after)
    world.decides()
    world.compares()
    probes.same("what changes with the outcome", "the list, after the decision", before, reading.worklist(world.lab.open, world.me).rows)


# ---------------------------------------------------------------- missing and forbidden


def outcome(world: World, session: Session, service: str, call: Call) -> str:
    function = dict(found_services())[service]
    try:
        answer = function(world.lab.open, session, *call.arguments, **call.keywords)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what the person is told
        return f"{type(error).__name__}: {words_for(error).all}"
    return text_of(answer)


def real(world: World) -> Mapping[object, object]:
    """For each id that does not exist, one that does and belongs to somebody else."""
    theirs = next(row["id"] for row in rows_of(world.lab, "assignment") if row["account_id"] == world.other.account)
    code = rows_of(world.lab, "exam")[0]["code"]
    return {NOBODY: world.other.account, NOTHING: theirs, NO_CLIP: rows_of(world.lab, "clip")[0]["id"], "no exam": code, "": SUBJECTS[0]}


def with_real(call: Call, known: Mapping[object, object]) -> Call:
    def put(value: object) -> object:
        if isinstance(value, tuple):
            return tuple(put(each) for each in value)
        return known.get(value, value) if isinstance(value, str) else value

    return Call(call.commands, tuple(put(each) for each in call.arguments), {name: put(each) for name, each in call.keywords.items()})


@pytest.mark.parametrize("who", ["reader", "adjudicator"])
def test_p11_55_every_service_refuses_what_is_anothers_as_what_does_not_exist(sealed: World, probes: Probes, who: str) -> None:
    session, known = (sealed.me if who == "reader" else sealed.third), real(sealed)
    marks = HIDDEN_FROM_READER if who == "reader" else (*IDENTITY, *OTHER_READER, *NOTES)
    for service, call in SERVICES.items():
        if not isinstance(call, Call):
            continue
        missing, theirs = outcome(sealed, session, service, call), outcome(sealed, session, service, with_real(call, known))
        probes.look("answers and errors of services", f"{who}: {service}", missing + theirs, marks)
        probes.same("missing and forbidden", f"{who}: {service}", missing, theirs)


def test_a_coordinator_is_told_the_difference(sealed: World) -> None:
    """The comparison above can fail: who may know hears another word for what is there."""
    service, call = next((name, each) for name, each in SERVICES.items() if name.endswith(".record_training"))
    assert isinstance(call, Call)
    session = sealed.lab.coordinator
    missing = outcome(sealed, session, service, call)
    assert missing != outcome(sealed, session, service, with_real(call, real(sealed)))


def test_p11_55_no_assignment_of_another_opens_by_any_id(sealed: World, probes: Probes) -> None:
    for row in rows_of(sealed.lab, "assignment"):
        if row["account_id"] == sealed.me.account:
            continue
        for open_it in (reading.open_reading, adjudication.open_case):
            with pytest.raises(Exception) as refused:  # noqa: PT011 - its words are looked at
                open_it(sealed.lab.open, sealed.me, row["id"])
            probes.look("answers and errors of services", "open", words_for(refused.value).all, (*HIDDEN_FROM_READER, *ADJUDICATOR))
