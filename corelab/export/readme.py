"""The README.txt of a package: what it is, how to check it, how to read it."""

from collections.abc import Collection, Mapping
from typing import Any

from corelab.export.transfer_words import MARKS
from corelab.export.xlsx.look import beyond


def readme(facts: Mapping[str, Any], counts: Mapping[str, int], kind: str) -> str:
    rows = "\n".join(f"  data/{name}.csv{'':<{20 - len(name)}}{count} rows" for name, count in counts.items())
    mark = f"{MARKS[kind]}\n\n" if kind in MARKS else ""
    cutoff, made = facts["cutoff"], _made(facts["parts"])
    cut = "".join(f"\n{one}." for one in beyond(counts)) if "xlsx" in facts["parts"] else ""
    return f"""{mark}Trial {facts["trial"]}, transfer {facts["transfer"]}: blinded readings of duplex ultrasound,
and what follows from them.

As of {cutoff["at"]} (event {cutoff["seq"]} of the audit trail, {cutoff["head"]}).
Made by {facts["product"]}, specification {facts["specification"]}. This transfer replaces every earlier one in full.

Check it:
  sha256sum -c SHA256SUMS        every file is as it was written
  corelab verify .               also the signature, the code lists, every result made anew from the readings, the readings against
                                 the audit trail, and every file beside data/ made anew from the tables (all but the PDFs)
  python audit/verify_standalone.py .    files, signatures and audit trail, without corelab (needs PyNaCl)
  minisign -V -p corelab.pub -m MANIFEST.json    the signature of the lab, with a tool that is not ours

Read it: data/ is what counts; everything else is made from it.
{rows}
{made}

Files are UTF-8 CSV with a header, commas and LF. An empty field is a missing value. Three kinds of missing grade are codes and never
blank or 0: NA not applicable, NE not evaluable (reason in NERSN), NI not imaged (reason in NERSN).
Many tools take the code NA for a missing value: read with the scripts in import/, or tell them that only an empty field is missing
(pandas: keep_default_na=False, na_values=[""]; R: na.strings = "").
Dates are moved by a whole number of weeks per subject: intervals and days of the week are true, dates are not.
SOURCE in results.csv says where a final grade comes from: CONCORDANT (both readings agree), ADJUDICATED (a signed decision), REFERENCE
(they differ where the charter does not adjudicate: the reading drawn as reference before anybody read). Nothing is averaged.
A measured value was made anew from its points, spacing and region when this transfer was checked.
The spreadsheet in xlsx/ is a copy for looking: data/ has the exact text.{cut}
The approval of this transfer (printed name, time, meaning) stands in MANIFEST.json.
"""


_MADE = (
    ("", "CHANGES.md", "what is new, changed or gone since the last transfer; cell by cell in data/changes.csv"),
    ("", "codebook/dictionary.csv", "every column: label, type, length, code list, key; codelists.csv: every code with its meaning"),
    ("codebook", "codebook/codebook.html", "the same to read and to print, with how endpoints are derived"),
    ("specification", "codebook/specification.xlsx", "the data transfer specification"),
    ("", "codebook/charter_*.toml", "the imaging charter: what was asked, compared, adjudicated and derived"),
    ("datapackage", "datapackage.json", "types, codes, keys and hashes for tools (Data Package)"),
    ("readers", "import/", "scripts that read data/ with types, labels and code lists: R, SAS, Python"),
    ("xlsx", "xlsx/results.xlsx", "every table as a sheet"),
    ("parquet", "parquet/", "every table with its types"),
    ("sdtm", "sdtm/", "SDTM domain CV with SUPPCV: Dataset-JSON and define.xml, which a browser shows"),
    ("xpt", "sdtm/*.xpt", "the same as SAS transport files"),
    ("odm", "odm/audit_odm132.xml", "every grade with who entered, changed and signed it (ODM 1.3.2)"),
    ("sr", "dicom/sr/", "a DICOM structured report for each signed reading and decision"),
    ("pdf", "pdf/", "a document for each subject"),
    ("agreement", "qc/agreement.html", "agreement between readers; agreement.json: the same figures"),
    ("", "qc/checks.json", "what was checked before signing, and which exams are left out and why"),
    ("", "audit/", "the audit trail up to the cut-off: events, what they say, signatures, keys, checkpoint"),
)
"""The files beside the tables, by the part that makes them; those of no part are always there."""


def _made(parts: Collection[str]) -> str:
    return "\n".join(f"  {path:<28}{what}" for part, path, what in _MADE if not part or part in parts)
