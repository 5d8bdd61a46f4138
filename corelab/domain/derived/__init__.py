"""Derived endpoints: the named functions of a charter over final grades, attributes and exam dates, and over nothing else."""

from corelab.domain.derived.derive import derive, value_of, values_of
from corelab.domain.derived.history import EarlierExam, History
from corelab.domain.derived.inputs import has, inputs_of, looks_back, segments_of

__all__ = ["EarlierExam", "History", "derive", "has", "inputs_of", "looks_back", "segments_of", "value_of", "values_of"]
