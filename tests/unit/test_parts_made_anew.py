"""Verifying a package makes its parts again: what is not what the tables give, what cannot be made here, and what follows from nothing."""

from collections.abc import Callable
from pathlib import Path

import pytest

from corelab.export.check.anew import MadeAnew, made_anew
from corelab.export.parts import PARTS, PICTURED, Part, libraries
from corelab.export.tables import READINGS
from corelab.export.versions import Versions
from corelab.export.written import PartRefusedError, Written
from tests.exam_builders import reduced

PRODUCT = "corelab 9.9.9"
VERSIONS = Versions.of([reduced()])


def writes(**files: str) -> Callable[[Written, Path], None]:
    def write(_package: Written, into: Path) -> None:
        for name, text in files.items():
            (into / "made").mkdir(exist_ok=True)
            (into / "made" / name).write_text(text)

    return write


def refuses(_package: Written, _into: Path) -> None:
    raise PartRefusedError("made/c", "cannot hold it")


ONE, TWO = Part("one", writes(a="1", b="2")), Part("two", writes(c="3"))


def a_package(folder: Path, parts: tuple[str, ...] = ("one", "two"), product: str = PRODUCT) -> Written:
    package = Written(folder, {"libraries": libraries(), "parts": list(parts), "product": product}, VERSIONS, (READINGS,))
    for part in (ONE, TWO):
        part.write(package, folder)
    (folder / "data").mkdir()
    (folder / "data" / "readings.csv").write_text("x")
    return package


def made(package: Written, *parts: Part) -> MadeAnew:
    present = frozenset(path.relative_to(package.folder).as_posix() for path in package.folder.rglob("*") if path.is_file())
    return made_anew(package, PRODUCT, parts or (ONE, TWO), present)


def told(found: MadeAnew) -> list[str]:
    return [f"{fault.where}: {fault.what}" for fault in found.faults]


def test_a_package_as_it_was_made_is_the_same_again(tmp_path: Path) -> None:
    found = made(a_package(tmp_path))
    assert (found.faults, found.same, found.left) == ([], 3, {})


def test_what_other_libraries_made_is_not_made_again_and_is_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = a_package(tmp_path)
    (tmp_path / "made" / "a").write_text("packed by another zlib")
    monkeypatch.setattr("corelab.export.parts.ZLIB_RUNTIME_VERSION", "9.9")
    found = made(package)
    assert (found.faults, found.same) == ([], 0)
    assert found.left == dict.fromkeys(("one", "two"), "made with other versions of libraries")


def test_a_file_that_its_tables_do_not_give_is_named(tmp_path: Path) -> None:
    package = a_package(tmp_path)
    (tmp_path / "made" / "a").write_text("9")
    (tmp_path / "made" / "c").unlink()
    (tmp_path / "made" / "d").write_text("more")
    (tmp_path / "data" / "more.csv").write_text("more")
    assert told(made(package)) == [
        "made/a: is not what its tables give",
        "made/c: is missing, its tables give it",
        "data/more.csv: follows from no table",
        "made/d: follows from no table",
    ]


def test_what_another_version_made_is_not_made_again_and_that_is_said(tmp_path: Path) -> None:
    package = a_package(tmp_path, product="corelab 9.9.8")
    (tmp_path / "made" / "a").write_text("9")
    found = made(package)
    assert (found.faults, found.same) == ([], 0)
    assert found.left == {"one": "made by corelab 9.9.8", "two": "made by corelab 9.9.8"}


def test_a_part_whose_extra_is_missing_here_is_said_and_the_others_are_made(tmp_path: Path) -> None:
    package = a_package(tmp_path)
    found = made(package, ONE, Part("two", TWO.write, needs=("no_such_module_is_there",)))
    assert (found.faults, found.same, found.left) == ([], 2, {"two": "needs no_such_module_is_there"})


def test_a_part_that_this_program_does_not_know_is_said(tmp_path: Path) -> None:
    assert made(a_package(tmp_path), ONE).left == {"two": "not known to this program"}


@pytest.mark.parametrize("error", [refuses, lambda package, _into: next(package.rows("nothing"))])
def test_a_part_that_cannot_be_made_from_these_tables_is_a_fault(error: Callable[[Written, Path], None], tmp_path: Path) -> None:
    found = made(a_package(tmp_path), ONE, Part("two", error))
    assert [each for each in told(found) if each.startswith("two: cannot be made anew")]


def test_every_part_but_the_pictured_documents_is_made_anew() -> None:
    assert all(part.anew for part in PARTS)
    assert PICTURED not in {part.name for part in PARTS}
