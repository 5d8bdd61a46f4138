CREATE TABLE absence (
	event_seq INTEGER NOT NULL,
	account_id TEXT NOT NULL,
	n INTEGER NOT NULL,
	state TEXT NOT NULL CONSTRAINT ck_absence_state CHECK (state IN ('on', 'off')),
	CONSTRAINT pk_absence PRIMARY KEY (account_id, n),
	CONSTRAINT fk_absence_event_seq FOREIGN KEY(event_seq) REFERENCES event (seq),
	CONSTRAINT fk_absence_account_id FOREIGN KEY(account_id) REFERENCES account (id)
)
 STRICT
--
CREATE TABLE certification (
	event_seq INTEGER NOT NULL,
	id TEXT NOT NULL,
	account_id TEXT NOT NULL,
	charter_hash TEXT NOT NULL,
	verdict TEXT NOT NULL,
	CONSTRAINT pk_certification PRIMARY KEY (id),
	CONSTRAINT fk_certification_event_seq FOREIGN KEY(event_seq) REFERENCES event (seq),
	CONSTRAINT fk_certification_account_id FOREIGN KEY(account_id) REFERENCES account (id),
	CONSTRAINT fk_certification_charter_hash FOREIGN KEY(charter_hash) REFERENCES charter (hash)
)
 STRICT
--
CREATE TABLE calibration_exam (
	event_seq INTEGER NOT NULL,
	exam_id TEXT NOT NULL,
	n INTEGER NOT NULL,
	CONSTRAINT pk_calibration_exam PRIMARY KEY (exam_id),
	CONSTRAINT fk_calibration_exam_event_seq FOREIGN KEY(event_seq) REFERENCES event (seq),
	CONSTRAINT fk_calibration_exam_exam_id FOREIGN KEY(exam_id) REFERENCES exam (id)
)
 STRICT
--
CREATE TABLE guess (
	event_seq INTEGER NOT NULL,
	id TEXT NOT NULL,
	assignment_id TEXT NOT NULL,
	CONSTRAINT pk_guess PRIMARY KEY (id),
	CONSTRAINT uq_guess_assignment_id UNIQUE (assignment_id),
	CONSTRAINT fk_guess_event_seq FOREIGN KEY(event_seq) REFERENCES event (seq),
	CONSTRAINT fk_guess_assignment_id FOREIGN KEY(assignment_id) REFERENCES assignment (id)
)
 STRICT
--
CREATE TABLE single_release (
	event_seq INTEGER NOT NULL,
	id TEXT NOT NULL,
	exam_id TEXT NOT NULL,
	batch_id TEXT NOT NULL,
	reading_id TEXT NOT NULL,
	charter_hash TEXT NOT NULL,
	CONSTRAINT pk_single_release PRIMARY KEY (id),
	CONSTRAINT uq_single_release_reading_id UNIQUE (reading_id),
	CONSTRAINT fk_single_release_event_seq FOREIGN KEY(event_seq) REFERENCES event (seq),
	CONSTRAINT fk_single_release_exam_id FOREIGN KEY(exam_id) REFERENCES exam (id),
	CONSTRAINT fk_single_release_batch_id FOREIGN KEY(batch_id) REFERENCES release_batch (id),
	CONSTRAINT fk_single_release_reading_id FOREIGN KEY(reading_id) REFERENCES reading (id),
	CONSTRAINT fk_single_release_charter_hash FOREIGN KEY(charter_hash) REFERENCES charter (hash)
)
 STRICT
--
CREATE INDEX ix_adj_case_assignment_id ON adj_case (assignment_id)
--
CREATE INDEX ix_adj_case_comparison_id ON adj_case (comparison_id)
--
CREATE INDEX ix_assignment_account_id_order_key ON assignment (account_id, order_key)
--
CREATE INDEX ix_comparison_reading_1 ON comparison (reading_1)
--
CREATE INDEX ix_comparison_reading_2 ON comparison (reading_2)
--
CREATE INDEX ix_single_release_exam_id ON single_release (exam_id)
--
CREATE TRIGGER "absence_of_this_event" BEFORE INSERT ON "absence" WHEN NEW."event_seq" IS NOT (SELECT max(seq) FROM event) BEGIN SELECT RAISE(ABORT, 'absence rows are written with their event only'); END
--
CREATE TRIGGER "certification_of_this_event" BEFORE INSERT ON "certification" WHEN NEW."event_seq" IS NOT (SELECT max(seq) FROM event) BEGIN SELECT RAISE(ABORT, 'certification rows are written with their event only'); END
--
CREATE TRIGGER "calibration_exam_of_this_event" BEFORE INSERT ON "calibration_exam" WHEN NEW."event_seq" IS NOT (SELECT max(seq) FROM event) BEGIN SELECT RAISE(ABORT, 'calibration_exam rows are written with their event only'); END
--
CREATE TRIGGER "guess_of_this_event" BEFORE INSERT ON "guess" WHEN NEW."event_seq" IS NOT (SELECT max(seq) FROM event) BEGIN SELECT RAISE(ABORT, 'guess rows are written with their event only'); END
--
CREATE TRIGGER "single_release_of_this_event" BEFORE INSERT ON "single_release" WHEN NEW."event_seq" IS NOT (SELECT max(seq) FROM event) BEGIN SELECT RAISE(ABORT, 'single_release rows are written with their event only'); END
--
CREATE TRIGGER "absence_no_update" BEFORE UPDATE ON "absence" BEGIN SELECT RAISE(ABORT, 'absence is append-only'); END
--
CREATE TRIGGER "absence_no_delete" BEFORE DELETE ON "absence" BEGIN SELECT RAISE(ABORT, 'absence is append-only'); END
--
CREATE TRIGGER "certification_no_update" BEFORE UPDATE ON "certification" BEGIN SELECT RAISE(ABORT, 'certification is append-only'); END
--
CREATE TRIGGER "certification_no_delete" BEFORE DELETE ON "certification" BEGIN SELECT RAISE(ABORT, 'certification is append-only'); END
--
CREATE TRIGGER "calibration_exam_no_update" BEFORE UPDATE ON "calibration_exam" BEGIN SELECT RAISE(ABORT, 'calibration_exam is append-only'); END
--
CREATE TRIGGER "calibration_exam_no_delete" BEFORE DELETE ON "calibration_exam" BEGIN SELECT RAISE(ABORT, 'calibration_exam is append-only'); END
--
CREATE TRIGGER "guess_no_update" BEFORE UPDATE ON "guess" BEGIN SELECT RAISE(ABORT, 'guess is append-only'); END
--
CREATE TRIGGER "guess_no_delete" BEFORE DELETE ON "guess" BEGIN SELECT RAISE(ABORT, 'guess is append-only'); END
--
CREATE TRIGGER "single_release_no_update" BEFORE UPDATE ON "single_release" BEGIN SELECT RAISE(ABORT, 'single_release is append-only'); END
--
CREATE TRIGGER "single_release_no_delete" BEFORE DELETE ON "single_release" BEGIN SELECT RAISE(ABORT, 'single_release is append-only'); END