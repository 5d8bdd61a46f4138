CREATE TABLE mask_template (
	event_seq INTEGER NOT NULL,
	id TEXT NOT NULL,
	n INTEGER NOT NULL,
	manufacturer TEXT NOT NULL,
	model TEXT NOT NULL,
	software TEXT NOT NULL,
	rows INTEGER NOT NULL,
	columns INTEGER NOT NULL,
	boxes TEXT NOT NULL,
	state TEXT NOT NULL CONSTRAINT ck_mask_template_state CHECK (state IN ('active', 'retired')),
	CONSTRAINT pk_mask_template PRIMARY KEY (id, n),
	CONSTRAINT fk_mask_template_event_seq FOREIGN KEY(event_seq) REFERENCES event (seq)
)
 STRICT
--
CREATE TABLE delivery_site (
	event_seq INTEGER NOT NULL,
	delivery_id TEXT NOT NULL,
	site_code TEXT NOT NULL,
	CONSTRAINT pk_delivery_site PRIMARY KEY (delivery_id),
	CONSTRAINT fk_delivery_site_event_seq FOREIGN KEY(event_seq) REFERENCES event (seq),
	CONSTRAINT fk_delivery_site_delivery_id FOREIGN KEY(delivery_id) REFERENCES delivery (id),
	CONSTRAINT fk_delivery_site_site_code FOREIGN KEY(site_code) REFERENCES site (code)
)
 STRICT
--
CREATE TABLE clip_replacement (
	event_seq INTEGER NOT NULL,
	clip_id TEXT NOT NULL,
	replaced_id TEXT NOT NULL,
	CONSTRAINT pk_clip_replacement PRIMARY KEY (clip_id),
	CONSTRAINT fk_clip_replacement_event_seq FOREIGN KEY(event_seq) REFERENCES event (seq),
	CONSTRAINT fk_clip_replacement_clip_id FOREIGN KEY(clip_id) REFERENCES intake_object (id),
	CONSTRAINT fk_clip_replacement_replaced_id FOREIGN KEY(replaced_id) REFERENCES intake_object (id)
)
 STRICT
--
CREATE TABLE label_proposal (
	event_seq INTEGER NOT NULL,
	clip_id TEXT NOT NULL,
	n INTEGER NOT NULL,
	segment TEXT,
	side TEXT,
	"view" TEXT,
	mode TEXT,
	source TEXT NOT NULL,
	CONSTRAINT pk_label_proposal PRIMARY KEY (clip_id, n),
	CONSTRAINT fk_label_proposal_event_seq FOREIGN KEY(event_seq) REFERENCES event (seq),
	CONSTRAINT fk_label_proposal_clip_id FOREIGN KEY(clip_id) REFERENCES intake_object (id)
)
 STRICT
--
CREATE TABLE transmittal_row (
	event_seq INTEGER NOT NULL,
	delivery_id TEXT NOT NULL,
	n INTEGER NOT NULL,
	state TEXT NOT NULL CONSTRAINT ck_transmittal_row_state CHECK (state IN ('matched', 'missing', 'unexpected', 'hash differs')),
	object_id TEXT,
	subject TEXT,
	visit TEXT,
	segment TEXT,
	side TEXT,
	"view" TEXT,
	CONSTRAINT pk_transmittal_row PRIMARY KEY (delivery_id, n),
	CONSTRAINT fk_transmittal_row_event_seq FOREIGN KEY(event_seq) REFERENCES event (seq),
	CONSTRAINT fk_transmittal_row_delivery_id FOREIGN KEY(delivery_id) REFERENCES delivery (id),
	CONSTRAINT fk_transmittal_row_object_id FOREIGN KEY(object_id) REFERENCES intake_object (id)
)
 STRICT
--
CREATE TRIGGER "mask_template_of_this_event" BEFORE INSERT ON "mask_template" WHEN NEW."event_seq" IS NOT (SELECT max(seq) FROM event) BEGIN SELECT RAISE(ABORT, 'mask_template rows are written with their event only'); END
--
CREATE TRIGGER "delivery_site_of_this_event" BEFORE INSERT ON "delivery_site" WHEN NEW."event_seq" IS NOT (SELECT max(seq) FROM event) BEGIN SELECT RAISE(ABORT, 'delivery_site rows are written with their event only'); END
--
CREATE TRIGGER "clip_replacement_of_this_event" BEFORE INSERT ON "clip_replacement" WHEN NEW."event_seq" IS NOT (SELECT max(seq) FROM event) BEGIN SELECT RAISE(ABORT, 'clip_replacement rows are written with their event only'); END
--
CREATE TRIGGER "label_proposal_of_this_event" BEFORE INSERT ON "label_proposal" WHEN NEW."event_seq" IS NOT (SELECT max(seq) FROM event) BEGIN SELECT RAISE(ABORT, 'label_proposal rows are written with their event only'); END
--
CREATE TRIGGER "transmittal_row_of_this_event" BEFORE INSERT ON "transmittal_row" WHEN NEW."event_seq" IS NOT (SELECT max(seq) FROM event) BEGIN SELECT RAISE(ABORT, 'transmittal_row rows are written with their event only'); END
--
CREATE TRIGGER "mask_template_no_update" BEFORE UPDATE ON "mask_template" BEGIN SELECT RAISE(ABORT, 'mask_template is append-only'); END
--
CREATE TRIGGER "mask_template_no_delete" BEFORE DELETE ON "mask_template" BEGIN SELECT RAISE(ABORT, 'mask_template is append-only'); END
--
CREATE TRIGGER "delivery_site_no_update" BEFORE UPDATE ON "delivery_site" BEGIN SELECT RAISE(ABORT, 'delivery_site is append-only'); END
--
CREATE TRIGGER "delivery_site_no_delete" BEFORE DELETE ON "delivery_site" BEGIN SELECT RAISE(ABORT, 'delivery_site is append-only'); END
--
CREATE TRIGGER "clip_replacement_no_update" BEFORE UPDATE ON "clip_replacement" BEGIN SELECT RAISE(ABORT, 'clip_replacement is append-only'); END
--
CREATE TRIGGER "clip_replacement_no_delete" BEFORE DELETE ON "clip_replacement" BEGIN SELECT RAISE(ABORT, 'clip_replacement is append-only'); END
--
CREATE TRIGGER "label_proposal_no_update" BEFORE UPDATE ON "label_proposal" BEGIN SELECT RAISE(ABORT, 'label_proposal is append-only'); END
--
CREATE TRIGGER "label_proposal_no_delete" BEFORE DELETE ON "label_proposal" BEGIN SELECT RAISE(ABORT, 'label_proposal is append-only'); END
--
CREATE TRIGGER "transmittal_row_no_update" BEFORE UPDATE ON "transmittal_row" BEGIN SELECT RAISE(ABORT, 'transmittal_row is append-only'); END
--
CREATE TRIGGER "transmittal_row_no_delete" BEFORE DELETE ON "transmittal_row" BEGIN SELECT RAISE(ABORT, 'transmittal_row is append-only'); END
--
CREATE TABLE clip_fingerprint (
	event_seq INTEGER NOT NULL,
	clip_id TEXT NOT NULL,
	picture TEXT CONSTRAINT ck_clip_fingerprint_picture CHECK (length(picture) = 64),
	sop_uid TEXT NOT NULL,
	study_date TEXT,
	CONSTRAINT pk_clip_fingerprint PRIMARY KEY (clip_id),
	CONSTRAINT fk_clip_fingerprint_event_seq FOREIGN KEY(event_seq) REFERENCES event (seq),
	CONSTRAINT fk_clip_fingerprint_clip_id FOREIGN KEY(clip_id) REFERENCES intake_object (id)
)
 STRICT
--
CREATE INDEX ix_clip_fingerprint_picture ON clip_fingerprint (picture)
--
CREATE INDEX ix_clip_fingerprint_sop_uid ON clip_fingerprint (sop_uid)
--
CREATE TRIGGER "clip_fingerprint_of_this_event" BEFORE INSERT ON "clip_fingerprint" WHEN NEW."event_seq" IS NOT (SELECT max(seq) FROM event) BEGIN SELECT RAISE(ABORT, 'clip_fingerprint rows are written with their event only'); END
--
CREATE TRIGGER "clip_fingerprint_no_update" BEFORE UPDATE ON "clip_fingerprint" BEGIN SELECT RAISE(ABORT, 'clip_fingerprint is append-only'); END
--
CREATE TRIGGER "clip_fingerprint_no_delete" BEFORE DELETE ON "clip_fingerprint" BEGIN SELECT RAISE(ABORT, 'clip_fingerprint is append-only'); END