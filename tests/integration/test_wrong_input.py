"""What a person types by mistake is refused in words, with exit code 2, before anything is made."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from corelab.cli import cli
from corelab.domain.charter import load_charter
from corelab.export.check import Loaded, table_faults
from corelab.export.tables import tables_for
from corelab.export.versions import Versions
from tests.charter_builders import REDUCED

PERSON = 'user = "{role}"\nname = "{role}"\npassword = {password}\n'


def _called(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, [str(each) for each in arguments], env={"COLUMNS": "300"})


def _answers(folder: Path, password: str) -> Path:
    file = folder / "answers.toml"
    roles = ("administrator", "coordinator")
    file.write_text("".join(f"[{role}]\n{PERSON.format(role=role, password=password)}" for role in roles), encoding="utf-8")
    return file


def test_answers_without_quotes_are_refused_and_no_lab_is_made(tmp_path: Path) -> None:
    answers = _answers(tmp_path, "123456789012")
    refused = _called("init", tmp_path / "lab", "--charter", "dvt-lower-extremity", "--answers", answers)
    assert refused.exit_code == 2
    assert "between quotes" in refused.stderr
    assert not (tmp_path / "lab").exists()


def test_a_database_address_makes_no_folder_of_that_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    answers = _answers(tmp_path, '"several words together"')
    wrong, away = (
        _called("init", address, "--charter", "dvt-lower-extremity", "--answers", answers)
        for address in ("postgresql://me:secret@127.0.0.1/Trial", "postgresql://127.0.0.1:1/trial")
    )
    assert (wrong.exit_code, away.exit_code) == (2, 1)
    assert "asked for at the sign-in" in wrong.stderr
    assert "small letters" in wrong.stderr
    assert "secret" not in wrong.stderr
    assert "does not answer" in away.stderr
    assert not (tmp_path / "postgresql:").exists()


def test_a_demo_lab_begins_in_a_folder_and_the_way_to_a_server_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    refused = _called("demo", "postgresql://127.0.0.1:1/trial", "--tour", tmp_path / "out")
    assert refused.exit_code == 2
    assert "corelab move" in refused.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_help_of_init_names_the_two_tables() -> None:
    assert "[administrator] and [coordinator]" in _called("init", "--help").stdout


def test_a_blank_reason_is_refused_before_sign_in(tmp_path: Path) -> None:
    refused = _called("lock", tmp_path, "--reason", "  ")
    assert refused.exit_code == 2
    assert "the reason is blank" in refused.stderr


def test_a_report_that_cannot_be_written_stops_intake_before_it_begins(tmp_path: Path) -> None:
    refused = _called("intake", tmp_path, tmp_path, "--subject", "S001", "--visit", "D10", "--report", tmp_path / "none" / "report.json")
    assert refused.exit_code == 2
    assert "nothing was taken in" in refused.stderr


@pytest.mark.parametrize("option", ["--kind", "--layout"])
def test_an_unknown_phantom_is_refused_with_the_known_ones(tmp_path: Path, option: str) -> None:
    refused = _called("phantom", tmp_path / "clip.dcm", "--kind", "partial", option, "nope")
    assert refused.exit_code == 2
    assert "one of " in refused.stderr
    assert not (tmp_path / "clip.dcm").exists()


def test_a_table_that_did_not_load_is_told_once(tmp_path: Path) -> None:
    charter = load_charter(REDUCED.read_bytes())
    paths = [table.path for table in tables_for(charter)]
    named = Loaded(tmp_path, {"files": [{"path": path} for path in paths]}, frozenset())
    versions = Versions.of([charter])
    assert table_faults(versions, named)[0] == ()
    assert [fault.where for fault in table_faults(versions, Loaded(tmp_path, {"files": []}, frozenset()))[0]] == paths


def test_a_missing_answers_file_is_said_to_be_missing(tmp_path: Path) -> None:
    refused = _called("init", tmp_path / "lab", "--charter", "dvt-lower-extremity", "--answers", tmp_path / "nosuch.toml")
    assert refused.exit_code == 2
    assert "there is no file" in refused.stderr
    assert "Errno" not in refused.stderr


@pytest.mark.parametrize(
    ("held", "said"),
    [
        ("[administrator]\n[coordinator]\n", "[administrator] does not hold user, name, password"),
        ("", "[administrator] does not hold user, name, password"),
        ("administrator = 1\n", "[administrator] does not hold user, name, password"),
        (
            PERSON.format(role="a", password='"p"').join(("[administrator]\n", '[coordinator]\nuser = "c"\n')),
            "[coordinator] does not hold name",
        ),
        ("[administrator", "is no TOML file"),
    ],
)
def test_answers_that_lack_something_are_told_what(tmp_path: Path, held: str, said: str) -> None:
    answers = tmp_path / "answers.toml"
    answers.write_text(held, encoding="utf-8")
    refused = _called("init", tmp_path / "lab", "--charter", "dvt-lower-extremity", "--answers", answers)
    assert refused.exit_code == 2
    assert said in refused.stderr
    assert not (tmp_path / "lab").exists()


def test_a_folder_in_use_is_refused_before_anything_is_accepted(tmp_path: Path) -> None:
    answers = _answers(tmp_path, '"several words together"')
    refused = _called("init", tmp_path, "--charter", "dvt-lower-extremity", "--answers", answers)
    assert refused.exit_code == 1
    assert "There is a lab or other files in this folder." in refused.stderr
    assert "accepts this" not in refused.stderr


def test_an_unknown_charter_is_answered_with_each_shipped_one_once(tmp_path: Path) -> None:
    refused = _called("init", tmp_path / "lab", "--charter", "nope")
    assert refused.exit_code == 1
    assert "Shipped are dvt-lower-extremity, portal-hepatic; or name a file." in refused.stderr


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--kind", "partial", "--hard", "rain"), "one of "),
        (("--kind", "partial", "--level", "moon"), "one of "),
        (("--kind", "partial", "--clocking", "sun"), "one of "),
        (("--kind", "spectral_phasic", "--hard", "jitter"), "nobody presses"),
        (("--kind", "spectral_phasic", "--pressed-start"), "nobody presses"),
        (("--kind", "compressible", "--hard", "isoechoic_thrombus"), "one of "),
        (("--kind", "spectral_phasic", "--reflux", "1"), "spectral_reflux"),
        (("--kind", "partial", "--syntax", "1.2.840.10008.1.2.4.100", "--clocking", "vector"), "film"),
    ],
    ids=str,
)
def test_what_a_phantom_cannot_have_is_refused_in_words(tmp_path: Path, options: tuple[str, ...], said: str) -> None:
    refused = _called("phantom", tmp_path / "clip.dcm", *options)
    assert refused.exit_code == 2
    assert said in " ".join(refused.stderr.split())
    assert not (tmp_path / "clip.dcm").exists()
