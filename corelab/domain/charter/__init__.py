"""The imaging charter of a trial as data: format, and the parser with all faults at once."""

from corelab.domain.charter.faults import CharterError, Fault, Level
from corelab.domain.charter.model import Charter
from corelab.domain.charter.model_class import Adjudication, DifferenceClass
from corelab.domain.charter.model_design import BlindingProfile, ReadingType
from corelab.domain.charter.model_item import ChoiceItem, EvidenceRule, Item, Option
from corelab.domain.charter.model_rules import Signing
from corelab.domain.charter.model_subject import MissingReason, MissingReasons, Segment, Visit
from corelab.domain.charter.parse import MAX_BYTES, Checked, approved_charter, check_charter, content_hash, load_charter

__all__ = [
    "MAX_BYTES",
    "Adjudication",
    "BlindingProfile",
    "Charter",
    "CharterError",
    "Checked",
    "ChoiceItem",
    "DifferenceClass",
    "EvidenceRule",
    "Fault",
    "Item",
    "Level",
    "MissingReason",
    "MissingReasons",
    "Option",
    "ReadingType",
    "Segment",
    "Signing",
    "Visit",
    "approved_charter",
    "check_charter",
    "content_hash",
    "load_charter",
]
