"""What Qt itself says goes into the log: how grave it is and which function of Qt said so, never its text, which may hold anything."""

import sys

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

from corelab import log
from corelab.log import fields

_LEVELS = {
    QtMsgType.QtDebugMsg: "debug",
    QtMsgType.QtInfoMsg: "info",
    QtMsgType.QtWarningMsg: "warning",
    QtMsgType.QtCriticalMsg: "critical",
    QtMsgType.QtFatalMsg: "fatal",
}


def into_log() -> None:
    """From now on, and in short on standard error. One remark is left out: the off-screen platform makes it about every window."""
    qInstallMessageHandler(_on_message)


def _on_message(kind: QtMsgType, _context: QMessageLogContext, message: str) -> None:
    if "propagateSizeHints" in message:
        return
    level = _LEVELS.get(kind, "warning")
    log.tell("qt.said", level=level, function=message)
    sys.stderr.write(f"Qt {level}: {fields.qt_function(message)}\n")
