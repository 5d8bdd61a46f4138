-- All writers of a lab stand in one line; who has it gives it back with the end of the transaction.
CREATE FUNCTION take_line() RETURNS void LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = core, pg_temp AS $$
SELECT pg_advisory_xact_lock(27988559812911458)
$$
--
CREATE FUNCTION server_time() RETURNS text LANGUAGE plpgsql VOLATILE SET search_path = core, pg_temp AS $$
BEGIN
    RETURN (SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'));
END $$
--
CREATE SEQUENCE begun_at MINVALUE 0
--
CREATE SEQUENCE begun_by MINVALUE 0
--
CREATE FUNCTION milliseconds(at text) RETURNS bigint LANGUAGE plpgsql STABLE SET search_path = core, pg_temp AS $$
BEGIN
    RETURN (SELECT round(extract(epoch FROM at::timestamptz) * 1000)::bigint);
END $$
--
CREATE FUNCTION refuse(code text, why text) RETURNS void LANGUAGE plpgsql SET search_path = core, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '%', why USING ERRCODE = code;
END $$
--
CREATE FUNCTION wrapped_keys(rows jsonb) RETURNS bytea[] LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = core, pg_temp AS $$
BEGIN
    RETURN (SELECT coalesce(array_agg(decode(cells #>> '{wrapped_sign,b64}', 'base64') || decode(cells #>> '{wrapped_box,b64}', 'base64')), '{}')
FROM (SELECT value -> 1 AS cells FROM jsonb_array_elements(rows) WHERE value ->> 0 = 'credential') AS found);
END $$
--
CREATE FUNCTION put_rows(rows jsonb) RETURNS text[] LANGUAGE plpgsql SECURITY DEFINER SET search_path = core, pg_temp AS $$
DECLARE
    together record;
    made text[];
    found text[] := '{}';
BEGIN
    FOR together IN
        SELECT name, jsonb_agg(cells ORDER BY place) AS cells
        FROM (SELECT value ->> 0 AS name, value -> 1 AS cells, place,
                     place - row_number() OVER (PARTITION BY value ->> 0 ORDER BY place) AS run
              FROM jsonb_array_elements(rows) WITH ORDINALITY AS given(value, place)) AS listed
        GROUP BY name, run ORDER BY min(place)
    LOOP
        IF NOT EXISTS (SELECT FROM regulated WHERE regulated.name = together.name) THEN
            PERFORM refuse('CL001', 'no such table');
        END IF;
        EXECUTE format('SELECT %I($1)', 'put_' || together.name) INTO made USING together.cells;
        found := found || made;
    END LOOP;
    RETURN found;
END $$
--
CREATE FUNCTION require_may_write(one event, form text, body bytea, rows jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = core, pg_temp AS $$
DECLARE
    allowed may_write;
BEGIN
    SELECT * INTO allowed FROM may_write WHERE kind = one.kind AND role = coalesce(one.role, '');
    IF allowed.kind IS NULL OR EXISTS (SELECT FROM jsonb_array_elements(rows) AS given(value)
                                       WHERE NOT coalesce(value ->> 0, '') = ANY (allowed.tables)) THEN
        PERFORM refuse('CL002', coalesce(one.role, 'a person in no role') || ' does not write this ' || one.kind);
    END IF;
    IF allowed.session AND one.session IS NULL THEN
        PERFORM refuse('CL003', 'this is written in a sign-in only');
    END IF;
    IF allowed.sealed AND body IS NOT NULL AND form IS DISTINCT FROM 'sealed' OR form = 'sealed' AND NOT is_for_custody(body) THEN
        PERFORM refuse('CL001', 'this is sealed, and custody can open it');
    END IF;
END $$
--
CREATE FUNCTION require_session(of_session text, me text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = core, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM session
        WHERE session.id = of_session AND session.account_id = me AND (standing(me)).status = 'active'
          AND NOT EXISTS (SELECT FROM session_end WHERE session_end.session_id = session.id)
          AND NOT EXISTS (SELECT FROM account_revision AS later WHERE later.account_id = me AND later.event_seq > session.event_seq
                          AND later.status = 'invited')) THEN
        PERFORM refuse('CL003', 'the sign-in of the event is not open');
    END IF;
END $$
--
-- Where the lab has left for a folder nothing is written any more, but that it is sent once more or stays.
CREATE FUNCTION require_here(kind text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = core, pg_temp AS $$
DECLARE
    last event;
BEGIN
    SELECT * INTO last FROM event WHERE event.kind IN ('lab.moved', 'lab.stayed', 'lab.restored') ORDER BY seq DESC LIMIT 1;
    IF last.kind = 'lab.moved' AND last.reason = 'folder' AND require_here.kind NOT IN ('lab.moved', 'lab.stayed') THEN
        PERFORM refuse('CL007', (SELECT convert_from(substr(body, 33), 'UTF8')::jsonb ->> 'to' FROM event_payload WHERE seq = last.seq));
    END IF;
END $$
--
CREATE FUNCTION require_place(one event) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = core, pg_temp AS $$
DECLARE
    last event;
BEGIN
    PERFORM require_here(one.kind);
    SELECT * INTO last FROM event ORDER BY seq DESC LIMIT 1;
    IF one.seq IS DISTINCT FROM coalesce(last.seq, 0) + 1 OR one.prev IS DISTINCT FROM coalesce(last.hash, (SELECT genesis(lab_id) FROM lab)) THEN
        PERFORM refuse('CL001', 'event does not continue the chain');
    END IF;
    IF one.clock <> 'server' OR one.schema <> schema_version() OR one.tz NOT BETWEEN -1080 AND 1080 THEN
        PERFORM refuse('CL001', 'clock, schema or tz of the event is not what this server takes');
    END IF;
    IF one.at !~ '^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$' OR milliseconds(one.at) <> (SELECT last_value FROM begun_at) THEN
        PERFORM refuse('CL001', 'the time of the event is not the server''s');
    END IF;
    IF milliseconds(one.at) < milliseconds(last.at) - 120000 AND one.kind <> 'clock.backward' THEN
        PERFORM refuse('CL001', 'the clock went back, and no event says so');
    END IF;
END $$
--
CREATE FUNCTION require_actor(one event) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = core, pg_temp AS $$
DECLARE
    me text := my_account();
BEGIN
    IF me IS NULL THEN
        PERFORM refuse('CL003', 'nobody is signed in');
    END IF;
    IF one.actor IS DISTINCT FROM me THEN
        PERFORM refuse('CL002', 'the event is said to be somebody else''s');
    END IF;
    IF one.role IS NOT NULL AND NOT one.role = ANY (my_roles()) THEN
        PERFORM refuse('CL002', 'the role of the event is not one of this person');
    END IF;
    IF one.session IS NOT NULL THEN
        PERFORM require_session(one.session, me);
    END IF;
END $$
--
CREATE FUNCTION require_committed(one event, form text, body bytea, keys bytea[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = core, pg_temp AS $$
BEGIN
    IF coalesce(form, 'clear') NOT IN ('clear', 'sealed') OR (one.payload IS NULL) <> (body IS NULL) OR (body IS NULL AND form = 'sealed') THEN
        PERFORM refuse('CL001', 'the payload has no such form');
    END IF;
    IF coalesce(form, 'clear') = 'clear' AND body IS NOT NULL AND one.payload <> digest('payload/v1', body) THEN
        PERFORM refuse('CL001', 'the payload is not the one that the event commits to');
    END IF;
    IF cardinality(keys) > 1 OR (cardinality(keys) = 1 AND form = 'sealed') THEN
        PERFORM refuse('CL001', 'an event has one envelope or one credential');
    END IF;
    IF one.sealed IS DISTINCT FROM encode(sha256(CASE WHEN cardinality(keys) = 1 THEN keys[1] WHEN form = 'sealed' THEN body END), 'hex') THEN
        PERFORM refuse('CL001', 'what is sealed is not what the event commits to');
    END IF;
END $$
--
CREATE FUNCTION append_begin(OUT seq bigint, OUT prev text, OUT last_at text, OUT at text) LANGUAGE plpgsql SECURITY DEFINER SET search_path = core, pg_temp AS $$
DECLARE
    last event;
BEGIN
    IF my_account() IS NULL THEN
        PERFORM refuse('CL003', 'nobody is signed in');
    END IF;
    PERFORM take_line();
    SELECT * INTO last FROM event ORDER BY event.seq DESC LIMIT 1;
    seq := coalesce(last.seq, 0) + 1;
    prev := coalesce(last.hash, (SELECT genesis(lab_id) FROM lab));
    last_at := last.at;
    at := server_time();
    PERFORM setval('begun_at', milliseconds(at)), setval('begun_by', pg_current_xact_id()::text::bigint);
END $$
--
CREATE FUNCTION append_event(header jsonb, form text, body bytea, rows jsonb, claimed_hash text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = core, pg_temp AS $$
DECLARE
    one event;
    lab text := (SELECT lab_id FROM lab);
    failed text;
BEGIN
    PERFORM require_line();
    one := jsonb_populate_record(NULL::event, header || jsonb_build_object('hash', claimed_hash));
    PERFORM require_actor(one), require_may_write(one, form, body, rows), require_place(one), require_own_entity(one), require_own_rows(one, rows);
    IF NOT (header::text || rows::text) IS NFC NORMALIZED THEN
        PERFORM refuse('CL001', 'a text is not in its one normal form');
    END IF;
    IF one.submit IS NOT NULL AND EXISTS (SELECT FROM event WHERE submit = one.submit) THEN
        PERFORM refuse('CL004', 'this was submitted before');
    END IF;
    PERFORM require_committed(one, form, body, wrapped_keys(rows));
    IF claimed_hash IS DISTINCT FROM event_hash(lab, one) THEN
        PERFORM refuse('CL001', 'the hash of the event is not that of its header');
    END IF;
    INSERT INTO event SELECT one.*;
    IF one.payload IS NOT NULL THEN
        INSERT INTO event_payload VALUES (one.seq, coalesce(form, 'clear'), body, NULL);
    END IF;
    IF one.rows IS DISTINCT FROM rows_digest(put_rows(rows)) THEN
        PERFORM refuse('CL001', 'the rows are not those that the event commits to');
    END IF;
EXCEPTION
    WHEN integrity_constraint_violation OR data_exception THEN
        GET STACKED DIAGNOSTICS failed = CONSTRAINT_NAME;
        PERFORM refuse('CL001', coalesce(nullif(failed, ''), 'a value of the record has not the kind of its column'));
END $$
--
CREATE FUNCTION require_line() RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = core, pg_temp AS $$
DECLARE
    me text := my_account();
BEGIN
    IF me IS NULL THEN
        PERFORM refuse('CL003', 'nobody is signed in');
    END IF;
    IF (SELECT last_value FROM begun_by) <> pg_current_xact_id()::text::bigint THEN
        PERFORM refuse('CL001', 'this transaction did not begin with append_begin');
    END IF;
    RETURN me;
END $$
--
-- A person keeps the draft of their own open assignment; a coordinator hands one that is there over to other keys.
CREATE FUNCTION draft_put(assignment text, body bytea, updated_at text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = core, pg_temp AS $$
DECLARE
    me text := require_line();
BEGIN
    PERFORM require_here('');
    IF milliseconds(updated_at) <> (SELECT last_value FROM begun_at) THEN
        PERFORM refuse('CL001', 'the time of the draft is not the server''s');
    END IF;
    IF is_mine_and_open(assignment, me) THEN
        INSERT INTO draft AS kept VALUES (draft_put.assignment, draft_put.body, draft_put.updated_at)
        ON CONFLICT ON CONSTRAINT pk_draft DO UPDATE SET body = excluded.body, updated_at = excluded.updated_at;
    ELSIF 'coordinator' = ANY (my_roles()) THEN
        UPDATE draft SET body = draft_put.body, updated_at = draft_put.updated_at WHERE draft.assignment_id = draft_put.assignment;
        IF NOT FOUND THEN
            PERFORM refuse('CL002', 'not this person''s assignment');
        END IF;
    ELSE
        PERFORM refuse('CL002', 'not this person''s assignment');
    END IF;
END $$
--
CREATE FUNCTION draft_drop(assignment text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = core, pg_temp AS $$
DECLARE
    me text := require_line();
BEGIN
    IF NOT is_mine(assignment, me) THEN
        PERFORM refuse('CL002', 'not this person''s assignment');
    END IF;
    DELETE FROM draft WHERE assignment_id = draft_drop.assignment;
END $$
--
-- The trigger looks whether the event ``by`` says so; here, that it is of this very transaction.
-- The redaction names the event by which another person asked before for the same payload.
CREATE FUNCTION asked_by_another(of_seq bigint, by bigint) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = core, pg_temp AS $$
BEGIN
    RETURN (SELECT EXISTS (
        SELECT FROM event AS done JOIN event_payload AS said ON said.seq = done.seq AND said.form = 'clear'
        JOIN event AS asked ON asked.seq = (convert_from(substr(said.body, 33), 'UTF8')::jsonb ->> 'requested')::bigint
        WHERE done.seq = by AND done.kind = 'payload.redacted' AND asked.kind = 'redaction.requested' AND asked.seq < done.seq
          AND asked.entity = 'event' AND asked.id = of_seq::text AND asked.actor <> done.actor));
END $$
--
CREATE FUNCTION payload_empty(seq bigint, by bigint) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = core, pg_temp AS $$
DECLARE
    me text := require_line();
BEGIN
    IF by IS DISTINCT FROM (SELECT max(event.seq) FROM event) OR me IS DISTINCT FROM (SELECT actor FROM event WHERE event.seq = by) THEN
        PERFORM refuse('CL002', 'a payload is emptied with the event that says so');
    END IF;
    IF NOT asked_by_another(seq, by) OR EXISTS (SELECT FROM signature WHERE event_seq = payload_empty.seq) THEN
        PERFORM refuse('CL002', 'a payload is emptied where two people want it, and never a signed one');
    END IF;
    UPDATE event_payload SET body = NULL, redaction_seq = by WHERE event_payload.seq = payload_empty.seq;
    UPDATE opening SET body = NULL, redaction_seq = by WHERE opening.seq = payload_empty.seq;
END $$
--
CREATE FUNCTION wraps_forget(account text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = core, pg_temp AS $$
BEGIN
    IF account IS DISTINCT FROM require_line() THEN
        PERFORM refuse('CL002', 'not this person''s keys');
    END IF;
    UPDATE credential SET wrapped_sign = NULL, wrapped_box = NULL
    WHERE account_id = account AND wrapped_sign IS NOT NULL AND n < (SELECT max(newer.n) FROM credential AS newer WHERE newer.account_id = account);
END $$
