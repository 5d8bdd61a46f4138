"""Tables of what was read: assignments, readings, comparisons, cases, decisions, grades, results; and drafts, the only ones that change."""

from sqlalchemy import BLOB, CheckConstraint, Column, Index, UniqueConstraint
from sqlalchemy import text as sql

from corelab.storage.schema.columns import choice, later_index, number, ref, regulated, sha256, table, text, time, truth

ASSIGNMENT = regulated(
    "assignment",
    text("id", key=True),
    ref("exam_id", "exam.id"),
    text("reading_type"),
    number("slot", CheckConstraint("slot >= 1", name="slot")),
    number("attempt", CheckConstraint("attempt >= 1", name="attempt")),
    choice("kind", "primary", "repeat", "calibration", "adjudication"),
    ref("account_id", "account.id"),
    text("pseudonym"),
    text("order_key"),
    time("due", null=True),
    UniqueConstraint("exam_id", "reading_type", "slot", "attempt"),
    UniqueConstraint("account_id", "pseudonym"),
    later_index("account_id", "order_key", since=3),
    Index(
        "uq_assignment_one_reading_per_person",
        "exam_id",
        "account_id",
        "kind",
        unique=True,
        sqlite_where=sql("kind <> 'calibration'"),
        postgresql_where=sql("kind <> 'calibration'"),
    ),
)

ASSIGNMENT_END = regulated("assignment_end", ref("assignment_id", "assignment.id", key=True), text("cause"))

READING = regulated(
    "reading",
    text("id", key=True),
    ref("assignment_id", "assignment.id"),
    number("revision"),
    ref("supersedes_id", "reading.id", null=True),
    ref("charter_hash", "charter.hash"),
    sha256("content_digest"),
    UniqueConstraint("assignment_id", "revision"),
)

READING_INVALIDATION = regulated("reading_invalidation", ref("reading_id", "reading.id", key=True), text("cause"))

# A coordinator lets the reader of a signed reading make a new revision of it: once for each revision.
READING_REOPENING = regulated("reading_reopening", ref("reading_id", "reading.id", key=True), text("cause"), since=2)

RELEASE_BATCH = regulated("release_batch", text("id", key=True), number("n"), text("label"), UniqueConstraint("n"))

COMPARISON = regulated(
    "comparison",
    text("id", key=True),
    ref("exam_id", "exam.id"),
    ref("batch_id", "release_batch.id"),
    ref("reading_1", "reading.id"),
    ref("reading_2", "reading.id"),
    choice("outcome", "concordant", "case", "reference"),
    ref("charter_hash", "charter.hash"),
    UniqueConstraint("exam_id", "reading_1", "reading_2"),
    CheckConstraint("reading_1 <> reading_2", name="two_readings"),
    later_index("reading_1", since=3),
    later_index("reading_2", since=3),
)

# A reading type with one reader has nothing to compare: its signed reading is released in the batch.
SINGLE_RELEASE = regulated(
    "single_release",
    text("id", key=True),
    ref("exam_id", "exam.id"),
    ref("batch_id", "release_batch.id"),
    ref("reading_id", "reading.id"),
    ref("charter_hash", "charter.hash"),
    UniqueConstraint("reading_id"),
    later_index("exam_id", since=3),
    since=3,
)

ADJ_CASE = regulated(
    "adj_case",
    text("id", key=True),
    ref("comparison_id", "comparison.id"),
    ref("assignment_id", "assignment.id", null=True),
    later_index("comparison_id", since=3),
    later_index("assignment_id", since=3),
)

ADJUDICATION = regulated(
    "adjudication",
    text("id", key=True),
    ref("case_id", "adj_case.id"),
    number("revision"),
    ref("supersedes_id", "adjudication.id", null=True),
    ref("charter_hash", "charter.hash"),
    sha256("content_digest"),
    UniqueConstraint("case_id", "revision"),
)

GRADE = regulated(
    "grade",
    choice("record_type", "reading", "adjudication", key=True),
    text("record_id", key=True),
    text("segment", key=True),
    text("item", key=True),
    text("value"),
    text("unit", null=True),
    text("reason_code", null=True),
    text("confidence", null=True),
    truth("prefilled"),
    CheckConstraint("value NOT IN ('NE', 'NI') OR reason_code IS NOT NULL", name="missing_has_reason"),
)

EVIDENCE = regulated(
    "evidence",
    choice("record_type", "reading", "adjudication", key=True),
    text("record_id", key=True),
    text("segment", key=True),
    text("item", key=True),
    number("n", key=True),
    ref("clip_sha256", "clip.sha256"),
    number("frame_a", CheckConstraint("frame_a >= 0", name="frame_a")),
    number("frame_b", CheckConstraint("frame_b >= 0", name="frame_b"), null=True),
)

RESULT = regulated(
    "result",
    ref("exam_id", "exam.id", key=True),
    text("segment", key=True),
    text("item", key=True),
    number("revision", key=True),
    text("value"),
    text("unit", null=True),
    choice("source", "CONCORDANT", "ADJUDICATED", "REFERENCE"),
    choice("from_type", "reading", "adjudication"),
    text("from_id"),
    text("rule_id", null=True),
)

ALERT = regulated("alert", text("id", key=True), ref("exam_id", "exam.id"))

UNBLINDING = regulated("unblinding", text("id", key=True), ref("exam_id", "exam.id"), ref("account_id", "account.id"))

# That the questions after a signature were answered; the answers are in a payload sealed to custody.
GUESS = regulated("guess", text("id", key=True), ref("assignment_id", "assignment.id"), UniqueConstraint("assignment_id"), since=3)

# Its primary key is the assignment: one person, one place, one draft. Deleted on submit; no part of any row digest.
DRAFT = table("draft", ref("assignment_id", "assignment.id", key=True), Column("body", BLOB, nullable=False), time("updated_at"))
