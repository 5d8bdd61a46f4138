"""Tables of the lab itself, its people, their keys and their sign-ins."""

from sqlalchemy import CheckConstraint, Index, UniqueConstraint

from corelab.storage.schema.columns import blob, choice, number, ref, regulated, sha256, text, time, truth

LAB = regulated("lab", text("lab_id", key=True), text("trial_id"), choice("kind", "trial", "demo", "training"), time("created_at"))

CHARTER = regulated("charter", sha256("hash", key=True), sha256("file_sha256"), text("version"), blob("toml"), UniqueConstraint("version"))

SETTING = regulated("setting", text("name", key=True), number("n", key=True), text("value"))

ACCOUNT = regulated("account", text("id", key=True), text("user_name"), choice("kind", "person", "system"), UniqueConstraint("user_name"))

ACCOUNT_REVISION = regulated(
    "account_revision",
    ref("account_id", "account.id", key=True),
    number("n", key=True),
    text("printed_name"),
    choice("status", "invited", "active", "locked", "deactivated"),
    text("roles"),
    text("email", null=True),
)

CREDENTIAL = regulated(
    "credential",
    text("id", key=True),
    ref("account_id", "account.id"),
    number("n"),
    choice("kdf", "argon2id"),
    number("opslimit"),
    number("memlimit"),
    blob("salt"),
    blob("sign_pub"),
    blob("box_pub"),
    blob("wrapped_sign", null=True),
    blob("wrapped_box", null=True),
    choice("reason", "activation", "password", "parameters", "reset"),
    UniqueConstraint("account_id", "n"),
    CheckConstraint("(wrapped_sign IS NULL) = (wrapped_box IS NULL)", name="wrapped"),
)

INVITATION = regulated("invitation", text("id", key=True), ref("account_id", "account.id"), text("code_hash"), time("expires_at"))

CUSTODY_KEY = regulated(
    "custody_key", text("id", key=True), number("n"), blob("box_pub"), blob("recovery_salt"), blob("recovery_wrap"), UniqueConstraint("n")
)

CUSTODY_GRANT = regulated(
    "custody_grant",
    ref("custody_id", "custody_key.id", key=True),
    ref("account_id", "account.id", key=True),
    text("key_id", key=True),
    blob("sealed_seed"),
)

REGRANT = regulated("regrant", sha256("envelope_sha256", key=True), text("key_id", key=True), blob("sealed_key"))

LAB_SECRET = regulated(
    "lab_secret",
    choice("name", "deid", "package", "chance", key=True),
    number("epoch", key=True),
    ref("custody_id", "custody_key.id", key=True),
    blob("sealed"),
)

SESSION = regulated("session", text("id", key=True), ref("account_id", "account.id"), text("workstation_id"))

SESSION_END = regulated("session_end", ref("session_id", "session.id", key=True), text("cause"))

# The name is null where nobody has it: people type their password into the wrong field.
SIGNIN_ATTEMPT = regulated(
    "signin_attempt", text("id", key=True), text("user_name", null=True), truth("ok"), text("workstation_id"), Index(None, "user_name")
)

WORKSTATION = regulated(
    "workstation",
    text("id", key=True),
    number("n", key=True),
    text("host"),
    text("os"),
    text("display_check", null=True),
    truth("enrolled"),
)

ACKNOWLEDGEMENT = regulated(
    "acknowledgement", ref("account_id", "account.id", key=True), text("what", key=True), sha256("text_hash", key=True)
)

TRAINING = regulated(
    "training", ref("account_id", "account.id", key=True), ref("charter_hash", "charter.hash", key=True), time("passed_at", key=True)
)

# Nothing is sealed in a row that turns it off.
SECOND_FACTOR = regulated(
    "second_factor",
    ref("account_id", "account.id", key=True),
    number("n", key=True),
    choice("state", "on", "off"),
    blob("sealed", null=True),
    CheckConstraint("(state = 'on') = (sealed IS NOT NULL)", name="sealed"),
    since=2,
)

# Whether a person may read under a charter: what the calibration set said, and a coordinator decided.
CERTIFICATION = regulated(
    "certification",
    text("id", key=True),
    ref("account_id", "account.id"),
    ref("charter_hash", "charter.hash"),
    text("verdict"),
    since=3,
)

# Who is absent is dealt nothing new until the next row.
ABSENCE = regulated("absence", ref("account_id", "account.id", key=True), number("n", key=True), choice("state", "on", "off"), since=3)
