"""A reader and an adjudicator ask the server past the program, each in their own database role: what they may not know is not told.

Two looks stand on both sides of what the other reader, the adjudicator and a coordinator do; between them no answer changes by a byte.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any

import psycopg
import pytest

from corelab.resources import resource
from corelab.services import accounts
from corelab.storage.postgres.connecting import server_password
from tests.acceptance.blinding.probes import Mark, Probes
from tests.acceptance.blinding.server_attacks import PAIRS, attacks
from tests.acceptance.blinding.server_probes import CHANNELS, NOBODYS, Known, Probe, answer, touched, touching
from tests.acceptance.blinding.server_questions import questions
from tests.acceptance.blinding.world import (
    ADJUDICATOR,
    IDENTITY,
    ME,
    NOTES,
    OTHER,
    OTHER_READER,
    OTHERS_NOTE,
    THIRD,
    THIRD_NOTES,
    VISIT,
    VISIT_LABEL,
    World,
    a_world,
)
from tests.builders import FAST_KDF, PASSWORD
from tests.server_labs import all_on
from tests.servers import Server

LEAST = 47
CHANNEL = "own database role"
Connection = psycopg.Connection[Any]


@pytest.fixture
def served(tmp_path_factory: pytest.TempPathFactory, postgres_server: Server) -> Iterator[World]:
    """The small trial on a server: nobody has read yet."""
    with all_on(postgres_server):
        yield a_world(tmp_path_factory.mktemp("served"))


def every_probe(known: Known) -> tuple[Probe, ...]:
    made = (*questions(known), *attacks(known))
    assert len({each.name for each in made}) == len(made) >= LEAST
    return made


def database_of(world: World) -> str:
    address = world.lab.open.address
    assert address is not None
    return address.database


def as_person(server: Server, world: World, user: str) -> Connection:
    database = database_of(world)
    proof = server_password(world.lab.open.lab_id, user, PASSWORD, FAST_KDF)
    return server.connect(database, user=f"{database}.{user}", password=proof)


def at_the_door(server: Server, world: World) -> Connection:
    database = database_of(world)
    return server.connect(database, user=f"{database}:door", password="corelab")


def rows(world: World, table: str, **equals: object) -> tuple[Mapping[str, Any], ...]:
    with world.lab.open.store.read(world.lab.coordinator.account) as snapshot:
        return snapshot.all(table, **equals)


def known_of(world: World, whose: str, own: str) -> Known:
    """What ``own`` would have to guess of ``whose`` work; both have signed one exam at least."""
    people = {each["user_name"]: each["id"] for each in rows(world, "account")}
    theirs, mine = (rows(world, "assignment", account_id=people[user]) for user in (whose, own))
    reading = next(iter(rows(world, "reading", assignment_id=theirs[0]["id"])), None)
    exams = {each["exam_id"] for each in mine}
    return Known(
        database=database_of(world),
        reading=reading["id"] if reading else NOBODYS,
        assignment=theirs[0]["id"],
        exam=theirs[0]["exam_id"],
        account=people[whose],
        session=rows(world, "session", account_id=people[whose])[0]["id"],
        seq=rows(world, "event", actor=people[whose])[-1]["seq"],
        own_assignment=mine[0]["id"],
        own_exam=next(iter(sorted(exams))),
        others=(whose,),
    )


def marks_of(world: World, *hidden: str) -> tuple[Mark, ...]:
    """All that stands in the records of what others did, and is found nowhere else."""
    people = {each["user_name"]: each["id"] for each in rows(world, "account")}
    found: list[Mark] = []
    for user in hidden:
        account = people[user]
        found += [Mark(f"id of {user}", account), Mark("user name", user)]
        work = rows(world, "assignment", account_id=account)
        readings = [row for one in work for row in rows(world, "reading", assignment_id=one["id"])]
        found += [Mark(f"{name} of an assignment", one[name]) for one in work for name in ("id", "pseudonym")]
        found += [Mark(f"{name} of a reading", one[name]) for one in readings for name in ("id", "content_digest")]
        found += [Mark("sign-in", one["id"]) for one in rows(world, "session", account_id=account)]
        events = rows(world, "event", actor=account)
        found += [Mark(f"{name} of an event", one[name]) for one in events for name in ("payload", "sealed") if one[name]]
    found += [each for each in IDENTITY if each.words not in {VISIT, VISIT_LABEL}]  # a form is made by the visit
    return tuple(found)


def all_answers(connection: Connection, probes: tuple[Probe, ...]) -> dict[str, str]:
    return {each.name: answer(connection, each.statements) for each in probes}


def look(probes: Probes, answers: Mapping[str, str], who: str, every: Sequence[Probe], marks: tuple[Mark, ...]) -> None:
    """What is known to be told by PostgreSQL itself is no leak, where it is that which it tells; nor is what was asked by its name."""
    for each in every:
        told = "user name" if each.channel in {"roles", "connections"} else None
        said = " ".join(each.statements)
        looked = [one for one in marks if one.what != told and one.words not in said]
        probes.look(CHANNEL, f"{who}: {each.name}", answers[each.name], looked)


def same(probes: Probes, before: Mapping[str, str], after: Mapping[str, str], every: Sequence[Probe], why: str) -> None:
    for each in every:
        if each.channel is None:
            probes.same(CHANNEL, f"{each.name}, {why}", before[each.name], after[each.name])


# ---------------------------------------------------------------- the reader


def test_p11_55_nothing_of_the_other_reading_is_told_to_a_readers_own_role(served: World, postgres_server: Server, probes: Probes) -> None:
    """Before and after the other reader signs, then before and after the comparison and the decision: the answers are the same."""
    world = served
    world.reads(world.me)
    world.reads(world.me, sign=False)
    world.reads(world.other, OTHERS_NOTE, sign=False)
    known = known_of(world, OTHER, ME)
    every = every_probe(known)
    with closing(as_person(postgres_server, world, ME)) as connection:
        all_answers(connection, every)  # the first time PostgreSQL looks up names, which its plans tell
        first = all_answers(connection, every)
        for _ in range(3):
            world.reads(world.other, OTHERS_NOTE, COMP_CFV=2, COMP_POPV="NE:WINDOW")
        second = all_answers(connection, every)
        same(probes, first, second, every, "when the other reader signs")
        marks = (*marks_of(world, OTHER), *OTHER_READER[1:], *NOTES)
        look(probes, first, "before", every, marks)
        look(probes, second, "after the other signed", every, marks)
        world.reads(world.me)
        world.reads(world.me, COMP_CFV=2)
        third = all_answers(connection, every)
        world.compares()
        world.decides()
        fourth = all_answers(connection, every)
        same(probes, third, fourth, every, "when the exams are compared and decided")
        marks = (*marks_of(world, OTHER, THIRD), *OTHER_READER[1:], *ADJUDICATOR[1:], *NOTES, *THIRD_NOTES)
        look(probes, fourth, "after the decision", every, marks)


def test_p11_55_what_is_anothers_is_answered_like_what_is_not_there(served: World, postgres_server: Server, probes: Probes) -> None:
    world = served
    world.reads(world.me)
    world.reads(world.other)
    known = known_of(world, OTHER, ME)
    names = {name: getattr(known, name) for name in ("assignment", "reading", "session", "account")}
    nothing = dict.fromkeys(names, NOBODYS)
    with closing(as_person(postgres_server, world, ME)) as connection:
        for what, statements in PAIRS.items():
            there = answer(connection, [each.format(**names) for each in statements])
            missing = answer(connection, [each.format(**nothing) for each in statements])
            for value in names.values():
                there = there.replace(value, NOBODYS)
            probes.same(CHANNEL, f"what is there and what is not: {what}", there, missing)


def test_p11_55_a_question_about_an_own_exam_touches_no_more_rows_when_others_work_on_it(
    served: World, postgres_server: Server, probes: Probes
) -> None:
    """PostgreSQL counts for everybody what it read; whether an exam was read by another, compared or decided is not to be counted."""
    world = served
    for _ in range(3):
        world.reads(world.me, COMP_CFV=2)
    known = known_of(world, OTHER, ME)
    with closing(as_person(postgres_server, world, ME)) as connection:
        before = {each: touched(connection, each) for each in touching(known)}
        for _ in range(3):
            world.reads(world.other, OTHERS_NOTE)
        signed = {each: touched(connection, each) for each in touching(known)}
        world.compares()
        world.decides()
        decided = {each: touched(connection, each) for each in touching(known)}
        kinds = {each["kind"]: each["seq"] for each in rows(world, "event") if each["actor"] != world.me.account}
        looks = {kind: touched(connection, f"""SELECT * FROM seen.of_event('{{"seq": {seq}}}')""") for kind, seq in kinds.items()}
    assert any(before.values())
    assert {"case.opened", "reading.signed"} <= set(kinds)
    for kind, counts in looks.items():
        probes.same(CHANNEL, f"rows touched by the number of an event of kind {kind}", looks["reading.signed"], counts)
    for each, counts in before.items():
        probes.same(CHANNEL, f"rows touched by {each} when the other signs", counts, signed[each])
        probes.same(CHANNEL, f"rows touched by {each} when it is compared and decided", counts, decided[each])


# ---------------------------------------------------------------- the adjudicator, and nobody


def test_p11_59_nothing_of_who_read_is_told_to_an_adjudicators_own_role(served: World, postgres_server: Server, probes: Probes) -> None:
    world = served
    for _ in range(3):
        world.reads(world.other, OTHERS_NOTE, COMP_CFV=2)
    for _ in range(3):
        world.reads(world.me)
    world.compares()
    world.case()
    every = every_probe(known_of(world, OTHER, THIRD))
    marks = (*marks_of(world, OTHER, ME), *OTHER_READER[1:], *NOTES)
    with closing(as_person(postgres_server, world, THIRD)) as connection:
        answers = all_answers(connection, every)
    assert "'case'" in answers["all that is seen of comparison"], "the own cases are to be seen"
    look(probes, answers, "adjudicator", every, marks)


def test_p11_55_the_door_tells_nothing_of_anybody(served: World, postgres_server: Server, probes: Probes) -> None:
    world = served
    world.reads(world.other)
    world.reads(world.me)
    every = [each for each in every_probe(known_of(world, OTHER, ME)) if each.channel is None]
    with closing(at_the_door(postgres_server, world)) as connection:
        answers = all_answers(connection, tuple(every))
    marks = (*marks_of(world, OTHER, ME), *OTHER_READER[1:])
    look(probes, answers, "the door", every, marks)


def test_who_is_deactivated_sees_nothing_by_a_connection_that_is_open_still(served: World, postgres_server: Server) -> None:
    world = served
    me = world.me.account
    with closing(as_person(postgres_server, world, ME)) as connection:
        assert answer(connection, ["SELECT id FROM seen.assignment"]).count("\n") == 2
        accounts.deactivate(world.lab.open, world.lab.administrator, me, "left the trial")
        assert answer(connection, ["SELECT id FROM seen.assignment"]).startswith("42501 ")
        assert answer(connection, ["SELECT * FROM seen.first_signed()"]).startswith("42501 ")


# ---------------------------------------------------------------- what remains, and whether the probes find anything


def test_the_manual_says_which_channels_remain() -> None:
    manual = resource("help", "manual.md").read_text("utf-8")
    section = manual.partition("### What a database role can see")[2].partition("\n#")[0]
    listed = [line.removeprefix("- ").rstrip(".;") for line in section.splitlines() if line.startswith("- ")]
    assert listed == list(CHANNELS.values())


def test_the_probes_find_what_the_channels_tell(served: World, postgres_server: Server) -> None:
    """A control: asked by who may read all, the same questions are full of what is looked for; and the channels do tell."""
    world = served
    world.reads(world.me)
    world.reads(world.other, OTHERS_NOTE)
    every = every_probe(known_of(world, OTHER, ME))
    marks = marks_of(world, OTHER)
    database = database_of(world)
    with closing(postgres_server.connect(database)) as connection, closing(as_person(postgres_server, world, ME)) as mine:
        found = Probes()
        for each in (one for one in every if one.name.startswith(("rows of core", "pg_authid"))):
            found.look(CHANNEL, each.name, answer(connection, each.statements), marks)
        said = {each.channel: answer(mine, each.statements) for each in every if each.channel is not None}
    assert {where for _, _, where in found.leaks} >= {"rows of core.reading", "rows of core.event", "rows of core.account", "pg_authid"}
    assert set(said) == set(CHANNELS)
    assert OTHER in said["roles"]
    assert "reading" in said["definitions"]
    assert VISIT in said["visits"]
