"""The script that comes with a package confirms it in a bare interpreter, and names what was changed on each tampered copy."""

import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from corelab.domain import audit
from corelab.domain.accounts import Role
from corelab.domain.adjudication import DecisionReason, Take
from corelab.export.manifest import files_digest
from corelab.resources import resource
from corelab.services import adjudication, assignment, comparison, packages, reading, redaction, trail_export
from corelab.services.trail_export import VERIFIER
from corelab.storage.keys import new_keys
from corelab.storage.minisign import MinisignKey
from tests.builders import PASSWORD, Lab
from tests.reading_builders import a_ready_exam, a_staffed_lab, filled, first, opened_next, signs

Change = Callable[[Path], None]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    made = a_staffed_lab(tmp_path_factory.mktemp("lab"))
    a_ready_exam(made)
    a_ready_exam(made, visit="BL")
    assignment.assign(made.open, made.coordinator)
    signs(made, made.reader_1, COMP_CFV=2)
    signs(made, made.reader_2, COMP_CFV=2)
    signs(made, made.reader_1, COMP_CFV=2)  # in whichever order each reads the two exams, one is disputed and one is not
    signs(made, made.reader_2, COMP_CFV=0)
    comparison.release_and_compare(made.open, made.coordinator)
    opened = adjudication.open_case(made.open, made.adjudicator, first(made, made.adjudicator))
    draft = opened.draft
    for dispute in opened.case.disputes:
        draft = draft.decided(dispute.cell, Take.A, reason=DecisionReason.OTHER_FRAME)
    adjudication.sign(made.open, made.adjudicator, opened.assignment, draft, PASSWORD)
    comparison.release_and_compare(made.open, made.coordinator)
    return made


@pytest.fixture(scope="module")
def original(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package of an exam that two readers read and an adjudicator decided."""
    return packages.export(lab.open, lab.coordinator, tmp_path_factory.mktemp("out"), PASSWORD).package


@pytest.fixture
def package(original: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(original, tmp_path / "package"))


def checked(folder: Path, *pinned: str) -> tuple[int, str]:
    """The script in a process of its own, which knows nothing of this program."""
    script = next(iter(folder.rglob(VERIFIER)))
    bare = {"PATH": os.environ["PATH"], "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-I", str(script), str(folder), *pinned]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", cwd="/", env=bare, check=False)
    assert not done.stderr, done.stderr
    return done.returncode, done.stdout


def test_p11_07_the_script_is_short_and_imports_nothing_of_this_program() -> None:
    text = resource(VERIFIER).read_text(encoding="utf-8")
    assert len(text.splitlines()) < 225
    imported = {line.split()[1].split(".")[0] for line in text.splitlines() if line.startswith(("import ", "from "))}
    assert imported - set(sys.stdlib_module_names) == {"nacl"}


def test_p11_54_the_signatures_of_a_package_verify_from_the_package_alone(package: Path) -> None:
    code, told = checked(package)
    events = len((package / "audit" / "events.jsonl").read_text().splitlines())
    signatures = len((package / "audit" / "signatures.jsonl").read_text().splitlines())
    assert code == 0, told
    assert f"{events} events" in told
    assert f"{signatures} signatures" in told
    assert signatures >= 4
    assert packages.verify_package(package).faults == ()


def test_the_key_that_was_noted_from_the_first_package_is_asked_for(package: Path) -> None:
    public = (package / "corelab.pub").read_text().splitlines()[1]
    assert checked(package, public)[0] == 0
    code, told = checked(package, "RWQ" + public[3:-1] + "A")
    assert (code, "is not the key that you noted" in told) == (1, True)


# ---------------------------------------------------------------- tampered copies

EVENTS, OPENINGS, SIGNATURES, KEYS, CHECKPOINT = (
    f"audit/{name}" for name in ("events.jsonl", "openings.jsonl", "signatures.jsonl", "keys.json", "checkpoint.txt")
)


def bit(path: str) -> Change:
    """One bit in the middle of a file."""

    def change(folder: Path) -> None:
        data = bytearray((folder / path).read_bytes())
        data[len(data) // 2] ^= 1
        (folder / path).write_bytes(data)

    return change


def lines(path: str, of: Callable[[list[dict[str, Any]]], object]) -> Change:
    """The lines of a file changed, and every hash of files made anew: what a person without keys can do."""

    def change(folder: Path) -> None:
        found = [json.loads(line) for line in (folder / path).read_bytes().split(b"\n") if line]
        of(found)
        (folder / path).write_bytes(b"".join(audit.canonical(each) + b"\n" for each in found))
        summed(folder)

    return change


def summed(folder: Path) -> None:
    sums = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "SHA256SUMS")
    text = "".join(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder).as_posix()}\n" for path in sums)
    (folder / "SHA256SUMS").write_text(text)


def removed(path: str) -> Change:
    return lambda folder: (folder / path).unlink()


def added(folder: Path) -> None:
    (folder / "data" / "extra.csv").write_text("x\n")


def text(path: str, old: str, new: str) -> Change:
    def change(folder: Path) -> None:
        found = (folder / path).read_text(encoding="utf-8")
        assert old in found
        (folder / path).write_text(found.replace(old, new), encoding="utf-8", newline="\n")
        summed(folder)

    return change


def remade(folder: Path) -> None:
    """Another result, with manifest, sums and package key made anew; only the approval cannot be."""
    results = folder / "data" / "results.csv"
    results.write_text(results.read_text().replace("ADJUDICATED", "REFERENCE"))
    key = MinisignKey.of(b"\x07" * 32)
    (folder / "corelab.pub").write_text(key.public_text)
    manifest = json.loads((folder / "MANIFEST.json").read_text())
    for entry in manifest["files"]:
        data = (folder / entry["path"]).read_bytes()
        entry |= {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    assert files_digest(manifest["files"])
    (folder / "MANIFEST.json").write_text(json.dumps(manifest))
    comment = (folder / "MANIFEST.json.minisig").read_text().splitlines()[2].removeprefix("trusted comment: ")
    (folder / "MANIFEST.json.minisig").write_text(key.signature_text((folder / "MANIFEST.json").read_bytes(), comment))
    summed(folder)


def chained_anew(folder: Path) -> None:
    """An event changed, and all hashes after it made anew."""
    found = [json.loads(line) for line in (folder / EVENTS).read_text().splitlines()]
    found[3]["at"] = "2026-01-01T00:00:00.000Z"
    for before, event in zip([None, *found], found, strict=False):
        event["prev"] = before["hash"] if before else event["prev"]
        event["hash"] = audit.Header(**{name: value for name, value in event.items() if name != "hash"}).hash
    (folder / EVENTS).write_bytes(b"".join(audit.canonical(each) + b"\n" for each in found))
    summed(folder)


def of_kind(found: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    return next(each for each in found if each["kind"] == kind)


def by_meaning(found: list[dict[str, Any]], meaning: str) -> dict[str, Any]:
    return next(each for each in found if each["document"]["meaning"] == meaning)


def another_grade(found: list[dict[str, Any]]) -> None:
    opened = next(each for each in found if each["form"] == "opened" and "grades" in each["payload"])
    opened["payload"]["grades"][0]["value"] = "9"


def another_public_key(found: list[dict[str, Any]]) -> None:
    for each in found[0]["keys"]:
        each["public"] = new_keys().sign_public.hex()


def swapped_signatures(found: list[dict[str, Any]]) -> None:
    one, two, *_ = (each for each in found if each["document"]["meaning"] == "reading authorship")
    one["signature"], two["signature"] = two["signature"], one["signature"]


def swapped_events(found: list[dict[str, Any]]) -> None:
    found[8], found[9] = found[9], found[8]


def key_of_later(folder: Path) -> None:
    keys = json.loads((folder / KEYS).read_text())
    for each in keys["keys"]:
        each["from"] += 10_000
    (folder / KEYS).write_text(json.dumps(keys))
    summed(folder)


TAMPERED: dict[str, tuple[Change, str]] = {
    "a bit of a table": (bit("data/readings.csv"), "data/readings.csv: differs from SHA256SUMS"),
    "a bit of an event": (bit(EVENTS), "audit/events.jsonl: differs from SHA256SUMS"),
    "a bit of the dictionary": (bit("codebook/dictionary.csv"), "codebook/dictionary.csv: differs from SHA256SUMS"),
    "a bit of the package signature": (bit("MANIFEST.json.minisig"), "MANIFEST.json.minisig"),
    "a file taken away": (removed("data/results.csv"), "data/results.csv: is missing"),
    "a file added": (added, "data/extra.csv: is not named by SHA256SUMS"),
    "the sums taken away": (removed("SHA256SUMS"), "SHA256SUMS: cannot be read"),
    "the events taken away": (removed(EVENTS), "events.jsonl: cannot be read"),
    "the public key of the lab exchanged": (
        lambda folder: text("corelab.pub", (folder / "corelab.pub").read_text(), MinisignKey.of(b"\x07" * 32).public_text)(folder),
        "is not by the key in corelab.pub",
    ),
    "the trusted comment": (text("MANIFEST.json.minisig", "transfer:T001", "transfer:T002"), "its trusted comment was changed"),
    "the manifest": (text("MANIFEST.json", '"transfer": "T001"', '"transfer": "T002"'), "is not by the key in corelab.pub"),
    "a result, all hashes and the package key made anew": (remade, "the approval is for other files"),
    "a grade, all hashes made anew": (text("data/readings.csv", ",full,", ",none,"), "data/readings.csv: record"),
    "the time of a reading": (text("data/readings.csv", "T12:00:0", "T13:00:0"), "data/readings.csv: record"),
    "an actor": (
        lines(EVENTS, lambda found: of_kind(found, "reading.signed").update(actor=None)),
        "(reading.signed) differs from its hash",
    ),
    "an event taken away": (lines(EVENTS, lambda found: found.pop(7)), "does not continue the event before it"),
    "two events swapped": (lines(EVENTS, swapped_events), "stands where event 9 should"),
    "the last events cut off": (lines(EVENTS, lambda found: found.__delitem__(slice(-3, None))), "checkpoint.txt: the trail has"),
    "an event, and the chain made anew": (chained_anew, "checkpoint.txt: the trail has"),
    "a grade in an opened reading": (lines(OPENINGS, another_grade), "openings.jsonl: what it says of event"),
    "a payload held back that was told": (lines(OPENINGS, lambda found: found.pop(0)), "openings.jsonl: has nothing about event"),
    "a clear payload called sealed": (lines(OPENINGS, lambda found: found[0].update(form="sealed")), "was never sealed"),
    "a payload emptied": (lines(OPENINGS, lambda found: found[0].update(form="redacted", by=2)), "without a redaction on record"),
    "a signature taken away": (
        lines(SIGNATURES, lambda found: found.remove(by_meaning(found, "adjudication"))),
        "(adjudication.signed) is not signed",
    ),
    "two signatures swapped": (lines(SIGNATURES, swapped_signatures), "does not verify"),
    "a printed name": (
        lines(SIGNATURES, lambda found: by_meaning(found, "adjudication")["document"].update(name="Somebody Else")),
        "signatures.jsonl: adjudication of adjudication",
    ),
    "a meaning": (
        lines(SIGNATURES, lambda found: by_meaning(found, "adjudication")["document"].update(meaning="reading authorship")),
        "its meaning does not belong to the role",
    ),
    "whose signature it is": (
        lines(SIGNATURES, lambda found: by_meaning(found, "adjudication")["document"].update(account=found[0]["document"]["account"])),
        "is not what event",
    ),
    "a public key exchanged": (
        lambda folder: _keys(folder, another_public_key),
        "with a key that was not its person's then",
    ),
    "a key that came later": (key_of_later, "with a key that was not its person's then"),
    "the checkpoint's time": (text(CHECKPOINT, "at 2026", "at 2025"), "checkpoint.txt: its signature does not verify"),
    "the checkpoint's head": (
        lambda folder: text(CHECKPOINT, _head(folder), base64.b64encode(b"\1" * 32).decode())(folder),
        "its head is not the one of the checkpoint",
    ),
}


def _keys(folder: Path, change: Callable[[list[dict[str, Any]]], None]) -> None:
    found = [json.loads((folder / KEYS).read_text())]
    change(found)
    (folder / KEYS).write_text(json.dumps(found[0]))
    summed(folder)


def _head(folder: Path) -> str:
    return (folder / CHECKPOINT).read_text(encoding="utf-8").splitlines()[2]


@pytest.mark.parametrize("kind", TAMPERED)
def test_p11_07_each_tampered_copy_is_refused_and_what_was_changed_is_named(package: Path, kind: str) -> None:
    change, named = TAMPERED[kind]
    change(package)
    script = package / "audit" / VERIFIER
    shutil.copy(resource(VERIFIER), script)
    code, told = checked(package)
    assert code == 1
    assert named in told, told
    assert not packages.verify_package(package).ok


# ---------------------------------------------------------------- what stands in a package, and in the whole trail


def test_no_seal_is_opened_for_a_package_and_nobody_is_named_but_in_signatures(lab: Lab, original: Path) -> None:
    told = [json.loads(line) for line in (original / OPENINGS).read_text().splitlines()]
    with lab.open.store.read() as snapshot:
        opened = {row["seq"] for row in snapshot.all("opening")}
        sealed = {row["seq"] for row in snapshot.all("event_payload") if row["form"] == "sealed"}
        names = {row["printed_name"] for row in snapshot.all("account_revision")}
    assert {each["seq"] for each in told if each["form"] == "opened"} == opened
    assert {each["seq"] for each in told if each["form"] == "sealed"} <= sealed - opened
    for path in original.rglob("*"):
        if path.is_file() and path.name not in {"signatures.jsonl", "MANIFEST.json"}:
            assert not [name for name in names if f'"{name}"'.encode() in path.read_bytes()], path


def test_the_trail_of_a_package_goes_up_to_its_cut_off_and_is_the_same_each_time(lab: Lab, original: Path, tmp_path: Path) -> None:
    again = packages.export(lab.open, lab.coordinator, tmp_path, PASSWORD).package
    manifest = json.loads((original / "MANIFEST.json").read_text())
    events = [json.loads(line) for line in (original / EVENTS).read_text().splitlines()]
    assert (events[-1]["seq"], events[-1]["hash"]) == (manifest["cutoff"]["seq"], manifest["cutoff"]["head"])
    for path in (path for path in original.rglob("*") if path.is_file()):
        assert (again / path.relative_to(original)).read_bytes() == path.read_bytes(), path


def test_p11_07_the_whole_trail_exports_complete_and_its_script_confirms_it(lab: Lab, tmp_path: Path) -> None:
    auditor = lab.person("auditor-1", Role.AUDITOR)
    made = trail_export.export_trail(lab.open, auditor, tmp_path / "trail")
    code, told = checked(made.folder)
    assert (code, f"{made.events} events" in told) == (0, True), told
    with lab.open.store.read() as snapshot:
        last = snapshot.events()[-1]
    assert (last["kind"], last["seq"], last["hash"]) == ("trail.exported", made.events, made.head)
    told_of = [json.loads(line) for line in (made.folder / "openings.jsonl").read_text().splitlines()]
    assert {each["form"] for each in told_of} == {"clear", "opened", "sealed"}
    bit("events.jsonl")(made.folder)
    assert checked(made.folder)[0] == 1


# ---------------------------------------------------------------- words that two people emptied


@pytest.fixture(scope="module")
def redacted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package whose trail holds an event that two people emptied: a note that named somebody, taken out before the signature."""
    made = a_staffed_lab(tmp_path_factory.mktemp("redacted"))
    assert made.coordinator_2.account
    a_ready_exam(made)
    assignment.assign(made.open, made.coordinator)
    opened = opened_next(made, made.reader_1)
    named = filled(opened, "a word too many")
    version = reading.save(made.open, made.reader_1, named, version=opened.version).version
    version = reading.save(made.open, made.reader_1, named.with_note(""), version=version).version
    reading.sign(made.open, made.reader_1, named.with_note(""), PASSWORD, version=version)
    signs(made, made.reader_2)
    comparison.release_and_compare(made.open, made.coordinator)
    with made.open.store.read() as snapshot:
        note = snapshot.events(kind="note.changed")[0]["seq"]
    redaction.request_redaction(made.open, made.coordinator, note, "A name stands in it", "NAME")
    redaction.confirm_redaction(made.open, made.coordinator_2, note, "Seen: it is one", PASSWORD)
    return packages.export(made.open, made.coordinator, tmp_path_factory.mktemp("out"), PASSWORD).package


@pytest.fixture
def emptied(redacted: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(redacted, tmp_path / "package"))


def test_p11_42_a_package_tells_what_two_people_emptied_and_script_and_program_agree_to_it(emptied: Path) -> None:
    forms = [json.loads(line)["form"] for line in (emptied / OPENINGS).read_text().splitlines()]
    assert forms.count("redacted") == 1
    assert "a word too many" not in "".join(path.read_text(errors="replace") for path in emptied.rglob("*") if path.is_file())
    code, told = checked(emptied)
    assert code == 0, told
    assert packages.verify_package(emptied).faults == ()


def asked_by_the_same(found: list[dict[str, Any]]) -> None:
    of_kind(found, "redaction.requested").update(actor=of_kind(found, "payload.redacted")["actor"])


def asked_for_another(found: list[dict[str, Any]]) -> None:
    of_kind(found, "redaction.requested").update(id="1")


@pytest.mark.parametrize("change", [asked_by_the_same, asked_for_another])
def test_p11_42_a_redaction_without_a_second_person_is_named_by_script_and_program(emptied: Path, change: Any) -> None:
    lines(EVENTS, change)(emptied)
    told = checked(emptied)[1]
    assert "was emptied without a second person" in told
    assert "was emptied without a second person" in _faults(emptied)


def test_p11_42_an_emptied_grade_is_named_by_script_and_program(emptied: Path) -> None:
    """By a redaction that names it, and two people: what results stand on has to stay all the same."""
    events = [json.loads(line) for line in (emptied / EVENTS).read_text().splitlines()]
    grade, by = of_kind(events, "reading.signed")["seq"], of_kind(events, "payload.redacted")["seq"]
    for kind in ("redaction.requested", "payload.redacted"):
        lines(EVENTS, lambda found, kind=kind: of_kind(found, kind).update(id=str(grade)))(emptied)  # type: ignore[misc]

    def gone(found: list[dict[str, Any]]) -> None:
        at = next(n for n, each in enumerate(found) if each["seq"] == grade)
        found[at] = {"seq": grade, "form": "redacted", "by": by}

    lines(OPENINGS, gone)(emptied)
    told = checked(emptied)[1]
    assert f"event {grade} (reading.signed) was emptied, and has to stay" in told
    assert "was emptied, and has to stay" in _faults(emptied)


def _faults(folder: Path) -> str:
    """What the program says of it, once the manifest names the files as they are now."""
    manifest = json.loads((folder / "MANIFEST.json").read_text())
    for each in manifest["files"]:
        content = (folder / each["path"]).read_bytes()
        each.update(bytes=len(content), sha256=hashlib.sha256(content).hexdigest())
    (folder / "MANIFEST.json").write_bytes(audit.canonical(manifest))
    return "\n".join(fault.what for fault in packages.verify_package(folder).faults)
