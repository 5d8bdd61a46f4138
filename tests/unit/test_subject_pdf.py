"""The document of a subject says what the tables say, in words, and is the same wherever it is made."""

import csv
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from pypdf import PdfReader

from corelab.domain.charter import Charter
from corelab.domain.charter.model_item import TextItem
from corelab.domain.vocabulary import Sha256
from corelab.export import subject_pdf
from corelab.export.subject_pdf.key_pictures import MOST
from corelab.export.subject_pdf.look import style_of
from corelab.export.subject_pdf.vein_paths import pieces, tree_of
from corelab.export.writers import Row
from corelab.export.written import Written
from tests.charter_builders import DVT, PORTAL
from tests.document_builders import Change, documented, sign

CHARTERS = (DVT, PORTAL, "odd")
SHORT = 24
_NOBODY = "Not applicable (NA) in every reading and in the result"
_ROLES = ("READER 1", "READER 2", "ADJUDICATOR 1")


def no_picture(_clip: Sha256, _frame: int) -> None:
    return None


def grey(clip: Sha256, frame: int) -> bytes:
    """A frame of its own shade, as wide as the clips of these packages are for their height."""
    shade = (int(clip[:2], 16), frame * 5, int(clip[2:4], 16))
    return bytes(cv2.imencode(".jpg", np.full((120, 160, 3), shade, np.uint8))[1])


def document(
    folder: Path, name: str = DVT, change: Change = lambda _rows: None, picture: subject_pdf.Picture = no_picture, **facts: Any
) -> PdfReader:
    package = documented(folder, name, change, **facts)
    subject_pdf.write(package, folder, picture)
    return PdfReader(folder / "pdf" / "S01.pdf")


def text_of(reader: PdfReader) -> str:
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def rows_of(folder: Path, table: str) -> list[Row]:
    with (folder / "data" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# ---------------------------------------------------------------- what it says


@pytest.fixture(scope="module", params=CHARTERS)
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Written, str]:
    folder = tmp_path_factory.mktemp("document")
    package = documented(folder, request.param)
    subject_pdf.write(package, folder, no_picture)
    return package, text_of(PdfReader(folder / "pdf" / "S01.pdf"))


def test_every_grade_of_the_tables_stands_in_its_line(told: tuple[Written, str]) -> None:
    """Segment by segment in the order of the charter: question, both readers, adjudicator, result, source."""
    package, text = told
    charter, results, readings = package.versions.main, tuple(package.rows("results")), tuple(package.rows("readings"))
    said = {(row["EVALROLE"], *_cell(row)): row for row in readings if row["CURRFL"] == "Y" and row["PURPOSE"] != "REPEAT"}
    at = lines = 0
    for row in _in_order(charter, results):
        given = [said.get((role, *_cell(row))) for role in _ROLES]
        words = [*(_words(charter, one) for one in given if one is not None), _result_words(charter, row)]
        found = re.compile(r" (?:\S+ )*?".join(words)).search(text, at)
        assert found is not None, (row["VISIT"], row["SEGCD"], row["TESTCD"], words, text[at : at + 300])
        at, lines = found.start(), lines + 1
    assert lines > 40


def _cell(row: Row) -> tuple[str, ...]:
    return row["VISIT"], row["SIDE"], row["SEGCD"], row["TESTCD"]


def _in_order(charter: Charter, results: tuple[Row, ...]) -> Iterator[Row]:
    """What applied to somebody by the result: as the document goes through it."""
    segments, items = [one.id for one in charter.segments], [one.export.testcd for one in charter.items]

    def order(row: Row) -> tuple[int, ...]:
        segment = segments.index(row["SEGCD"]) if row["SEGCD"] else len(segments)
        return int(row["VISITNUM"]), segment, ("RIGHT", "LEFT", "").index(row["SIDE"]), items.index(row["TESTCD"])

    return (row for row in sorted(results, key=order) if row["EVALSTAT"] != "NA")


def _words(charter: Charter, row: Row) -> str:
    """What a cell may be said with: the words of the table, an option without its explanation."""
    if row["EVALSTAT"] == "NA":
        return "NA"
    if row["EVALSTAT"]:
        reasons = {one.id: one.label for one in (*charter.missing.ne, *charter.missing.ni)}
        return re.escape(f"{row['EVALSTAT']}: {reasons[row['NERSN']]}")
    item = next(one for one in charter.items if one.export.testcd == row["TESTCD"])
    if isinstance(item, TextItem):
        return r"text, in notes\.csv"
    if not row["RES"]:
        return re.escape(row["RESCD"])
    options = [re.escape(part.split(":")[0].split(",")[0]) + r"(?:[:,] \S+)*?" for part in row["RES"].split("; ")]
    return ", ".join(options)


def _result_words(charter: Charter, row: Row) -> str:
    words = row["EVALSTAT"] or _words(charter, row)
    source = row["SOURCE"].capitalize()
    return ("\u25c6 " if source == "Adjudicated" else "") + words + r"(?: \S+)*? " + source


def test_what_applied_to_nobody_is_named_once_with_its_segments(told: tuple[Written, str]) -> None:
    package, text = told
    results, asked = tuple(package.rows("results")), {_cell(row) for row in package.rows("readings") if row["EVALSTAT"] != "NA"}
    labels = {item.export.testcd: item.label for item in package.versions.main.items if len(item.label) < SHORT}
    unasked = sorted(_cell(row) for row in results if _cell(row) not in asked and row["EVALSTAT"] == "NA" and row["TESTCD"] in labels)
    named = {key: [cell[2] for cell in cells] for key, cells in groupby(unasked, lambda cell: (cell[0], cell[3]))}
    for (_, code), segments in ((key, held) for key, held in named.items() if all(held)):
        listed = re.search(f"{re.escape(labels[code])} ((?:[RL] )?[A-Z]+[^:]*?)(?= [A-Z][a-z]|$)", text[text.index(_NOBODY) :])
        assert listed is not None, (code, segments)
    assert (_NOBODY in text) == bool(unasked)


def test_every_endpoint_stands_with_its_value(told: tuple[Written, str]) -> None:
    package, text = told
    for row in package.rows("endpoints"):
        value = row["AVALC"] or f"missing ({row['MISSRSN']})"
        place = f", {row['SIDE'][:1]} " if row["SIDE"] else ", " if row["SEGCD"] else ""
        assert re.search(re.escape(row["PARAMCD"] + place) + r"\S*(?: \S+)?? " + re.escape(value) + " of " + row["INPUTS"], text), row


def test_who_signed_stands_in_words_with_time_zone_and_meaning(told: tuple[Written, str]) -> None:
    package, text = told
    for row in {row["RECID"]: row for row in package.rows("readings")}.values():
        meaning = "adjudication" if row["PURPOSE"] == "ADJUDICATION" else "reading authorship"
        assert f"Person of {row['READERID']}, 2026-01-12 11:00:00 (UTC+01:00), meaning: {meaning}" in text
        assert f"record {row['RECID']}, event" in text


def test_the_head_of_the_chain_and_the_package_stand_on_every_page(tmp_path: Path) -> None:
    reader = document(tmp_path, kind="PROD")
    pages = [page.extract_text() for page in reader.pages]
    for number, text in enumerate(pages, 1):
        assert "Head of the chain 321 aaaaaaaaaaaaaaaa" in text
        assert "DVT-LE_T003_20260112T100000Z_PROD" in text
        assert f"Page {number}" in text
        assert f"of {len(pages)}" in text
    assert "a" * 64 in pages[0]


@pytest.mark.parametrize(("kind", "times"), [("DEMO", 2), ("TEST", 2), ("PROD", 1)])
def test_what_is_no_transfer_of_record_says_so_across_every_page(tmp_path: Path, kind: str, times: int) -> None:
    """Once in the head of the page, once across it."""
    for page in document(tmp_path, kind=kind).pages[1:]:
        assert len(re.findall(rf"(?<![_A-Z]){kind}\b", page.extract_text())) == times


def test_a_visit_of_which_nothing_came_says_so_and_another_that_it_is_not_final(tmp_path: Path) -> None:
    def nothing_came(rows: dict[str, list[Row]]) -> None:
        told = {"VISITNUM": "3", "VISIT": "D30", "STATE": "MISSING", "REASON": "NOEXAM"}
        rows["expected"].append({**rows["expected"][0], **told})

    text = text_of(document(tmp_path, change=nothing_came))
    assert "D30 Day 30. Nothing of this visit was received." in text
    assert "M6 Month 6. No final result of this visit is in this package." in text


def test_an_answer_of_an_earlier_revision_stands_behind_an_arrow(tmp_path: Path) -> None:
    changed: list[Row] = []

    def revised(rows: dict[str, list[Row]]) -> None:
        row = next(
            one for one in rows["readings"] if one["EVALROLE"] == "READER 1" and one["TESTCD"] == "VNCOMPR" and one["RESCD"] == "full"
        )
        changed.append({**row, "RESCD": "none", "RES": "None", "REVISION": "0", "CURRFL": "N", "RECID": "superseded"})
        rows["readings"].append(changed[0])

    text = text_of(document(tmp_path, change=revised))
    assert text.count("Full \u2190 None") == 1
    assert "Reader 1, DUPLEX revision 0, not current, record superseded" in text


def test_a_repeat_tells_how_often_it_says_something_else(tmp_path: Path) -> None:
    def repeated(rows: dict[str, list[Row]]) -> None:
        own = [row for row in rows["readings"] if (row["VISIT"], row["EVALROLE"]) == ("BL", "READER 1")]
        again = [{**row, "PURPOSE": "REPEAT", "RECID": "again", "READNO": "7"} for row in own]
        first = next(n for n, row in enumerate(again) if row["TESTCD"] == "VNCOMPR" and row["RESCD"] == "partial")
        again[first] = {**again[first], "RESCD": "none", "RES": "None"}
        rows["readings"] += again

    text = text_of(document(tmp_path, change=repeated))
    assert re.search(r"Repeat reading by R01, DUPLEX: 1 answer differs of \d+; \S+ \S.* Compressibility Partial \u2192 None", text)
    assert "Reader 1, repeat, DUPLEX" in text


def test_free_text_stays_in_its_table(tmp_path: Path) -> None:
    """Notes are the only free text outside the trail."""
    reader = document(tmp_path)
    notes = [row["NOTE"] for row in rows_of(tmp_path, "notes") if len(row["NOTE"]) > 4]
    assert notes
    text = text_of(reader)
    assert not [note for note in notes if " ".join(note.split()) in text]
    assert "text, in notes.csv" in text


# ---------------------------------------------------------------- pictures


def pictures_of(reader: PdfReader) -> list[bytes]:
    return [image.data for page in reader.pages for image in page.images]


def test_frames_stand_as_pictures_with_what_rests_on_them(tmp_path: Path) -> None:
    asked: list[tuple[Sha256, int]] = []

    def picture(clip: Sha256, frame: int) -> bytes:
        asked.append((clip, frame))
        return grey(clip, frame)

    reader = document(tmp_path, picture=picture)
    text = text_of(reader)
    known = {(row["CLIPID"], number) for row in rows_of(tmp_path, "evidence") for number in (row["FRAMEA"], row["FRAMEB"]) if number}
    assert {(clip, str(frame + 1)) for clip, frame in asked} <= known
    assert all(f"Clip {clip[:12]}, frame" in text for clip, _ in asked)
    assert len(pictures_of(reader)) == len(set(asked))  # what stands twice on a page is in the file once


def test_the_frames_of_a_visit_fill_no_more_than_a_page(tmp_path: Path) -> None:
    asked: list[int] = []
    document(tmp_path, picture=lambda _clip, frame: asked.append(frame))
    visits = len({row["VISIT"] for row in rows_of(tmp_path, "evidence")})
    assert 0 < len(asked) <= MOST * visits


def test_a_pair_stands_side_by_side_and_says_which_is_under_pressure(tmp_path: Path) -> None:
    def one_pair(rows: dict[str, list[Row]]) -> None:
        rows["evidence"] = [{**next(row for row in rows["evidence"] if row["FRAMEB"]), "FRAMEA": "3", "FRAMEB": "9"}]

    text = text_of(document(tmp_path, change=one_pair, picture=grey))
    assert "frame 3 (without pressure) and 9 (under pressure)" in text


def test_a_frame_that_cannot_be_decoded_is_said(tmp_path: Path) -> None:
    text = text_of(document(tmp_path))
    assert "This frame could not be decoded." in text


def test_a_caliper_is_drawn_where_it_was_set(tmp_path: Path) -> None:
    """Two strokes, one over the other, from the first point to the second, within the picture."""

    def one_caliper(rows: dict[str, list[Row]]) -> None:
        row = next(one for one in rows["evidence"] if one["BOUND"] == "caliper")
        rows["evidence"] = [row]
        own = next(one for one in rows["measurements"] if (one["RECID"], one["TESTCD"]) == (row["RECID"], row["TESTCD"]))
        rows["measurements"] = [{**own, "FRAME": row["FRAMEA"], "CLIPID": row["CLIPID"], "POINTS": "(0.00 0.00) (639.00 0.00)"}]

    reader = document(tmp_path, change=one_caliper, picture=grey)
    page = next(page for page in reader.pages if page.images)
    drawn = page.get_contents()
    assert drawn is not None
    lines = re.findall(rb"([\d.]+) ([\d.]+) m ([\d.]+) ([\d.]+) l [\d.]+ [\d.]+ m [\d.]+ [\d.]+ l", drawn.get_data())
    assert len(lines) == 2
    x0, y0, x1, y1 = map(float, lines[0])
    assert y0 == y1
    wide = (595.2756 - 84 - 27) / 4
    assert x1 - x0 == pytest.approx(wide * 639 / 640, abs=0.01)
    assert "Measured" in text_of(reader)


# ---------------------------------------------------------------- the file


def test_it_has_no_script_and_its_fonts_are_in_it_with_their_letters(tmp_path: Path) -> None:
    reader = document(tmp_path, picture=grey)
    data = (tmp_path / "pdf" / "S01.pdf").read_bytes()
    assert not [
        word for word in (rb"/JavaScript\b", rb"/JS\b", rb"/OpenAction\b", rb"/AA[ <]", rb"/Launch\b", rb"/URI\b") if re.search(word, data)
    ]
    fonts = {name: font.get_object() for page in reader.pages for name, font in page["/Resources"]["/Font"].items()}  # type: ignore[index]
    used = [font for font in fonts.values() if font["/BaseFont"] != "/Helvetica"]  # named by the writer, never used
    assert used
    assert all("/FontFile2" in font["/FontDescriptor"] and "/ToUnicode" in font for font in used)


def test_its_date_is_that_of_the_cut_off(tmp_path: Path) -> None:
    information = document(tmp_path).metadata
    assert information is not None
    assert {str(information["/CreationDate"]), str(information["/ModDate"])} == {"D:20260112100000+00'00'"}
    assert information.title == "Subject S01, trial DVT-LE, transfer T003"


def test_the_same_tables_give_the_same_bytes_in_another_process_and_place(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    document(here, picture=grey)
    module = "tests.unit.test_subject_pdf"
    code = f"import sys, {module} as made; from pathlib import Path; made.document(Path(sys.argv[1]), picture=made.grey)"
    seeds = {"PYTHONHASHSEED": "77", "TZ": "Asia/Tokyo", "LC_ALL": "C", "PATH": "", "SOURCE_DATE_EPOCH": "1"}
    subprocess.run([sys.executable, "-c", code, str(there)], env=seeds, check=True, cwd=Path(__file__).parents[2])
    assert (here / "pdf" / "S01.pdf").read_bytes() == (there / "pdf" / "S01.pdf").read_bytes()


@pytest.mark.parametrize(
    ("code", "name"), [("S-1.a_B", "S-1.a_B.pdf"), ("CON", "_CON.pdf"), ("nul.1", "_nul.1.pdf"), ("CONTROL", "CONTROL.pdf")]
)
def test_names_of_files_are_safe_on_every_system(code: str, name: str) -> None:
    assert subject_pdf.file_name(code) == name


def test_there_is_one_document_for_each_subject(tmp_path: Path) -> None:
    package = documented(tmp_path, subject="CON")
    subject_pdf.write(package, tmp_path, no_picture)
    assert [path.name for path in (tmp_path / "pdf").iterdir()] == ["_CON.pdf"]
    assert list(subject_pdf.paths(package)) == ["pdf/_CON.pdf"]


def test_a_signature_of_nobody_is_no_line(tmp_path: Path) -> None:
    package = documented(tmp_path)
    sign(tmp_path, ())
    subject_pdf.write(package, tmp_path, no_picture)
    assert "meaning:" not in text_of(PdfReader(tmp_path / "pdf" / "S01.pdf"))


# ---------------------------------------------------------------- the map


def test_the_tree_is_that_on_which_most_segments_lie() -> None:
    legs, liver = tree_of(["CFV", "POPV", "GSV"]), tree_of(["PV_MAIN", "PV_LEFT", "IVC"])
    assert legs is not None
    assert liver is not None
    assert (legs.single, liver.single) == (False, True)
    assert tree_of(["CFV", "ULNAR", "RADIAL", "CEPH"]) is None
    assert tree_of([]) is None


def test_a_path_is_points_and_curves_and_nothing_else() -> None:
    assert pieces("M1 2C3 4 5 6 7 8") == (((1.0, 2.0),), ((3.0, 4.0), (5.0, 6.0), (7.0, 8.0)))
    with pytest.raises(ValueError, match="L"):
        pieces("M1 2 L3 4")


def test_the_map_tells_grades_by_colour_and_by_the_kind_of_line(tmp_path: Path) -> None:
    """The lines of the map of one visit: their colours never come without the dash, or the width, that is theirs."""
    styles = [style_of(drawn) for drawn in (0, 1, 2)]
    assert len({(one.width, one.dash) for one in styles}) == 3
    drawn = b"".join(page.get_contents().get_data() for page in document(tmp_path).pages)  # type: ignore[union-attr]
    colours = {tuple(round(float(part), 3) for part in found) for found in re.findall(rb"([\d.]+) ([\d.]+) ([\d.]+) RG", drawn)}
    assert {tuple(round(part, 3) for part in one.colour.rgb()) for one in styles} <= colours
