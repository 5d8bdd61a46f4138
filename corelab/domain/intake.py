"""The words of intake: outcomes, stable codes with what to do about them, and what the pixel check says about a clip."""

import re
from dataclasses import dataclass
from enum import Enum

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
"""The code of a subject or of a site, whole."""

Box = tuple[int, int, int, int]
"""x0, y0, x1, y1 in pixels of the frame, all inclusive."""


class Outcome(Enum):
    """How an object ends the call that received it."""

    CHECKED = "checked"
    HELD = "held"
    DUPLICATE = "duplicate"
    REJECTED = "rejected"
    RELEASED = "released"


class ClipState(Enum):
    """Where a clip that is not yet released stands."""

    HELD = "held"
    CHECKED = "checked"
    PASSED = "passed"
    REJECTED = "rejected"
    RELEASED = "released"


class HitClass(Enum):
    """What was read where text was found. Nothing else of the words is kept."""

    SUBJECT = "subject"
    UNKNOWN = "unknown"
    ALLOWED = "allowed"


class CheckAction(Enum):
    """One step of the pixel check of a clip."""

    MASK = "mask"
    NOTHING = "nothing"
    ACCEPT = "accept"
    PASS = "pass"  # noqa: S105 - a step of the check, no secret
    VERIFY = "verify"
    REJECT = "reject"


class IntakeCode(Enum):
    """Why an object is not, or not yet, a clip. Stable: scripts of labs rely on the names."""

    NOT_DICOM = "NOT_DICOM"
    SOP_CLASS = "SOP_CLASS"
    TRANSFER_SYNTAX = "TRANSFER_SYNTAX"
    CODEC_MISSING = "CODEC_MISSING"
    STRUCTURE = "STRUCTURE"
    TRUNCATED = "TRUNCATED"
    TRAILING_BYTES = "TRAILING_BYTES"
    UID_INVALID = "UID_INVALID"
    UID_CONFLICT = "UID_CONFLICT"
    LIMIT_SIZE = "LIMIT_SIZE"
    LIMIT_MEMORY = "LIMIT_MEMORY"
    LIMIT_TIME = "LIMIT_TIME"
    LIMIT_DEPTH = "LIMIT_DEPTH"
    LIMIT_PIXELS = "LIMIT_PIXELS"
    FRAME_COUNT = "FRAME_COUNT"
    CONTAINER = "CONTAINER"
    PIXEL_LENGTH = "PIXEL_LENGTH"
    DECODE = "DECODE"
    TIMING = "TIMING"
    TYPE1_MISSING = "TYPE1_MISSING"
    REGION_INVALID = "REGION_INVALID"
    TEMPLATE_MISMATCH = "TEMPLATE_MISMATCH"
    MASK_PROOF = "MASK_PROOF"
    IDENTITY_MISMATCH = "IDENTITY_MISMATCH"
    LABEL_CONFLICT = "LABEL_CONFLICT"
    VISIT_WINDOW = "VISIT_WINDOW"
    DUPLICATE = "DUPLICATE"
    TOKEN_FOUND = "TOKEN_FOUND"  # noqa: S105 - a code, no secret
    TEXT_FOUND = "TEXT_FOUND"
    ARCHIVE_MEMBER = "ARCHIVE_MEMBER"
    TRANSMITTAL_ROW = "TRANSMITTAL_ROW"
    SOURCE_GONE = "SOURCE_GONE"
    DICOMDIR = "DICOMDIR"

    @property
    def message(self) -> str:
        """What it means and what to do, in words."""
        return _MESSAGES[self]


_MESSAGES = {
    IntakeCode.NOT_DICOM: "This is no DICOM file and no whole ZIP. Ask the site for the DICOM export of the clip, not a picture or a film.",
    IntakeCode.SOP_CLASS: "This DICOM object is not an ultrasound image. Only ultrasound stills and clips are taken in.",
    IntakeCode.TRANSFER_SYNTAX: (
        "This compression is not taken in. Ask the site for the clip as JPEG, JPEG-LS, JPEG 2000, RLE, video (MPEG-2, H.264, HEVC) "
        "or uncompressed, not deflated."
    ),
    IntakeCode.CODEC_MISSING: "This machine cannot decode the clip. Install the missing decoder, then deliver the file again.",
    IntakeCode.STRUCTURE: "The file breaks the rules of DICOM. Ask the site to export it again, or accept the frames that are whole.",
    IntakeCode.TRUNCATED: "The file ends too early. Ask the site to send it again, or accept the frames that are whole.",
    IntakeCode.TRAILING_BYTES: "There are bytes after the end of the data set. Ask for a new export, or accept the clip without them.",
    IntakeCode.UID_INVALID: "An identifier (UID) that every image needs is missing or malformed. Ask the site to export it again.",
    IntakeCode.UID_CONFLICT: "The file names two different images, or kinds of image, in its two headers. Ask the site for a new export.",
    IntakeCode.LIMIT_SIZE: "The file is larger than intake allows. Ask the site to send a shorter clip.",
    IntakeCode.LIMIT_MEMORY: "The clip needs more memory than intake allows. Ask the site to send a shorter clip.",
    IntakeCode.LIMIT_TIME: "The clip took longer to read than intake allows. Ask the site to send a shorter clip.",
    IntakeCode.LIMIT_DEPTH: "The file is nested deeper, or has more elements, than any real clip. Ask the site to export it again.",
    IntakeCode.LIMIT_PIXELS: "The picture size or the number of frames is outside what intake allows. Ask the site to export it again.",
    IntakeCode.FRAME_COUNT: "The number of frames found is not the one declared. Ask for a new export, or accept the whole frames.",
    IntakeCode.CONTAINER: "The compressed frames do not have the form that DICOM asks for. Ask the site to export the clip again.",
    IntakeCode.PIXEL_LENGTH: "The pixel data are shorter or longer than the header says. Ask for a new export, or accept the whole frames.",
    IntakeCode.DECODE: "One or more frames cannot be decoded. Ask for a new export, or accept the whole frames.",
    IntakeCode.TIMING: (
        "The file gives no usable time between frames. Ask for a new export, or accept the clip: "
        "it is played at an assumed 25 frames a second, and says so."
    ),
    IntakeCode.TYPE1_MISSING: "The header lacks something that every ultrasound image must have. Ask the site to export it again.",
    IntakeCode.REGION_INVALID: (
        "The file does not say which part of the picture is ultrasound. Draw a mask over every text, "
        "or confirm that there is nothing to mask."
    ),
    IntakeCode.TEMPLATE_MISMATCH: "The screen layout of this machine is not the known one. Draw a mask over every text.",
    IntakeCode.MASK_PROOF: "The masked clip did not pass its proof. Deliver the file again; if it happens twice, report it.",
    IntakeCode.IDENTITY_MISMATCH: "The clip names another patient than the rest of its study. Ask the site whose clip it is.",
    IntakeCode.LABEL_CONFLICT: "Two sources disagree about segment or side. Look at the clip and set the label, or ask the site.",
    IntakeCode.VISIT_WINDOW: "The clip was recorded outside the window of this visit. Check the visit, or ask the site.",
    IntakeCode.DUPLICATE: "This file is already in the lab. Nothing is to be done.",
    IntakeCode.TOKEN_FOUND: "Something that identifies the patient is still in the clip. It is not released; reject it.",
    IntakeCode.TEXT_FOUND: "There may be readable text in the kept part of the picture. Look at each flagged frame.",
    IntakeCode.ARCHIVE_MEMBER: (
        "This part of the archive is encrypted, nested, oddly named or damaged, or it has too many. Ask for a plain ZIP of DICOM files."
    ),
    IntakeCode.TRANSMITTAL_ROW: "A row of the transmittal does not match what arrived. Ask the site.",
    IntakeCode.DICOMDIR: (
        "The list of the disc (DICOMDIR) does not name this file. Look whose it is; then accept it, or reject it to the site."
    ),
    IntakeCode.SOURCE_GONE: "The file went away, or could not be read, while it was taken in. Deliver it again.",
}
DOUBTS = frozenset({IntakeCode.IDENTITY_MISMATCH, IntakeCode.DICOMDIR, IntakeCode.TRANSMITTAL_ROW})
"""Held for whose, or which, clip it is: no mask settles that, a person does, with a reason."""

KNOWN_ELSEWHERE = (
    "This file is already in the lab for another exam; one of the two deliveries names the wrong subject or visit. Ask the site."
)
"""What is said of a duplicate that is no harmless repetition."""


@dataclass(frozen=True, slots=True)
class ObjectFault:
    """One fault of one object, in stable code and words that hold nothing of the source."""

    code: str
    message: str


class ObjectRefusedError(Exception):
    """An object cannot become a clip. ``detail`` says more for the log and holds nothing of the source's values."""

    def __init__(self, code: IntakeCode, detail: str = "") -> None:
        super().__init__(f"{code.value}: {detail}" if detail else code.value)
        self.code = code
        self.detail = detail


class Refusal(Enum):
    """Why a step of intake cannot be done."""

    SOURCE = "source"
    SUBJECT = "subject"
    SUBJECT_UNKNOWN = "subject unknown"
    VISIT = "visit"
    SIDE = "side"
    EXAM = "exam"
    EXAM_CLOSED = "exam closed"
    CLIP = "clip"
    CLIP_STATE = "clip state"
    SEGMENT = "segment"
    REASON = "reason"
    ATTRIBUTE = "attribute"
    BOXES = "boxes"
    FRAMES = "frames"
    SAME_PERSON = "same person"
    SENT_BACK = "sent back"
    PIXEL_RULE = "pixel rule"
    TEMPLATE = "template"
    TEMPLATE_MACHINE = "template machine"
    TEMPLATE_MASK = "template mask"
    RULE_REASON = "rule reason"
    ACCEPTED = "accepted"
    ATTENDED = "attended"
    IMAGED = "imaged"
    LABELLED_SIDE = "labelled side"
    ABSENT = "absent"
    RESERVED = "reserved"
    FACT_REASON = "fact reason"
    FACT_OPENED = "fact opened"
    FACT_COMPARED = "fact compared"
    FACT_LACKING = "fact lacking"
    SITE_LIST = "site list"
    REPLACED = "replaced"
    REPLACES_ONE = "replaces one"
    REPLACED_READ = "replaced read"
    REPLACED_LABEL = "replaced label"
    REPLACED_REASON = "replaced reason"

    @property
    def message(self) -> str:
        return _REFUSALS[self]


_REFUSALS = {
    Refusal.SOURCE: "There is no file to take in. Name files, folders or ZIP archives that exist.",
    Refusal.SUBJECT: "This is not a subject code: up to 64 letters, digits, dots, dashes and underscores.",
    Refusal.SUBJECT_UNKNOWN: "The lab knows no such subject. Check the code.",
    Refusal.VISIT: "The charter has no such visit.",
    Refusal.SIDE: "A side is missing here, or it is not the one that is recorded for this subject. Check which limb is under study.",
    Refusal.EXAM: "There is no such exam.",
    Refusal.EXAM_CLOSED: "This exam is already with the readers; nothing can be added or changed.",
    Refusal.CLIP: "There is no such clip.",
    Refusal.CLIP_STATE: "This step does not fit the state of the clip. Refresh the list and look again.",
    Refusal.SEGMENT: "The charter has no such segment, or it cannot have that side.",
    Refusal.REASON: "The charter has no such reason for a segment that was not imaged.",
    Refusal.ATTRIBUTE: "The charter has no such attribute, or it cannot have that value.",
    Refusal.BOXES: "The boxes do not fit the picture, or none was drawn.",
    Refusal.FRAMES: "Not every flagged frame was looked at.",
    Refusal.SAME_PERSON: "Another coordinator has to verify this clip: you passed it yourself.",
    Refusal.SENT_BACK: "You changed the mask, so the clip went back: the first person, or a third one, passes it again.",
    Refusal.PIXEL_RULE: "This is no rule of the pixel check: two, one, or sample: with a number from 1 to 99.",
    Refusal.TEMPLATE: "There is no such mask of a machine in use.",
    Refusal.TEMPLATE_MACHINE: (
        "This clip does not say by a known name which machine made it, so its mask cannot be kept for that machine. Draw it on each clip."
    ),
    Refusal.TEMPLATE_MASK: "Nobody has drawn a mask on this clip yet, or passed it. Do that first.",
    Refusal.RULE_REASON: "A change of this rule needs a reason.",
    Refusal.ACCEPTED: "There is no such kind of files: accept_retired_sop or accept_deflated.",
    Refusal.ATTENDED: "In a trial lab clips are passed and verified on the page, where the pictures are looked at.",
    Refusal.IMAGED: "A clip is labelled with this segment, so it was imaged. Correct the label or reject the clip first.",
    Refusal.LABELLED_SIDE: "Clips of this subject are labelled with the other side. Ask the site which limb is under study.",
    Refusal.ABSENT: "The subject does not have this segment, as entered. Correct the segment, or what was entered about it.",
    Refusal.RESERVED: "This subject belongs to the calibration set and takes no exam of the trial. Check the subject's code.",
    Refusal.FACT_REASON: "An exam of this subject is with the readers. Nothing was changed: say why the fact is to be changed.",
    Refusal.FACT_OPENED: (
        "A reader has opened an exam of this subject and was asked by the facts as they stood. Nothing was changed. "
        "Withdraw what is being read, invalidate what is signed (Overview, Records), then correct the fact and assign again."
    ),
    Refusal.FACT_COMPARED: (
        "An exam of this subject has been compared; its results rest on this fact. Nothing was changed. "
        "Write down what is wrong for whoever analyses the trial."
    ),
    Refusal.SITE_LIST: (
        "One of these files is a transmittal: it says itself which subject and visit each file belongs to. Nothing was taken in. "
        "Deliver by it instead of one subject and visit: choose the list alone beside its files, or name it with --transmittal "
        "(out of a ZIP, take it out first). Where all files are of this one visit after all, take the list away and deliver again."
    ),
    Refusal.REPLACED: "There is no such clip in this exam that could be replaced, or it is gone already. Check the clip and the exam.",
    Refusal.REPLACES_ONE: "One file takes the place of one clip. Nothing was taken in: deliver that file alone.",
    Refusal.REPLACED_READ: (
        "Readers have the exam of the clip that is to be replaced. Nothing was changed. "
        "Withdraw what is being read, invalidate what is signed (Overview, Records), then do this again."
    ),
    Refusal.REPLACED_LABEL: "Readers get this clip as soon as it is released. Say first what it shows.",
    Refusal.REPLACED_REASON: "Say why the clip takes the place of the other one.",
    Refusal.FACT_LACKING: "With this value an exam that is with the readers would lack clips or facts. Nothing was changed.",
}


class IntakeRefusedError(Exception):
    """A step cannot be done; nothing was changed. ``value`` is what was given, never anything of a source."""

    def __init__(self, refusal: Refusal, value: str = "") -> None:
        super().__init__(f"{refusal.value}: {value}" if value else refusal.value)
        self.refusal = refusal
        self.value = value

    @property
    def message(self) -> str:
        return f"{self.refusal.message} ({self.value})" if self.value else self.refusal.message
