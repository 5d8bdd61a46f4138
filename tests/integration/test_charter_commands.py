"""The commands about charters: check, changes since a version, forecast, show, print, schema. None opens a lab or asks for a sign-in."""

import json
from pathlib import Path

import pytest
from pypdf import PdfReader
from typer.testing import CliRunner, Result

from corelab.cli import cli
from tests.charter_builders import DVT, PORTAL, full


def run(*words: object) -> Result:
    return CliRunner().invoke(cli, ["charter", *map(str, words)])


@pytest.fixture(autouse=True)
def nobody_signed_in(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CORELAB_USER", "CORELAB_PASSWORD"):
        monkeypatch.delenv(name, raising=False)


def written(folder: Path, text: str, name: str = "charter.toml") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    return written(tmp_path, full(DVT))


def changed(text: str, *replacements: tuple[str, str]) -> str:
    for old, new in replacements:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


LATER = ('version = "1.0.0"', 'version = "1.0.1"\nsupersedes = ["1.0.0"]')


# ---------------------------------------------------------------- check


def test_a_sound_charter_ends_with_0(sound: Path) -> None:
    done = run("check", sound, "--json")
    told = json.loads(done.stdout)
    assert done.exit_code == 0
    assert (told["ok"], told["format"], told["charter"], told["version"], told["errors"]) == (True, 1, "dvt-lower-extremity", "1.0.0", 0)
    assert len(told["sha256"]) == 64
    assert all(fault["level"] == "warning" for fault in told["faults"])


def test_all_faults_are_told_in_the_layout_of_the_format(tmp_path: Path) -> None:
    faulty = changed(
        full(DVT),
        ('use = "core"', 'use = "main"'),
        (
            '{ item = "THR", segment = "each", op = "eq", value = "no_thrombus" }',
            '{ item = "THRO", segment = "each", op = "eq", value = "x" }',
        ),
        ('function = "worst"', 'function = "worse"'),
    )
    done = run("check", written(tmp_path, faulty))
    lines = done.stdout.splitlines()
    assert done.exit_code == 1
    assert lines[0].split(maxsplit=2)[:2] == ["ask[0](Q01).use", "C02"]
    assert lines[0].endswith('"main" is not allowed')
    assert lines[1] == "    allowed: core, detail, optional"
    assert 'C04  "THRO" is not an item' in lines[2]
    assert lines[3].startswith("    allowed: AGE, AUG, COMP,")
    assert lines[3].endswith("...   did you mean THR?")
    assert "did you mean worst?" in done.stdout
    assert lines[-1] == "3 errors, 0 warnings"
    columns = {line.index("  C0") for line in lines if "  C0" in line}
    assert len(columns) == 1


def test_every_fault_is_an_object_with_all_its_keys(tmp_path: Path) -> None:
    done = run("check", written(tmp_path, changed(full(DVT), ('use = "core"', 'use = "main"'))), "--json")
    told = json.loads(done.stdout)
    (fault,) = [one for one in told["faults"] if one["level"] == "error"]
    assert fault == {
        "code": "C02",
        "level": "error",
        "path": "ask[0](Q01).use",
        "message": '"main" is not allowed',
        "found": "main",
        "allowed": ["core", "detail", "optional"],
        "suggestion": None,
    }
    assert (told["ok"], told["errors"], done.exit_code) == (False, 1, 1)


def test_what_is_no_toml_is_one_fault_with_its_place(tmp_path: Path) -> None:
    told = json.loads(run("check", written(tmp_path, "format = \n"), "--json").stdout)
    assert [fault["code"] for fault in told["faults"]] == ["C00"]
    assert told["faults"][0]["found"] == "line 1, column 10"
    assert (told["sha256"], told["charter"], told["ok"]) == (None, None, False)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    done = run("check", tmp_path / "none.toml")
    assert done.exit_code == 1
    assert "none.toml" in done.stderr


def test_a_shipped_charter_is_checked_by_its_name() -> None:
    assert run("check", "dvt-lower-extremity").exit_code == 0


def test_a_charter_that_would_uncover_the_image_is_sound_and_the_paper_says_what_happens(tmp_path: Path) -> None:
    file = written(tmp_path, changed(full(DVT), ("hide_overlay = true", "hide_overlay = false")))
    assert run("check", file, "--json").exit_code == 0
    out = tmp_path / "charter.pdf"
    assert run("print", file, "--out", out).exit_code == 0
    words = " ".join(" ".join(page.extract_text() for page in PdfReader(out).pages).split())
    assert "What stands on the image around the scan is covered. This profile would show it" in words


# ---------------------------------------------------------------- --against


def test_every_change_is_listed_with_its_level(tmp_path: Path, sound: Path) -> None:
    later = changed(full(DVT), LATER, ('label = "Image quality"', 'label = "Quality of the image"'))
    told = json.loads(run("check", written(tmp_path, later, "later.toml"), "--against", sound, "--json").stdout)
    assert told["ok"]
    assert told["against"]["version"] == "1.0.0"
    assert (told["against"]["needed"], told["against"]["given"]) == ("patch", "patch")
    assert told["against"]["changes"] == [
        {"level": "patch", "path": "item[0](QUAL).label", "change": "changed", "old": "Image quality", "new": "Quality of the image"}
    ]


def test_a_step_that_is_too_small_is_a_fault(tmp_path: Path, sound: Path) -> None:
    later = changed(full(DVT), LATER, ('groups = ["CORE"]\nmin = 2', 'groups = ["CORE"]\nmin = 1'))
    done = run("check", written(tmp_path, later, "later.toml"), "--against", sound)
    assert done.exit_code == 1
    assert "charter.version" in done.stdout
    assert "a patch step, but the changes since 1.0.0 need a major one" in done.stdout
    assert "allowed: at least 2.0.0" in done.stdout
    assert "major  class[1](B).rule[0].min" in done.stdout


@pytest.mark.parametrize(
    ("replacements", "path"),
    [
        ((), "charter.version"),
        ((('version = "1.0.0"', 'version = "1.0.1"'),), "charter.supersedes"),
        ((LATER, ('id = "dvt-lower-extremity"', 'id = "dvt-upper-extremity"')), "charter.id"),
    ],
)
def test_what_cannot_follow_is_a_fault(tmp_path: Path, sound: Path, replacements: tuple[tuple[str, str], ...], path: str) -> None:
    told = json.loads(run("check", written(tmp_path, changed(full(DVT), *replacements), "later.toml"), "--against", sound, "--json").stdout)
    assert path in [fault["path"] for fault in told["faults"] if fault["code"] == "C02"]
    assert not told["ok"]


# ---------------------------------------------------------------- --rates

RATES = """
minutes_per_case = 6
planned_exams = 200
visits = ["D10"]

[[item]]
item = "COMP"
truth = { full = 0.70, partial = 0.10, none = 0.20 }
[[item.reader]]
full = { full = 0.96, partial = 0.03, none = 0.01 }
"""


def test_a_forecast_is_told_with_its_intervals(tmp_path: Path, sound: Path) -> None:
    rates = written(tmp_path, RATES, "rates.toml")
    told = json.loads(run("check", sound, "--rates", rates, "--exams", 200, "--json").stdout)["forecast"]
    assert told["exams"] == 200
    assert 0 < told["with_case"]["low"] < told["with_case"]["value"] < told["with_case"]["high"] < 1
    assert [one["id"] for one in told["classes"]] == ["A", "B", "C", "D", "E"]
    assert told["hours"] == pytest.approx(told["with_case"]["value"] * 200 * 6 / 60)
    assert {"A.1", "B.1", "E.3"} <= {one["rule"] for one in told["rules"]}
    assert "FLOW" in told["assumed_equal"]
    words = run("check", sound, "--rates", rates, "--exams", 200).stdout
    assert "Forecast from 200 exams drawn by chance:" in words
    assert "hours of adjudication" in words


def test_rates_that_do_not_fit_are_told_all_at_once(tmp_path: Path, sound: Path) -> None:
    rates = written(tmp_path, RATES.replace("0.70", "0.60").replace('"D10"', '"D11"'), "rates.toml")
    done = run("check", sound, "--rates", rates)
    assert done.exit_code == 1
    assert "visits" in done.stderr
    assert "item[0].truth" in done.stderr


def test_rates_that_are_not_there_are_wrong_usage(sound: Path, tmp_path: Path) -> None:
    assert run("check", sound, "--rates", tmp_path / "none.toml").exit_code == 2


# ---------------------------------------------------------------- show, print, schema


@pytest.mark.parametrize(("name", "loads"), [(DVT, {"THROMBOSIS": 19, "REFLUX": 9}), (PORTAL, {"VESSELS": 8, "REMNANT": 3})])
def test_show_tells_what_is_asked_and_how_many_keys(tmp_path: Path, name: str, loads: dict[str, int]) -> None:
    file = written(tmp_path, full(name))
    told = json.loads(run("show", file, "--json").stdout)
    assert {one["block"]: one["keys"] for one in told["load"]} == loads
    words = run("show", file).stdout
    assert all(f"{block}: {keys} (" in words for block, keys in loads.items())
    assert all(visit["id"] in words for visit in told["visits"])


def test_show_marks_questions_in_a_table(sound: Path) -> None:
    lines = run("show", sound).stdout.splitlines()
    head = next(line for line in lines if line.split()[:2] == ["QUAL", "COMP"])
    row = next(line for line in lines if line.split()[:1] == ["CFV"])
    marks = dict(zip(head.split(), row.split()[1:], strict=True))
    assert (marks["QUAL"], marks["COMP"], marks["THR"], marks["TXT"]) == ("P", "C", "D", "o")


@pytest.mark.parametrize("name", [DVT, PORTAL])
def test_print_writes_everything_with_the_hash_on_every_page(tmp_path: Path, name: str) -> None:
    file, out = written(tmp_path, full(name)), tmp_path / "out.pdf"
    told = json.loads(run("print", file, "--out", out, "--json").stdout)
    pages = [page.extract_text() for page in PdfReader(out).pages]
    assert all(told["sha256"] in text for text in pages)
    assert all(f"Page {n}" in text and f"of {len(pages)}" in text for n, text in enumerate(pages, 1))
    run("print", file, "--out", tmp_path / "again.pdf")
    assert (tmp_path / "again.pdf").read_bytes() == out.read_bytes()


def test_a_faulty_charter_is_not_printed(tmp_path: Path) -> None:
    done = run("print", written(tmp_path, changed(full(DVT), ('use = "core"', 'use = "main"'))), "--out", tmp_path / "out.pdf")
    assert done.exit_code == 1
    assert "ask[0](Q01).use" in done.stderr
    assert not (tmp_path / "out.pdf").exists()


def test_the_schema_is_printed_and_written(tmp_path: Path) -> None:
    printed = json.loads(run("schema").stdout)
    run("schema", "--out", tmp_path / "charter.schema.json")
    assert json.loads((tmp_path / "charter.schema.json").read_text(encoding="utf-8")) == printed
    assert printed["$schema"].startswith("http://json-schema.org/")


# ---------------------------------------------------------------- specification


def test_the_specification_of_a_charter_is_written_without_a_lab(sound: Path, tmp_path: Path) -> None:
    out = tmp_path / "specification.xlsx"
    done = run("specification", sound, "--out", out, "--json")
    told = json.loads(done.stdout)
    assert (done.exit_code, told["ok"], told["file"], told["bytes"]) == (0, True, str(out), out.stat().st_size)
    again = tmp_path / "again.xlsx"
    assert run("specification", "dvt-lower-extremity", "--out", again).exit_code == 0
    assert again.read_bytes() == out.read_bytes()


def test_no_specification_of_a_faulty_charter_is_written(tmp_path: Path) -> None:
    out = tmp_path / "specification.xlsx"
    done = run("specification", written(tmp_path, changed(full(DVT), ('use = "core"', 'use = "main"'))), "--out", out)
    assert done.exit_code == 1
    assert not out.exists()
