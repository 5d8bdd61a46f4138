"""Intake: from what a site sends to released clips. The only way an image enters the lab."""

from corelab.domain.clip_findings import Finding
from corelab.domain.clip_label import Mode, Proposal, ProposalSource, Said, View
from corelab.domain.clip_quality import ClipQuality, Quality, QualityReason
from corelab.domain.completeness import Completeness, Fact, Receipt, SegmentReceipt
from corelab.domain.intake import Box, ClipState, IntakeRefusedError, ObjectFault, Outcome, Refusal
from corelab.services.intake.accepted import NAMES as ACCEPTED_NAMES
from corelab.services.intake.accepted import Accepted, accepted, set_accepted
from corelab.services.intake.checks import WaitingClip
from corelab.services.intake.delivery import take_in
from corelab.services.intake.exams import ExamOverview, exams, set_not_imaged
from corelab.services.intake.eyes import pixel_rule, set_pixel_rule
from corelab.services.intake.labels import label, label_all
from corelab.services.intake.missing_views import ask_for_views
from corelab.services.intake.pictures import CheckPictures, contact_sheet, pictures
from corelab.services.intake.pixels import (
    accept_damage,
    confirm_nothing_to_mask,
    pass_pixels,
    reject_pixels,
    set_mask,
    verify_pixels,
    waiting,
)
from corelab.services.intake.replacing import replace_clip
from corelab.services.intake.report import ClipOutcome, IntakeReport, ObjectReport, QueryRaised, RowReport
from corelab.services.intake.subjects import set_facts, set_subject
from corelab.services.intake.templates import MaskTemplate, keep_template, retire_template, templates

__all__ = [
    "ACCEPTED_NAMES",
    "Accepted",
    "Box",
    "CheckPictures",
    "ClipOutcome",
    "ClipQuality",
    "ClipState",
    "Completeness",
    "ExamOverview",
    "Fact",
    "Finding",
    "IntakeRefusedError",
    "IntakeReport",
    "MaskTemplate",
    "Mode",
    "ObjectFault",
    "ObjectReport",
    "Outcome",
    "Proposal",
    "ProposalSource",
    "Quality",
    "QualityReason",
    "QueryRaised",
    "Receipt",
    "Refusal",
    "RowReport",
    "Said",
    "SegmentReceipt",
    "View",
    "WaitingClip",
    "accept_damage",
    "accepted",
    "ask_for_views",
    "confirm_nothing_to_mask",
    "contact_sheet",
    "exams",
    "keep_template",
    "label",
    "label_all",
    "pass_pixels",
    "pictures",
    "pixel_rule",
    "reject_pixels",
    "replace_clip",
    "retire_template",
    "set_accepted",
    "set_facts",
    "set_mask",
    "set_not_imaged",
    "set_pixel_rule",
    "set_subject",
    "take_in",
    "templates",
    "verify_pixels",
    "waiting",
]
