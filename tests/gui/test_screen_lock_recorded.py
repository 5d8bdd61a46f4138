"""Locking the window stands in the trail, with what locked it; and so does the way back."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.gui.desktop import PASSWORD, Desktop


def _screen_events(desktop: Desktop) -> list[tuple[str, str | None]]:
    with desktop.lab.store.read() as snapshot:
        events = [row for row in snapshot.events() if row["kind"].startswith(("screen.", "unlock.refused"))]
        return [(row["kind"], row["reason"]) for row in events]


def _unlock(desktop: Desktop, password: str) -> None:
    lock = desktop.front._lock
    assert lock is not None
    QTest.keyClicks(lock.password, password)
    QTest.keyClick(lock.password, Qt.Key.Key_Return)


def test_p11_40_a_lock_by_hand_and_one_by_idleness_are_told_apart(desktop: Desktop) -> None:
    desktop.sign_in("coordinator-1")
    desktop.window.lock_requested.emit()
    _unlock(desktop, "not the password at all")
    _unlock(desktop, PASSWORD)
    assert desktop.front._lock is None
    desktop.front.idle.idle.emit()
    _unlock(desktop, PASSWORD)
    assert _screen_events(desktop) == [
        ("screen.locked", "person"),
        ("unlock.refused", None),
        ("screen.unlocked", None),
        ("screen.locked", "idle"),
        ("screen.unlocked", None),
    ]
