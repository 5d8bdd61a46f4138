"""Every kind of event that the program writes stands in the table that says whose work it is."""

import ast
from collections.abc import Iterator
from pathlib import Path

import corelab
from corelab.domain.event_kinds import KIND_COMMANDS


def written_kinds() -> Iterator[tuple[str, str]]:
    """Each literal kind in a call of ``record``, with its file."""
    for path in sorted(Path(corelab.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in {"record", "_record"}
                and node.args
            ):
                kind = node.args[0]
                if isinstance(kind, ast.Constant) and isinstance(kind.value, str) and "." in kind.value:
                    yield kind.value, path.name


def test_every_kind_that_is_written_is_known() -> None:
    written = list(written_kinds())
    assert "lab.created" in {kind for kind, _ in written}
    assert [pair for pair in written if pair[0] not in KIND_COMMANDS] == []
