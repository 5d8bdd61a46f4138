"""Rows of derived endpoints: each with its value, or why there is none, and what it was made from."""

import re
from collections.abc import Iterator

from corelab.domain.charter import Charter
from corelab.domain.charter.model_derivation import Derivation
from corelab.domain.places import charter_id
from corelab.domain.result import Derived
from corelab.domain.vocabulary import SegmentId
from corelab.export.lab_codes import OPEN
from corelab.export.lab_tables import ENDPOINTS
from corelab.export.records import ExamRecord, Outcome
from corelab.export.writers import Row

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)
_SUFFIXES = {"L": "LEFT", "R": "RIGHT"}


def endpoint_rows(charter: Charter, exam: ExamRecord, made: Outcome) -> Iterator[Row]:
    """One for each derivation of the charter, also where the visit does not have it: then it does not apply."""
    visit = {"VISITNUM": str(charter.visit(exam.visit).number), "VISIT": exam.visit, "CHARTVER": exam.charter_version}
    of = {"STUDYID": exam.study, "SITEID": exam.site, "USUBJID": exam.subject, **visit}
    derivations = {one.id: one for one in charter.derivations}
    for one in made.derived:
        row = {**of, **_derivation(derivations[one.id]), **_place(charter, exam, one.segment), **_value(one)}
        yield {name: row[name] for name in ENDPOINTS.names}


def _derivation(one: Derivation) -> dict[str, str]:
    return {"PARAMCD": one.id, "PARAM": one.label, "AVALU": one.unit or "", "RULE": rule_of(one)}


def rule_of(one: Derivation) -> str:
    """The function of a derivation, and what it makes of missing grades where the charter lets it choose: ``worst, certain``."""
    policy = getattr(one, "missing", None)
    return f"{one.function}, {policy}" if policy else one.function


def _place(charter: Charter, exam: ExamRecord, segment: SegmentId) -> dict[str, str]:
    """By the charter, since a segment of which nothing is asked stands in no row that would tell its side."""
    code, _, letter = segment.partition(".")
    study = bool(code) and charter.segment(code).side == "study"
    return {"SIDE": exam.limb.upper() if study else _SUFFIXES.get(letter, ""), "SEGCD": charter_id(segment)}


def _value(one: Derived) -> dict[str, str]:
    value = one.value or ""
    return {
        "AVAL": value if _NUMBER.fullmatch(value) else "",
        "AVALC": value,
        "MISSRSN": "" if value else one.code or OPEN,
        "INPUTS": str(one.input_count),
        "SOURCE": one.source.value,
    }
