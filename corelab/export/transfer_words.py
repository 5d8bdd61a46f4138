"""What a transfer is, in words that stand in the specification to sign and in the codebook: said once, in both the same."""

from collections.abc import Mapping
from typing import Any, Final

from corelab.domain.charter import Charter

Said = tuple[str, str]
"""A thing and what is said of it."""

MARKS: Final = {
    "DEMO": "DEMONSTRATION: made from synthetic clips and simulated readings. Not data of a trial.",
    "TEST": "TEST: made to try the transfer. Not for analysis.",
}
"""What a package says of itself that is not for analysis, by its kind."""

FILES: Final[tuple[Said, ...]] = (
    ("data/*.csv", "The tables: what is exact, and what all other files are made from"),
    ("codebook/codebook.html", "This data in words, for people: tables, columns, codes, derivations"),
    ("codebook/dictionary.csv", "Every column: label, type, length, code list, key, origin, since when, name in a transport file"),
    ("codebook/codelists.csv", "Every code: decode, order, code of a standard terminology"),
    ("codebook/specification.xlsx", "The data transfer specification"),
    ("codebook/charter_*.toml", "The imaging charter: what was asked, compared, adjudicated and derived"),
    ("datapackage.json", "The tables as a Data Package v2: types, code lists, keys, hashes"),
    ("import/", "Readers for R, SAS and Python that set types, labels and code lists"),
    ("xlsx/results.xlsx", "The tables as a spreadsheet, a convenience copy"),
    ("parquet/*.parquet", "The tables with types, where that format was asked for"),
    ("sdtm/", "Domain CV with SUPPCV, Define-XML 2.1 and Dataset-JSON 1.1"),
    ("odm/audit_odm132.xml", "Every exported grade with its audit records and signatures, ODM 1.3.2"),
    ("dicom/sr/", "One structured report (TID 1500) per signed reading"),
    ("pdf/", "One document per subject: grades, pictures, signatures"),
    ("qc/", "What was checked before signing; agreement between readers"),
    ("audit/", "The audit trail up to the cut-off, and a script that verifies it without the program"),
    ("README.txt, CHANGES.md", "What to read first; what differs from the last transfer"),
    ("MANIFEST.json, MANIFEST.json.minisig, SHA256SUMS, corelab.pub", "List of files with hashes, the approval, the signature and its key"),
)

NAMING: Final[tuple[Said, ...]] = (
    ("Name of the folder", "TRIAL_Tnnn_yyyymmddThhmmssZ_KIND: trial, number of the transfer, time of the cut-off in UTC, kind"),
    ("Number", "T001, T002, ... in the order of approval; a number is never given twice"),
    ("Cut-off", "The last event of the trial's data that is in; its number and hash stand in MANIFEST.json"),
    ("Kind", "PROD for analysis; TEST and DEMO are marked in the name, in every list of columns, and on every printed page"),
    ("Repetition", "The same state of the trial gives the same bytes and the same number, whenever and wherever it is exported"),
)

FORMAT: Final[tuple[Said, ...]] = (
    ("Files of data/", "CSV by RFC 4180: UTF-8 without byte order mark, commas, line feeds, one header line, quoted only where needed"),
    ("Order", "Rows sorted by the key, columns in the order of this specification"),
    ("Missing value", "An empty field, and nothing else"),
    ("text", "Codes and words; a code stands exactly as in its list"),
    ("integer", "Digits, with a minus where it is below zero"),
    ("number", "Decimal point, with exactly the digits that were entered"),
    ("date", "ISO 8601, yyyy-mm-dd; moved by a whole number of weeks per subject, so that intervals and days of the week are true"),
    ("datetime", "ISO 8601 in UTC, with milliseconds"),
    ("free text", "Text as it was signed, line breaks included; only in data/notes.csv"),
)

MISSING: Final[tuple[tuple[str, str, str], ...]] = (
    (
        "NA",
        "Not applicable",
        "The question does not apply: the segment is absent, or a condition of the charter does not hold.",
    ),
    ("NE", "Not evaluable", "The segment was imaged, and the reader could not evaluate it. The reader chooses the reason."),
    ("NI", "Not imaged", "There is no clip of the segment. The coordinator records the reason; readers never enter it."),
)
THREE_KINDS: Final = (
    "A grade can be missing in three ways. Each is a code in its own right: never blank, never 0, never merged with another. "
    "EVALSTAT holds the kind, NERSN its reason or cause."
)

CHANGE: Final[tuple[Said, ...]] = (
    ("Cumulative", "Each transfer replaces the former one in full. data/changes.csv and CHANGES.md list every row and cell that differs"),
    ("Deleted rows", "They are listed in data/changes.csv with the reason and the number of the event in the audit trail"),
    ("A column or table is added", "Minor version of this specification; told before the transfer"),
    ("A column is renamed, removed or retyped", "Major version; the transfer stops until a coordinator approved it with a signature"),
    ("A code is added", "Told with the transfer; a code that is gone stops the transfer until it is approved"),
    ("Names", "The name of a column, a code or a transfer is never used again for something else"),
    ("Later charter", "Rows stay under the version they were read under; CHARTVER and FORMHASH name it in each row"),
)

CONTROL: Final[tuple[Said, ...]] = (
    (
        "Before signing",
        "Keys unique, codes in their lists, results and endpoints made anew from the readings, no arm named anywhere",
    ),
    ("Signature", "A coordinator approves each transfer by electronic signature; the lab's key signs MANIFEST.json in minisign format"),
    ("On receipt", "sha256sum -c SHA256SUMS; minisign -V -p corelab.pub -m MANIFEST.json; corelab verify FOLDER"),
    ("Public key", "Compare corelab.pub with the one received before the first transfer; it is the same for the whole trial"),
    (
        "Blinding",
        "No file but the charter's copy names an arm. Readers are pseudonyms, but for the printed names of signatures",
    ),
)

SOURCES: Final[tuple[Said, ...]] = (
    ("CONCORDANT", "Both readings agree"),
    ("ADJUDICATED", "They differ where the charter adjudicates: a third person decided, with a signature"),
    ("REFERENCE", "They differ where the charter does not adjudicate: the reading that was drawn as reference before anybody read"),
)
ORIGINS: Final = {
    "record": "as it was signed or entered",
    "charter": "from the imaging charter",
    "result": "final grade after comparison and adjudication",
    "derived": "computed by the charter from final grades",
}


def folder_name(facts: Mapping[str, Any]) -> str:
    """The name of a package's folder, as NAMING tells it, from the facts of its manifest."""
    compact = facts["cutoff"]["at"][:19].replace("-", "").replace(":", "") + "Z"
    return f"{facts['trial']}_{facts['transfer']}_{compact}_{facts['kind']}"


def study_words(trial: str) -> str:
    """What formats that must describe their study say of it: the title of the trial may name its arms."""
    return f"Blinded readings of duplex ultrasound in trial {trial}"


def charter_facts(charter: Charter) -> tuple[Said, ...]:
    """Without the title of the trial: it may name its arms."""
    return (
        ("Trial", charter.trial.id),
        ("Registration", charter.trial.registration or "none given"),
        ("Imaging charter", f"{charter.title} ({charter.id})"),
        ("Version", charter.version),
        ("Content hash", charter.hash),
    )
