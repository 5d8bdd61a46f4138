"""Prints what others say of a package: python -m tests.acceptance.judges.table [--subjects N | --package PACKAGE] [--json]."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.acceptance.judges.libraries import LIBRARIES
from tests.acceptance.judges.programs import PROGRAMS
from tests.acceptance.judges.verdict import Verdict

JUDGES = (*PROGRAMS, *LIBRARIES)


def judged(package: Path) -> tuple[Verdict, ...]:
    return tuple(judge(package) for judge in JUDGES)


def corelab(*words: str, **environment: str) -> dict[str, Any]:
    """What a command answers, as a person would run it in a process of its own."""
    call = (sys.executable, "-m", "corelab", *words, "--json")
    done = subprocess.run(call, env={**os.environ, **environment}, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(words)} failed: {done.stdout}{done.stderr}")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def a_package(folder: Path, subjects: int) -> tuple[Path, Verdict]:
    """A simulated trial, exported twice by two processes that differ in all that must not matter; and whether the two are the same."""
    made = corelab("simulate", str(folder / "lab"), "--charter", "dvt-lower-extremity", "--subjects", str(subjects), "--seed", "1")
    coordinator = next(one for one in made["accounts"] if one["role"] == "coordinator")
    signed_in = {"CORELAB_USER": coordinator["user"], "CORELAB_PASSWORD": coordinator["password"]}
    places = [{"TZ": "UTC", "PYTHONHASHSEED": "1"}, {"TZ": "Asia/Kolkata", "PYTHONHASHSEED": "2"}]
    packages = [
        Path(corelab("export", str(folder / "lab"), str(folder / str(number)), **signed_in, **place)["package"])
        for number, place in enumerate(places)
    ]
    differ = subprocess.run(("diff", "-rq", *map(str, packages)), capture_output=True, text=True, check=False)
    files = sum(path.is_file() for path in packages[0].rglob("*"))
    return packages[0], Verdict("diff -r", "a second export", files, "files", tuple(differ.stdout.splitlines()[:20]))


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--subjects", type=int, default=50)
    parser.add_argument("--package", type=Path)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args(words)
    with tempfile.TemporaryDirectory() as work:
        package, *more = (asked.package,) if asked.package else a_package(Path(work), asked.subjects)
        verdicts = (*judged(package), *more)
    if asked.json:
        print(json.dumps([asdict(one) for one in verdicts], indent=2))  # noqa: T201 - what it is for
    else:
        print(in_words(verdicts))  # noqa: T201 - as above
    return 1 if any(one.faults for one in verdicts) else 0


def in_words(verdicts: Sequence[Verdict]) -> str:
    lines = [f"{'judge':<22}{'on':<26}{'looked at':>12}            says"]
    for one in verdicts:
        lines.append(f"{one.judge:<22}{one.on:<26}{one.looked_at:>12,} {one.of:<10} {one.word}")
        lines += (f"    {fault}" for fault in one.faults)
    return "\n".join(lines)


if __name__ == "__main__":
    raise SystemExit(main())
