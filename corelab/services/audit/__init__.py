"""The audit trail, read: lines, events, histories of values, signed reviews."""

from corelab.services.audit.reading_the_trail import event, history, page, trail
from corelab.services.audit.reviews import ReviewRefusedError, review, reviews

__all__ = ["ReviewRefusedError", "event", "history", "page", "review", "reviews", "trail"]
