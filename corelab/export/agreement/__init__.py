"""How far the readers of a package agree, as figures for programs and as a page for people. No arm stands in either."""

from pathlib import Path

from corelab.domain.monitoring.report import report
from corelab.export.agreement.document import document
from corelab.export.agreement.observed import observed
from corelab.export.agreement.page import page
from corelab.export.writers import json_bytes
from corelab.export.written import Written

FOLDER = "qc"


def write(package: Written, into: Path) -> None:
    """Writes ``qc/agreement.json`` and ``qc/agreement.html``. Raises OSError, ValueError, LookupError."""
    found = report(observed(package))
    folder = into / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "agreement.json").write_bytes(json_bytes(document(found)))
    (folder / "agreement.html").write_bytes(page(found, package.facts).encode())
