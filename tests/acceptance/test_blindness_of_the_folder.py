"""While readings are sealed, nothing in any folder tells what a reader wrote or chose, however it may be written there."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from corelab.domain.charter import ChoiceItem, load_charter
from corelab.services import charters
from tests.acceptance.command_line import CommandLine
from tests.acceptance.leaks import found_in, spellings
from tests.acceptance.window import Place
from tests.charter_builders import REDUCED

pytestmark = [pytest.mark.requirement("records: readings are sealed until released")]

CHARTER = str(REDUCED)
"""Its options are no words that stand in any file by chance, as "no" and "open" of the whole charter do."""
NOTE = "zebrafinch-oboe-7431"


@dataclass(frozen=True)
class Simulated:
    """A lab, and every folder its program could write to; the lab's stands first."""

    folders: tuple[Path, ...]


def simulated(folder: Path, until: str) -> Simulated:
    corelab = CommandLine(Place(folder / "person"))
    plan = ("--charter", CHARTER, "--subjects", "1", "--seed", "11", "--until", until, "--note", NOTE)
    ran = corelab("simulate", folder / "lab", *plan, "--json")
    assert ran.code == 0, ran.err
    (folder / "log").mkdir()
    (folder / "log" / "said").write_text(ran.out + ran.err, encoding="utf-8")
    return Simulated((folder / "lab", folder / "person", folder / "log"))


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Simulated:
    return simulated(tmp_path_factory.mktemp("before"), "intake")


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Simulated:
    return simulated(tmp_path_factory.mktemp("signed"), "signed")


def option_values() -> tuple[str, ...]:
    items = load_charter(charters.read(CHARTER)).items
    return tuple(sorted({option.value for item in items if isinstance(item, ChoiceItem) for option in item.options}))


def present(counts: Mapping[tuple[str, str], int]) -> dict[tuple[str, str], int]:
    return {place: count for place, count in counts.items() if count}


def test_no_file_holds_the_note_of_a_signed_reading(signed: Simulated) -> None:
    assert present(found_in(signed.folders, [NOTE])) == {}


def test_signed_readings_add_no_occurrence_of_an_option_value(before: Simulated, signed: Simulated) -> None:
    values = option_values()
    assert {"full", "partial", "none", "complete", "absent", "diagnostic"} <= set(values)
    known = found_in(before.folders, values)
    added = {place: count - known[place] for place, count in found_in(signed.folders, values).items()}
    assert {place: count for place, count in added.items() if count > 0} == {}


def test_the_readings_are_there(before: Simulated, signed: Simulated) -> None:
    """What the two tests above look through is larger by the sealed readings; else they would prove nothing."""
    assert (signed.folders[0] / "corelab.db").stat().st_size > (before.folders[0] / "corelab.db").stat().st_size


@pytest.mark.parametrize(("way", "written"), [(way, each) for way, all_ in spellings(NOTE).items() for each in all_])
def test_a_planted_word_is_found_however_it_is_written(tmp_path: Path, way: str, written: bytes) -> None:
    (tmp_path / "some" / "where").mkdir(parents=True)
    (tmp_path / "some" / "where" / "file.bin").write_bytes(b"\x00\xff before " + written + b" after")
    assert present(found_in([tmp_path], [NOTE]))[NOTE, way] >= 1


def test_a_word_in_a_file_name_is_found(tmp_path: Path) -> None:
    (tmp_path / f"{NOTE}.dcm").write_bytes(b"nothing")
    assert present(found_in([tmp_path], [NOTE])) == {(NOTE, "UTF-8"): 1}
