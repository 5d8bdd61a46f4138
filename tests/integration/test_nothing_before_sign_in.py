"""Before somebody signed in, no page and no command shows or does anything with the data of a trial."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main
from typer.testing import CliRunner, Result

from corelab.cli import cli
from corelab.resources import resource
from tests.builders import PASSWORD, Lab, a_lab

WITHOUT = {
    "run": "opens the window, which asks for a sign-in first",
    "open": "opens the window, which asks for a sign-in first",
    "demo": "makes a lab",
    "init": "makes a lab",
    "simulate": "makes a lab",
    "activate": "takes a one-time code instead",
    "restore": "signs in with an account of the backup",
    "verify": "shows faults and counts only, of a folder it cannot read",
    "charter check": "touches no lab",
    "charter print": "touches no lab",
    "charter specification": "touches no lab",
    "charter schema": "touches no lab",
    "charter show": "touches no lab",
    "charter try": "touches no lab",
    "compression": "touches no lab",
    "inspect": "touches no lab",
    "phantom": "touches no lab",
    "plan": "touches no lab",
    "bench": "touches no lab",
}
"""Commands that ask for no sign-in, and why."""


def commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command with its words, groups opened. By what they can, not by class: typer brings its own kinds."""
    for name in group.list_commands(None):
        found = group.get_command(None, name)
        if hasattr(found, "list_commands"):
            yield from commands(found, (*path, name))
        else:
            yield (*path, name), found


ALL = {path: found for path, found in commands(typer.main.get_group(cli)) if " ".join(path) not in WITHOUT}


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    made = a_lab(tmp_path_factory.mktemp("signed-out"))
    assert made.reader_1.account
    return made


def words(lab: Lab, path: tuple[str, ...], found: Any) -> list[str]:
    """The command as a person would type it: the lab first, then something for all that it requires."""
    if path == ("agreement",):  # of a lab, of a package, or of a file of numbers
        return [*path, str(lab.open.folder)]
    grouped = len(path) > 1 and path[0] != "charter"
    typed = [path[0], str(lab.open.folder), *path[1:]] if grouped else [*path]
    required = [one for one in found.params if one.required]
    arguments = [one for one in required if one.param_type_name == "argument"]
    typed += [str(lab.open.folder) if one.name == "lab" else _something(one) for one in arguments]
    for option in (one for one in required if one.param_type_name == "option"):
        typed += [option.opts[0], _something(option)]
    return [*typed, *_ALSO.get(path, ())]


_ALSO = {
    ("intake",): ("--subject", "x", "--visit", "x"),
    ("drops", "take"): ("--subject", "x", "--visit", "x"),
    ("query", "exclude"): ("--reason", "x"),
}
"""Options of which one way or another has to be chosen: a mistake in the words is told before anybody is asked who they are."""

_GIVEN = {
    "cause": "error",
    "code": "123456",
    "done": "wrote it down",
    "facts": "STUDY_LIMB=left",
    "gib": "1",
    "identity": "known",
    "kind": "other",
    "number": "1",
    "out": "x.pdf",
    "role": "reader",
    "seen": "a word of the site",
    "segment": "R:CFV",
    "seq": "1",
}


def _something(param: Any) -> str:
    """What the parameter of this name takes."""
    if param.name in {"document", "file", "source", "sources"}:
        return str(resource("charters", "dvt_lower_extremity.toml"))
    return _GIVEN.get(param.name, "x")


def run(typed: list[str], tmp_path: Path, **signed_in: str) -> Result:
    told = {
        "CORELAB_CONFIG": str(tmp_path),
        "CORELAB_USER": None,
        "CORELAB_PASSWORD": None,
        "CORELAB_RECOVERY_CODE": "x",
        "CORELAB_NEW_PASSWORD": "x",
        **signed_in,
    }
    return CliRunner().invoke(cli, typed, env=told, input="")


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_p11_11_no_command_with_trial_data_works_without_a_sign_in(lab: Lab, tmp_path: Path, path: tuple[str, ...]) -> None:
    typed = words(lab, path, ALL[path])
    before = lab.open.store.path.read_bytes()
    nobody = run(typed, tmp_path)
    assert (nobody.exit_code, nobody.stdout) == (2, ""), nobody.output
    assert "CORELAB_USER" in nobody.stderr
    assert lab.open.store.path.read_bytes() == before
    wrong = run(typed, tmp_path, CORELAB_USER="nobody-of-this-lab", CORELAB_PASSWORD=PASSWORD)
    assert (wrong.exit_code, wrong.stdout) == (1, ""), wrong.output
    assert "User name or password is not right." in wrong.stderr
    for word in (lab.open.trial_id, "reader-1", "Reader 1", lab.open.lab_id):
        assert word not in nobody.output
        assert word not in wrong.output


def test_p11_11_every_command_that_asks_for_no_sign_in_is_one_that_may() -> None:
    known = {" ".join(path) for path, _ in commands(typer.main.get_group(cli))}
    assert set(WITHOUT) <= known
