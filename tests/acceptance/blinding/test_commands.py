"""Every command of the command line, called by a reader and an adjudicator with what exists and what does not, tells nothing (U10, U24)."""

import re
from collections.abc import Iterator, Mapping
from enum import Enum
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from corelab.cli import cli
from tests.acceptance.blinding.probes import Mark, Probes
from tests.acceptance.blinding.world import (
    HIDDEN_FROM_READER,
    IDENTITY,
    ME,
    NOTES,
    OTHER,
    OTHER_READER,
    SUBJECTS,
    THIRD,
    VISIT,
    World,
)
from tests.builders import PASSWORD
from tests.reading_builders import rows_of

OPEN_TO_ALL = {"run", "open", "demo", "init", "simulate", "bench", "plan", "phantom", "inspect", "verify"}
"""These need no sign-in: they open the window, make new labs, look at single files, compute, or look records through without a key."""

OWN = {"acknowledge"}
"""What everybody does about themselves."""


def commands() -> Iterator[tuple[tuple[str, ...], Any]]:
    """(words, command) of every command but those above, also of those inside groups."""
    root: Any = get_command(cli)
    for name in root.list_commands(None):
        if name in OPEN_TO_ALL:
            continue
        found = root.get_command(None, name)
        if hasattr(found, "commands"):
            yield from (((name, each), command) for each, command in found.commands.items())
        else:
            yield (name,), found


def called(words: tuple[str, ...], command: Any, lab: Path, known: Mapping[str, str]) -> list[str]:
    """The words of a call that gives something for each thing that has to be given."""
    group, *inner = words
    said = [group, str(lab), *inner] if inner else [group]
    for parameter in command.params:
        if parameter.param_type_name == "argument":
            said.append(str(lab) if (parameter.metavar or "") == "LAB" else _given(parameter, known))
        elif parameter.required:
            said += [parameter.opts[0], _given(parameter, known)]
    return said


def _given(parameter: Any, known: Mapping[str, str]) -> str:
    kind = parameter.bare_type
    if isinstance(kind, type) and issubclass(kind, Enum):
        return str(next(iter(kind)).value)
    name = str(parameter.metavar or parameter.name or "").upper()
    return next((value for part, value in known.items() if part in name), known[""])


def existing(world: World, folder: Path) -> Mapping[str, str]:
    """By what the name of an argument holds: something that is there and belongs to others."""
    lab = world.lab
    theirs = next(row for row in rows_of(lab, "assignment") if row["account_id"] == world.other.account)
    of_theirs = next(row for row in rows_of(lab, "reading") if row["assignment_id"] == theirs["id"])
    return {
        "USER": OTHER,
        "PERSON": OTHER,
        "SUBJECT": SUBJECTS[0],
        "VISIT": VISIT,
        "CLIP": rows_of(lab, "clip")[0]["id"],
        "QUERY": rows_of(lab, "query")[0]["id"],
        "EXAM": rows_of(lab, "exam")[0]["code"],
        "READING": of_theirs["id"],
        "ASSIGNMENT": theirs["id"],
        "KEY=": "STUDY_LIMB=left",
        "REASON": "because it is so",
        "SEGMENT": "R:CFV",
        "FOLDER": str(folder / "new"),
        "FILE": str(folder / "new.file"),
        "CODE": "AAAA-BBBB",
        "": theirs["id"],
    }


def absent(known: Mapping[str, str]) -> Mapping[str, str]:
    """The same in form, and nothing that exists."""
    made_up = {"USER": "nobody-here", "PERSON": "nobody-here", "SUBJECT": "OSPREY-999", "EXAM": "zzzzzzzz"}
    missing = "00000000-0000-4000-8000-00000000dead"
    names = ("USER", "PERSON", "SUBJECT", "EXAM", "CLIP", "QUERY", "READING", "ASSIGNMENT", "")
    changed = {name: made_up.get(name, missing) for name in names}
    return {**known, **changed}


def answer(world: World, user: str, arguments: list[str], password: str = PASSWORD) -> str:
    person = {"CORELAB_USER": user, "CORELAB_PASSWORD": password}
    environment = {**person, "COLUMNS": "300", "CORELAB_CONFIG": str(world.folder / "person")}
    ran = CliRunner().invoke(cli, arguments, env=environment)
    assert ran.exception is None or isinstance(ran.exception, SystemExit), (arguments, ran.exception)
    return f"{ran.exit_code}\n{ran.stdout}\n{ran.stderr}"


def untyped(text: str, arguments: list[str]) -> str:
    """Without what the caller typed: an answer may repeat that, and nothing else."""
    for each in sorted(arguments, key=len, reverse=True):
        text = text.replace(each, "...")
    return re.sub(r"[─╭╮╰╯│\s]+", " ", text)


@pytest.mark.parametrize("who", [ME, THIRD])
def test_p11_55_no_command_tells_a_reader_or_adjudicator_anything(sealed: World, probes: Probes, tmp_path: Path, who: str) -> None:
    marks = HIDDEN_FROM_READER if who == ME else (*IDENTITY, *OTHER_READER, *NOTES)
    known = existing(sealed, tmp_path)
    sealed.leave()
    tried, answered = 0, list[str]()
    for words, command in commands():
        said = []
        for given in (known, absent(known)):
            arguments = called(words, command, sealed.lab.open.folder, given)
            said.append(untyped(answer(sealed, who, arguments), arguments))
        where = f"{who}: {' '.join(words)}"
        if words[0] not in OWN and said[0].startswith("0 "):
            answered.append(where)
        probes.look("answers of commands", where, "\n".join(said), marks)
        probes.same("missing and forbidden by command", where, *said)
        tried += 1
    assert answered == []
    assert tried > 25


def test_p11_55_verify_needs_no_sign_in_and_names_nobody(sealed: World, probes: Probes) -> None:
    for more in ((), ("--json",)):
        said = answer(sealed, ME, ["verify", str(sealed.lab.open.folder), *more])
        assert said.startswith("0")
        probes.look("answers of commands", "verify", said, HIDDEN_FROM_READER)


def test_p11_55_what_anybody_can_read_of_a_released_clip_tells_nothing(sealed: World, probes: Probes) -> None:
    """The files of clips are named by their digest, and looked into with the command that shows headers."""
    for clip in sorted(sealed.lab.open.clips.rglob("*.dcm")):
        for more in ((), ("--json",), ("--frames",)):
            probes.look("headers of released clips", clip.name, answer(sealed, ME, ["inspect", str(clip), *more]), IDENTITY)
        probes.look_in_bytes("headers of released clips", clip.name, clip.read_bytes(), IDENTITY)


def test_p11_55_missing_and_forbidden_labs_and_passwords_sound_alike(sealed: World, probes: Probes) -> None:
    sealed.leave()
    lab = str(sealed.lab.open.folder)
    calls = [["status", lab], ["assign", lab], ["compare", lab]]
    for arguments in calls:
        unknown = answer(sealed, "nobody-here", arguments)
        environment = {
            "CORELAB_USER": OTHER,
            "CORELAB_PASSWORD": "not the password at all",
            "CORELAB_CONFIG": str(sealed.folder / "person"),
        }
        ran = CliRunner().invoke(cli, arguments, env=environment)
        probes.same("unknown people", arguments[0], unknown, f"{ran.exit_code}\n{ran.stdout}\n{ran.stderr}")


def test_a_coordinator_sees_what_a_reader_may_not(sealed: World) -> None:
    """The probes can fail: the same commands tell a coordinator of subjects."""
    found = Probes()
    code = rows_of(sealed.lab, "exam")[0]["code"]
    said = answer(sealed, "coordinator", ["exam", str(sealed.lab.open.folder), "not-imaged", code, "CFV", "--reason", "NOT_SCANNED"])
    said += answer(sealed, "administrator", ["account", str(sealed.lab.open.folder), "list"])
    found.look("control", "account list", said, (*OTHER_READER, Mark("subject", SUBJECTS[0])))
    assert "user name of the other reader" in {what for _channel, what, _where in found.leaks}
