"""The life of a lab by command, each in a process of its own: what is printed, the keys of the JSON, the exit codes."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from corelab.domain.clock import SystemClock
from tests.acceptance.command_line import CommandLine, Ran
from tests.acceptance.window import Place
from tests.builders import PASSWORD, TickingClock, a_lab

pytestmark = [pytest.mark.requirement("command line: names, options, JSON keys, exit codes")]

OTHERS = ("CIV", "EIV", "FV_PROX", "FV_MID", "FV_DIST", "POPV", "PTV", "PERV", "SFJ", "GSV", "SSV")


@dataclass
class Life:
    """What each command of a lab's life answered. Its first people are there; their passwords are cheap to check."""

    corelab: CommandLine
    lab: Path
    answered: dict[str, Any] = field(default_factory=dict)
    ran: dict[str, Ran] = field(default_factory=dict)

    def do(self, name: str, *arguments: str | Path, user: str | None = None) -> Any:
        """Run it with ``--json``; it has to succeed."""
        ran = self.corelab(*arguments, "--json", user=user, password=PASSWORD)
        assert ran.code == 0, f"{name}: {ran.err or ran.out}"
        self.ran[name], self.answered[name] = ran, ran.json
        return ran.json


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Life:
    folder = tmp_path_factory.mktemp("command line")
    lab = a_lab(folder, name="a lab ü", clock=TickingClock(SystemClock().now()))
    for person in (lab.coordinator_2, lab.reader_1, lab.adjudicator):
        assert person.account
    life = Life(CommandLine(Place(folder / "person")), lab.open.folder)
    add_a_person(life)
    take_in(life, folder)
    release(life)
    return life


def add_a_person(life: Life) -> None:
    add = ("account", life.lab, "add", "reader-2", "--name", "Reader 2", "--role", "reader", "--identity", "known")
    code = life.do("account", *add, user="administrator")["code"]
    life.do("activate", "activate", life.lab, "--code", code)
    life.do("training", "training", life.lab, "record", "reader-2", user="coordinator")
    life.do("accounts", "account", life.lab, "list", user="administrator")


def take_in(life: Life, folder: Path) -> None:
    clip, truth = folder / "delivery" / "NAME^OF A PATIENT.dcm", folder / "truth.json"
    clip.parent.mkdir()
    life.do("phantom", "phantom", clip, "--kind", "compressible", "--seed", "7", "--truth", truth)
    life.do("inspect", "inspect", clip, "--frames")
    call = ("intake", life.lab, clip.parent, "--subject", "S001", "--visit", "D10", "--side", "R")
    life.do("dry run", *call, "--dry-run", user="coordinator")
    life.do("intake", *call, "--report", folder / "report.json", user="coordinator")
    life.do("label", "label", life.lab, life.answered["intake"]["objects"][0]["clip"], "--segment", "R:CFV", user="coordinator")
    life.do("subject", "subject", life.lab, "set", "S001", "STUDY_LIMB=right", user="coordinator")
    life.do("exam", "exam", life.lab, "not-imaged", "S001:D10", *OTHERS, "--reason", "NOT_SCANNED", user="coordinator")


def release(life: Life) -> None:
    life.do("list", "pixels", life.lab, "list", user="coordinator")
    life.do("pass", "pixels", life.lab, "pass", "--all", user="coordinator")
    life.do("verify pixels", "pixels", life.lab, "verify", "--all", user="coordinator-2")
    life.do("assign", "assign", life.lab, user="coordinator")
    life.do("status", "status", life.lab, user="coordinator")
    life.do("compare", "compare", life.lab, user="coordinator")
    life.do("verify", "verify", life.lab)


def test_every_command_prints_its_keys(life: Life) -> None:
    expected = {
        "account": {"code"},
        "accounts": {"accounts"},
        "phantom": {"kind", "point", "frames", "residual_ap_percent"},
        "intake": {"objects", "transmittal", "queries", "counts"},
        "list": {"clips"},
        "pass": {"clips"},
        "verify pixels": {"clips"},
        "assign": {"assigned"},
        "status": {"states"},
        "compare": {"concordant", "cases", "waiting"},
        "verify": {"ok", "checked", "faults"},
    }
    for name, keys in expected.items():
        assert keys <= set(life.answered[name]), name


def test_json_stands_alone_on_standard_output(life: Life) -> None:
    for name, ran in life.ran.items():
        assert json.loads(ran.out) == life.answered[name], name
        assert "Traceback" not in ran.err, name


def test_a_new_lab_is_what_was_asked_for(tmp_path: Path) -> None:
    corelab, answers = CommandLine(Place(tmp_path / "person")), tmp_path / "answers.toml"
    people = "".join(f'[{role}]\nuser = "{role}"\nname = "{role}"\npassword = "{PASSWORD}"\n' for role in ("administrator", "coordinator"))
    answers.write_text(people, encoding="utf-8")
    ran = corelab("init", tmp_path / "lab", "--charter", "dvt-lower-extremity", "--kind", "training", "--answers", answers, "--json")
    assert (ran.code, set(ran.json)) == (0, {"lab", "database_id", "charter_sha256"})
    assert ran.json["lab"] == str(tmp_path / "lab")
    assert re.fullmatch(r"[0-9a-f]{64}", ran.json["charter_sha256"])
    assert re.search(r"([0-9A-Z]{4,}-){3,}", ran.err), "the recovery code is shown once, on standard error"
    assert "delete" in ran.err.casefold(), "the file with passwords is to be deleted"
    assert corelab.done("status", tmp_path / "lab", user="coordinator", password=PASSWORD)["states"]["ready"] == 0


def test_an_invited_person_is_active_in_the_role_given(life: Life) -> None:
    row = next(row for row in life.answered["accounts"]["accounts"] if row["user"] == "reader-2")
    assert (row["name"], row["roles"], row["status"]) == ("Reader 2", ["reader"], "active")


def test_intake_names_objects_by_number_and_digest_and_never_by_file(life: Life) -> None:
    report = life.answered["intake"]
    (one,) = report["objects"]
    assert set(one) >= {"n", "sha256", "outcome", "code", "message", "clip", "segment", "side", "faults"}
    assert re.fullmatch(r"[0-9a-f]{64}", one["sha256"])
    assert one["outcome"] == "checked"
    assert report["counts"]["checked"] == 1
    written = (life.lab.parent / "report.json").read_text(encoding="utf-8")
    assert json.loads(written)["objects"] == report["objects"]
    assert "NAME^OF" not in written + life.ran["intake"].out + life.ran["intake"].err


def test_a_dry_run_keeps_nothing(life: Life) -> None:
    assert [one["clip"] for one in life.answered["dry run"]["objects"]] == [None]
    assert life.answered["intake"]["counts"].get("duplicate", 0) == 0, "the dry run before it was found again"


def test_two_people_release_what_readers_may_see(life: Life) -> None:
    assert {one["state"] for one in life.answered["pass"]["clips"]} == {"passed"}
    assert {one["state"] for one in life.answered["verify pixels"]["clips"]} == {"released"}
    assert life.answered["assign"]["assigned"] == 2
    assert {state: count for state, count in life.answered["status"]["states"].items() if count} == {"assigned": 1}


def test_the_lab_of_commands_verifies(life: Life) -> None:
    assert life.answered["verify"]["ok"] is True
    assert life.answered["verify"]["faults"] == []
    assert all(count >= 0 for count in life.answered["verify"]["checked"].values())


def test_inspect_answers_every_file_with_its_frames(life: Life) -> None:
    (one,) = life.answered["inspect"]
    keys = {"path", "readable", "faults", "sop_class", "transfer_syntax", "rows", "columns", "photometric", "timing", "regions"}
    assert keys | {"frames_declared", "frames_found", "frames_readable", "frame_sha256"} <= set(one)
    assert one["readable"] is True
    assert len(one["frame_sha256"]) == one["frames_readable"] == one["frames_declared"]
    assert set(one["timing"]) == {"source", "frame_times_ms"}
    assert set(one["regions"][0]) >= {"kind", "box", "dx", "dy", "unit_x", "unit_y", "usable", "reason"}


def test_the_truth_of_a_phantom_stands_in_the_file_asked_for(life: Life) -> None:
    truth = json.loads((life.lab.parent / "truth.json").read_text(encoding="utf-8"))
    assert truth["kind"] == "compressible"
    assert len(truth["frames"]) == life.answered["inspect"][0]["frames_declared"]
    assert truth["residual_ap_percent"] < 10


def test_words_instead_of_json_say_the_same(life: Life) -> None:
    ran = life.corelab("status", life.lab, user="coordinator", password=PASSWORD)
    assert ran.code == 0
    assert "assigned" in ran.out
    assert not ran.out.lstrip().startswith("{")


def test_the_password_may_come_by_standard_input(life: Life) -> None:
    ran = life.corelab("status", life.lab, "--json", "--password-stdin", user="coordinator", password=None, stdin=f"{PASSWORD}\n")
    assert ran.code == 0, ran.err
    assert "states" in ran.json


def test_two_exit_codes_tell_failure_from_wrong_usage(life: Life) -> None:
    refused = life.corelab("status", life.lab, "--json", user="coordinator", password="not the password at all")
    assert (refused.code, refused.out) == (1, "")
    assert "password is not right" in refused.err
    misused = life.corelab("status", life.lab, "--no-such-option", user="coordinator", password=PASSWORD)
    assert (misused.code, misused.out) == (2, "")
