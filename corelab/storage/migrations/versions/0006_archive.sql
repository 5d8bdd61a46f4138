CREATE TABLE clip_frames (
	event_seq INTEGER NOT NULL,
	clip_id TEXT NOT NULL,
	size INTEGER NOT NULL,
	rest BLOB NOT NULL,
	frames BLOB NOT NULL,
	CONSTRAINT pk_clip_frames PRIMARY KEY (clip_id),
	CONSTRAINT fk_clip_frames_event_seq FOREIGN KEY(event_seq) REFERENCES event (seq),
	CONSTRAINT fk_clip_frames_clip_id FOREIGN KEY(clip_id) REFERENCES clip (id)
)
 STRICT
--
CREATE TRIGGER "clip_frames_of_this_event" BEFORE INSERT ON "clip_frames" WHEN NEW."event_seq" IS NOT (SELECT max(seq) FROM event) BEGIN SELECT RAISE(ABORT, 'clip_frames rows are written with their event only'); END
--
CREATE TRIGGER "clip_frames_no_update" BEFORE UPDATE ON "clip_frames" BEGIN SELECT RAISE(ABORT, 'clip_frames is append-only'); END
--
CREATE TRIGGER "clip_frames_no_delete" BEFORE DELETE ON "clip_frames" BEGIN SELECT RAISE(ABORT, 'clip_frames is append-only'); END