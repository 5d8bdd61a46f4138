"""A lab that takes long to come to where tests begin: it is made once, and laid back as it was before each of them."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from corelab.services import labs
from tests.builders import Lab


@dataclass
class LaidBack:
    """In a folder of its own: the lab at work in ``now`` (always in the same place, as labs know theirs), what it was in ``kept``."""

    folder: Path
    _made: Lab | None = None

    def lab(self, make: Callable[[Path], Lab]) -> Lab:
        """Nobody is signed in to it. Whoever asks closes it."""
        now, kept = self.folder / "now", self.folder / "kept"
        shutil.rmtree(now, ignore_errors=True)
        if self._made is None:
            now.mkdir()
            made = make(now)
            made.open.close()
            shutil.copytree(now, kept)
            self._made = made
        else:
            shutil.copytree(kept, now)
        again = labs.open_lab(self._made.open.folder, self._made.clock, now / "configuration")
        return replace(self._made, open=again, _sessions={})
