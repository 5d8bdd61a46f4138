"""Facts of segments, training and certification on the command line."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from corelab.cli import cli
from corelab.storage import registry
from tests.builders import PASSWORD, Lab, a_lab
from tests.exam_builders import changed
from tests.integration.test_subject_facts import CORE, ROLE
from tests.training_builders import a_training_lab, reads_the_set, small_pictures, with_a_set

__all__ = ["small_pictures"]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("CORELAB_CONFIG", str(tmp_path / "configuration"))

    def call(lab: Lab, group: str, *rest: str, user: str = "coordinator") -> Result:
        monkeypatch.setattr("corelab.app.clock", lambda: lab.clock)
        told = {"CORELAB_USER": user, "CORELAB_PASSWORD": PASSWORD}
        return CliRunner().invoke(cli, [group, str(lab.open.folder), *rest, "--json"], env=told)

    return call


def said(done: Result) -> dict[str, Any]:
    assert done.exit_code == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_a_fact_of_several_segments_is_set_at_once(run: Any, tmp_path: Path) -> None:
    lab = a_lab(tmp_path, charter=changed(("[[block]]", ROLE)))
    said(run(lab, "subject", "set", "S01", "STUDY_LIMB=left"))
    said(run(lab, "subject", "set", "S01", "ROLE=target", "--segment", "CORE"))
    found = said(run(lab, "subject", "set", "S01", "ROLE=other", "--segment", "CFV", "--segment", "POPV"))
    assert found["segment_attributes"]["CFV"] == found["segment_attributes"]["POPV"] == {"ROLE": "other"}
    with lab.open.store.read() as snapshot:
        known = registry.attributes(snapshot, snapshot.all("subject")[0]["id"])
    assert {str(segment) for _, segment in known.segments} == set(CORE)
    refused = run(lab, "subject", "set", "S01", "ROLE=best", "--segment", "CFV")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "ROLE of CFV=best" in refused.stderr


@pytest.mark.usefixtures(small_pictures.__name__)
def test_from_the_set_to_the_certificate(run: Any, tmp_path: Path) -> None:
    lab = a_training_lab(tmp_path)
    made = said(run(lab, "training", "make", "--exams", "1"))
    assert (made["wanted"], made["made"], made["ready"]) == (2, 1, 0)
    with_a_set(lab)
    early = run(lab, "training", "certify", "reader-1")
    assert (early.exit_code, early.stdout) == (1, "")
    assert "0 of 2 calibration readings are signed" in early.stderr
    reads_the_set(lab, lab.reader_1)
    done = said(run(lab, "training", "certify", "reader-1"))
    assert (done["verdict"], done["version"]) == ("certified", lab.open.charter.version)
    listed = said(run(lab, "training", "list", "--figures"))
    assert (listed["made"], listed["ready"], len(listed["certifications"])) == (2, 2, 1)
    assert listed["certifications"][0]["figures"] == done["figures"]


@pytest.mark.usefixtures(small_pictures.__name__)
def test_who_falls_short_ends_the_command_with_1_and_what_to_do(run: Any, tmp_path: Path) -> None:
    lab = with_a_set(a_training_lab(tmp_path))
    segments = ("CFV", "FV_PROX", "FV_MID", "FV_DIST", "POPV", "PTV", "PERV", "GSV", "SFJ", "SSV")
    reads_the_set(lab, lab.reader_1, **{f"COMP_{segment}": "none" for segment in segments})
    done = run(lab, "training", "certify", "reader-1")
    assert done.exit_code == 1
    assert json.loads(done.stdout)["verdict"] == "not_certified"


def test_a_certificate_of_another_lab_is_recorded_with_its_reference(run: Any, tmp_path: Path) -> None:
    lab = a_training_lab(tmp_path)
    assert lab.reader_1.account
    found = said(run(lab, "training", "record", "reader-1", "--certified-elsewhere", "lab for training, record 12"))
    assert found["certified"] is True
    (row,) = said(run(lab, "training", "list", "reader-1", "--figures"))["certifications"]
    assert (row["verdict"], row["elsewhere"]) == ("certified", "lab for training, record 12")


def test_only_a_coordinator_makes_the_set_and_certifies(run: Any, tmp_path: Path) -> None:
    lab = a_training_lab(tmp_path)
    assert lab.reader_1.account
    for user in ("administrator", "reader-1"):
        for command in (("make",), ("certify", "reader-1"), ("list",)):
            done = run(lab, "training", *command, user=user)
            assert done.exit_code == 1, (user, command)
            assert "Your role does not allow this." in done.stderr
