"""The dataset SUPPCV: what a reading or a record of CV carries beside the standard variables."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from corelab.export.sdtm.findings import Lists, with_list
from corelab.export.sdtm.lists import EVALUATOR
from corelab.export.sdtm.variables import COLLECTED, DERIVED, LONGEST, OF_SPONSOR, PLANNED, ByValue, Dataset, Kind, Variable
from corelab.export.writers import Row


@dataclass(frozen=True, slots=True)
class Qualifier:
    """One name of SUPPCV. ``of_record``: the same for all rows of a signed record, so it stands once, under CVSPID instead of CVSEQ."""

    variable: Variable
    of_record: bool = False
    opinion: bool = False


QUALIFIERS = (
    Qualifier(Variable("READNO", "Number of the Reading", Kind.INTEGER), of_record=True),
    Qualifier(Variable("REVISION", "Revision of the Reading", Kind.INTEGER), of_record=True),
    Qualifier(Variable("CURRFL", "Current Revision Flag", codelist="NY", origin=DERIVED, comment="CURRFL"), of_record=True),
    Qualifier(Variable("PURPOSE", "Purpose of the Reading", codelist="PURPOSE"), of_record=True),
    Qualifier(Variable("CHARTVER", "Version of the Imaging Charter", length=16), of_record=True),
    Qualifier(Variable("CONF", "Confidence of the Reader", length=32, origin=COLLECTED), opinion=True),
    Qualifier(Variable("FRAMEA", "First Frame of the Evidence", Kind.INTEGER, origin=COLLECTED, comment="FRAME")),
    Qualifier(Variable("FRAMEB", "Second Frame of the Evidence", Kind.INTEGER, origin=COLLECTED, comment="FRAME")),
    Qualifier(Variable("SOURCE", "Source of the Final Grade", codelist="SOURCE", origin=DERIVED, comment="SOURCE")),
    Qualifier(Variable("RULEID", "Rules That the Difference Met", length=LONGEST, origin=DERIVED, comment="SOURCE")),
)
_DATASET = Dataset(
    "SUPPCV",
    "Supplemental Qualifiers for CV",
    "One record per qualifier of a reading, or of a record of CV",
    "RELATIONSHIP",
    (
        Variable("STUDYID", "Study Identifier", length=16, origin=PLANNED, key=1, required=True),
        Variable("RDOMAIN", "Related Domain Abbreviation", codelist="DOMAIN", key=2, required=True),
        Variable("USUBJID", "Unique Subject Identifier", length=40, origin=OF_SPONSOR, key=3, required=True),
        Variable("IDVAR", "Identifying Variable", codelist="IDVAR", key=4, required=True, comment="IDVAR"),
        Variable("IDVARVAL", "Identifying Variable Value", length=36, key=5, required=True),
        Variable("QNAM", "Qualifier Variable Name", codelist="QNAM", key=6, required=True),
        Variable("QLABEL", "Qualifier Variable Label", length=max(len(one.variable.label) for one in QUALIFIERS), required=True),
        Variable("QVAL", "Data Value", length=LONGEST, required=True),
        Variable("QORIG", "Origin", codelist="QORIG", required=True),
        Variable("QEVAL", "Evaluator", codelist="EVAL"),
    ),
)


def qualifiers_of(lists: Lists) -> Dataset:
    values = ByValue("QNAM", tuple(with_list(one.variable, lists) for one in QUALIFIERS))
    return replace(_DATASET, variables=tuple(with_list(one, lists) for one in _DATASET.variables), values={"QVAL": values})


def qualifier_rows(findings: Sequence[tuple[Row, Row]]) -> Iterator[Row]:
    """The rows of one subject, sorted by key. ``findings``: its rows of CV, each with the values of its qualifiers by name."""
    rows = [row for found, told in findings for row in _rows(found, told, of_record=False)]
    first = {found["CVSPID"]: (found, told) for found, told in reversed(findings)}
    rows += [row for found, told in first.values() for row in _rows(found, told, of_record=True)]
    yield from sorted(rows, key=lambda row: (row["IDVAR"], row["IDVARVAL"], row["QNAM"]))


def _rows(found: Row, told: Row, *, of_record: bool) -> Iterator[Row]:
    name = "CVSPID" if of_record else "CVSEQ"
    of = {"STUDYID": found["STUDYID"], "RDOMAIN": found["DOMAIN"], "USUBJID": found["USUBJID"], "IDVAR": name, "IDVARVAL": found[name]}
    for one in QUALIFIERS:
        value = told.get(one.variable.name, "")
        if value and one.of_record == of_record:
            yield {
                **of,
                "QNAM": one.variable.name,
                "QLABEL": one.variable.label,
                "QVAL": value,
                "QORIG": one.variable.origin.type,
                "QEVAL": EVALUATOR if one.opinion else "",
            }
