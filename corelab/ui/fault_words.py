"""A fault of the program itself in words: for the window and for commands."""

from pathlib import Path

from corelab.ui.said import Words

SAFE = "It holds versions and places in the program, and no grade, subject, name or password."


def words_for_fault(error: BaseException, report: Path | None) -> Words:
    """What happened, what was kept, what to do now. ``report`` is None where none could be written."""
    happened = f"The program met a fault of its own ({type(error).__name__})."
    kept = "What was shown as saved is on disk, drafts too. What was not finished was not begun."
    again = "Try once more."
    if report is None:
        return Words(happened, kept, f"{again} If it happens again, tell your administrator the word in brackets and what you were doing.")
    return Words(happened, kept, f"{again} If it happens again, send the report {report} to your administrator. {SAFE}")
