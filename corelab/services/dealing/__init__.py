"""Dealing exams to readers: who reads what, in which place of their own order; for the coordinator's act of assigning."""

from corelab.services.dealing.deal import Dealing
from corelab.services.dealing.outcome import Assigned, WaitingExam, Why

__all__ = ["Assigned", "Dealing", "WaitingExam", "Why"]
