"""``corelab`` in a process of its own, as a script of a lab would call it."""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.acceptance.window import Place


@dataclass(frozen=True)
class Ran:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one document on standard output; anything else there is a fault."""
        return json.loads(self.out)


@dataclass(frozen=True)
class CommandLine:
    """Who calls, from which folders; nobody is signed in unless ``user`` is given."""

    place: Place
    passwords: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, *arguments: str | Path, user: str | None = None, password: str | None = None, stdin: str = "") -> Ran:
        told = {"CORELAB_USER": user} if user else {}
        known = password if password is not None else self.passwords.get(user or "")
        if known is not None:
            told["CORELAB_PASSWORD"] = known
        done = subprocess.run(
            [sys.executable, "-m", "corelab", *(str(each) for each in arguments)],
            env={**self.place.environment, **told, "QT_QPA_PLATFORM": "offscreen"},
            cwd=self.place.folder,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            timeout=900,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    def done(self, *arguments: str | Path, user: str | None = None, password: str | None = None, stdin: str = "") -> Any:
        """The JSON of a command that must succeed."""
        ran = self(*arguments, "--json", user=user, password=password, stdin=stdin)
        assert ran.code == 0, ran.err or ran.out
        return ran.json
