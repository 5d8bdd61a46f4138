"""The log of the program: lines of JSON in this person's state folder, whose events and fields stand on a list.

No text of anybody's gets in: a value is a number, one of a few words, or taken from the program's own code (``log.fields``).
Nothing is written before ``start``.
"""

from corelab.log.events import EVENTS, LogRefusedError
from corelab.log.file import last_lines, start, stop, tell
from corelab.log.report import report

__all__ = ["EVENTS", "LogRefusedError", "last_lines", "report", "start", "stop", "tell"]
