"""Tables of what came in: sites, subjects, exams, deliveries, clips and the checks they passed."""

from sqlalchemy import Index, UniqueConstraint

from corelab.storage.schema.columns import blob, choice, later_index, number, ref, regulated, sha256, text, time

SITE = regulated("site", text("code", key=True))

SUBJECT = regulated(
    "subject",
    text("id", key=True),
    text("code"),
    ref("site_code", "site.code", null=True),
    text("plan", null=True),
    UniqueConstraint("code"),
)

SUBJECT_ATTRIBUTE = regulated(
    "subject_attribute",
    ref("subject_id", "subject.id", key=True),
    text("attribute", key=True),
    text("segment", key=True),
    number("n", key=True),
    text("value"),
)

EXAM = regulated(
    "exam",
    text("id", key=True),
    ref("subject_id", "subject.id"),
    text("visit"),
    ref("charter_hash", "charter.hash"),
    text("code"),
    UniqueConstraint("subject_id", "visit"),
    UniqueConstraint("code"),
)

DELIVERY = regulated("delivery", text("id", key=True), text("kind"))

INTAKE_OBJECT = regulated(
    "intake_object",
    text("id", key=True),
    ref("delivery_id", "delivery.id"),
    number("n"),
    sha256("sha256"),
    choice("outcome", "checked", "held", "duplicate", "rejected", "released"),
    text("code", null=True),
    ref("exam_id", "exam.id", null=True),
    UniqueConstraint("delivery_id", "n"),
    Index(None, "sha256"),
    Index(None, "exam_id"),
)

PIXEL_CHECK = regulated(
    "pixel_check",
    ref("clip_id", "intake_object.id", key=True),
    number("n", key=True),
    text("action"),
    ref("person_id", "account.id"),
    sha256("candidate_sha256", null=True),
    text("boxes", null=True),
)

CLIP = regulated(
    "clip",
    ref("id", "intake_object.id", key=True),
    ref("exam_id", "exam.id"),
    sha256("sha256"),
    text("sop_uid"),
    text("sop_class"),
    text("transfer_syntax"),
    number("frames"),
    number("rows"),
    number("columns"),
    text("frame_times"),
    text("calibration"),
    text("study_date", null=True),
    sha256("source_sha256"),
    text("rules_version"),
    text("mask", null=True),
    UniqueConstraint("sha256"),
    Index(None, "exam_id"),
)

# Of a clip in an archive on a server: its bytes beside the frames, and place and SHA-256 of each frame; so one is proven before all came.
CLIP_FRAMES = regulated("clip_frames", ref("clip_id", "clip.id", key=True), number("size"), blob("rest"), blob("frames"), since=6)

CLIP_RELEASE = regulated(
    "clip_release", ref("clip_id", "clip.id", key=True), ref("checker_id", "account.id"), ref("verifier_id", "account.id")
)

CLIP_WITHDRAWAL = regulated("clip_withdrawal", ref("clip_id", "clip.id", key=True), text("reason"))

CLIP_LABEL = regulated(
    "clip_label",
    ref("clip_id", "intake_object.id", key=True),
    number("n", key=True),
    text("segment", null=True),
    choice("side", "left", "right", "unpaired", null=True),
    text("view", null=True),
    text("mode", null=True),
)

CLIP_QC = regulated(
    "clip_qc", ref("clip_id", "intake_object.id", key=True), number("n", key=True), text("grade"), text("reasons", null=True)
)

EXAM_STATUS = regulated(
    "exam_status",
    ref("exam_id", "exam.id", key=True),
    number("n", key=True),
    choice("state", "receiving", "ready", "assigned", "released", "final", "locked"),
    text("not_imaged", null=True),
)

QUERY = regulated(
    "query",
    text("id", key=True),
    number("number"),
    ref("site_code", "site.code", null=True),
    text("kind"),
    ref("clip_id", "intake_object.id", null=True),
    ref("exam_id", "exam.id", null=True),
    UniqueConstraint("number"),
)

QUERY_MESSAGE = regulated(
    "query_message", ref("query_id", "query.id", key=True), number("n", key=True), text("state"), time("due", null=True)
)

DEVIATION = regulated("deviation", text("id", key=True), text("kind"), ref("exam_id", "exam.id", null=True))

# The set that every reader reads, in its order; none of its exams has results.
CALIBRATION_EXAM = regulated("calibration_exam", ref("exam_id", "exam.id", key=True), number("n"), since=3)

# ---------------------------------------------------------------- what a site said about a delivery, and what became of it

# The site's list of a delivery, row by row, beside what arrived: codes only, no path and no comment.
TRANSMITTAL_ROW = regulated(
    "transmittal_row",
    ref("delivery_id", "delivery.id", key=True),
    number("n", key=True),
    choice("state", "matched", "missing", "unexpected", "hash differs"),
    ref("object_id", "intake_object.id", null=True),
    text("subject", null=True),
    text("visit", null=True),
    text("segment", null=True),
    text("side", null=True),
    text("view", null=True),
    since=4,
)

LABEL_PROPOSAL = regulated(
    "label_proposal",
    ref("clip_id", "intake_object.id", key=True),
    number("n", key=True),
    text("segment", null=True),
    text("side", null=True),
    text("view", null=True),
    text("mode", null=True),
    text("source"),
    since=4,
)

# What tells a clip that comes again or at another time: the keyed digest of its frames, its keyed identifier, its shifted date.
CLIP_FINGERPRINT = regulated(
    "clip_fingerprint",
    ref("clip_id", "intake_object.id", key=True),
    sha256("picture", null=True),
    text("sop_uid"),
    text("study_date", null=True),
    later_index("picture", since=4),
    later_index("sop_uid", since=4),
    since=4,
)

CLIP_REPLACEMENT = regulated(
    "clip_replacement", ref("clip_id", "intake_object.id", key=True), ref("replaced_id", "intake_object.id"), since=4
)

MASK_TEMPLATE = regulated(
    "mask_template",
    text("id", key=True),
    number("n", key=True),
    text("manufacturer"),
    text("model"),
    text("software"),
    number("rows"),
    number("columns"),
    text("boxes"),
    choice("state", "active", "retired"),
    since=4,
)

DELIVERY_SITE = regulated("delivery_site", ref("delivery_id", "delivery.id", key=True), ref("site_code", "site.code"), since=4)
