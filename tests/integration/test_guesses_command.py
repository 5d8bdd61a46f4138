"""`corelab agreement --guess --arms`: how blind the readers were, from two files and no lab."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from corelab.cli import cli
from tests.unit.test_agreement_blinding import B1

ARM_OF = {"1": "S1", "2": "S2"}


def written(folder: Path, guesses: list[list[int]] | None = None, arms: str = "USUBJID,ARM\nS1,1\nS2,2\n") -> tuple[str, ...]:
    lines = ["RECID,USUBJID,READERID,GUESS,SUGGEST,LASTFL"]
    for arm, row in zip(("1", "2"), guesses or B1, strict=True):
        for guess, count in zip(("1", "2", "DK"), row, strict=True):
            lines += [f"r,{ARM_OF[arm]},R01,{guess},nothing,Y"] * count
    lines.append("r,S1,R01,1,nothing,N")
    (folder / "guess.csv").write_text("\n".join(lines) + "\n")
    (folder / "arms.csv").write_text(arms)
    return ("agreement", "--guess", str(folder / "guess.csv"), "--arms", str(folder / "arms.csv"))


def test_the_oracle_b1_comes_out_of_the_two_files(tmp_path: Path) -> None:
    ran = CliRunner().invoke(cli, [*written(tmp_path), "--json"])
    assert ran.exit_code == 0, ran.output
    last, every = json.loads(ran.stdout)["entries"]
    assert [round(last[key], 5) for key in ("bang_1", "bang_2", "james")] == [0.24, -0.06667, 0.77887]
    assert every["bang_1"] != last["bang_1"]


@pytest.mark.parametrize(
    ("arms", "said"),
    [
        ("USUBJID,ARM\nS1,1\n", "S2 is in no arm"),
        ("USUBJID,ARM\nS1,A\nS2,2\n", "ARM is 1 or 2"),
        ("USUBJID,ARM\nS1,1\nS1,2\nS2,2\n", "more than once"),
        ("SUBJECT,ARM\nS1,1\n", "has no column USUBJID"),
    ],
)
def test_files_that_do_not_fit_are_told_with_every_fault(tmp_path: Path, arms: str, said: str) -> None:
    ran = CliRunner().invoke(cli, [*written(tmp_path, arms=arms)])
    assert ran.exit_code == 1
    assert said in ran.output


def test_one_of_the_two_files_is_not_enough(tmp_path: Path) -> None:
    ran = CliRunner().invoke(cli, list(written(tmp_path)[:3]))
    assert ran.exit_code == 2
