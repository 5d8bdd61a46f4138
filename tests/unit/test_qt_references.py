"""The Qt binding keeps its reference counts: PySide6 6.12.0 on Python 3.11 lost one to None and True per call and ended the interpreter."""

import gc
import sys

from PySide6.QtCore import QObject, Signal

EMITS = 20_000


class Speaker(QObject):
    said = Signal(object, bool)


def test_emitting_signals_keeps_the_references_to_none_and_true() -> None:
    speaker, heard = Speaker(), []

    def listen(thing: object, flag: bool) -> None:  # noqa: FBT001 - a slot gets what the signal carries
        heard.append((thing, flag))
        heard.clear()

    speaker.said.connect(listen)
    gc.collect()
    before = sys.getrefcount(None), sys.getrefcount(True)  # noqa: FBT003 - its count is what is asked
    for _ in range(EMITS):
        speaker.said.emit(None, True)  # noqa: FBT003 - the signal's own argument
    after = sys.getrefcount(None), sys.getrefcount(True)  # noqa: FBT003 - as above
    assert all(abs(now - then) < EMITS // 100 for then, now in zip(before, after, strict=True))
