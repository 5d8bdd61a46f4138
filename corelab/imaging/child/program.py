"""How the program of a child is started: the interpreter alone, with nothing of this process's environment but its language."""

import os
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path

_SAID = ("LANG", "LC_ALL", "LC_CTYPE", "SYSTEMROOT")
"""The last is Windows': no program starts without it."""

ITSELF = "--child="
"""A program that was frozen into one file has no interpreter beside it: it is started again itself."""

_MOST_PIXELS = 1 << 26
"""Of one picture that OpenCV reads; it looks for the number once, when it is loaded."""

_RUN = "import sys; sys.path.insert(0, sys.argv[1]); from corelab.imaging.child.{module} import main; main(int(sys.argv[2]))"


def command(module: str, number: int) -> list[str]:
    """``main`` of a module of this package. It runs the very files that run here, wherever they lie: nobody else's of the same name."""
    if getattr(sys, "frozen", False):
        return [sys.executable, f"{ITSELF}{module}", str(number)]
    root = Path(__file__).resolve().parents[3]
    # -I: no variable, folder or module of the person at the machine; -B: nothing is written beside the program.
    return [sys.executable, "-I", "-B", "-X", "utf8", "-c", _RUN.format(module=module), str(root), str(number)]


def environment(of: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Nothing but the language; and what keeps libraries from starting threads, after which nothing may be forked."""
    kept = {name: of[name] for name in _SAID if name in of}
    return {
        **kept,
        "OPENCV_IO_MAX_IMAGE_PIXELS": str(_MOST_PIXELS),
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "OMP_THREAD_LIMIT": "1",
    }


def became_child(arguments: Sequence[str]) -> bool:
    """In a frozen program that was started as a child: whether it was one, and has done its work."""
    module = arguments[0].removeprefix(ITSELF) if arguments else ""
    if not getattr(sys, "frozen", False) or module not in {"starter", "spawned"}:
        return False
    import_module(f"corelab.imaging.child.{module}").main(int(arguments[1]))
    return True
