-- What the event is about is the person's own, where only own things are written.
CREATE FUNCTION require_own_entity(one event) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = core, pg_temp AS $$
BEGIN
    IF one.kind IN ('answer.changed', 'measurement.changed', 'note.changed', 'clips.shown')
       AND NOT (one.entity = 'assignment' AND is_mine_and_open(one.id, one.actor))
       -- What was signed is looked at still when it is over.
       OR one.kind IN ('reading.opened', 'adjudication.opened', 'reading.open.refused', 'adjudication.open.refused')
       AND NOT (one.entity = 'assignment' AND is_mine(one.id, one.actor)) THEN
        PERFORM refuse('CL002', 'not this person''s assignment');
    END IF;
    IF one.kind = 'lab.moved' AND one.reason IS DISTINCT FROM 'folder' THEN
        PERFORM refuse('CL002', 'from a server a lab moves into a folder');
    END IF;
    IF one.kind IN ('credential.changed', 'account.activated', 'account.locked', 'statement.accepted', 'factor.enrolled', 'notice.seen', 'signature.refused',
                    'unlock.refused', 'signin.elsewhere', 'signin.failed', 'workstation.refused') AND one.id IS DISTINCT FROM one.actor THEN
        PERFORM refuse('CL002', 'not this person''s account');
    END IF;
END $$
--
-- Rows that say whose they are, are of who writes them; what blind persons write is about their own exams.
CREATE FUNCTION require_own_rows(one event, rows jsonb) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = core, pg_temp AS $$
DECLARE
    given record;
    whole boolean := i_am_whole();
    owned text[] := ARRAY['account', 'account_revision', 'acknowledgement', 'adjudication', 'alert', 'clip_release', 'credential', 'deviation', 'guess',
                          'invitation', 'pixel_check', 'reading', 'second_factor', 'session', 'session_end', 'signature', 'signin_attempt',
                          'unblinding', 'workstation'];
BEGIN
    FOR given IN SELECT value ->> 0 AS name, value -> 1 AS cells FROM jsonb_array_elements(rows) WHERE value ->> 0 = ANY (owned) LOOP
        IF NOT coalesce(row_is_own(one, given.name, given.cells, whole), false) THEN
            PERFORM refuse('CL002', 'a row of ' || given.name || ' is not this person''s to write');
        END IF;
    END LOOP;
END $$
--
CREATE FUNCTION row_is_own(one event, name text, cells jsonb, whole boolean) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = core, pg_temp AS $$
DECLARE
    me text := one.actor;
BEGIN
    RETURN CASE
        WHEN name = 'account_revision' THEN revision_is_allowed(one, jsonb_populate_record(NULL::account_revision, cells))
        WHEN name IN ('acknowledgement', 'session') THEN cells ->> 'account_id' = me
        WHEN name = 'credential' THEN cells ->> 'account_id' = me AND (one.kind = 'account.activated' OR keys_stay(cells))
        WHEN name = 'account' THEN cells ->> 'id' = one.id AND one.id <> me
        WHEN name = 'invitation' THEN cells ->> 'account_id' = one.id AND one.id <> me
        WHEN name = 'second_factor' THEN (cells ->> 'account_id' = me) = (one.kind = 'factor.enrolled') AND (cells ->> 'state' = 'on') = (one.kind = 'factor.enrolled')
        WHEN name = 'session_end' THEN one.kind LIKE 'custody.%' OR EXISTS (SELECT FROM session WHERE id = cells ->> 'session_id' AND account_id = me)
        WHEN name = 'signin_attempt' THEN (cells ->> 'ok' = '1') = (one.kind = 'session.opened')
            AND EXISTS (SELECT FROM account WHERE id = me AND user_name = cells ->> 'user_name')
        WHEN name = 'workstation' THEN machine_is_allowed(one.kind, jsonb_populate_record(NULL::workstation, cells))
        WHEN name = 'signature' THEN signature_is_own(one, cells)
        WHEN name = 'reading' THEN cells ->> 'id' = one.id AND reading_is_next(cells, me)
        WHEN name = 'adjudication' THEN cells ->> 'id' = one.id AND cells ->> 'revision' = '1' AND cells ->> 'supersedes_id' IS NULL
            AND NOT EXISTS (SELECT FROM adjudication WHERE case_id = cells ->> 'case_id')
            AND EXISTS (SELECT FROM adj_case WHERE id = cells ->> 'case_id' AND is_mine_and_open(assignment_id, me))
        WHEN name = 'guess' THEN is_mine(cells ->> 'assignment_id', me)
        WHEN name IN ('alert', 'deviation') THEN whole OR exam_is_mine(cells ->> 'exam_id', me)
        WHEN name = 'unblinding' THEN whole OR (cells ->> 'account_id' = me AND exam_is_mine(cells ->> 'exam_id', me))
        WHEN name = 'pixel_check' THEN cells ->> 'person_id' = me
        WHEN name = 'clip_release' THEN cells ->> 'verifier_id' = me
        ELSE false
    END;
END $$
--
-- A new password wraps the keys that were there: other keys come with an activation only.
CREATE FUNCTION keys_stay(cells jsonb) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = core, pg_temp AS $$
BEGIN
    RETURN (SELECT EXISTS (SELECT FROM credential AS last
                           WHERE last.account_id = cells ->> 'account_id' AND last.n = (cells ->> 'n')::bigint - 1
                             AND last.sign_pub = decode(cells #>> '{sign_pub,b64}', 'base64')
                             AND last.box_pub = decode(cells #>> '{box_pub,b64}', 'base64')));
END $$
--
CREATE FUNCTION exam_is_mine(of_exam text, me text) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = core, pg_temp AS $$
BEGIN
    RETURN (SELECT EXISTS (SELECT FROM assignment WHERE exam_id = of_exam AND account_id = me));
END $$
--
-- The first one, or the one after the last, which was given back.
CREATE FUNCTION reading_is_next(cells jsonb, me text) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = core, pg_temp AS $$
BEGIN
    RETURN (SELECT is_mine_and_open(cells ->> 'assignment_id', me)
   AND EXISTS (SELECT FROM assignment WHERE id = cells ->> 'assignment_id' AND kind <> 'adjudication')
   AND (cells ->> 'supersedes_id') IS NOT DISTINCT FROM last.id AND (cells ->> 'revision')::bigint = coalesce(last.revision, 0) + 1
   AND (last.id IS NULL OR EXISTS (SELECT FROM reading_reopening WHERE reading_id = last.id))
FROM (SELECT 1) AS always LEFT JOIN LATERAL (
    SELECT id, revision FROM reading WHERE assignment_id = cells ->> 'assignment_id' ORDER BY revision DESC LIMIT 1) AS last ON true);
END $$
--
-- In its own place of the chain, over the payload of its own event, under the name, the newest key and in the role of who writes it.
CREATE FUNCTION signature_is_own(one event, cells jsonb) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = core, pg_temp AS $$
BEGIN
    RETURN (SELECT cells ->> 'account_id' = one.actor AND cells ->> 'prev_hash' = one.prev AND cells ->> 'at' = one.at AND cells ->> 'tz' = one.tz::text
   AND cells ->> 'content_digest' = one.payload AND cells ->> 'record_type' = one.entity AND cells ->> 'record_id' = one.id
   AND cells ->> 'printed_name' = (standing(one.actor)).printed_name
   AND cells ->> 'key_id' = (SELECT left(digest('key/v1', sign_pub), 32) FROM credential WHERE account_id = one.actor ORDER BY n DESC LIMIT 1)
   AND EXISTS (SELECT FROM signs WHERE meaning = cells ->> 'meaning' AND role = one.role)
   AND EXISTS (SELECT FROM acknowledgement WHERE account_id = one.actor AND what = 'signature'));
END $$
--
-- A machine that is known keeps what an administrator said of it, unless it has another name now.
CREATE FUNCTION machine_is_allowed(kind text, new workstation) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = core, pg_temp AS $$
BEGIN
    RETURN (SELECT kind = 'workstation.enrolled' OR new.enrolled = 0 OR coalesce(
    (SELECT last.enrolled = 1 AND last.host = new.host FROM workstation AS last WHERE last.id = new.id ORDER BY last.n DESC LIMIT 1), false));
END $$
--
-- Nobody changes their own account but by coming in and by failing too often; an administrator changes one thing of another's.
CREATE FUNCTION revision_is_allowed(one event, new account_revision) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = core, pg_temp AS $$
DECLARE
    old account_revision := standing(new.account_id);
    same_rights boolean := new.roles IS NOT DISTINCT FROM old.roles;
    same_name boolean := new.printed_name IS NOT DISTINCT FROM old.printed_name;
    mine boolean := new.account_id = one.actor;
BEGIN
    IF new.n <> coalesce(old.n, 0) + 1 OR one.id <> new.account_id OR NOT EXISTS (SELECT FROM combinable WHERE roles = new.roles) THEN
        RETURN false;
    END IF;
    RETURN CASE one.kind
        WHEN 'account.activated' THEN mine AND same_rights AND same_name AND old.status = 'invited' AND new.status = 'active'
        WHEN 'account.locked' THEN mine AND same_rights AND same_name AND old.status = 'active' AND new.status = 'locked'
        WHEN 'account.invited' THEN NOT mine AND old.n IS NULL AND new.status = 'invited'
        WHEN 'account.reset' THEN NOT mine AND same_rights AND same_name AND new.status = 'invited'
        WHEN 'account.deactivated' THEN NOT mine AND same_rights AND same_name AND new.status = 'deactivated'
        WHEN 'account.unlocked' THEN NOT mine AND same_rights AND same_name AND old.status = 'locked' AND new.status = 'active'
        WHEN 'account.roles' THEN NOT mine AND same_name AND new.status = old.status
        WHEN 'account.renamed' THEN NOT mine AND same_rights AND new.status = old.status
        ELSE false
    END;
END $$
--
-- Whatever is sealed before a release, the lab's custody can open: its key is among the recipients of the envelope.
CREATE FUNCTION is_for_custody(envelope bytea) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = core, pg_temp AS $$
BEGIN
    RETURN (SELECT length(envelope) > 5 AND substr(envelope, 1, 4) = 'CLE1'::bytea AND EXISTS (
    SELECT FROM generate_series(0, get_byte(envelope, 4) - 1) AS place
    WHERE encode(substr(envelope, 6 + place * 96, 16), 'hex')
          = (SELECT left(digest('key/v1', box_pub), 32) FROM custody_key ORDER BY n DESC LIMIT 1)));
END $$
