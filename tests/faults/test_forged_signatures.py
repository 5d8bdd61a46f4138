"""A signature belongs to one record of one revision by one person in one trial of one lab, and to nothing else."""

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from corelab.domain.adjudication import DecisionReason, Take
from corelab.services import adjudication, assignment, comparison
from corelab.services.verification import verify_lab
from tests.builders import PASSWORD
from tests.faults.figures import Figures
from tests.faults.forging import chain_anew, forgeable, found_by_its_signature, put, rows, undone
from tests.reading_builders import a_ready_exam, a_staffed_lab, first, signs

_RECORD = {"id", "event_seq", "record_type", "record_id", "revision"}
_PLACE = {"id", "event_seq"}
MOVES: dict[str, set[str] | None] = {
    "the signature alone": None,
    "with everything it says of its person and content": _RECORD,
    "with the record that it names": _PLACE,
}
"""What is carried over to the other record: the bytes, or all columns but these."""


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two labs of one trial, each with an approved charter, four readings and an adjudication."""
    one, other = (_signed_lab(tmp_path_factory.mktemp(name)) for name in ("one", "other"))
    return one, other


def _signed_lab(place: Path) -> Path:
    lab = a_staffed_lab(place)
    for subject in ("S01", "S02"):
        a_ready_exam(lab, subject, received=("CFV",))
    assignment.assign(lab.open, lab.coordinator)
    for session, compressibility in ((lab.reader_1, 2), (lab.reader_2, 0)):
        signs(lab, session, COMP_CFV=compressibility)
        signs(lab, session)
    comparison.release_and_compare(lab.open, lab.coordinator)
    opened = adjudication.open_case(lab.open, lab.adjudicator, first(lab, lab.adjudicator))
    draft = opened.draft
    for dispute in opened.case.disputes:
        draft = draft.decided(dispute.cell, Take.A, reason=DecisionReason.OTHER_FRAME)
    adjudication.sign(lab.open, lab.adjudicator, opened.assignment, draft, PASSWORD)
    lab.open.close()
    assert verify_lab(lab.open.folder).ok
    return lab.open.folder


@pytest.fixture
def files(folders: tuple[Path, Path]) -> Iterator[tuple[sqlite3.Connection, sqlite3.Connection]]:
    with ExitStack() as stack:
        one, other = (stack.enter_context(forgeable(folder / "corelab.db")) for folder in folders)
        yield one, other


def test_the_forger_who_changes_nothing_makes_the_same_chain(files: tuple[sqlite3.Connection, sqlite3.Connection]) -> None:
    before = list(files[0].iterdump())
    chain_anew(files[0])
    assert list(files[0].iterdump()) == before
    assert not any(found_by_its_signature(files[0], row["event_seq"]) for row in rows(files[0], "signature"))


def test_p11_50_a_signature_carried_to_any_other_record_is_found(
    files: tuple[sqlite3.Connection, sqlite3.Connection], figures: Figures
) -> None:
    """Every signature of two labs on every other record of both; then the whole chain is made anew, so that only the signature tells."""
    tried, unseen = 0, []
    given = [(file, row) for file in files for row in rows(file, "signature")]
    for file, target in given:
        for _, source in given:
            if source["id"] == target["id"]:
                continue
            for move, stays in MOVES.items():
                tried += 1
                if not _is_found(file, target, _carried(source, stays)):
                    unseen.append(f"{source['record_type']} -> {target['record_type']}, {move}")
    figures.tell(injected=tried, undetected=len(unseen))
    assert not unseen
    assert tried == len(MOVES) * len(given) * (len(given) - 1)
    assert len({row["meaning"] for _, row in given}) >= 3


def _carried(source: dict[str, Any], stays: set[str] | None) -> dict[str, Any]:
    return {name: value for name, value in source.items() if (name == "signature" if stays is None else name not in stays)}


def _is_found(file: sqlite3.Connection, target: dict[str, Any], cells: dict[str, Any]) -> bool:
    forged = {**target, **cells}
    names = ", ".join(f'"{name}"' for name in forged)
    with undone(file):
        file.execute(f"INSERT OR REPLACE INTO signature ({names}) VALUES ({', '.join('?' * len(forged))})", tuple(forged.values()))
        chain_anew(file, target["event_seq"])
        found = {fault.what for fault in found_by_its_signature(file, target["event_seq"])}
    return "signature: does not verify" in found if set(cells) == {"signature"} else bool(found)


def _reading(file: sqlite3.Connection) -> dict[str, Any]:
    return next(row for row in rows(file, "signature") if row["record_type"] == "reading")


def _another_record(file: sqlite3.Connection, signed: dict[str, Any]) -> None:
    other = "00000000-0000-4000-8000-0000000000e9"
    put(file, "reading", {"id": other}, id=signed["record_id"])
    put(file, "signature", {"record_id": other}, id=signed["id"])
    put(file, "event", {"id": other}, seq=signed["event_seq"])


def _another_revision(file: sqlite3.Connection, signed: dict[str, Any]) -> None:
    put(file, "reading", {"revision": 2}, id=signed["record_id"])
    put(file, "signature", {"revision": 2}, id=signed["id"])


def _another_person(file: sqlite3.Connection, signed: dict[str, Any]) -> None:
    """The other reader, with the key and the name that they had, and the assignment given to them."""
    other = next(row for row in rows(file, "signature") if row["record_type"] == "reading" and row["account_id"] != signed["account_id"])
    person = {name: other[name] for name in ("account_id", "key_id", "printed_name")}
    put(file, "signature", person, id=signed["id"])
    put(file, "event", {"actor": other["account_id"]}, seq=signed["event_seq"])


def _another_trial(file: sqlite3.Connection, _signed: dict[str, Any]) -> None:
    file.execute("UPDATE lab SET trial_id = 'ANOTHER-01'")


def _another_lab(file: sqlite3.Connection, _signed: dict[str, Any]) -> None:
    file.execute("UPDATE lab SET lab_id = '00000000-0000-4000-8000-0000000000a9'")


def _another_meaning(file: sqlite3.Connection, signed: dict[str, Any]) -> None:
    put(file, "signature", {"meaning": "adjudication"}, id=signed["id"])
    put(file, "event", {"role": "adjudicator"}, seq=signed["event_seq"])


def _another_charter(file: sqlite3.Connection, signed: dict[str, Any]) -> None:
    put(file, "signature", {"charter_hash": "9" * 64}, id=signed["id"])
    put(file, "reading", {"charter_hash": "9" * 64}, id=signed["record_id"])


def _another_time(file: sqlite3.Connection, signed: dict[str, Any]) -> None:
    later = signed["at"].replace("Z", "").rpartition(".")[0] + ".999Z"
    put(file, "signature", {"at": later}, id=signed["id"])
    put(file, "event", {"at": later}, seq=signed["event_seq"])


_CHANGES = (
    _another_record,
    _another_revision,
    _another_person,
    _another_trial,
    _another_lab,
    _another_meaning,
    _another_charter,
    _another_time,
)


@pytest.mark.parametrize("change", _CHANGES, ids=lambda change: change.__name__.strip("_"))
def test_p11_50_what_was_signed_cannot_be_made_another_ones(files: tuple[sqlite3.Connection, sqlite3.Connection], change: Any) -> None:
    """Row, record and event changed alike, and the whole chain made anew: the signature itself must tell."""
    file, signed = files[0], _reading(files[0])
    with undone(file):
        change(file, signed)
        chain_anew(file)
        found = {fault.what for fault in found_by_its_signature(file, signed["event_seq"])}
        assert "signature: does not verify" in found or "signature: the key was not the person's at that time" in found
