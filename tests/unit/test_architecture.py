"""The import contracts of pyproject.toml hold."""

import subprocess
import sys
from pathlib import Path

_PROGRAM = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(cache_dir=sys.argv[1]))"


def test_imports_only_go_down(tmp_path: Path) -> None:
    """In a process of its own: the linter sets up logging for itself and thereby switches off every logger that is there, ours too."""
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", _PROGRAM, str(tmp_path)], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout
