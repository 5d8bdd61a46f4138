"""What a person gets to read who mistypes: what happened, what was kept, what to do. Exit 1 is a refusal, 2 wrong usage."""

from dataclasses import dataclass
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from corelab.cli import cli
from corelab.domain.clock import SystemClock
from corelab.domain.vocabulary import LabKind
from corelab.services import intake, phantoms
from tests.acceptance.command_line import Ran
from tests.builders import PASSWORD, Lab, TickingClock, a_lab
from tests.exam_builders import changed, reduced_bytes

pytestmark = [pytest.mark.requirement("bad input: clear words, nothing lost")]

REFUSED, MISUSED = 1, 2


LEFT = ("session.", "signin.", "account.locked", "command.refused", "code.refused")


@dataclass(frozen=True)
class Desk:
    """A lab with one clip, and its commands; in this process, because only words and codes are looked at."""

    lab: Lab
    clip: str
    folder: Path

    def run(self, *arguments: str | Path, user: str | None = "coordinator", password: str | None = PASSWORD) -> Ran:
        environment = {"CORELAB_USER": user, "CORELAB_PASSWORD": password}
        told = CliRunner().invoke(cli, [str(each) for each in arguments], env=environment, input="")
        assert told.exception is None or isinstance(told.exception, SystemExit), told.exception
        return Ran(told.exit_code, told.stdout, " ".join(told.stderr.split()))

    @property
    def path(self) -> Path:
        return self.lab.open.folder

    @property
    def events(self) -> int:
        """Events of the lab but for sign-ins, sign-outs and what a refusal itself leaves."""
        with self.lab.open.store.read() as snapshot:
            return sum(not row["kind"].startswith(LEFT) for row in snapshot.events())


def a_desk(folder: Path, kind: LabKind) -> Desk:
    lab = a_lab(folder, kind=kind, clock=TickingClock(SystemClock().now()))
    for person in (lab.coordinator_2, lab.reader_1):
        assert person.account
    file = folder / "clip.dcm"
    file.write_bytes(phantoms.make_phantom("compressible", 3, frames=4, size=(160, 120), layout="compact").dicom)
    report = intake.take_in(lab.open, lab.coordinator, [file], subject="S001", visit="D10")
    return Desk(lab, str(report.objects[0].clip), folder)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return a_desk(tmp_path_factory.mktemp("bad-input"), LabKind.DEMO)


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return a_desk(tmp_path_factory.mktemp("bad-input-trial"), LabKind.TRIAL)


def refuses(desk: Desk, words: str, *arguments: str | Path, code: int = REFUSED, **who: str | None) -> str:
    """The command fails with these words, prints nothing on standard output, and the lab is as it was."""
    before = desk.events
    ran = desk.run(*arguments, **who)
    assert ran.code == code, (ran.out, ran.err)
    assert words in ran.err, ran.err
    assert ran.out == ""
    assert "Traceback" not in ran.err
    assert desk.events == before
    return ran.err


# ---------------------------------------------------------------- who


def test_a_wrong_password_and_an_unknown_user_get_the_same_words(desk: Desk) -> None:
    one = refuses(desk, "User name or password is not right.", "status", desk.path, password="something else")
    two = refuses(desk, "User name or password is not right.", "status", desk.path, user="nobody")
    assert one == two


def test_nobody_named_is_wrong_usage(desk: Desk) -> None:
    refuses(desk, "CORELAB_USER", "status", desk.path, user=None, code=MISUSED)
    refuses(desk, "CORELAB_PASSWORD", "status", desk.path, password=None, code=MISUSED)


@pytest.mark.parametrize(
    "arguments",
    [("assign",), ("compare",), ("pixels", "pass", "--all"), ("label", "CLIP", "--segment", "R:CFV"), ("export", "out")],
    ids=lambda arguments: arguments[0],
)
def test_a_reader_may_not_do_a_coordinators_work(desk: Desk, arguments: tuple[str, ...]) -> None:
    command, *rest = (desk.clip if each == "CLIP" else each for each in arguments)
    refuses(desk, "Your role does not allow this.", command, desk.path, *rest, user="reader-1")


def test_a_coordinator_makes_no_account(desk: Desk) -> None:
    refuses(
        desk, "Your role does not allow this.", "account", desk.path, "add", "x-1", "--name", "X", "--role", "reader", "--identity", "known"
    )


# ---------------------------------------------------------------- which lab


def test_a_folder_that_is_no_lab(desk: Desk, tmp_path: Path) -> None:
    refuses(desk, "holds no lab", "status", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_lab_is_not_made_over_another(desk: Desk, tmp_path: Path) -> None:
    answers = answers_file(tmp_path)
    refuses(desk, "", "init", desk.path, "--charter", "dvt-lower-extremity", "--answers", answers)
    assert desk.run("verify", desk.path).code == 0


def test_a_simulation_is_not_made_over_a_lab(desk: Desk) -> None:
    refuses(desk, "", "simulate", desk.path, "--charter", "dvt-lower-extremity", "--subjects", "1", "--seed", "1")


def answers_file(folder: Path, **changes: str) -> Path:
    said = {"administrator": "administrator-1", "coordinator": "coordinator-1", "password": PASSWORD} | changes
    lines = (
        f'[{role}]\nuser = "{said[role]}"\nname = "{role}"\npassword = "{said["password"]}"\n' for role in ("administrator", "coordinator")
    )
    path = folder / "answers.toml"
    path.write_text("".join(lines), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"password": "short"}, "shorter than"),
        ({"coordinator": "administrator-1"}, "taken"),
        ({"coordinator": "two words"}, "no user name"),
    ],
)
def test_first_people_that_cannot_be(desk: Desk, tmp_path: Path, changes: dict[str, str], words: str) -> None:
    answers = answers_file(tmp_path, **changes)
    refuses(desk, words, "init", tmp_path / "lab", "--charter", "dvt-lower-extremity", "--answers", answers)
    assert not (tmp_path / "lab").exists()


def test_answers_that_are_missing(desk: Desk, tmp_path: Path) -> None:
    init = ("init", tmp_path / "lab", "--charter", "dvt-lower-extremity")
    refuses(desk, "--answers", *init, code=MISUSED)
    refuses(desk, "[administrator]", *init, "--answers", tmp_path / "nowhere.toml", code=MISUSED)


# ---------------------------------------------------------------- charters


def test_a_charter_that_nobody_ships(desk: Desk, tmp_path: Path) -> None:
    words = refuses(desk, "no-such-charter", "init", tmp_path / "lab", "--charter", "no-such-charter", "--answers", answers_file(tmp_path))
    assert "dvt-lower-extremity" in words, "the names that exist are said"


def test_all_faults_of_a_charter_are_said_at_once(desk: Desk, tmp_path: Path) -> None:
    charter = tmp_path / "charter.toml"
    charter.write_bytes(changed(('segments = ["CFV", "FV_PROX"', 'segments = ["CFX", "FV_PROX"'), ('item = "FLOW"', 'item = "FLOWER"')))
    words = refuses(desk, "CFX", "init", tmp_path / "lab", "--charter", charter, "--answers", answers_file(tmp_path))
    assert "FLOWER" in words


@pytest.mark.parametrize(
    "content", [b"", b"not a charter at all", b"\xff\xfe\x00", reduced_bytes()[:2000]], ids=["empty", "words", "bytes", "cut"]
)
def test_a_file_that_is_no_charter(desk: Desk, tmp_path: Path, content: bytes) -> None:
    charter = tmp_path / "charter.toml"
    charter.write_bytes(content)
    refuses(desk, "charter", "init", tmp_path / "lab", "--charter", charter, "--answers", answers_file(tmp_path))


# ---------------------------------------------------------------- people


def test_accounts_that_cannot_be(desk: Desk) -> None:
    def adds(words: str, user: str, *roles: str, code: int = REFUSED) -> None:
        given = [part for role in roles for part in ("--role", role)]
        refuses(
            desk,
            words,
            "account",
            desk.path,
            "add",
            user,
            "--name",
            "Somebody",
            "--identity",
            "known",
            *given,
            user="administrator",
            code=code,
        )

    adds("taken", "reader-1", "reader")
    adds("no user name", "two words", "reader")
    adds("may not have these roles together", "reader-9", "reader", "coordinator")
    adds("", "reader-9", "sonographer", code=MISUSED)
    adds("", "reader-9", code=MISUSED)


def test_an_account_that_is_not_there(desk: Desk) -> None:
    refuses(desk, "reader-99", "account", desk.path, "unlock", "reader-99", "--reason", "came back", user="administrator")
    refuses(desk, "reader-99", "training", desk.path, "record", "reader-99")


def test_a_reason_has_words(desk: Desk) -> None:
    before = desk.events
    for reason in ("", "   "):
        ran = desk.run("account", desk.path, "deactivate", "reader-1", "--reason", reason, user="administrator")
        assert ran.code in {REFUSED, MISUSED}
        assert ran.err
    assert desk.events == before


def test_a_code_that_opens_nothing(desk: Desk) -> None:
    refuses(desk, "", "activate", desk.path, "--code", "AAAA-BBBB-CCCC-DDDD", user=None)


def test_a_code_and_a_password_that_is_too_short(desk: Desk) -> None:
    add = ("account", desk.path, "add", "reader-7", "--name", "Reader 7", "--role", "reader", "--identity", "known")
    code = desk.run(*add, user="administrator").out.rsplit(" ", 1)[-1].strip()
    refuses(desk, "shorter than", "activate", desk.path, "--code", code, user=None, password="short")
    assert desk.run("activate", desk.path, "--code", code, user=None).code == 0, "the code still works"


# ---------------------------------------------------------------- clips


def intake_call(
    desk: Desk, *sources: str | Path, subject: str = "S002", visit: str = "D10", side: str | None = None
) -> tuple[str | Path, ...]:
    given = () if side is None else ("--side", side)
    return ("intake", desk.path, *sources, "--subject", subject, "--visit", visit, *given)


@pytest.mark.parametrize(
    ("said", "words", "code"),
    [
        ({"visit": "D11"}, "visit", REFUSED),
        ({"subject": "no such / code"}, "subject", REFUSED),
        ({"side": "M"}, "--side", MISUSED),
    ],
    ids=["unknown visit", "no subject code", "no side"],
)
def test_a_delivery_that_belongs_nowhere(desk: Desk, said: dict[str, str], words: str, code: int) -> None:
    refuses(desk, words, *intake_call(desk, desk.folder / "clip.dcm", **said), code=code)


def test_a_delivery_that_is_not_there(desk: Desk, tmp_path: Path) -> None:
    refuses(desk, "no file to take in", *intake_call(desk, tmp_path / "nowhere"))


def test_a_delivery_of_one_bad_and_one_good_file_keeps_the_good_one(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("no image", encoding="utf-8")
    (tmp_path / "clip.dcm").write_bytes(phantoms.make_phantom("partial", 5, frames=4, size=(160, 120), layout="compact").dicom)
    ran = desk.run(*intake_call(desk, tmp_path, subject="S003"), "--json")
    assert ran.code == REFUSED
    assert '"rejected"' in ran.out
    assert '"checked"' in ran.out
    assert "letter" not in ran.out + ran.err, "names of files may hold names of people"


@pytest.mark.parametrize("segment", ["R:NOSE", "NOSE", "X:CFV", "", ":"])
def test_a_segment_that_the_charter_does_not_have(desk: Desk, segment: str) -> None:
    before = desk.events
    ran = desk.run("label", desk.path, desk.clip, "--segment", segment)
    assert ran.code in {REFUSED, MISUSED}
    assert ran.err
    assert desk.events == before


def test_a_clip_that_is_not_there(desk: Desk, tmp_path: Path) -> None:
    refuses(desk, "There is no such clip", "label", desk.path, "no-such-clip", "--segment", "R:CFV")
    refuses(desk, "There is no such clip", "pixels", desk.path, "reject", "no-such-clip", "--reason", "name readable")
    refuses(desk, "There is no such clip", "pixels", desk.path, "sheet", "no-such-clip", tmp_path / "sheet.png")
    assert not (tmp_path / "sheet.png").exists()


def test_facts_that_the_charter_does_not_ask_for(desk: Desk) -> None:
    refuses(desk, "attribute", "subject", desk.path, "set", "S001", "WEIGHT=70")
    refuses(desk, "attribute", "subject", desk.path, "set", "S001", "STUDY_LIMB=both")
    refuses(desk, "KEY=VALUE", "subject", desk.path, "set", "S001", "STUDY_LIMB", code=MISUSED)


def test_not_imaged_needs_a_reason_and_segments_of_the_charter(desk: Desk) -> None:
    refuses(desk, "reason", "exam", desk.path, "not-imaged", "S001:D10", "CIV", "--reason", "FORGOTTEN")
    refuses(desk, "segment", "exam", desk.path, "not-imaged", "S001:D10", "NOSE", "--reason", "NOT_SCANNED")
    refuses(desk, "exam", "exam", desk.path, "not-imaged", "nothing", "CIV", "--reason", "NOT_SCANNED")
    refuses(desk, "", "exam", desk.path, "not-imaged", "S001:D10", "CIV", code=MISUSED)


# ---------------------------------------------------------------- two people


def test_the_person_who_passed_a_clip_does_not_release_it(desk: Desk, tmp_path: Path) -> None:
    clip = checked_clip(desk, tmp_path, "S004")
    assert desk.run("pixels", desk.path, "pass", clip).code == 0
    before = desk.events
    ran = desk.run("pixels", desk.path, "verify", clip)
    assert ran.code == REFUSED
    assert "Another coordinator" in ran.out + ran.err
    assert desk.events == before


def checked_clip(desk: Desk, folder: Path, subject: str) -> str:
    file = folder / "clip.dcm"
    file.write_bytes(phantoms.make_phantom("compressible", 8, frames=4, size=(160, 120), layout="compact").dicom)
    report = intake.take_in(desk.lab.open, desk.lab.coordinator, [file], subject=subject, visit="D10")
    return str(report.objects[0].clip)


def test_clips_are_named_or_all_are_meant(desk: Desk) -> None:
    refuses(desk, "--all", "pixels", desk.path, "pass", code=MISUSED)
    refuses(desk, "--all", "pixels", desk.path, "pass", desk.clip, "--all", code=MISUSED)


def test_in_a_trial_clips_are_passed_on_the_page_only(trial: Desk) -> None:
    before = trial.events
    ran = trial.run("pixels", trial.path, "pass", trial.clip)
    assert ran.code == REFUSED
    assert "page" in ran.out + ran.err
    assert trial.events == before


# ---------------------------------------------------------------- the end of a trial


def test_nothing_is_final_yet(desk: Desk, tmp_path: Path) -> None:
    refuses(desk, "", "export", desk.path, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    refuses(desk, "", "lock", desk.path, "--reason", "all visits are in")


def test_verify_of_what_is_neither_lab_nor_package(desk: Desk, tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "nowhere"):
        ran = desk.run("verify", place, "--json", user=None)
        assert ran.code == REFUSED
        assert ran.err or '"ok": false' in ran.out
    assert list(tmp_path.iterdir()) == []
    refuses(desk, "is no lab and no package", "verify", tmp_path)


def test_who_received_a_faulty_package_is_told_to_ask_the_lab(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "MANIFEST.json").write_text("{", encoding="utf-8")
    ran = desk.run("verify", tmp_path, user=None)
    assert ran.code == REFUSED
    assert "1 fault. Nothing was changed. Do not use this package." in ran.err


# ---------------------------------------------------------------- files without a lab


def test_inspect_answers_the_other_files_too(desk: Desk, tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("no image", encoding="utf-8")
    ran = desk.run("inspect", letter, desk.folder / "clip.dcm", tmp_path / "nowhere.dcm", "--json", user=None)
    assert ran.code == REFUSED
    assert [one["readable"] for one in ran.json] == [False, True, False]
    assert ran.json[0]["faults"][0]["code"] == "not_dicom"
    assert all(one["faults"] for one in ran.json if not one["readable"])


@pytest.mark.parametrize("points", ["1,2,3", "a,b,c,d", "1,2,3,4,5", ""])
def test_a_measure_that_is_no_line(desk: Desk, points: str) -> None:
    refuses(desk, "X0,Y0,X1,Y1", "inspect", desk.folder / "clip.dcm", "--measure", points, code=MISUSED)


def test_a_measure_outside_the_picture_is_refused_in_words(desk: Desk) -> None:
    ran = desk.run("inspect", desk.folder / "clip.dcm", "--measure", "-50,-50,9000,9000", "--json", user=None)
    assert ran.code == REFUSED
    assert ran.json["refused"]


@pytest.mark.parametrize(
    "options", [("--kind", "elephant"), ("--kind", "partial", "--layout", "elephant"), ("--kind", "partial", "--syntax", "1.2.3")], ids=str
)
def test_a_phantom_that_nobody_can_make(desk: Desk, tmp_path: Path, options: tuple[str, ...]) -> None:
    ran = desk.run("phantom", tmp_path / "clip.dcm", *options, user=None)
    assert ran.code in {REFUSED, MISUSED}
    assert ran.err
    assert not (tmp_path / "clip.dcm").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("no-such-command",),
        ("status",),
        ("simulate", "x", "--charter", "dvt-lower-extremity", "--subjects", "0", "--seed", "1"),
        ("simulate", "x", "--charter", "dvt-lower-extremity", "--subjects", "1", "--seed", "1", "--until", "tomorrow"),
        ("simulate", "x", "--charter", "dvt-lower-extremity", "--subjects", "1", "--seed", "1", "--agreement", "1.5"),
        ("account", "x", "promote"),
    ],
    ids=lambda arguments: " ".join(arguments[:1] + arguments[-2:]),
)
def test_wrong_usage_is_exit_code_2_and_makes_nothing(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = desk.run(*arguments)
    assert (ran.code, ran.out) == (MISUSED, "")
    assert ran.err
    assert list(tmp_path.iterdir()) == []


# ---------------------------------------------------------------- help


def every_command() -> list[tuple[str, ...]]:
    """Every command and sub-command, as it is typed."""
    found: list[tuple[str, ...]] = []

    def walk(command: typer.core.TyperGroup, path: tuple[str, ...]) -> None:
        context = typer.Context(command)
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            if isinstance(child, typer.core.TyperGroup):
                walk(child, (*path, name))
            else:
                found.append((*path, name))

    walk(typer.main.get_command(cli), ())  # type: ignore[arg-type]  # a group of typer's own
    return found


@pytest.mark.parametrize("command", every_command(), ids=" ".join)
def test_every_command_explains_itself(desk: Desk, command: tuple[str, ...]) -> None:
    group, *rest = command
    arguments = (group, "LAB", *rest) if rest and group != "charter" else command
    ran = desk.run(*arguments, "--help", user=None)
    assert ran.code == 0
    assert "Usage" in ran.out
    assert len(ran.out.split()) > 15
