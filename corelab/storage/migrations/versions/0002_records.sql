CREATE TABLE second_factor (
	event_seq INTEGER NOT NULL,
	account_id TEXT NOT NULL,
	n INTEGER NOT NULL,
	state TEXT NOT NULL CONSTRAINT ck_second_factor_state CHECK (state IN ('on', 'off')),
	sealed BLOB,
	CONSTRAINT pk_second_factor PRIMARY KEY (account_id, n),
	CONSTRAINT ck_second_factor_sealed CHECK ((state = 'on') = (sealed IS NOT NULL)),
	CONSTRAINT fk_second_factor_event_seq FOREIGN KEY(event_seq) REFERENCES event (seq),
	CONSTRAINT fk_second_factor_account_id FOREIGN KEY(account_id) REFERENCES account (id)
)
 STRICT
--
CREATE TABLE reading_reopening (
	event_seq INTEGER NOT NULL,
	reading_id TEXT NOT NULL,
	cause TEXT NOT NULL,
	CONSTRAINT pk_reading_reopening PRIMARY KEY (reading_id),
	CONSTRAINT fk_reading_reopening_event_seq FOREIGN KEY(event_seq) REFERENCES event (seq),
	CONSTRAINT fk_reading_reopening_reading_id FOREIGN KEY(reading_id) REFERENCES reading (id)
)
 STRICT
--
CREATE TRIGGER "second_factor_of_this_event" BEFORE INSERT ON "second_factor" WHEN NEW."event_seq" IS NOT (SELECT max(seq) FROM event) BEGIN SELECT RAISE(ABORT, 'second_factor rows are written with their event only'); END
--
CREATE TRIGGER "reading_reopening_of_this_event" BEFORE INSERT ON "reading_reopening" WHEN NEW."event_seq" IS NOT (SELECT max(seq) FROM event) BEGIN SELECT RAISE(ABORT, 'reading_reopening rows are written with their event only'); END
--
CREATE TRIGGER "second_factor_no_update" BEFORE UPDATE ON "second_factor" BEGIN SELECT RAISE(ABORT, 'second_factor is append-only'); END
--
CREATE TRIGGER "second_factor_no_delete" BEFORE DELETE ON "second_factor" BEGIN SELECT RAISE(ABORT, 'second_factor is append-only'); END
--
CREATE TRIGGER "reading_reopening_no_update" BEFORE UPDATE ON "reading_reopening" BEGIN SELECT RAISE(ABORT, 'reading_reopening is append-only'); END
--
CREATE TRIGGER "reading_reopening_no_delete" BEFORE DELETE ON "reading_reopening" BEGIN SELECT RAISE(ABORT, 'reading_reopening is append-only'); END