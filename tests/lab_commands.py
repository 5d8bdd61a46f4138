"""Commands about a lab that is open in the same test, signed in as one of its people."""

import json
from typing import Any

from typer.testing import CliRunner, Result

from corelab.cli import cli
from tests.builders import PASSWORD, Lab


def run(lab: Lab, group: str, *rest: str, user: str = "coordinator") -> Result:
    told = {"CORELAB_USER": user, "CORELAB_PASSWORD": PASSWORD}
    return CliRunner().invoke(cli, [group, str(lab.open.folder), *rest], env=told)


def answered(lab: Lab, *arguments: str, user: str = "coordinator") -> Any:
    """The document of a command that does what was asked."""
    done = run(lab, *arguments, "--json", user=user)
    assert done.exit_code == 0, done.stderr
    return json.loads(done.stdout)
