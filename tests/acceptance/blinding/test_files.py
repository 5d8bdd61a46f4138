"""No file that a person can reach tells what is sealed or where a clip came from: database, journal, clips, quarantine, own folders.

Before release the lab's files are looked through for grades, their digests and the lengths of what is sealed. Names in the database
(subject, visit, people) are not hidden from who opens its file with another program: that limit is said in the manual.
"""

import hashlib
import itertools
import re
from collections.abc import Iterator
from typing import Any

from corelab.domain import audit
from corelab.domain.charter import ChoiceItem
from corelab.imaging.archive import SAME_TIME_FOR_ALL
from corelab.services import monitoring, reading
from corelab.services.clips import ClipShelf
from corelab.storage.keys import Opening, unseal
from tests.acceptance.blinding.probes import Mark, Probes
from tests.acceptance.blinding.world import NOTES, OTHERS_NOTE, SOURCE, World
from tests.acceptance.leaks import files_under, occurrences
from tests.exam_builders import reduced
from tests.reading_builders import rows_of


def bytes_of(world: World) -> dict[str, bytes]:
    """Every file of the lab, of this machine's configuration, and their names."""
    folders = [world.lab.open.folder, world.lab.open.configuration]
    return {str(file.relative_to(world.folder)): file.read_bytes() + b"\n" + file.name.encode() for file in files_under(folders)}


def option_values() -> tuple[str, ...]:
    return tuple(sorted({each.value for item in reduced().items if isinstance(item, ChoiceItem) for each in item.options}))


# ---------------------------------------------------------------- words


def test_p11_61_no_file_holds_a_sealed_note_or_what_a_site_sent(sealed: World, probes: Probes) -> None:
    for file, data in bytes_of(sealed).items():
        if "quarantine" not in file or not file.endswith(".bin"):  # as delivered: readers do not get at it where the lab gives out rights
            probes.look_in_bytes("files of the lab before release", file, data, (*NOTES, *SOURCE))


def test_after_release_no_file_but_the_database_holds_a_note_and_none_holds_what_a_site_sent(released: World, probes: Probes) -> None:
    for file, data in bytes_of(released).items():
        if not file.endswith(".bin"):
            probes.look_in_bytes("files of the lab after release", file, data, SOURCE if file.endswith(".db") else (*NOTES, *SOURCE))


def test_p11_61_signed_readings_and_drafts_add_no_grade_to_any_file(world: World, probes: Probes) -> None:
    """Each value of the charter stands in the files as often as before, however it may be written."""
    before = b"".join(bytes_of(world).values())
    world.reads(world.other, OTHERS_NOTE, COMP_CFV=2, COMP_POPV="NE:WINDOW", QUAL_CFV="non_diagnostic")
    world.reads(world.other, sign=False, COMP_CFV=1)
    after = b"".join(bytes_of(world).values())
    for value in (*option_values(), "WINDOW", '"COMP"', '"FLOW"'):
        known, now = occurrences(before, value), occurrences(after, value)
        for way in known:
            # two letters of a value in base64 of chance are no grade: short ones are counted in plain only
            if way in {"UTF-8", "UTF-16"} or len(value) > 6:
                probes.hold("grades in files", f"{value} in {way}", fine=now[way] <= known[way])


def test_p11_61_a_look_at_how_reading_goes_adds_no_grade_to_any_file(world: World, probes: Probes) -> None:
    """The coordinator opens what both readers signed, in memory alone: no value stands in a file or log more often than before."""
    ranks: dict[str, Any] = {"COMP_CFV": 2, "COMP_POPV": "NE:WINDOW", "QUAL_CFV": "non_diagnostic"}
    for session, note in ((world.other, OTHERS_NOTE), (world.me, "")):
        for _ in range(3):
            world.reads(session, note, **ranks)
    before = b"".join(bytes_of(world).values())
    found = monitoring.look(world.lab.open, world.lab.coordinator)
    probes.hold("grades in files", "the look saw what is sealed", fine=len(found.observed.compared) == 3 and found.observed.unopened == 0)
    after = b"".join(bytes_of(world).values())
    for value in (*option_values(), "WINDOW", '"COMP"', '"FLOW"', OTHERS_NOTE):
        known, now = occurrences(before, value), occurrences(after, value)
        for way in known:
            if way in {"UTF-8", "UTF-16"} or len(value) > 6:
                probes.hold("grades in files", f"{value} in {way} after a look", fine=now[way] <= known[way])


def test_p11_61_the_journal_of_a_transaction_holds_nothing_either(sealed: World, probes: Probes) -> None:
    lab = sealed.lab.open
    with lab.store.begin(sealed.me.actor(None)) as transaction:
        transaction.record("clips.tidied", "lab", lab.lab_id, payload={"set_aside": []})
        journals = [each for each in lab.folder.iterdir() if each.name.startswith("corelab.db-") and each.stat().st_size]
        assert journals
        for each in journals:
            probes.look_in_bytes("journal", each.name, each.read_bytes(), (*NOTES, *SOURCE))


def test_a_planted_value_is_found_in_a_file(sealed: World) -> None:
    (sealed.lab.open.folder / "planted").write_text(OTHERS_NOTE)
    found = Probes()
    for file, data in bytes_of(sealed).items():
        found.look_in_bytes("control", file, data, NOTES)
    assert {where for _channel, _what, where in found.leaks} == {"lab/planted"}


def test_delivered_files_are_for_the_owner_of_the_lab_alone(sealed: World, probes: Probes) -> None:
    for each in sealed.lab.open.quarantine.iterdir():
        probes.hold("rights of files", each.name, fine=each.stat().st_mode & 0o077 == 0)


# ---------------------------------------------------------------- digests


def grade_sets(known: dict[str, Any]) -> Iterator[list[dict[str, Any]]]:
    """4,096 ways of grading this exam: every choice at every question, and not evaluable."""
    asked = [n for n, one in enumerate(known["grades"]) if one.get("missing") not in {"NA", "NI"}]
    choices = [[*_values(known["grades"][n]["item"]), None] for n in asked]
    for said in itertools.islice(itertools.product(*choices), 4096):
        grades = list(known["grades"])
        for n, value in zip(asked, said, strict=True):
            kept = {key: each for key, each in grades[n].items() if key not in {"value", "missing", "reason"}}
            grades[n] = {**kept, **({"value": value} if value else {"missing": "NE", "reason": "WINDOW"})}
        yield grades


def _values(item: str) -> list[str]:
    return [option.value for each in reduced().items if isinstance(each, ChoiceItem) and each.id == item for option in each.options]


def guesses(known: dict[str, Any]) -> Iterator[str]:
    """Digests that somebody would try who knows everything of a signed reading but its grades and the salt."""
    for grades in grade_sets(known):
        for content in (grades, {**known, "grades": grades}, {**known, "grades": grades, "note": ""}):
            body = audit.canonical(audit.normal(content))
            yield from (hashlib.sha256(body).hexdigest(), audit.payload_digest(body), audit.payload_digest(bytes(audit.SALT_BYTES) + body))


def opening_of(world: World, digest: str) -> Opening:
    with world.lab.open.store.read() as snapshot:
        (event,) = (each for each in snapshot.events(kind="reading.signed") if each["payload"] == digest)
        body = snapshot.one("event_payload", seq=event["seq"])
        assert body is not None
        return Opening(unseal(body["body"], world.other.box))


def test_p11_61_digests_of_equal_grades_differ_and_4096_guesses_miss(sealed: World, probes: Probes) -> None:
    theirs = {row["id"] for row in rows_of(sealed.lab, "assignment") if row["account_id"] == sealed.other.account}
    digests = [row["content_digest"] for row in rows_of(sealed.lab, "reading") if row["assignment_id"] in theirs]
    assert len(digests) == 3
    probes.hold("digests", "equal readings have digests of their own", fine=len(set(digests)) == 3)
    stored = {each.decode() for data in bytes_of(sealed).values() for each in re.findall(rb"[0-9a-f]{64}", data)}
    assert set(digests) <= stored
    known = opening_of(sealed, digests[0])
    for guess in guesses(known.json):
        probes.hold("digests", "a guess of the grades is right", fine=guess not in stored)
    assert probes.made["digests"] > 4096


def test_with_the_salt_one_guess_is_right(sealed: World) -> None:
    """What makes the guesses above fail is the salt alone: who holds it, as after release everybody does, confirms the grades."""
    (digest, *_others) = (row["content_digest"] for row in rows_of(sealed.lab, "reading") if row["content_digest"])
    salt = opening_of(sealed, digest).body[: audit.SALT_BYTES]
    known = opening_of(sealed, digest).json
    right = [grades for grades in (known["grades"], *itertools.islice(grade_sets(known), 20)) if _digest(salt, known, grades) == digest]
    assert right[0] == known["grades"]


def _digest(salt: bytes, known: dict[str, Any], grades: list[dict[str, Any]]) -> str:
    return audit.payload_digest(salt + audit.canonical(audit.normal({**known, "grades": grades})))


# ---------------------------------------------------------------- lengths


def lengths(world: World, since: int) -> list[tuple[str, int]]:
    """Kind and length of everything that was sealed after this event, and of the drafts."""
    kinds = {row["seq"]: row["kind"] for row in rows_of(world.lab, "event")}
    sealed = [row for row in rows_of(world.lab, "event_payload") if row["form"] == "sealed" and row["seq"] > since]
    drafts = [("draft", len(row["body"])) for row in rows_of(world.lab, "draft")]
    return sorted({*((kinds[row["seq"]], len(row["body"])) for row in sealed), *drafts})


def test_p11_61_whatever_is_graded_the_sealed_records_are_as_long(world: World, probes: Probes) -> None:
    """Drafts, answers and signed readings of three exams of the same size, for many ways of grading."""
    seen: list[list[tuple[str, int]]] = []
    for said in ({}, {"COMP_CFV": 2, "COMP_POPV": 1}, {"COMP_CFV": "NE:NO_COMPRESSION", "FLOW_CFV": "NE:DEPTH_GAIN", "FLOW_POPV": 2}):
        since = rows_of(world.lab, "event")[-1]["seq"]
        world.reads(world.other, OTHERS_NOTE if said else "", sign=False, **said)
        seen.append([each for each in lengths(world, since) if each[0] in {"draft", "answer.changed"}])
        since = rows_of(world.lab, "event")[-1]["seq"]
        world.reads(world.other, OTHERS_NOTE if said else "", **said)
        seen.append([each for each in lengths(world, since) if each[0] == "reading.signed"])
    assert all(seen)
    for one, other in ((0, 2), (0, 4), (1, 3), (1, 5)):
        probes.same("lengths of what is sealed", "by grades", tuple(seen[one]), tuple(seen[other]))


# ---------------------------------------------------------------- times, and files that come


def test_no_clip_tells_when_it_came(sealed: World, probes: Probes) -> None:
    clips = list(sealed.lab.open.clips.rglob("*.dcm"))
    assert len(clips) == 6
    for clip in clips:
        probes.same("file times", "a clip", SAME_TIME_FOR_ALL, int(clip.stat().st_mtime))
        probes.look("file names", "a clip", clip.name, (*SOURCE, Mark("name of the file at the site", "scan")))


def test_work_of_a_reader_leaves_no_file_behind(sealed: World, probes: Probes) -> None:
    """No thumbnail, no cache, no copy: what was there before is there after, and nothing else."""
    before = set(bytes_of(sealed))
    lab, me = sealed.lab.open, sealed.me
    row = reading.worklist(lab, me).next
    assert row is not None
    opened = reading.open_reading(lab, me, row.assignment)
    shelf = ClipShelf(lab, me)
    for clip in opened.clips:
        for index in range(clip.frames):
            shelf.open(clip).frame(index)
    sealed.reads(me)
    probes.same("files that come and go", "lab and configuration", tuple(sorted(before)), tuple(sorted(bytes_of(sealed))))
