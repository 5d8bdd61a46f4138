CREATE TABLE event (
	seq INTEGER NOT NULL,
	at TEXT NOT NULL,
	tz INTEGER NOT NULL,
	clock TEXT NOT NULL CONSTRAINT ck_event_clock CHECK (clock IN ('system', 'server')),
	actor TEXT,
	role TEXT,
	session TEXT,
	workstation TEXT,
	app TEXT NOT NULL,
	schema INTEGER NOT NULL,
	kind TEXT NOT NULL,
	entity TEXT NOT NULL,
	id TEXT,
	reason TEXT,
	submit TEXT,
	payload TEXT CONSTRAINT ck_event_payload CHECK (length(payload) = 64),
	sealed TEXT CONSTRAINT ck_event_sealed CHECK (length(sealed) = 64),
	rows TEXT NOT NULL CONSTRAINT ck_event_rows CHECK (length(rows) = 64),
	prev TEXT NOT NULL CONSTRAINT ck_event_prev CHECK (length(prev) = 64),
	hash TEXT NOT NULL CONSTRAINT ck_event_hash CHECK (length(hash) = 64),
	CONSTRAINT pk_event PRIMARY KEY (seq),
	CONSTRAINT uq_event_hash UNIQUE (hash),
	CONSTRAINT uq_event_submit UNIQUE (submit)
)
 STRICT
--
CREATE TABLE account (
	event_seq INTEGER NOT NULL,
	id TEXT NOT NULL,
	user_name TEXT NOT NULL,
	kind TEXT NOT NULL CONSTRAINT ck_account_kind CHECK (kind IN ('person', 'system')),
	CONSTRAINT pk_account PRIMARY KEY (id),
	CONSTRAINT uq_account_user_name UNIQUE (user_name),
	CONSTRAINT fk_account_event_seq FOREIGN KEY(event_seq) REFERENCES event (seq)
)
 STRICT
--
CREATE TABLE charter (
	event_seq INTEGER NOT NULL,
	hash TEXT NOT NULL CONSTRAINT ck_charter_hash CHECK (length(hash) = 64),
	file_sha256 TEXT NOT NULL CONSTRAINT ck_charter_file_sha256 CHECK (length(file_sha256) = 64),
	version TEXT NOT NULL,
	toml BLOB NOT NULL,
	CONSTRAINT pk_charter PRIMARY KEY (hash),
	CONSTRAINT uq_charter_version UNIQUE (version),
	CONSTRAINT fk_charter_event_seq FOREIGN KEY(event_seq) REFERENCES event (seq)
)
 STRICT
--
CREATE TABLE checkpoint (
	event_seq INTEGER NOT NULL,
	id TEXT NOT NULL,
	seq INTEGER NOT NULL,
	head TEXT NOT NULL CONSTRAINT ck_checkpoint_head CHECK (length(head) = 64),
	text TEXT NOT NULL,
	CONSTRAINT pk_checkpoint PRIMARY KEY (id),
	CONSTRAINT uq_checkpoint_seq UNIQUE (seq),
	CONSTRAINT fk_checkpoint_event_seq FOREIGN KEY(event_seq) REFERENCES event (seq),
	CONSTRAINT fk_checkpoint_seq FOREIGN KEY(seq) REFERENCES event (seq)
)
 STRICT
--
CREATE TABLE custody_key (
	event_seq INTEGER NOT NULL,
	id TEXT NOT NULL,
	n INTEGER NOT NULL,
	box_pub BLOB NOT NULL,
	recovery_salt BLOB NOT NULL,
	recovery_wrap BLOB NOT NULL,
	CONSTRAINT pk_custody_key PRIMARY KEY (id),
	CONSTRAINT uq_custody_key_n UNIQUE (n),
	CONSTRAINT fk_custody_key_event_seq FOREIGN KEY(event_seq) REFERENCES event (seq)
)
 STRICT
--
CREATE TABLE delivery (
	event_seq INTEGER NOT NULL,
	id TEXT NOT NULL,
	kind TEXT NOT NULL,
	CONSTRAINT pk_delivery PRIMARY KEY (id),
	CONSTRAINT fk_delivery_event_seq FOREIGN KEY(event_seq) REFERENCES event (seq)
)
 STRICT
--
CREATE TABLE event_payload (
	seq INTEGER NOT NULL,
	form TEXT NOT NULL CONSTRAINT ck_event_payload_form CHECK (form IN ('clear', 'sealed')),
	body BLOB,
	redaction_seq INTEGER,
	CONSTRAINT pk_event_payload PRIMARY KEY (seq),
	CONSTRAINT ck_event_payload_redaction CHECK ((body IS NULL) = (redaction_seq IS NOT NULL)),
	CONSTRAINT fk_event_payload_seq FOREIGN KEY(seq) REFERENCES event (seq),
	CONSTRAINT fk_event_payload_redaction_seq FOREIGN KEY(redaction_seq) REFERENCES event (seq)
)
 STRICT
--
CREATE TABLE grade (
	event_seq INTEGER NOT NULL,
	record_type TEXT NOT NULL CONSTRAINT ck_grade_record_type CHECK (record_type IN ('reading', 'adjudication')),
	record_id TEXT NOT NULL,
	segment TEXT NOT NULL,
	item TEXT NOT NULL,
	value TEXT NOT NULL,
	unit TEXT,
	reason_code TEXT,
	confidence TEXT,
	prefilled INTEGER NOT NULL CONSTRAINT ck_grade_prefilled CHECK (prefilled IN (0, 1)),
	CONSTRAINT pk_grade PRIMARY KEY (record_type, record_id, segment, item),
	CONSTRAINT ck_grade_missing_has_reason CHECK (value NOT IN ('NE', 'NI') OR reason_code IS NOT NULL),
	CONSTRAINT fk_grade_event_seq FOREIGN KEY(event_seq) REFERENCES event (seq)
)
 STRICT
--
CREATE TABLE lab (
	event_seq INTEGER NOT NULL,
	lab_id TEXT NOT NULL,
	trial_id TEXT NOT NULL,
	kind TEXT NOT NULL CONSTRAINT ck_lab_kind CHECK (kind IN ('trial', 'demo', 'training')),
	created_at TEXT NOT NULL,
	CONSTRAINT pk_lab PRIMARY KEY (lab_id),
	CONSTRAINT fk_lab_event_seq FOREIGN KEY(event_seq) REFERENCES event (seq)
)
 STRICT
--
CREATE TABLE lock (
	event_seq INTEGER NOT NULL,
	id TEXT NOT NULL,
	n INTEGER NOT NULL,
	scope TEXT NOT NULL,
	state TEXT NOT NULL CONSTRAINT ck_lock_state CHECK (state IN ('locked', 'unlocked')),
	CONSTRAINT pk_lock PRIMARY KEY (id),
	CONSTRAINT uq_lock_scope_n UNIQUE (scope, n),
	CONSTRAINT fk_lock_event_seq FOREIGN KEY(event_seq) REFERENCES event (seq)
)
 STRICT
--
CREATE TABLE opening (
	event_seq INTEGER NOT NULL,
	seq INTEGER NOT NULL,
	body BLOB,
	redaction_seq INTEGER,
	CONSTRAINT pk_opening PRIMARY KEY (seq),
	CONSTRAINT ck_opening_redaction CHECK ((body IS NULL) = (redaction_seq IS NOT NULL)),
	CONSTRAINT fk_opening_event_seq FOREIGN KEY(event_seq) REFERENCES event (seq),
	CONSTRAINT fk_opening_seq FOREIGN KEY(seq) REFERENCES event (seq),
	CONSTRAINT fk_opening_redaction_seq FOREIGN KEY(redaction_seq) REFERENCES event (seq)
)
 STRICT
--
CREATE TABLE package (
	event_seq INTEGER NOT NULL,
	id TEXT NOT NULL,
	n INTEGER NOT NULL,
	spec_version TEXT NOT NULL,
	cutoff_seq INTEGER NOT NULL,
	manifest_sha256 TEXT NOT NULL CONSTRAINT ck_package_manifest_sha256 CHECK (length(manifest_sha256) = 64),
	head TEXT NOT NULL CONSTRAINT ck_package_head CHECK (length(head) = 64),
	CONSTRAINT pk_package PRIMARY KEY (id),
	CONSTRAINT uq_package_n UNIQUE (n),
	CONSTRAINT fk_package_event_seq FOREIGN KEY(event_seq) REFERENCES event (seq),
	CONSTRAINT fk_package_cutoff_seq FOREIGN KEY(cutoff_seq) REFERENCES event (seq)
)
 STRICT
--
CREATE TABLE regrant (
	event_seq INTEGER NOT NULL,
	envelope_sha256 TEXT NOT NULL CONSTRAINT ck_regrant_envelope_sha256 CHECK (length(envelope_sha256) = 64),
	key_id TEXT NOT NULL,
	sealed_key BLOB NOT NULL,
	CONSTRAINT pk_regrant PRIMARY KEY (envelope_sha256, key_id),
	CONSTRAINT fk_regrant_event_seq FOREIGN KEY(event_seq) REFERENCES event (seq)
)
 STRICT
--
CREATE TABLE release_batch (
	event_seq INTEGER NOT NULL,
	id TEXT NOT NULL,
	n INTEGER NOT NULL,
	label TEXT NOT NULL,
	CONSTRAINT pk_release_batch PRIMARY KEY (id),
	CONSTRAINT uq_release_batch_n UNIQUE (n),
	CONSTRAINT fk_release_batch_event_seq FOREIGN KEY(event_seq) REFERENCES event (seq)
)
 STRICT
--
CREATE TABLE review (
	event_seq INTEGER NOT NULL,
	id TEXT NOT NULL,
	scope TEXT NOT NULL,
	findings INTEGER NOT NULL,
	CONSTRAINT pk_review PRIMARY KEY (id),
	CONSTRAINT fk_review_event_seq FOREIGN KEY(event_seq) REFERENCES event (seq)
)
 STRICT
--
CREATE TABLE setting (
	event_seq INTEGER NOT NULL,
	name TEXT NOT NULL,
	n INTEGER NOT NULL,
	value TEXT NOT NULL,
	CONSTRAINT pk_setting PRIMARY KEY (name, n),
	CONSTRAINT fk_setting_event_seq FOREIGN KEY(event_seq) REFERENCES event (seq)
)
 STRICT
--
CREATE TABLE signin_attempt (
	event_seq INTEGER NOT NULL,
	id TEXT NOT NULL,
	user_name TEXT,
	ok INTEGER NOT NULL CONSTRAINT ck_signin_attempt_ok CHECK (ok IN (0, 1)),
	workstation_id TEXT NOT NULL,
	CONSTRAINT pk_signin_attempt PRIMARY KEY (id),
	CONSTRAINT fk_signin_attempt_event_seq FOREIGN KEY(event_seq) REFERENCES event (seq)
)
 STRICT
--
CREATE TABLE site (
	event_seq INTEGER NOT NULL,
	code TEXT NOT NULL,
	CONSTRAINT pk_site PRIMARY KEY (code),
	CONSTRAINT fk_site_event_seq FOREIGN KEY(event_seq) REFERENCES event (seq)
)
 STRICT
--
CREATE TABLE workstation (
	event_seq INTEGER NOT NULL,
	id TEXT NOT NULL,
	n INTEGER NOT NULL,
	host TEXT NOT NULL,
	os TEXT NOT NULL,
	display_check TEXT,
	enrolled INTEGER NOT NULL CONSTRAINT ck_workstation_enrolled CHECK (enrolled IN (0, 1)),
	CONSTRAINT pk_workstation PRIMARY KEY (id, n),
	CONSTRAINT fk_workstation_event_seq FOREIGN KEY(event_seq) REFERENCES event (seq)
)
 STRICT
--
CREATE TABLE account_revision (
	event_seq INTEGER NOT NULL,
	account_id TEXT NOT NULL,
	n INTEGER NOT NULL,
	printed_name TEXT NOT NULL,
	status TEXT NOT NULL CONSTRAINT ck_account_revision_status CHECK (status IN ('invited', 'active', 'locked', 'deactivated')),
	roles TEXT NOT NULL,
	email TEXT,
	CONSTRAINT pk_account_revision PRIMARY KEY (account_id, n),
	CONSTRAINT fk_account_revision_event_seq FOREIGN KEY(event_seq) REFERENCES event (seq),
	CONSTRAINT fk_account_revision_account_id FOREIGN KEY(account_id) REFERENCES account (id)
)
 STRICT
--
CREATE TABLE acknowledgement (
	event_seq INTEGER NOT NULL,
	account_id TEXT NOT NULL,
	what TEXT NOT NULL,
	text_hash TEXT NOT NULL CONSTRAINT ck_acknowledgement_text_hash CHECK (length(text_hash) = 64),
	CONSTRAINT pk_acknowledgement PRIMARY KEY (account_id, what, text_hash),
	CONSTRAINT fk_acknowledgement_event_seq FOREIGN KEY(event_seq) REFERENCES event (seq),
	CONSTRAINT fk_acknowledgement_account_id FOREIGN KEY(account_id) REFERENCES account (id)
)
 STRICT
--
CREATE TABLE credential (
	event_seq INTEGER NOT NULL,
	id TEXT NOT NULL,
	account_id TEXT NOT NULL,
	n INTEGER NOT NULL,
	kdf TEXT NOT NULL CONSTRAINT ck_credential_kdf CHECK (kdf IN ('argon2id')),
	opslimit INTEGER NOT NULL,
	memlimit INTEGER NOT NULL,
	salt BLOB NOT NULL,
	sign_pub BLOB NOT NULL,
	box_pub BLOB NOT NULL,
	wrapped_sign BLOB,
	wrapped_box BLOB,
	reason TEXT NOT NULL CONSTRAINT ck_credential_reason CHECK (reason IN ('activation', 'password', 'parameters', 'reset')),
	CONSTRAINT pk_credential PRIMARY KEY (id),
	CONSTRAINT uq_credential_account_id_n UNIQUE (account_id, n),
	CONSTRAINT ck_credential_wrapped CHECK ((wrapped_sign IS NULL) = (wrapped_box IS NULL)),
	CONSTRAINT fk_credential_event_seq FOREIGN KEY(event_seq) REFERENCES event (seq),
	CONSTRAINT fk_credential_account_id FOREIGN KEY(account_id) REFERENCES account (id)
)
 STRICT
--
CREATE TABLE custody_grant (
	event_seq INTEGER NOT NULL,
	custody_id TEXT NOT NULL,
	account_id TEXT NOT NULL,
	key_id TEXT NOT NULL,
	sealed_seed BLOB NOT NULL,
	CONSTRAINT pk_custody_grant PRIMARY KEY (custody_id, account_id, key_id),
	CONSTRAINT fk_custody_grant_event_seq FOREIGN KEY(event_seq) REFERENCES event (seq),
	CONSTRAINT fk_custody_grant_custody_id FOREIGN KEY(custody_id) REFERENCES custody_key (id),
	CONSTRAINT fk_custody_grant_account_id FOREIGN KEY(account_id) REFERENCES account (id)
)
 STRICT
--
CREATE TABLE invitation (
	event_seq INTEGER NOT NULL,
	id TEXT NOT NULL,
	account_id TEXT NOT NULL,
	code_hash TEXT NOT NULL,
	expires_at TEXT NOT NULL,
	CONSTRAINT pk_invitation PRIMARY KEY (id),
	CONSTRAINT fk_invitation_event_seq FOREIGN KEY(event_seq) REFERENCES event (seq),
	CONSTRAINT fk_invitation_account_id FOREIGN KEY(account_id) REFERENCES account (id)
)
 STRICT
--
CREATE TABLE lab_secret (
	event_seq INTEGER NOT NULL,
	name TEXT NOT NULL CONSTRAINT ck_lab_secret_name CHECK (name IN ('deid', 'package', 'chance')),
	epoch INTEGER NOT NULL,
	custody_id TEXT NOT NULL,
	sealed BLOB NOT NULL,
	CONSTRAINT pk_lab_secret PRIMARY KEY (name, epoch, custody_id),
	CONSTRAINT fk_lab_secret_event_seq FOREIGN KEY(event_seq) REFERENCES event (seq),
	CONSTRAINT fk_lab_secret_custody_id FOREIGN KEY(custody_id) REFERENCES custody_key (id)
)
 STRICT
--
CREATE TABLE session (
	event_seq INTEGER NOT NULL,
	id TEXT NOT NULL,
	account_id TEXT NOT NULL,
	workstation_id TEXT NOT NULL,
	CONSTRAINT pk_session PRIMARY KEY (id),
	CONSTRAINT fk_session_event_seq FOREIGN KEY(event_seq) REFERENCES event (seq),
	CONSTRAINT fk_session_account_id FOREIGN KEY(account_id) REFERENCES account (id)
)
 STRICT
--
CREATE TABLE signature (
	event_seq INTEGER NOT NULL,
	id TEXT NOT NULL,
	record_type TEXT NOT NULL,
	record_id TEXT NOT NULL,
	revision INTEGER NOT NULL,
	account_id TEXT NOT NULL,
	key_id TEXT NOT NULL,
	printed_name TEXT NOT NULL,
	meaning TEXT NOT NULL,
	at TEXT NOT NULL,
	tz INTEGER NOT NULL,
	charter_hash TEXT CONSTRAINT ck_signature_charter_hash CHECK (length(charter_hash) = 64),
	content_digest TEXT NOT NULL CONSTRAINT ck_signature_content_digest CHECK (length(content_digest) = 64),
	prev_hash TEXT NOT NULL CONSTRAINT ck_signature_prev_hash CHECK (length(prev_hash) = 64),
	signature BLOB NOT NULL,
	CONSTRAINT pk_signature PRIMARY KEY (id),
	CONSTRAINT uq_signature_record_type_record_id_revision_meaning_account_id UNIQUE (record_type, record_id, revision, meaning, account_id),
	CONSTRAINT fk_signature_event_seq FOREIGN KEY(event_seq) REFERENCES event (seq),
	CONSTRAINT fk_signature_account_id FOREIGN KEY(account_id) REFERENCES account (id)
)
 STRICT
--
CREATE TABLE subject (
	event_seq INTEGER NOT NULL,
	id TEXT NOT NULL,
	code TEXT NOT NULL,
	site_code TEXT,
	"plan" TEXT,
	CONSTRAINT pk_subject PRIMARY KEY (id),
	CONSTRAINT uq_subject_code UNIQUE (code),
	CONSTRAINT fk_subject_event_seq FOREIGN KEY(event_seq) REFERENCES event (seq),
	CONSTRAINT fk_subject_site_code FOREIGN KEY(site_code) REFERENCES site (code)
)
 STRICT
--
CREATE TABLE training (
	event_seq INTEGER NOT NULL,
	account_id TEXT NOT NULL,
	charter_hash TEXT NOT NULL,
	passed_at TEXT NOT NULL,
	CONSTRAINT pk_training PRIMARY KEY (account_id, charter_hash, passed_at),
	CONSTRAINT fk_training_event_seq FOREIGN KEY(event_seq) REFERENCES event (seq),
	CONSTRAINT fk_training_account_id FOREIGN KEY(account_id) REFERENCES account (id),
	CONSTRAINT fk_training_charter_hash FOREIGN KEY(charter_hash) REFERENCES charter (hash)
)
 STRICT
--
CREATE TABLE exam (
	event_seq INTEGER NOT NULL,
	id TEXT NOT NULL,
	subject_id TEXT NOT NULL,
	visit TEXT NOT NULL,
	charter_hash TEXT NOT NULL,
	code TEXT NOT NULL,
	CONSTRAINT pk_exam PRIMARY KEY (id),
	CONSTRAINT uq_exam_subject_id_visit UNIQUE (subject_id, visit),
	CONSTRAINT uq_exam_code UNIQUE (code),
	CONSTRAINT fk_exam_event_seq FOREIGN KEY(event_seq) REFERENCES event (seq),
	CONSTRAINT fk_exam_subject_id FOREIGN KEY(subject_id) REFERENCES subject (id),
	CONSTRAINT fk_exam_charter_hash FOREIGN KEY(charter_hash) REFERENCES charter (hash)
)
 STRICT
--
CREATE TABLE session_end (
	event_seq INTEGER NOT NULL,
	session_id TEXT NOT NULL,
	cause TEXT NOT NULL,
	CONSTRAINT pk_session_end PRIMARY KEY (session_id),
	CONSTRAINT fk_session_end_event_seq FOREIGN KEY(event_seq) REFERENCES event (seq),
	CONSTRAINT fk_session_end_session_id FOREIGN KEY(session_id) REFERENCES session (id)
)
 STRICT
--
CREATE TABLE subject_attribute (
	event_seq INTEGER NOT NULL,
	subject_id TEXT NOT NULL,
	attribute TEXT NOT NULL,
	segment TEXT NOT NULL,
	n INTEGER NOT NULL,
	value TEXT NOT NULL,
	CONSTRAINT pk_subject_attribute PRIMARY KEY (subject_id, attribute, segment, n),
	CONSTRAINT fk_subject_attribute_event_seq FOREIGN KEY(event_seq) REFERENCES event (seq),
	CONSTRAINT fk_subject_attribute_subject_id FOREIGN KEY(subject_id) REFERENCES subject (id)
)
 STRICT
--
CREATE TABLE alert (
	event_seq INTEGER NOT NULL,
	id TEXT NOT NULL,
	exam_id TEXT NOT NULL,
	CONSTRAINT pk_alert PRIMARY KEY (id),
	CONSTRAINT fk_alert_event_seq FOREIGN KEY(event_seq) REFERENCES event (seq),
	CONSTRAINT fk_alert_exam_id FOREIGN KEY(exam_id) REFERENCES exam (id)
)
 STRICT
--
CREATE TABLE assignment (
	event_seq INTEGER NOT NULL,
	id TEXT NOT NULL,
	exam_id TEXT NOT NULL,
	reading_type TEXT NOT NULL,
	slot INTEGER NOT NULL CONSTRAINT ck_assignment_slot CHECK (slot >= 1),
	attempt INTEGER NOT NULL CONSTRAINT ck_assignment_attempt CHECK (attempt >= 1),
	kind TEXT NOT NULL CONSTRAINT ck_assignment_kind CHECK (kind IN ('primary', 'repeat', 'calibration', 'adjudication')),
	account_id TEXT NOT NULL,
	pseudonym TEXT NOT NULL,
	order_key TEXT NOT NULL,
	due TEXT,
	CONSTRAINT pk_assignment PRIMARY KEY (id),
	CONSTRAINT uq_assignment_exam_id_reading_type_slot_attempt UNIQUE (exam_id, reading_type, slot, attempt),
	CONSTRAINT uq_assignment_account_id_pseudonym UNIQUE (account_id, pseudonym),
	CONSTRAINT fk_assignment_event_seq FOREIGN KEY(event_seq) REFERENCES event (seq),
	CONSTRAINT fk_assignment_exam_id FOREIGN KEY(exam_id) REFERENCES exam (id),
	CONSTRAINT fk_assignment_account_id FOREIGN KEY(account_id) REFERENCES account (id)
)
 STRICT
--
CREATE TABLE deviation (
	event_seq INTEGER NOT NULL,
	id TEXT NOT NULL,
	kind TEXT NOT NULL,
	exam_id TEXT,
	CONSTRAINT pk_deviation PRIMARY KEY (id),
	CONSTRAINT fk_deviation_event_seq FOREIGN KEY(event_seq) REFERENCES event (seq),
	CONSTRAINT fk_deviation_exam_id FOREIGN KEY(exam_id) REFERENCES exam (id)
)
 STRICT
--
CREATE TABLE exam_status (
	event_seq INTEGER NOT NULL,
	exam_id TEXT NOT NULL,
	n INTEGER NOT NULL,
	state TEXT NOT NULL CONSTRAINT ck_exam_status_state CHECK (state IN ('receiving', 'ready', 'assigned', 'released', 'final', 'locked')),
	not_imaged TEXT,
	CONSTRAINT pk_exam_status PRIMARY KEY (exam_id, n),
	CONSTRAINT fk_exam_status_event_seq FOREIGN KEY(event_seq) REFERENCES event (seq),
	CONSTRAINT fk_exam_status_exam_id FOREIGN KEY(exam_id) REFERENCES exam (id)
)
 STRICT
--
CREATE TABLE intake_object (
	event_seq INTEGER NOT NULL,
	id TEXT NOT NULL,
	delivery_id TEXT NOT NULL,
	n INTEGER NOT NULL,
	sha256 TEXT NOT NULL CONSTRAINT ck_intake_object_sha256 CHECK (length(sha256) = 64),
	outcome TEXT NOT NULL CONSTRAINT ck_intake_object_outcome CHECK (outcome IN ('checked', 'held', 'duplicate', 'rejected', 'released')),
	code TEXT,
	exam_id TEXT,
	CONSTRAINT pk_intake_object PRIMARY KEY (id),
	CONSTRAINT uq_intake_object_delivery_id_n UNIQUE (delivery_id, n),
	CONSTRAINT fk_intake_object_event_seq FOREIGN KEY(event_seq) REFERENCES event (seq),
	CONSTRAINT fk_intake_object_delivery_id FOREIGN KEY(delivery_id) REFERENCES delivery (id),
	CONSTRAINT fk_intake_object_exam_id FOREIGN KEY(exam_id) REFERENCES exam (id)
)
 STRICT
--
CREATE TABLE result (
	event_seq INTEGER NOT NULL,
	exam_id TEXT NOT NULL,
	segment TEXT NOT NULL,
	item TEXT NOT NULL,
	revision INTEGER NOT NULL,
	value TEXT NOT NULL,
	unit TEXT,
	source TEXT NOT NULL CONSTRAINT ck_result_source CHECK (source IN ('CONCORDANT', 'ADJUDICATED', 'REFERENCE')),
	from_type TEXT NOT NULL CONSTRAINT ck_result_from_type CHECK (from_type IN ('reading', 'adjudication')),
	from_id TEXT NOT NULL,
	rule_id TEXT,
	CONSTRAINT pk_result PRIMARY KEY (exam_id, segment, item, revision),
	CONSTRAINT fk_result_event_seq FOREIGN KEY(event_seq) REFERENCES event (seq),
	CONSTRAINT fk_result_exam_id FOREIGN KEY(exam_id) REFERENCES exam (id)
)
 STRICT
--
CREATE TABLE unblinding (
	event_seq INTEGER NOT NULL,
	id TEXT NOT NULL,
	exam_id TEXT NOT NULL,
	account_id TEXT NOT NULL,
	CONSTRAINT pk_unblinding PRIMARY KEY (id),
	CONSTRAINT fk_unblinding_event_seq FOREIGN KEY(event_seq) REFERENCES event (seq),
	CONSTRAINT fk_unblinding_exam_id FOREIGN KEY(exam_id) REFERENCES exam (id),
	CONSTRAINT fk_unblinding_account_id FOREIGN KEY(account_id) REFERENCES account (id)
)
 STRICT
--
CREATE TABLE assignment_end (
	event_seq INTEGER NOT NULL,
	assignment_id TEXT NOT NULL,
	cause TEXT NOT NULL,
	CONSTRAINT pk_assignment_end PRIMARY KEY (assignment_id),
	CONSTRAINT fk_assignment_end_event_seq FOREIGN KEY(event_seq) REFERENCES event (seq),
	CONSTRAINT fk_assignment_end_assignment_id FOREIGN KEY(assignment_id) REFERENCES assignment (id)
)
 STRICT
--
CREATE TABLE clip (
	event_seq INTEGER NOT NULL,
	id TEXT NOT NULL,
	exam_id TEXT NOT NULL,
	sha256 TEXT NOT NULL CONSTRAINT ck_clip_sha256 CHECK (length(sha256) = 64),
	sop_uid TEXT NOT NULL,
	sop_class TEXT NOT NULL,
	transfer_syntax TEXT NOT NULL,
	frames INTEGER NOT NULL,
	rows INTEGER NOT NULL,
	columns INTEGER NOT NULL,
	frame_times TEXT NOT NULL,
	calibration TEXT NOT NULL,
	study_date TEXT,
	source_sha256 TEXT NOT NULL CONSTRAINT ck_clip_source_sha256 CHECK (length(source_sha256) = 64),
	rules_version TEXT NOT NULL,
	mask TEXT,
	CONSTRAINT pk_clip PRIMARY KEY (id),
	CONSTRAINT uq_clip_sha256 UNIQUE (sha256),
	CONSTRAINT fk_clip_event_seq FOREIGN KEY(event_seq) REFERENCES event (seq),
	CONSTRAINT fk_clip_id FOREIGN KEY(id) REFERENCES intake_object (id),
	CONSTRAINT fk_clip_exam_id FOREIGN KEY(exam_id) REFERENCES exam (id)
)
 STRICT
--
CREATE TABLE clip_label (
	event_seq INTEGER NOT NULL,
	clip_id TEXT NOT NULL,
	n INTEGER NOT NULL,
	segment TEXT,
	side TEXT CONSTRAINT ck_clip_label_side CHECK (side IN ('left', 'right', 'unpaired')),
	"view" TEXT,
	mode TEXT,
	CONSTRAINT pk_clip_label PRIMARY KEY (clip_id, n),
	CONSTRAINT fk_clip_label_event_seq FOREIGN KEY(event_seq) REFERENCES event (seq),
	CONSTRAINT fk_clip_label_clip_id FOREIGN KEY(clip_id) REFERENCES intake_object (id)
)
 STRICT
--
CREATE TABLE clip_qc (
	event_seq INTEGER NOT NULL,
	clip_id TEXT NOT NULL,
	n INTEGER NOT NULL,
	grade TEXT NOT NULL,
	reasons TEXT,
	CONSTRAINT pk_clip_qc PRIMARY KEY (clip_id, n),
	CONSTRAINT fk_clip_qc_event_seq FOREIGN KEY(event_seq) REFERENCES event (seq),
	CONSTRAINT fk_clip_qc_clip_id FOREIGN KEY(clip_id) REFERENCES intake_object (id)
)
 STRICT
--
CREATE TABLE draft (
	assignment_id TEXT NOT NULL,
	body BLOB NOT NULL,
	updated_at TEXT NOT NULL,
	CONSTRAINT pk_draft PRIMARY KEY (assignment_id),
	CONSTRAINT fk_draft_assignment_id FOREIGN KEY(assignment_id) REFERENCES assignment (id)
)
 STRICT
--
CREATE TABLE pixel_check (
	event_seq INTEGER NOT NULL,
	clip_id TEXT NOT NULL,
	n INTEGER NOT NULL,
	action TEXT NOT NULL,
	person_id TEXT NOT NULL,
	candidate_sha256 TEXT CONSTRAINT ck_pixel_check_candidate_sha256 CHECK (length(candidate_sha256) = 64),
	boxes TEXT,
	CONSTRAINT pk_pixel_check PRIMARY KEY (clip_id, n),
	CONSTRAINT fk_pixel_check_event_seq FOREIGN KEY(event_seq) REFERENCES event (seq),
	CONSTRAINT fk_pixel_check_clip_id FOREIGN KEY(clip_id) REFERENCES intake_object (id),
	CONSTRAINT fk_pixel_check_person_id FOREIGN KEY(person_id) REFERENCES account (id)
)
 STRICT
--
CREATE TABLE "query" (
	event_seq INTEGER NOT NULL,
	id TEXT NOT NULL,
	number INTEGER NOT NULL,
	site_code TEXT,
	kind TEXT NOT NULL,
	clip_id TEXT,
	exam_id TEXT,
	CONSTRAINT pk_query PRIMARY KEY (id),
	CONSTRAINT uq_query_number UNIQUE (number),
	CONSTRAINT fk_query_event_seq FOREIGN KEY(event_seq) REFERENCES event (seq),
	CONSTRAINT fk_query_site_code FOREIGN KEY(site_code) REFERENCES site (code),
	CONSTRAINT fk_query_clip_id FOREIGN KEY(clip_id) REFERENCES intake_object (id),
	CONSTRAINT fk_query_exam_id FOREIGN KEY(exam_id) REFERENCES exam (id)
)
 STRICT
--
CREATE TABLE reading (
	event_seq INTEGER NOT NULL,
	id TEXT NOT NULL,
	assignment_id TEXT NOT NULL,
	revision INTEGER NOT NULL,
	supersedes_id TEXT,
	charter_hash TEXT NOT NULL,
	content_digest TEXT NOT NULL CONSTRAINT ck_reading_content_digest CHECK (length(content_digest) = 64),
	CONSTRAINT pk_reading PRIMARY KEY (id),
	CONSTRAINT uq_reading_assignment_id_revision UNIQUE (assignment_id, revision),
	CONSTRAINT fk_reading_event_seq FOREIGN KEY(event_seq) REFERENCES event (seq),
	CONSTRAINT fk_reading_assignment_id FOREIGN KEY(assignment_id) REFERENCES assignment (id),
	CONSTRAINT fk_reading_supersedes_id FOREIGN KEY(supersedes_id) REFERENCES reading (id),
	CONSTRAINT fk_reading_charter_hash FOREIGN KEY(charter_hash) REFERENCES charter (hash)
)
 STRICT
--
CREATE TABLE clip_release (
	event_seq INTEGER NOT NULL,
	clip_id TEXT NOT NULL,
	checker_id TEXT NOT NULL,
	verifier_id TEXT NOT NULL,
	CONSTRAINT pk_clip_release PRIMARY KEY (clip_id),
	CONSTRAINT fk_clip_release_event_seq FOREIGN KEY(event_seq) REFERENCES event (seq),
	CONSTRAINT fk_clip_release_clip_id FOREIGN KEY(clip_id) REFERENCES clip (id),
	CONSTRAINT fk_clip_release_checker_id FOREIGN KEY(checker_id) REFERENCES account (id),
	CONSTRAINT fk_clip_release_verifier_id FOREIGN KEY(verifier_id) REFERENCES account (id)
)
 STRICT
--
CREATE TABLE clip_withdrawal (
	event_seq INTEGER NOT NULL,
	clip_id TEXT NOT NULL,
	reason TEXT NOT NULL,
	CONSTRAINT pk_clip_withdrawal PRIMARY KEY (clip_id),
	CONSTRAINT fk_clip_withdrawal_event_seq FOREIGN KEY(event_seq) REFERENCES event (seq),
	CONSTRAINT fk_clip_withdrawal_clip_id FOREIGN KEY(clip_id) REFERENCES clip (id)
)
 STRICT
--
CREATE TABLE comparison (
	event_seq INTEGER NOT NULL,
	id TEXT NOT NULL,
	exam_id TEXT NOT NULL,
	batch_id TEXT NOT NULL,
	reading_1 TEXT NOT NULL,
	reading_2 TEXT NOT NULL,
	outcome TEXT NOT NULL CONSTRAINT ck_comparison_outcome CHECK (outcome IN ('concordant', 'case', 'reference')),
	charter_hash TEXT NOT NULL,
	CONSTRAINT pk_comparison PRIMARY KEY (id),
	CONSTRAINT uq_comparison_exam_id_reading_1_reading_2 UNIQUE (exam_id, reading_1, reading_2),
	CONSTRAINT ck_comparison_two_readings CHECK (reading_1 <> reading_2),
	CONSTRAINT fk_comparison_event_seq FOREIGN KEY(event_seq) REFERENCES event (seq),
	CONSTRAINT fk_comparison_exam_id FOREIGN KEY(exam_id) REFERENCES exam (id),
	CONSTRAINT fk_comparison_batch_id FOREIGN KEY(batch_id) REFERENCES release_batch (id),
	CONSTRAINT fk_comparison_reading_1 FOREIGN KEY(reading_1) REFERENCES reading (id),
	CONSTRAINT fk_comparison_reading_2 FOREIGN KEY(reading_2) REFERENCES reading (id),
	CONSTRAINT fk_comparison_charter_hash FOREIGN KEY(charter_hash) REFERENCES charter (hash)
)
 STRICT
--
CREATE TABLE evidence (
	event_seq INTEGER NOT NULL,
	record_type TEXT NOT NULL CONSTRAINT ck_evidence_record_type CHECK (record_type IN ('reading', 'adjudication')),
	record_id TEXT NOT NULL,
	segment TEXT NOT NULL,
	item TEXT NOT NULL,
	n INTEGER NOT NULL,
	clip_sha256 TEXT NOT NULL,
	frame_a INTEGER NOT NULL CONSTRAINT ck_evidence_frame_a CHECK (frame_a >= 0),
	frame_b INTEGER CONSTRAINT ck_evidence_frame_b CHECK (frame_b >= 0),
	CONSTRAINT pk_evidence PRIMARY KEY (record_type, record_id, segment, item, n),
	CONSTRAINT fk_evidence_event_seq FOREIGN KEY(event_seq) REFERENCES event (seq),
	CONSTRAINT fk_evidence_clip_sha256 FOREIGN KEY(clip_sha256) REFERENCES clip (sha256)
)
 STRICT
--
CREATE TABLE query_message (
	event_seq INTEGER NOT NULL,
	query_id TEXT NOT NULL,
	n INTEGER NOT NULL,
	state TEXT NOT NULL,
	due TEXT,
	CONSTRAINT pk_query_message PRIMARY KEY (query_id, n),
	CONSTRAINT fk_query_message_event_seq FOREIGN KEY(event_seq) REFERENCES event (seq),
	CONSTRAINT fk_query_message_query_id FOREIGN KEY(query_id) REFERENCES "query" (id)
)
 STRICT
--
CREATE TABLE reading_invalidation (
	event_seq INTEGER NOT NULL,
	reading_id TEXT NOT NULL,
	cause TEXT NOT NULL,
	CONSTRAINT pk_reading_invalidation PRIMARY KEY (reading_id),
	CONSTRAINT fk_reading_invalidation_event_seq FOREIGN KEY(event_seq) REFERENCES event (seq),
	CONSTRAINT fk_reading_invalidation_reading_id FOREIGN KEY(reading_id) REFERENCES reading (id)
)
 STRICT
--
CREATE TABLE adj_case (
	event_seq INTEGER NOT NULL,
	id TEXT NOT NULL,
	comparison_id TEXT NOT NULL,
	assignment_id TEXT,
	CONSTRAINT pk_adj_case PRIMARY KEY (id),
	CONSTRAINT fk_adj_case_event_seq FOREIGN KEY(event_seq) REFERENCES event (seq),
	CONSTRAINT fk_adj_case_comparison_id FOREIGN KEY(comparison_id) REFERENCES comparison (id),
	CONSTRAINT fk_adj_case_assignment_id FOREIGN KEY(assignment_id) REFERENCES assignment (id)
)
 STRICT
--
CREATE TABLE adjudication (
	event_seq INTEGER NOT NULL,
	id TEXT NOT NULL,
	case_id TEXT NOT NULL,
	revision INTEGER NOT NULL,
	supersedes_id TEXT,
	charter_hash TEXT NOT NULL,
	content_digest TEXT NOT NULL CONSTRAINT ck_adjudication_content_digest CHECK (length(content_digest) = 64),
	CONSTRAINT pk_adjudication PRIMARY KEY (id),
	CONSTRAINT uq_adjudication_case_id_revision UNIQUE (case_id, revision),
	CONSTRAINT fk_adjudication_event_seq FOREIGN KEY(event_seq) REFERENCES event (seq),
	CONSTRAINT fk_adjudication_case_id FOREIGN KEY(case_id) REFERENCES adj_case (id),
	CONSTRAINT fk_adjudication_supersedes_id FOREIGN KEY(supersedes_id) REFERENCES adjudication (id),
	CONSTRAINT fk_adjudication_charter_hash FOREIGN KEY(charter_hash) REFERENCES charter (hash)
)
 STRICT
--
CREATE INDEX ix_clip_exam_id ON clip (exam_id)
--
CREATE INDEX ix_event_entity_id ON event (entity, id)
--
CREATE INDEX ix_event_kind ON event (kind)
--
CREATE INDEX ix_intake_object_exam_id ON intake_object (exam_id)
--
CREATE INDEX ix_intake_object_sha256 ON intake_object (sha256)
--
CREATE INDEX ix_signin_attempt_user_name ON signin_attempt (user_name)
--
CREATE UNIQUE INDEX uq_assignment_one_reading_per_person ON assignment (exam_id, account_id, kind) WHERE kind <> 'calibration'
--
CREATE TRIGGER "event_in_the_chain" BEFORE INSERT ON "event" WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM event)
    OR (NEW.seq > 1 AND NEW.prev IS NOT (SELECT hash FROM event ORDER BY seq DESC LIMIT 1)) BEGIN SELECT RAISE(ABORT, 'event does not continue the chain'); END
--
CREATE TRIGGER "event_payload_of_this_event" BEFORE INSERT ON "event_payload" WHEN NEW."seq" IS NOT (SELECT max(seq) FROM event) BEGIN SELECT RAISE(ABORT, 'event_payload rows are written with their event only'); END
--
CREATE TRIGGER "account_of_this_event" BEFORE INSERT ON "account" WHEN NEW."event_seq" IS NOT (SELECT max(seq) FROM event) BEGIN SELECT RAISE(ABORT, 'account rows are written with their event only'); END
--
CREATE TRIGGER "charter_of_this_event" BEFORE INSERT ON "charter" WHEN NEW."event_seq" IS NOT (SELECT max(seq) FROM event) BEGIN SELECT RAISE(ABORT, 'charter rows are written with their event only'); END
--
CREATE TRIGGER "checkpoint_of_this_event" BEFORE INSERT ON "checkpoint" WHEN NEW."event_seq" IS NOT (SELECT max(seq) FROM event) BEGIN SELECT RAISE(ABORT, 'checkpoint rows are written with their event only'); END
--
CREATE TRIGGER "custody_key_of_this_event" BEFORE INSERT ON "custody_key" WHEN NEW."event_seq" IS NOT (SELECT max(seq) FROM event) BEGIN SELECT RAISE(ABORT, 'custody_key rows are written with their event only'); END
--
CREATE TRIGGER "delivery_of_this_event" BEFORE INSERT ON "delivery" WHEN NEW."event_seq" IS NOT (SELECT max(seq) FROM event) BEGIN SELECT RAISE(ABORT, 'delivery rows are written with their event only'); END
--
CREATE TRIGGER "grade_of_this_event" BEFORE INSERT ON "grade" WHEN NEW."event_seq" IS NOT (SELECT max(seq) FROM event) BEGIN SELECT RAISE(ABORT, 'grade rows are written with their event only'); END
--
CREATE TRIGGER "lab_of_this_event" BEFORE INSERT ON "lab" WHEN NEW."event_seq" IS NOT (SELECT max(seq) FROM event) BEGIN SELECT RAISE(ABORT, 'lab rows are written with their event only'); END
--
CREATE TRIGGER "lock_of_this_event" BEFORE INSERT ON "lock" WHEN NEW."event_seq" IS NOT (SELECT max(seq) FROM event) BEGIN SELECT RAISE(ABORT, 'lock rows are written with their event only'); END
--
CREATE TRIGGER "opening_of_this_event" BEFORE INSERT ON "opening" WHEN NEW."event_seq" IS NOT (SELECT max(seq) FROM event) BEGIN SELECT RAISE(ABORT, 'opening rows are written with their event only'); END
--
CREATE TRIGGER "package_of_this_event" BEFORE INSERT ON "package" WHEN NEW."event_seq" IS NOT (SELECT max(seq) FROM event) BEGIN SELECT RAISE(ABORT, 'package rows are written with their event only'); END
--
CREATE TRIGGER "regrant_of_this_event" BEFORE INSERT ON "regrant" WHEN NEW."event_seq" IS NOT (SELECT max(seq) FROM event) BEGIN SELECT RAISE(ABORT, 'regrant rows are written with their event only'); END
--
CREATE TRIGGER "release_batch_of_this_event" BEFORE INSERT ON "release_batch" WHEN NEW."event_seq" IS NOT (SELECT max(seq) FROM event) BEGIN SELECT RAISE(ABORT, 'release_batch rows are written with their event only'); END
--
CREATE TRIGGER "review_of_this_event" BEFORE INSERT ON "review" WHEN NEW."event_seq" IS NOT (SELECT max(seq) FROM event) BEGIN SELECT RAISE(ABORT, 'review rows are written with their event only'); END
--
CREATE TRIGGER "setting_of_this_event" BEFORE INSERT ON "setting" WHEN NEW."event_seq" IS NOT (SELECT max(seq) FROM event) BEGIN SELECT RAISE(ABORT, 'setting rows are written with their event only'); END
--
CREATE TRIGGER "signin_attempt_of_this_event" BEFORE INSERT ON "signin_attempt" WHEN NEW."event_seq" IS NOT (SELECT max(seq) FROM event) BEGIN SELECT RAISE(ABORT, 'signin_attempt rows are written with their event only'); END
--
CREATE TRIGGER "site_of_this_event" BEFORE INSERT ON "site" WHEN NEW."event_seq" IS NOT (SELECT max(seq) FROM event) BEGIN SELECT RAISE(ABORT, 'site rows are written with their event only'); END
--
CREATE TRIGGER "workstation_of_this_event" BEFORE INSERT ON "workstation" WHEN NEW."event_seq" IS NOT (SELECT max(seq) FROM event) BEGIN SELECT RAISE(ABORT, 'workstation rows are written with their event only'); END
--
CREATE TRIGGER "account_revision_of_this_event" BEFORE INSERT ON "account_revision" WHEN NEW."event_seq" IS NOT (SELECT max(seq) FROM event) BEGIN SELECT RAISE(ABORT, 'account_revision rows are written with their event only'); END
--
CREATE TRIGGER "acknowledgement_of_this_event" BEFORE INSERT ON "acknowledgement" WHEN NEW."event_seq" IS NOT (SELECT max(seq) FROM event) BEGIN SELECT RAISE(ABORT, 'acknowledgement rows are written with their event only'); END
--
CREATE TRIGGER "credential_of_this_event" BEFORE INSERT ON "credential" WHEN NEW."event_seq" IS NOT (SELECT max(seq) FROM event) BEGIN SELECT RAISE(ABORT, 'credential rows are written with their event only'); END
--
CREATE TRIGGER "custody_grant_of_this_event" BEFORE INSERT ON "custody_grant" WHEN NEW."event_seq" IS NOT (SELECT max(seq) FROM event) BEGIN SELECT RAISE(ABORT, 'custody_grant rows are written with their event only'); END
--
CREATE TRIGGER "invitation_of_this_event" BEFORE INSERT ON "invitation" WHEN NEW."event_seq" IS NOT (SELECT max(seq) FROM event) BEGIN SELECT RAISE(ABORT, 'invitation rows are written with their event only'); END
--
CREATE TRIGGER "lab_secret_of_this_event" BEFORE INSERT ON "lab_secret" WHEN NEW."event_seq" IS NOT (SELECT max(seq) FROM event) BEGIN SELECT RAISE(ABORT, 'lab_secret rows are written with their event only'); END
--
CREATE TRIGGER "session_of_this_event" BEFORE INSERT ON "session" WHEN NEW."event_seq" IS NOT (SELECT max(seq) FROM event) BEGIN SELECT RAISE(ABORT, 'session rows are written with their event only'); END
--
CREATE TRIGGER "signature_of_this_event" BEFORE INSERT ON "signature" WHEN NEW."event_seq" IS NOT (SELECT max(seq) FROM event) BEGIN SELECT RAISE(ABORT, 'signature rows are written with their event only'); END
--
CREATE TRIGGER "subject_of_this_event" BEFORE INSERT ON "subject" WHEN NEW."event_seq" IS NOT (SELECT max(seq) FROM event) BEGIN SELECT RAISE(ABORT, 'subject rows are written with their event only'); END
--
CREATE TRIGGER "training_of_this_event" BEFORE INSERT ON "training" WHEN NEW."event_seq" IS NOT (SELECT max(seq) FROM event) BEGIN SELECT RAISE(ABORT, 'training rows are written with their event only'); END
--
CREATE TRIGGER "exam_of_this_event" BEFORE INSERT ON "exam" WHEN NEW."event_seq" IS NOT (SELECT max(seq) FROM event) BEGIN SELECT RAISE(ABORT, 'exam rows are written with their event only'); END
--
CREATE TRIGGER "session_end_of_this_event" BEFORE INSERT ON "session_end" WHEN NEW."event_seq" IS NOT (SELECT max(seq) FROM event) BEGIN SELECT RAISE(ABORT, 'session_end rows are written with their event only'); END
--
CREATE TRIGGER "subject_attribute_of_this_event" BEFORE INSERT ON "subject_attribute" WHEN NEW."event_seq" IS NOT (SELECT max(seq) FROM event) BEGIN SELECT RAISE(ABORT, 'subject_attribute rows are written with their event only'); END
--
CREATE TRIGGER "alert_of_this_event" BEFORE INSERT ON "alert" WHEN NEW."event_seq" IS NOT (SELECT max(seq) FROM event) BEGIN SELECT RAISE(ABORT, 'alert rows are written with their event only'); END
--
CREATE TRIGGER "assignment_of_this_event" BEFORE INSERT ON "assignment" WHEN NEW."event_seq" IS NOT (SELECT max(seq) FROM event) BEGIN SELECT RAISE(ABORT, 'assignment rows are written with their event only'); END
--
CREATE TRIGGER "deviation_of_this_event" BEFORE INSERT ON "deviation" WHEN NEW."event_seq" IS NOT (SELECT max(seq) FROM event) BEGIN SELECT RAISE(ABORT, 'deviation rows are written with their event only'); END
--
CREATE TRIGGER "exam_status_of_this_event" BEFORE INSERT ON "exam_status" WHEN NEW."event_seq" IS NOT (SELECT max(seq) FROM event) BEGIN SELECT RAISE(ABORT, 'exam_status rows are written with their event only'); END
--
CREATE TRIGGER "intake_object_of_this_event" BEFORE INSERT ON "intake_object" WHEN NEW."event_seq" IS NOT (SELECT max(seq) FROM event) BEGIN SELECT RAISE(ABORT, 'intake_object rows are written with their event only'); END
--
CREATE TRIGGER "result_of_this_event" BEFORE INSERT ON "result" WHEN NEW."event_seq" IS NOT (SELECT max(seq) FROM event) BEGIN SELECT RAISE(ABORT, 'result rows are written with their event only'); END
--
CREATE TRIGGER "unblinding_of_this_event" BEFORE INSERT ON "unblinding" WHEN NEW."event_seq" IS NOT (SELECT max(seq) FROM event) BEGIN SELECT RAISE(ABORT, 'unblinding rows are written with their event only'); END
--
CREATE TRIGGER "assignment_end_of_this_event" BEFORE INSERT ON "assignment_end" WHEN NEW."event_seq" IS NOT (SELECT max(seq) FROM event) BEGIN SELECT RAISE(ABORT, 'assignment_end rows are written with their event only'); END
--
CREATE TRIGGER "clip_of_this_event" BEFORE INSERT ON "clip" WHEN NEW."event_seq" IS NOT (SELECT max(seq) FROM event) BEGIN SELECT RAISE(ABORT, 'clip rows are written with their event only'); END
--
CREATE TRIGGER "clip_label_of_this_event" BEFORE INSERT ON "clip_label" WHEN NEW."event_seq" IS NOT (SELECT max(seq) FROM event) BEGIN SELECT RAISE(ABORT, 'clip_label rows are written with their event only'); END
--
CREATE TRIGGER "clip_qc_of_this_event" BEFORE INSERT ON "clip_qc" WHEN NEW."event_seq" IS NOT (SELECT max(seq) FROM event) BEGIN SELECT RAISE(ABORT, 'clip_qc rows are written with their event only'); END
--
CREATE TRIGGER "pixel_check_of_this_event" BEFORE INSERT ON "pixel_check" WHEN NEW."event_seq" IS NOT (SELECT max(seq) FROM event) BEGIN SELECT RAISE(ABORT, 'pixel_check rows are written with their event only'); END
--
CREATE TRIGGER "query_of_this_event" BEFORE INSERT ON "query" WHEN NEW."event_seq" IS NOT (SELECT max(seq) FROM event) BEGIN SELECT RAISE(ABORT, 'query rows are written with their event only'); END
--
CREATE TRIGGER "reading_of_this_event" BEFORE INSERT ON "reading" WHEN NEW."event_seq" IS NOT (SELECT max(seq) FROM event) BEGIN SELECT RAISE(ABORT, 'reading rows are written with their event only'); END
--
CREATE TRIGGER "clip_release_of_this_event" BEFORE INSERT ON "clip_release" WHEN NEW."event_seq" IS NOT (SELECT max(seq) FROM event) BEGIN SELECT RAISE(ABORT, 'clip_release rows are written with their event only'); END
--
CREATE TRIGGER "clip_withdrawal_of_this_event" BEFORE INSERT ON "clip_withdrawal" WHEN NEW."event_seq" IS NOT (SELECT max(seq) FROM event) BEGIN SELECT RAISE(ABORT, 'clip_withdrawal rows are written with their event only'); END
--
CREATE TRIGGER "comparison_of_this_event" BEFORE INSERT ON "comparison" WHEN NEW."event_seq" IS NOT (SELECT max(seq) FROM event) BEGIN SELECT RAISE(ABORT, 'comparison rows are written with their event only'); END
--
CREATE TRIGGER "evidence_of_this_event" BEFORE INSERT ON "evidence" WHEN NEW."event_seq" IS NOT (SELECT max(seq) FROM event) BEGIN SELECT RAISE(ABORT, 'evidence rows are written with their event only'); END
--
CREATE TRIGGER "query_message_of_this_event" BEFORE INSERT ON "query_message" WHEN NEW."event_seq" IS NOT (SELECT max(seq) FROM event) BEGIN SELECT RAISE(ABORT, 'query_message rows are written with their event only'); END
--
CREATE TRIGGER "reading_invalidation_of_this_event" BEFORE INSERT ON "reading_invalidation" WHEN NEW."event_seq" IS NOT (SELECT max(seq) FROM event) BEGIN SELECT RAISE(ABORT, 'reading_invalidation rows are written with their event only'); END
--
CREATE TRIGGER "adj_case_of_this_event" BEFORE INSERT ON "adj_case" WHEN NEW."event_seq" IS NOT (SELECT max(seq) FROM event) BEGIN SELECT RAISE(ABORT, 'adj_case rows are written with their event only'); END
--
CREATE TRIGGER "adjudication_of_this_event" BEFORE INSERT ON "adjudication" WHEN NEW."event_seq" IS NOT (SELECT max(seq) FROM event) BEGIN SELECT RAISE(ABORT, 'adjudication rows are written with their event only'); END
--
CREATE TRIGGER "event_no_update" BEFORE UPDATE ON "event" BEGIN SELECT RAISE(ABORT, 'event is append-only'); END
--
CREATE TRIGGER "event_no_delete" BEFORE DELETE ON "event" BEGIN SELECT RAISE(ABORT, 'event is append-only'); END
--
CREATE TRIGGER "event_payload_no_update" BEFORE UPDATE ON "event_payload" WHEN NOT (OLD.body IS NOT NULL AND NEW.body IS NULL AND OLD.redaction_seq IS NULL AND NEW.seq IS OLD.seq AND NEW."form" IS OLD."form"
    AND EXISTS (SELECT 1 FROM event WHERE event.seq = NEW.redaction_seq AND event.kind = 'payload.redacted'
                AND event.entity = 'event' AND event.id = CAST(OLD.seq AS TEXT))) BEGIN SELECT RAISE(ABORT, 'event_payload is append-only'); END
--
CREATE TRIGGER "event_payload_no_delete" BEFORE DELETE ON "event_payload" BEGIN SELECT RAISE(ABORT, 'event_payload is append-only'); END
--
CREATE TRIGGER "account_no_update" BEFORE UPDATE ON "account" BEGIN SELECT RAISE(ABORT, 'account is append-only'); END
--
CREATE TRIGGER "account_no_delete" BEFORE DELETE ON "account" BEGIN SELECT RAISE(ABORT, 'account is append-only'); END
--
CREATE TRIGGER "charter_no_update" BEFORE UPDATE ON "charter" BEGIN SELECT RAISE(ABORT, 'charter is append-only'); END
--
CREATE TRIGGER "charter_no_delete" BEFORE DELETE ON "charter" BEGIN SELECT RAISE(ABORT, 'charter is append-only'); END
--
CREATE TRIGGER "checkpoint_no_update" BEFORE UPDATE ON "checkpoint" BEGIN SELECT RAISE(ABORT, 'checkpoint is append-only'); END
--
CREATE TRIGGER "checkpoint_no_delete" BEFORE DELETE ON "checkpoint" BEGIN SELECT RAISE(ABORT, 'checkpoint is append-only'); END
--
CREATE TRIGGER "custody_key_no_update" BEFORE UPDATE ON "custody_key" BEGIN SELECT RAISE(ABORT, 'custody_key is append-only'); END
--
CREATE TRIGGER "custody_key_no_delete" BEFORE DELETE ON "custody_key" BEGIN SELECT RAISE(ABORT, 'custody_key is append-only'); END
--
CREATE TRIGGER "delivery_no_update" BEFORE UPDATE ON "delivery" BEGIN SELECT RAISE(ABORT, 'delivery is append-only'); END
--
CREATE TRIGGER "delivery_no_delete" BEFORE DELETE ON "delivery" BEGIN SELECT RAISE(ABORT, 'delivery is append-only'); END
--
CREATE TRIGGER "grade_no_update" BEFORE UPDATE ON "grade" BEGIN SELECT RAISE(ABORT, 'grade is append-only'); END
--
CREATE TRIGGER "grade_no_delete" BEFORE DELETE ON "grade" BEGIN SELECT RAISE(ABORT, 'grade is append-only'); END
--
CREATE TRIGGER "lab_no_update" BEFORE UPDATE ON "lab" BEGIN SELECT RAISE(ABORT, 'lab is append-only'); END
--
CREATE TRIGGER "lab_no_delete" BEFORE DELETE ON "lab" BEGIN SELECT RAISE(ABORT, 'lab is append-only'); END
--
CREATE TRIGGER "lock_no_update" BEFORE UPDATE ON "lock" BEGIN SELECT RAISE(ABORT, 'lock is append-only'); END
--
CREATE TRIGGER "lock_no_delete" BEFORE DELETE ON "lock" BEGIN SELECT RAISE(ABORT, 'lock is append-only'); END
--
CREATE TRIGGER "opening_no_update" BEFORE UPDATE ON "opening" WHEN NOT (OLD.body IS NOT NULL AND NEW.body IS NULL AND OLD.redaction_seq IS NULL AND NEW.seq IS OLD.seq AND NEW."event_seq" IS OLD."event_seq"
    AND EXISTS (SELECT 1 FROM event WHERE event.seq = NEW.redaction_seq AND event.kind = 'payload.redacted'
                AND event.entity = 'event' AND event.id = CAST(OLD.seq AS TEXT))) BEGIN SELECT RAISE(ABORT, 'opening is append-only'); END
--
CREATE TRIGGER "opening_no_delete" BEFORE DELETE ON "opening" BEGIN SELECT RAISE(ABORT, 'opening is append-only'); END
--
CREATE TRIGGER "package_no_update" BEFORE UPDATE ON "package" BEGIN SELECT RAISE(ABORT, 'package is append-only'); END
--
CREATE TRIGGER "package_no_delete" BEFORE DELETE ON "package" BEGIN SELECT RAISE(ABORT, 'package is append-only'); END
--
CREATE TRIGGER "regrant_no_update" BEFORE UPDATE ON "regrant" BEGIN SELECT RAISE(ABORT, 'regrant is append-only'); END
--
CREATE TRIGGER "regrant_no_delete" BEFORE DELETE ON "regrant" BEGIN SELECT RAISE(ABORT, 'regrant is append-only'); END
--
CREATE TRIGGER "release_batch_no_update" BEFORE UPDATE ON "release_batch" BEGIN SELECT RAISE(ABORT, 'release_batch is append-only'); END
--
CREATE TRIGGER "release_batch_no_delete" BEFORE DELETE ON "release_batch" BEGIN SELECT RAISE(ABORT, 'release_batch is append-only'); END
--
CREATE TRIGGER "review_no_update" BEFORE UPDATE ON "review" BEGIN SELECT RAISE(ABORT, 'review is append-only'); END
--
CREATE TRIGGER "review_no_delete" BEFORE DELETE ON "review" BEGIN SELECT RAISE(ABORT, 'review is append-only'); END
--
CREATE TRIGGER "setting_no_update" BEFORE UPDATE ON "setting" BEGIN SELECT RAISE(ABORT, 'setting is append-only'); END
--
CREATE TRIGGER "setting_no_delete" BEFORE DELETE ON "setting" BEGIN SELECT RAISE(ABORT, 'setting is append-only'); END
--
CREATE TRIGGER "signin_attempt_no_update" BEFORE UPDATE ON "signin_attempt" BEGIN SELECT RAISE(ABORT, 'signin_attempt is append-only'); END
--
CREATE TRIGGER "signin_attempt_no_delete" BEFORE DELETE ON "signin_attempt" BEGIN SELECT RAISE(ABORT, 'signin_attempt is append-only'); END
--
CREATE TRIGGER "site_no_update" BEFORE UPDATE ON "site" BEGIN SELECT RAISE(ABORT, 'site is append-only'); END
--
CREATE TRIGGER "site_no_delete" BEFORE DELETE ON "site" BEGIN SELECT RAISE(ABORT, 'site is append-only'); END
--
CREATE TRIGGER "workstation_no_update" BEFORE UPDATE ON "workstation" BEGIN SELECT RAISE(ABORT, 'workstation is append-only'); END
--
CREATE TRIGGER "workstation_no_delete" BEFORE DELETE ON "workstation" BEGIN SELECT RAISE(ABORT, 'workstation is append-only'); END
--
CREATE TRIGGER "account_revision_no_update" BEFORE UPDATE ON "account_revision" BEGIN SELECT RAISE(ABORT, 'account_revision is append-only'); END
--
CREATE TRIGGER "account_revision_no_delete" BEFORE DELETE ON "account_revision" BEGIN SELECT RAISE(ABORT, 'account_revision is append-only'); END
--
CREATE TRIGGER "acknowledgement_no_update" BEFORE UPDATE ON "acknowledgement" BEGIN SELECT RAISE(ABORT, 'acknowledgement is append-only'); END
--
CREATE TRIGGER "acknowledgement_no_delete" BEFORE DELETE ON "acknowledgement" BEGIN SELECT RAISE(ABORT, 'acknowledgement is append-only'); END
--
CREATE TRIGGER "credential_no_update" BEFORE UPDATE ON "credential" WHEN NOT (OLD.wrapped_sign IS NOT NULL AND NEW.wrapped_sign IS NULL AND NEW.wrapped_box IS NULL AND NEW."event_seq" IS OLD."event_seq" AND NEW."id" IS OLD."id" AND NEW."account_id" IS OLD."account_id" AND NEW."n" IS OLD."n" AND NEW."kdf" IS OLD."kdf" AND NEW."opslimit" IS OLD."opslimit" AND NEW."memlimit" IS OLD."memlimit" AND NEW."salt" IS OLD."salt" AND NEW."sign_pub" IS OLD."sign_pub" AND NEW."box_pub" IS OLD."box_pub" AND NEW."reason" IS OLD."reason"
    AND EXISTS (SELECT 1 FROM credential AS newer WHERE newer.account_id = OLD.account_id AND newer.n > OLD.n)) BEGIN SELECT RAISE(ABORT, 'credential is append-only'); END
--
CREATE TRIGGER "credential_no_delete" BEFORE DELETE ON "credential" BEGIN SELECT RAISE(ABORT, 'credential is append-only'); END
--
CREATE TRIGGER "custody_grant_no_update" BEFORE UPDATE ON "custody_grant" BEGIN SELECT RAISE(ABORT, 'custody_grant is append-only'); END
--
CREATE TRIGGER "custody_grant_no_delete" BEFORE DELETE ON "custody_grant" BEGIN SELECT RAISE(ABORT, 'custody_grant is append-only'); END
--
CREATE TRIGGER "invitation_no_update" BEFORE UPDATE ON "invitation" BEGIN SELECT RAISE(ABORT, 'invitation is append-only'); END
--
CREATE TRIGGER "invitation_no_delete" BEFORE DELETE ON "invitation" BEGIN SELECT RAISE(ABORT, 'invitation is append-only'); END
--
CREATE TRIGGER "lab_secret_no_update" BEFORE UPDATE ON "lab_secret" BEGIN SELECT RAISE(ABORT, 'lab_secret is append-only'); END
--
CREATE TRIGGER "lab_secret_no_delete" BEFORE DELETE ON "lab_secret" BEGIN SELECT RAISE(ABORT, 'lab_secret is append-only'); END
--
CREATE TRIGGER "session_no_update" BEFORE UPDATE ON "session" BEGIN SELECT RAISE(ABORT, 'session is append-only'); END
--
CREATE TRIGGER "session_no_delete" BEFORE DELETE ON "session" BEGIN SELECT RAISE(ABORT, 'session is append-only'); END
--
CREATE TRIGGER "signature_no_update" BEFORE UPDATE ON "signature" BEGIN SELECT RAISE(ABORT, 'signature is append-only'); END
--
CREATE TRIGGER "signature_no_delete" BEFORE DELETE ON "signature" BEGIN SELECT RAISE(ABORT, 'signature is append-only'); END
--
CREATE TRIGGER "subject_no_update" BEFORE UPDATE ON "subject" BEGIN SELECT RAISE(ABORT, 'subject is append-only'); END
--
CREATE TRIGGER "subject_no_delete" BEFORE DELETE ON "subject" BEGIN SELECT RAISE(ABORT, 'subject is append-only'); END
--
CREATE TRIGGER "training_no_update" BEFORE UPDATE ON "training" BEGIN SELECT RAISE(ABORT, 'training is append-only'); END
--
CREATE TRIGGER "training_no_delete" BEFORE DELETE ON "training" BEGIN SELECT RAISE(ABORT, 'training is append-only'); END
--
CREATE TRIGGER "exam_no_update" BEFORE UPDATE ON "exam" BEGIN SELECT RAISE(ABORT, 'exam is append-only'); END
--
CREATE TRIGGER "exam_no_delete" BEFORE DELETE ON "exam" BEGIN SELECT RAISE(ABORT, 'exam is append-only'); END
--
CREATE TRIGGER "session_end_no_update" BEFORE UPDATE ON "session_end" BEGIN SELECT RAISE(ABORT, 'session_end is append-only'); END
--
CREATE TRIGGER "session_end_no_delete" BEFORE DELETE ON "session_end" BEGIN SELECT RAISE(ABORT, 'session_end is append-only'); END
--
CREATE TRIGGER "subject_attribute_no_update" BEFORE UPDATE ON "subject_attribute" BEGIN SELECT RAISE(ABORT, 'subject_attribute is append-only'); END
--
CREATE TRIGGER "subject_attribute_no_delete" BEFORE DELETE ON "subject_attribute" BEGIN SELECT RAISE(ABORT, 'subject_attribute is append-only'); END
--
CREATE TRIGGER "alert_no_update" BEFORE UPDATE ON "alert" BEGIN SELECT RAISE(ABORT, 'alert is append-only'); END
--
CREATE TRIGGER "alert_no_delete" BEFORE DELETE ON "alert" BEGIN SELECT RAISE(ABORT, 'alert is append-only'); END
--
CREATE TRIGGER "assignment_no_update" BEFORE UPDATE ON "assignment" BEGIN SELECT RAISE(ABORT, 'assignment is append-only'); END
--
CREATE TRIGGER "assignment_no_delete" BEFORE DELETE ON "assignment" BEGIN SELECT RAISE(ABORT, 'assignment is append-only'); END
--
CREATE TRIGGER "deviation_no_update" BEFORE UPDATE ON "deviation" BEGIN SELECT RAISE(ABORT, 'deviation is append-only'); END
--
CREATE TRIGGER "deviation_no_delete" BEFORE DELETE ON "deviation" BEGIN SELECT RAISE(ABORT, 'deviation is append-only'); END
--
CREATE TRIGGER "exam_status_no_update" BEFORE UPDATE ON "exam_status" BEGIN SELECT RAISE(ABORT, 'exam_status is append-only'); END
--
CREATE TRIGGER "exam_status_no_delete" BEFORE DELETE ON "exam_status" BEGIN SELECT RAISE(ABORT, 'exam_status is append-only'); END
--
CREATE TRIGGER "intake_object_no_update" BEFORE UPDATE ON "intake_object" BEGIN SELECT RAISE(ABORT, 'intake_object is append-only'); END
--
CREATE TRIGGER "intake_object_no_delete" BEFORE DELETE ON "intake_object" BEGIN SELECT RAISE(ABORT, 'intake_object is append-only'); END
--
CREATE TRIGGER "result_no_update" BEFORE UPDATE ON "result" BEGIN SELECT RAISE(ABORT, 'result is append-only'); END
--
CREATE TRIGGER "result_no_delete" BEFORE DELETE ON "result" BEGIN SELECT RAISE(ABORT, 'result is append-only'); END
--
CREATE TRIGGER "unblinding_no_update" BEFORE UPDATE ON "unblinding" BEGIN SELECT RAISE(ABORT, 'unblinding is append-only'); END
--
CREATE TRIGGER "unblinding_no_delete" BEFORE DELETE ON "unblinding" BEGIN SELECT RAISE(ABORT, 'unblinding is append-only'); END
--
CREATE TRIGGER "assignment_end_no_update" BEFORE UPDATE ON "assignment_end" BEGIN SELECT RAISE(ABORT, 'assignment_end is append-only'); END
--
CREATE TRIGGER "assignment_end_no_delete" BEFORE DELETE ON "assignment_end" BEGIN SELECT RAISE(ABORT, 'assignment_end is append-only'); END
--
CREATE TRIGGER "clip_no_update" BEFORE UPDATE ON "clip" BEGIN SELECT RAISE(ABORT, 'clip is append-only'); END
--
CREATE TRIGGER "clip_no_delete" BEFORE DELETE ON "clip" BEGIN SELECT RAISE(ABORT, 'clip is append-only'); END
--
CREATE TRIGGER "clip_label_no_update" BEFORE UPDATE ON "clip_label" BEGIN SELECT RAISE(ABORT, 'clip_label is append-only'); END
--
CREATE TRIGGER "clip_label_no_delete" BEFORE DELETE ON "clip_label" BEGIN SELECT RAISE(ABORT, 'clip_label is append-only'); END
--
CREATE TRIGGER "clip_qc_no_update" BEFORE UPDATE ON "clip_qc" BEGIN SELECT RAISE(ABORT, 'clip_qc is append-only'); END
--
CREATE TRIGGER "clip_qc_no_delete" BEFORE DELETE ON "clip_qc" BEGIN SELECT RAISE(ABORT, 'clip_qc is append-only'); END
--
CREATE TRIGGER "pixel_check_no_update" BEFORE UPDATE ON "pixel_check" BEGIN SELECT RAISE(ABORT, 'pixel_check is append-only'); END
--
CREATE TRIGGER "pixel_check_no_delete" BEFORE DELETE ON "pixel_check" BEGIN SELECT RAISE(ABORT, 'pixel_check is append-only'); END
--
CREATE TRIGGER "query_no_update" BEFORE UPDATE ON "query" BEGIN SELECT RAISE(ABORT, 'query is append-only'); END
--
CREATE TRIGGER "query_no_delete" BEFORE DELETE ON "query" BEGIN SELECT RAISE(ABORT, 'query is append-only'); END
--
CREATE TRIGGER "reading_no_update" BEFORE UPDATE ON "reading" BEGIN SELECT RAISE(ABORT, 'reading is append-only'); END
--
CREATE TRIGGER "reading_no_delete" BEFORE DELETE ON "reading" BEGIN SELECT RAISE(ABORT, 'reading is append-only'); END
--
CREATE TRIGGER "clip_release_no_update" BEFORE UPDATE ON "clip_release" BEGIN SELECT RAISE(ABORT, 'clip_release is append-only'); END
--
CREATE TRIGGER "clip_release_no_delete" BEFORE DELETE ON "clip_release" BEGIN SELECT RAISE(ABORT, 'clip_release is append-only'); END
--
CREATE TRIGGER "clip_withdrawal_no_update" BEFORE UPDATE ON "clip_withdrawal" BEGIN SELECT RAISE(ABORT, 'clip_withdrawal is append-only'); END
--
CREATE TRIGGER "clip_withdrawal_no_delete" BEFORE DELETE ON "clip_withdrawal" BEGIN SELECT RAISE(ABORT, 'clip_withdrawal is append-only'); END
--
CREATE TRIGGER "comparison_no_update" BEFORE UPDATE ON "comparison" BEGIN SELECT RAISE(ABORT, 'comparison is append-only'); END
--
CREATE TRIGGER "comparison_no_delete" BEFORE DELETE ON "comparison" BEGIN SELECT RAISE(ABORT, 'comparison is append-only'); END
--
CREATE TRIGGER "evidence_no_update" BEFORE UPDATE ON "evidence" BEGIN SELECT RAISE(ABORT, 'evidence is append-only'); END
--
CREATE TRIGGER "evidence_no_delete" BEFORE DELETE ON "evidence" BEGIN SELECT RAISE(ABORT, 'evidence is append-only'); END
--
CREATE TRIGGER "query_message_no_update" BEFORE UPDATE ON "query_message" BEGIN SELECT RAISE(ABORT, 'query_message is append-only'); END
--
CREATE TRIGGER "query_message_no_delete" BEFORE DELETE ON "query_message" BEGIN SELECT RAISE(ABORT, 'query_message is append-only'); END
--
CREATE TRIGGER "reading_invalidation_no_update" BEFORE UPDATE ON "reading_invalidation" BEGIN SELECT RAISE(ABORT, 'reading_invalidation is append-only'); END
--
CREATE TRIGGER "reading_invalidation_no_delete" BEFORE DELETE ON "reading_invalidation" BEGIN SELECT RAISE(ABORT, 'reading_invalidation is append-only'); END
--
CREATE TRIGGER "adj_case_no_update" BEFORE UPDATE ON "adj_case" BEGIN SELECT RAISE(ABORT, 'adj_case is append-only'); END
--
CREATE TRIGGER "adj_case_no_delete" BEFORE DELETE ON "adj_case" BEGIN SELECT RAISE(ABORT, 'adj_case is append-only'); END
--
CREATE TRIGGER "adjudication_no_update" BEFORE UPDATE ON "adjudication" BEGIN SELECT RAISE(ABORT, 'adjudication is append-only'); END
--
CREATE TRIGGER "adjudication_no_delete" BEFORE DELETE ON "adjudication" BEGIN SELECT RAISE(ABORT, 'adjudication is append-only'); END