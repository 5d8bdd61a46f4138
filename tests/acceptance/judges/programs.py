"""Judges that are programs of the system: each is run as an analyst runs it."""

import csv
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.acceptance.judges.verdict import Judge, Verdict

_SHOWN = 20
_EACH = 50
"""Files for one call of a program."""


def run(call: Sequence[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(call, cwd=folder, capture_output=True, text=True, errors="replace", check=False)


def _of_program(name: str, on: str, of: str, call: Sequence[str], package: Path, count: int) -> Verdict:
    if shutil.which(call[0]) is None:
        return Verdict(name, on, 0, of, absent="not installed")
    done = run(call, package)
    said = (done.stdout + done.stderr).strip().splitlines()
    return Verdict(name, on, count, of, tuple(said[:_SHOWN] or ("failed",)) if done.returncode else ())


def sums(package: Path) -> Verdict:
    lines = (package / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    return _of_program("sha256sum -c", "SHA256SUMS", "files", ("sha256sum", "--quiet", "-c", "SHA256SUMS"), package, len(lines))


def minisign(package: Path) -> Verdict:
    call = ("minisign", "-V", "-q", "-p", "corelab.pub", "-m", "MANIFEST.json")
    return _of_program("minisign -V", "MANIFEST.json", "signature", call, package, 1)


def standalone(package: Path) -> Verdict:
    call = (sys.executable, "audit/verify_standalone.py", ".")
    events = (package / "audit/events.jsonl").read_bytes().count(b"\n")
    return _of_program("verify_standalone.py", "audit/", "events", call, package, events)


def verified(package: Path) -> Verdict:
    call = (sys.executable, "-m", "corelab", "verify", str(package))
    return _of_program("corelab verify", "package", "package", call, Path.cwd(), 1)


def dciodvfy(package: Path) -> Verdict:
    files = sorted((package / "dicom/sr").glob("*.dcm"))
    if shutil.which("dciodvfy") is None:
        return Verdict("dciodvfy", "dicom/sr/", 0, "reports", absent="not installed")
    faults: list[str] = []
    for file in files:
        said = run(("dciodvfy", str(file)), package)
        faults += (f"{file.name}: {line}" for line in said.stderr.splitlines() if line.startswith("Error"))
    return Verdict("dciodvfy", "dicom/sr/", len(files), "reports", tuple(faults[:_SHOWN]))


def dsrdump(package: Path) -> Verdict:
    files = [str(path) for path in sorted((package / "dicom/sr").glob("*.dcm"))]
    if shutil.which("dsrdump") is None:
        return Verdict("dsrdump", "dicom/sr/", 0, "reports", absent="not installed")
    faults: list[str] = []
    for some in _some(files):
        done = run(("dsrdump", *some), package)
        said = [line for line in done.stderr.splitlines() if line.startswith(("E:", "F:"))]
        faults += said if not done.returncode else [*said, f"exit code {done.returncode}"]
    return Verdict("dsrdump", "dicom/sr/", len(files), "reports", tuple(faults[:_SHOWN]))


def _some(files: Sequence[str]) -> Iterable[Sequence[str]]:
    return (files[at : at + _EACH] for at in range(0, len(files), _EACH))


_R = """
source("import/import.R")
tables <- read_package(".")
for (name in names(tables)) {
  raw <- utils::read.csv(file.path("data", paste0(name, ".csv")), colClasses = "character", na.strings = character(), encoding = "UTF-8")
  for (column in names(raw)) {
    typed <- tables[[name]][[column]]
    said <- if (is.factor(typed)) as.character(typed) else if (inherits(typed, "Date")) format(typed) else typed
    if (inherits(typed, "POSIXct") || inherits(typed, "POSIXlt")) next
    same <- if (is.numeric(said)) ifelse(is.na(said), raw[[column]] == "", said == suppressWarnings(as.numeric(raw[[column]])))
            else ifelse(is.na(said), raw[[column]] == "", said == raw[[column]])
    if (!all(same)) { cat("FAULT ", name, column, sum(!same), "\\n"); quit(status = 1) }
  }
}
"""


def base_r(package: Path) -> Verdict:
    """Every cell as R has it after import.R, beside the text of the file. Times are compared by the other readers."""
    return _of_program("R, import.R", "data/", "cells", ("Rscript", "-e", _R), package, _cells(package))


_HAVEN = """
library(haven)
for (name in c("cv", "suppcv")) {
  xpt <- read_xpt(file.path("sdtm", paste0(name, ".xpt")))
  json <- jsonlite::fromJSON(file.path("sdtm", paste0(name, ".json")), simplifyVector = FALSE)
  names <- vapply(json$columns, function(one) one$name, "")
  stopifnot(identical(names, names(xpt)), nrow(xpt) == json$records)
  for (at in seq_along(names)) {
    own <- vapply(json$rows, function(row) if (is.null(row[[at]])) "" else as.character(row[[at]]), "")
    read <- ifelse(is.na(xpt[[at]]), "", as.character(xpt[[at]]))
    if (is.numeric(xpt[[at]])) stopifnot(isTRUE(all.equal(as.numeric(read), as.numeric(own)))) else stopifnot(identical(read, own))
  }
}
"""


def haven(package: Path) -> Verdict:
    found = shutil.which("Rscript") and not run(("Rscript", "-e", "library(haven); library(jsonlite)"), package).returncode
    if not found:
        return Verdict("R, haven", "sdtm/*.xpt", 0, "files", absent="R or its package haven or jsonlite is not installed")
    return _of_program("R, haven", "sdtm/*.xpt", "files", ("Rscript", "-e", _HAVEN), package, 2)


def _cells(package: Path) -> int:
    count = 0
    for path in sorted((package / "data").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            count += sum(len(row) for row in csv.reader(file))
    return count


PROGRAMS: tuple[Judge, ...] = (sums, minisign, standalone, verified, dciodvfy, dsrdump, base_r, haven)
