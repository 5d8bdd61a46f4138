"""Both datasets and their code lists for the charters of a package. No record changes them: they are the same in every transfer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from corelab.domain.charter import Charter
from corelab.export.sdtm.findings import findings_of
from corelab.export.sdtm.lists import CodeList, Term, lists_of
from corelab.export.sdtm.qualifiers import QUALIFIERS, qualifiers_of
from corelab.export.sdtm.variables import Dataset


@dataclass(frozen=True, slots=True)
class Schema:
    cv: Dataset
    suppcv: Dataset
    lists: Mapping[str, CodeList]

    @property
    def datasets(self) -> tuple[Dataset, ...]:
        return self.cv, self.suppcv


def schema_of(charters: Sequence[Charter]) -> Schema:
    """The main charter first: its words stand where versions differ in words only."""
    names = CodeList("QNAM", "Qualifier Variable Name", tuple(Term(one.variable.name, one.variable.label) for one in QUALIFIERS))
    lists = {**lists_of(charters), names.id: names}
    return Schema(findings_of(charters, lists), qualifiers_of(lists), lists)
