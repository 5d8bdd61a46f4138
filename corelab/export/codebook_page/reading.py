"""The first sections of the codebook: what this transfer is, how to read it, and what missing means."""

from collections.abc import Iterable
from typing import Final

from corelab.domain.charter.model_subject import MissingReason
from corelab.export import transfer_words
from corelab.export.codebook_page.markup import Html, anchor, facts, joined, link, row, table, tag
from corelab.export.written import Written

_WAYS: Final = (
    ("The final grade of each segment", "results", "one row per grade, whatever its source"),
    ("One row per subject and visit, for analysis", "subject_visit", "final grades and endpoints side by side"),
    ("Endpoints, one row each", "endpoints", "with the rule, the number of inputs, and why a value is missing"),
    ("What each reader said", "readings", "every revision; CURRFL = Y stands, PURPOSE = PRIMARY is compared, ACPTFL = Y became the result"),
    ("How differences were decided", "adjudications", "what stood as A and B, what was chosen and why"),
    ("Which frames a grade rests on", "evidence", "clip and frame of every piece of evidence"),
    ("What was measured, and where", "measurements", "value, unit, frame and end points"),
    ("What was expected and came in", "expected", "every cell that the charter expects, received or not"),
    ("The clips behind it", "clips", "side, segment, view, quality"),
    ("What differs from the last transfer", "changes", "cell by cell, with the reason"),
)
_KEYS: Final = (
    "STUDYID, USUBJID and VISITNUM join every table of subjects; with SIDE, SEGCD and TESTCD a single grade. RECID joins what belongs to "
    "one signed reading. CLIPID is the SHA-256 of a clip's file. EVENTSEQ is the number of an event in audit/events.jsonl."
)
_LOAD: Final = (
    'R        source("import/import.R"); tables <- read_package()\n'
    'SAS      %include "import/import.sas";\n'
    "Python   python import/import.py, or load() and frames() in it\n"
    "Check    sha256sum -c SHA256SUMS; corelab verify ."
)


def facts_section(package: Written) -> Html:
    told, cutoff = package.facts, package.facts["cutoff"]
    kind = {"PROD": "for analysis", "TEST": "made to try the transfer", "DEMO": "a demonstration"}[told["kind"]]
    later = [("Also read under", f"version {one.version} ({one.hash})") for one in package.versions.all[1:]]
    previous = told.get("previous")
    return facts(
        (
            *transfer_words.charter_facts(package.versions.main),
            *later,
            ("Transfer", f"{told['transfer']}, {kind}; replaces {previous['transfer'] if previous else 'no earlier one'}"),
            ("As of", f"{cutoff['at']}, event {cutoff['seq']} of the audit trail"),
            ("Hash of that event", cutoff["head"]),
            ("Specification", f"version {told['specification']} (codebook/specification.xlsx)"),
            ("Made by", told["product"]),
        )
    )


def reading_section(package: Written) -> Html:
    found = [(what, name, said) for what, name, said in _WAYS if package.has(name)]
    ways = [row(what, link(anchor("table", name), f"data/{name}.csv"), said, of=("", "codes")) for what, name, said in found]
    return joined(
        (
            table(("To find", "open", ""), ways),
            tag("h3", "Where a final grade comes from"),
            facts(transfer_words.SOURCES),
            tag("p", "Nothing is averaged: a final grade is always one that a person gave and signed.", class_="second"),
            tag("h3", "Form"),
            facts(transfer_words.FORMAT),
            tag("h3", "Keys"),
            tag("p", _KEYS),
            tag("h3", "To load and to check it"),
            tag("pre", _LOAD),
            facts(transfer_words.CONTROL),
        )
    )


def missing_section(package: Written) -> Html:
    cards = (
        tag("div", tag("p", code, class_="sign"), tag("p", name, class_="title"), tag("p", said), class_=f"card {code}")
        for code, name, said in transfer_words.MISSING
    )
    missing = package.versions.main.missing
    return joined(
        (
            tag("p", transfer_words.THREE_KINDS),
            tag("div", *cards, class_="cards"),
            tag("h3", "Reasons for not evaluable"),
            _reasons(missing.ne),
            tag("h3", "Reasons for not imaged"),
            _reasons(missing.ni),
        )
    )


def _reasons(reasons: Iterable[MissingReason]) -> Html:
    return table(("NERSN", "Meaning"), [row(one.id, one.label, of=("name",)) for one in reasons])
