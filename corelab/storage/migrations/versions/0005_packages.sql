CREATE TABLE package_table (
	event_seq INTEGER NOT NULL,
	package_id TEXT NOT NULL,
	name TEXT NOT NULL,
	n INTEGER NOT NULL,
	body BLOB NOT NULL,
	CONSTRAINT pk_package_table PRIMARY KEY (package_id, name, n),
	CONSTRAINT fk_package_table_event_seq FOREIGN KEY(event_seq) REFERENCES event (seq),
	CONSTRAINT fk_package_table_package_id FOREIGN KEY(package_id) REFERENCES package (id)
)
 STRICT
--
CREATE TABLE specification_approval (
	event_seq INTEGER NOT NULL,
	id TEXT NOT NULL,
	package_id TEXT NOT NULL,
	differences TEXT NOT NULL CONSTRAINT ck_specification_approval_differences CHECK (length(differences) = 64),
	CONSTRAINT pk_specification_approval PRIMARY KEY (id),
	CONSTRAINT fk_specification_approval_event_seq FOREIGN KEY(event_seq) REFERENCES event (seq),
	CONSTRAINT fk_specification_approval_package_id FOREIGN KEY(package_id) REFERENCES package (id)
)
 STRICT
--
CREATE TRIGGER "package_table_of_this_event" BEFORE INSERT ON "package_table" WHEN NEW."event_seq" IS NOT (SELECT max(seq) FROM event) BEGIN SELECT RAISE(ABORT, 'package_table rows are written with their event only'); END
--
CREATE TRIGGER "specification_approval_of_this_event" BEFORE INSERT ON "specification_approval" WHEN NEW."event_seq" IS NOT (SELECT max(seq) FROM event) BEGIN SELECT RAISE(ABORT, 'specification_approval rows are written with their event only'); END
--
CREATE TRIGGER "package_table_no_update" BEFORE UPDATE ON "package_table" BEGIN SELECT RAISE(ABORT, 'package_table is append-only'); END
--
CREATE TRIGGER "package_table_no_delete" BEFORE DELETE ON "package_table" BEGIN SELECT RAISE(ABORT, 'package_table is append-only'); END
--
CREATE TRIGGER "specification_approval_no_update" BEFORE UPDATE ON "specification_approval" BEGIN SELECT RAISE(ABORT, 'specification_approval is append-only'); END
--
CREATE TRIGGER "specification_approval_no_delete" BEFORE DELETE ON "specification_approval" BEGIN SELECT RAISE(ABORT, 'specification_approval is append-only'); END