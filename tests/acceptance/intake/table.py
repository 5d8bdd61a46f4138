"""Prints what intake lets through: python -m tests.acceptance.intake.table [--json] [--quick]."""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.acceptance.intake import oracle, real, run, standard, work
from tests.acceptance.intake.case import Case, End, Result, Row, Seed
from tests.acceptance.intake.objects import as_sites_write
from tests.acceptance.intake.open_cases import OPEN
from tests.acceptance.intake.tools import TOOLS, ran

OURS = "corelab"
_ENDS = {End.CLEANED: "cleaned", End.REFUSED: "refused", End.EITHER: "cleaned or refused"}


@dataclass(frozen=True, slots=True)
class Compared:
    """One program over the same files."""

    name: str
    words_left: int
    no_output: int
    cases: int
    left_root: int
    left_nested: int
    real_left: int
    real_files: int

    def to_json(self) -> Mapping[str, object]:
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that the command prints. ``filled``: elements of the table in the file that holds them all, at its root and nested."""

    rows: tuple[Row, ...]
    filled: tuple[int, int]
    covered: tuple[int, int]
    compared: tuple[Compared, ...]
    real_elements: int

    @property
    def wrong(self) -> int:
        return sum(1 for row in self.rows if row.faults)

    def to_json(self) -> dict[str, Any]:
        return {
            "version": 1,
            "cases": [{**row.to_json(), "open": OPEN.get(row.id)} for row in self.rows],
            "as_they_must_be": len(self.rows) - self.wrong,
            "not_yet": self.wrong,
            "tokens_found": sum(row.found for row in self.rows),
            "table_e1_1": {
                "edition": "2024e",
                "sha256": standard.checksum(),
                "rows": self.covered[1],
                "rows_filled": self.covered[0],
                "elements_at_root": self.filled[0],
                "elements_nested": self.filled[1],
                "elements_in_real_files": self.real_elements,
            },
            "programs": [one.to_json() for one in self.compared],
        }


# ---------------------------------------------------------------- making it


def report(folder: Path, *, quick: bool) -> Report:
    with run.a_world(folder / "objects") as world:
        results = run.objects(world)
        delivered = {case.id: next(world.site.glob(f"* {case.seed.word} *")).read_bytes() for case in run.CASES}
    rows = [_row(case.id, case.what, case.end, results[case.id], case.codes) for case in run.CASES]
    rows += [_row(each.id, each.what, each.end, each.result(folder / "work" / each.id), each.codes) for each in work.CASES]
    pairs, every = _through_the_lab(folder, quick=quick)
    ours = _ours(results, every, pairs)
    theirs = [_theirs(name, folder, delivered, every[0], list(pairs)) for name in TOOLS]
    left = standard.left_of(*every)
    return Report(
        rows=tuple(sorted(rows, key=lambda row: row.order)),
        filled=(left.root, left.nested),
        covered=(len({standard.row_of(tag) for _, tag in standard.named_in(every[0])} - {None}), len(standard.table())),
        compared=(ours, *theirs),
        real_elements=real.left_in({source: source for source in pairs}).left,
    )


def _row(name: str, what: str, required: End, result: Result, codes: frozenset[str]) -> Row:
    faults = result.faults(required, codes)
    return Row(name, what, _ENDS[required], _ENDS[result.end], result.code or "", len(result.found), faults)


def _through_the_lab(folder: Path, *, quick: bool) -> tuple[Mapping[Path, Path], tuple[Path, Path]]:
    """Real files, and the one that holds every attribute: source -> what was released."""
    every = folder / "every.dcm"
    every.write_bytes(standard.hostile(Seed.of("table")))
    sources = [file for file in real.files("real", "derived", "malformed") if not quick or file.stat().st_size < 250_000]
    with run.a_world(folder / "standard") as world:
        pairs = real.released(world, [every, *sources])
        kept = {source: _copied(final, folder / f"released-{number}") for number, (source, final) in enumerate(pairs.items())}
    return {source: final for source, final in kept.items() if source != every}, (every, kept[every])


def _copied(file: Path, to: Path) -> Path:
    to.write_bytes(file.read_bytes())
    return to


def _ours(results: Mapping[str, Result], every: tuple[Path, Path], pairs: Mapping[Path, Path]) -> Compared:
    refused = sum(1 for result in results.values() if result.end is End.REFUSED)
    found = sum(1 for result in results.values() if result.found)
    left, real_left = standard.left_of(*every), real.left_in(pairs)
    return Compared(OURS, found, refused, len(results), len(left.left_root), len(left.left_nested), real_left.left, len(pairs))


def _theirs(name: str, folder: Path, delivered: Mapping[str, bytes], every: Path, sources: Sequence[Path]) -> Compared:
    source, output = folder / "in.dcm", folder / "out.dcm"
    words, nothing = 0, 0
    for case in run.CASES:
        source.write_bytes(delivered[case.id])
        if ran(TOOLS[name], source, output):
            words += _holds_words(case, output)
        else:
            nothing += 1
    ran(TOOLS[name], every, output)
    left = standard.left_of(every, output)
    made = {file: _copied(output, folder / f"{number}.out") for number, file in enumerate(sources) if ran(TOOLS[name], file, output)}
    real_left = real.left_in(made)
    return Compared(name, words, nothing, len(run.CASES), len(left.left_root), len(left.left_nested), real_left.left, len(made))


def _holds_words(case: Case, output: Path) -> bool:
    """In the bytes alone: what is painted into pictures is not counted against a tool that does not claim to look at them."""
    return oracle.seen(output.read_bytes(), oracle.needles(case.seed, numbers=False))


# ---------------------------------------------------------------- in words


_HEAD = """\
What intake lets through: every case is a file or a piece of work with made-up words in it that stand for a patient.
Required: cleaned = the clip is released and the words are nowhere; refused = rejected or held for a person, with a code.
"""
_SEARCHED = """\
Searched: released files (bytes, decoded values and frames, segments of streams, names), database with its journal, log and
reports, candidates, temporary files, reports of intake and everything printed. In upper and lower case, UTF-8, UTF-16, the
character set of the source, hex and base64, with and without separators. Not searched: delivered bytes and sealed records in
quarantine, which only a coordinator with custody may open, and the swap space of the machine."""
_TOOLS = """\
The two others are published de-identification tools, run with their own default settings on the same files; neither claims
to look at pixels or into compressed streams. What is only painted into a picture is not counted against them."""


def in_words(made: Report) -> Iterator[str]:
    yield _HEAD
    yield _line("case", "what", "required", "end", "code", "words found")
    for row in made.rows:
        yield f"{_line(row.id, row.what, row.required, row.end, row.code, str(row.found))}  {_remark(row)}".rstrip()
    yield ""
    yield f"{len(made.rows) - made.wrong} of {len(made.rows)} are as they must be; words found: {sum(row.found for row in made.rows)}."
    yield ""
    yield from _standard_in_words(made)
    yield ""
    yield _SEARCHED


def _line(*cells: str) -> str:
    widths = (6, 84, 20, 9, 19, 11)
    return " ".join(f"{cell[: width - 1]:<{width}}" if n < 5 else cell for n, (cell, width) in enumerate(zip(cells, widths, strict=True)))


def _remark(row: Row) -> str:
    if not row.faults:
        return ""
    return f"NOT YET: {OPEN[row.id]}" if row.id in OPEN else f"WRONG: {'; '.join(row.faults)}"


def _standard_in_words(made: Report) -> Iterator[str]:
    (root, nested), (filled, rows) = made.filled, made.covered
    yield f"Table E.1-1 of DICOM PS3.15, edition 2024e: {filled} of {rows} rows in one file, {root} elements at the root, {nested} nested"
    yield "(the other rows are of messages and directories). Left = the source's value, or an element that the table removes."
    yield f"{'program':<26}{'left at root':<14}{'left nested':<13}{'left in real files':<22}{'cases with words':<18}cases without output"
    for one in made.compared:
        words, files = f"{one.words_left} of {one.cases}", f"{one.real_left} in {one.real_files} files"
        yield f"{one.name:<26}{one.left_root:<14}{one.left_nested:<13}{files:<22}{words:<18}{one.no_output}"
    yield _TOOLS


def main() -> int:
    parser = argparse.ArgumentParser(prog="intake.sh", description="Shows what intake lets through of hostile and real files.")
    parser.add_argument("--json", action="store_true", help="one JSON document instead of words")
    parser.add_argument("--quick", action="store_true", help="small real files only")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, as_sites_write():
        made = report(Path(folder), quick=given.quick)
    text = json.dumps(made.to_json(), indent=1) if given.json else "\n".join(in_words(made))
    sys.stdout.write(f"{text}\n")
    return 1 if made.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
