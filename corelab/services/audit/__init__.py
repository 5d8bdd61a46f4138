"""The audit trail: lines, events, histories of values, signed reviews, and copies on paper."""

from corelab.domain.trail import Change
from corelab.services.audit.handing_out import export_reading, line_json, print_reading, print_trail, reading_json
from corelab.services.audit.reading_record import NoSuchReadingError, ReadingSealedError, record, released
from corelab.services.audit.reading_the_trail import Changes, changes_of, event, history, page, trail
from corelab.services.audit.reviews import ReviewRefusedError, review, reviews

__all__ = [
    "Change",
    "Changes",
    "NoSuchReadingError",
    "ReadingSealedError",
    "ReviewRefusedError",
    "changes_of",
    "event",
    "export_reading",
    "history",
    "line_json",
    "page",
    "print_reading",
    "print_trail",
    "reading_json",
    "record",
    "released",
    "review",
    "reviews",
    "trail",
]
