"""Tables of the trail: events, their payloads and openings, signatures, packages, checkpoints."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint

from corelab.storage.schema.columns import blob, choice, number, ref, regulated, sha256, table, text, time

EVENT = table(
    "event",
    number("seq", key=True),
    time("at"),
    number("tz"),
    choice("clock", "system", "server"),
    text("actor", null=True),
    text("role", null=True),
    text("session", null=True),
    text("workstation", null=True),
    text("app"),
    number("schema"),
    text("kind"),
    text("entity"),
    text("id", null=True),
    text("reason", null=True),
    text("submit", null=True),
    sha256("payload", null=True),
    sha256("sealed", null=True),
    sha256("rows"),
    sha256("prev"),
    sha256("hash"),
    UniqueConstraint("hash"),
    UniqueConstraint("submit"),
    Index(None, "kind"),
    Index(None, "entity", "id"),
)

EVENT_PAYLOAD = table(
    "event_payload",
    number("seq", ForeignKey("event.seq"), key=True),
    choice("form", "clear", "sealed"),
    blob("body", null=True),
    number("redaction_seq", ForeignKey("event.seq"), null=True),
    CheckConstraint("(body IS NULL) = (redaction_seq IS NOT NULL)", name="redaction"),
)

OPENING = regulated(
    "opening",
    number("seq", ForeignKey("event.seq"), key=True),
    blob("body", null=True),
    number("redaction_seq", ForeignKey("event.seq"), null=True),
    CheckConstraint("(body IS NULL) = (redaction_seq IS NOT NULL)", name="redaction"),
)

SIGNATURE = regulated(
    "signature",
    text("id", key=True),
    text("record_type"),
    text("record_id"),
    number("revision"),
    ref("account_id", "account.id"),
    text("key_id"),
    text("printed_name"),
    text("meaning"),
    time("at"),
    number("tz"),
    sha256("charter_hash", null=True),
    sha256("content_digest"),
    sha256("prev_hash"),
    blob("signature"),
    UniqueConstraint("record_type", "record_id", "revision", "meaning", "account_id"),
)

LOCK = regulated(
    "lock", text("id", key=True), number("n"), text("scope"), choice("state", "locked", "unlocked"), UniqueConstraint("scope", "n")
)

REVIEW = regulated("review", text("id", key=True), text("scope"), number("findings"))

PACKAGE = regulated(
    "package",
    text("id", key=True),
    number("n"),
    text("spec_version"),
    number("cutoff_seq", ForeignKey("event.seq")),
    sha256("manifest_sha256"),
    sha256("head"),
    UniqueConstraint("n"),
)

# What a package held, so that the next one can tell what changed: its specification, and the text of each table in pieces, compressed.
PACKAGE_TABLE = regulated(
    "package_table", ref("package_id", "package.id", key=True), text("name", key=True), number("n", key=True), blob("body"), since=5
)

# That columns which a package had may be gone or mean other things from now on; ``package_id`` is the package that had them.
SPECIFICATION_APPROVAL = regulated(
    "specification_approval", text("id", key=True), ref("package_id", "package.id"), sha256("differences"), since=5
)

CHECKPOINT = regulated(
    "checkpoint", text("id", key=True), number("seq", ForeignKey("event.seq")), sha256("head"), text("text"), UniqueConstraint("seq")
)
