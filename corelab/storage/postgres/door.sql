-- A record that nobody signed for: the server itself writes what came to its door.
CREATE FUNCTION append_by_server(kind text, entity text, id text, workstation text, app text, tz integer, rows jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = core, pg_temp AS $$
DECLARE
    last event;
    one event;
    given record;
    digests text[] := '{}';
    made text;
    placed jsonb := '[]';
BEGIN
    PERFORM take_line(), require_here(kind);
    SELECT * INTO last FROM event ORDER BY event.seq DESC LIMIT 1;
    FOR given IN SELECT value ->> 0 AS name, value -> 1 || jsonb_build_object('event_seq', last.seq + 1) AS cells FROM jsonb_array_elements(rows) LOOP
        EXECUTE format('SELECT row_digest(jsonb_populate_record(NULL::%I, $1))', given.name) INTO made USING given.cells;
        digests := digests || made;
        placed := placed || jsonb_build_array(jsonb_build_array(given.name, given.cells));
    END LOOP;
    one.seq := last.seq + 1;
    one.prev := last.hash;
    one.at := server_time();
    one.clock := 'server';
    one.tz := tz;
    one.workstation := workstation;
    one.app := app;
    one.schema := schema_version();
    one.kind := kind;
    one.entity := entity;
    one.id := id;
    one.rows := rows_digest(digests);
    one.hash := event_hash((SELECT lab_id FROM lab), one);
    INSERT INTO event SELECT one.*;
    PERFORM put_rows(placed);
END $$
--
CREATE FUNCTION require_machine(workstation text, app text, tz integer) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = core, pg_temp AS $$
BEGIN
    IF coalesce(workstation !~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' OR app !~ '^[0-9A-Za-z.+-]{1,40}$' OR tz NOT BETWEEN -1080 AND 1080, true) THEN
        PERFORM refuse('CL001', 'this says no workstation, program or zone');
    END IF;
END $$
--
-- When this person's password was wrong, since it was last right or somebody changed the account.
CREATE FUNCTION failures_since_success(known account) RETURNS text[] LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = core, pg_temp AS $$
BEGIN
    RETURN (SELECT coalesce(array_agg(event.at ORDER BY event.at), '{}')
FROM signin_attempt AS failed JOIN event ON event.seq = failed.event_seq
WHERE failed.user_name = known.user_name AND failed.ok = 0
  AND failed.event_seq > (standing(known.id)).event_seq
  AND failed.event_seq > coalesce((SELECT max(event_seq) FROM signin_attempt WHERE user_name = known.user_name AND ok = 1), 0));
END $$
--
-- Null, or when so many failures in so short a time do not lock any more; later ones count too, where a clock was set back.
CREATE FUNCTION locked_until(failures text[], at text) RETURNS text LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = core, pg_temp AS $$
BEGIN
    RETURN (SELECT CASE WHEN count(*) >= most THEN later(failures[cardinality(failures) - most + 1]) END
FROM unnest(failures) AS failed(failed_at) CROSS JOIN (SELECT most_failures() AS most) AS rule WHERE later(failed_at) > at GROUP BY most);
END $$
--
CREATE FUNCTION lock_account(known account, workstation text, app text, tz integer) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = core, pg_temp AS $$
DECLARE
    now account_revision := standing(known.id);
    administrators bigint := (SELECT count(*) FROM account WHERE (standing(account.id)).status = 'active'
                              AND 'administrator' = ANY (string_to_array((standing(account.id)).roles, ',')));
BEGIN
    -- The last one is not locked for good, since nobody could unlock: the failures themselves refuse for their time.
    IF now.roles = 'administrator' AND administrators = 1 THEN
        RETURN;
    END IF;
    PERFORM append_by_server('account.locked', 'account', known.id, workstation, app, tz, jsonb_build_array(jsonb_build_array(
        'account_revision', to_jsonb(now) || jsonb_build_object('n', now.n + 1, 'status', 'locked'))));
END $$
--
-- The cost of passwords is the one that the lab was made with: those of the server stay as they are when the lab raises its own.
CREATE FUNCTION seen.door_lab() RETURNS TABLE (lab_id text, kind text, trial_id text, revision text, kdf text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = core, pg_temp AS $$
SELECT lab.lab_id, lab.kind, lab.trial_id, (SELECT version_num FROM alembic_version),
       (SELECT value FROM setting WHERE name = 'kdf' ORDER BY n LIMIT 1)
FROM lab
$$
--
-- A wrong password is written down, and locks as it does in a file; a locked account is told so instead, and since when not.
CREATE FUNCTION seen.door_failed(user_name text, workstation text, app text, tz integer, OUT state text, OUT until text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = core, pg_temp AS $$
DECLARE
    known account;
BEGIN
    PERFORM require_machine(workstation, app, tz), take_line();
    SELECT * INTO known FROM account WHERE account.user_name = door_failed.user_name AND account.kind = 'person';
    until := locked_until(failures_since_success(known), server_time());
    IF until IS NOT NULL OR (standing(known.id)).status = 'locked' THEN
        state := 'locked';
        RETURN;
    END IF;
    PERFORM append_by_server('signin.failed', 'account', known.id, workstation, app, tz, jsonb_build_array(jsonb_build_array(
        'signin_attempt', jsonb_build_object('id', gen_random_uuid(), 'user_name', known.user_name, 'ok', 0, 'workstation_id', workstation))));
    IF (standing(known.id)).status = 'active' AND locked_until(failures_since_success(known), server_time()) IS NOT NULL THEN
        PERFORM lock_account(known, workstation, app, tz);
    END IF;
END $$
--
CREATE FUNCTION seen.door_code_refused(workstation text, app text, tz integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = core, pg_temp AS $$
BEGIN
    PERFORM require_machine(workstation, app, tz);
    PERFORM append_by_server('code.refused', 'lab', (SELECT lab_id FROM lab), workstation, app, tz, '[]');
END $$
--
-- The newest of a person who is invited. In a lab that was moved here everybody who was active had one for the way, and is active still:
-- it is good once, as long as they did not sign in here.
CREATE FUNCTION open_invitations() RETURNS SETOF invitation LANGUAGE sql STABLE SECURITY DEFINER SET search_path = core, pg_temp AS $$
SELECT invitation.* FROM invitation
WHERE invitation.expires_at >= server_time() AND split_part(invitation.code_hash, '$', 1) = 'argon2id-sha256'
  AND NOT EXISTS (SELECT FROM invitation AS newer WHERE newer.account_id = invitation.account_id AND newer.event_seq > invitation.event_seq)
  AND ((standing(invitation.account_id)).status = 'invited'
       OR ((standing(invitation.account_id)).status = 'active' AND invitation.event_seq <= (SELECT seq FROM arrived)
           AND invitation.event_seq > (SELECT coalesce(max(event_seq), 0) FROM credential WHERE account_id = invitation.account_id)
           AND invitation.event_seq > (SELECT coalesce(max(event_seq), 0) FROM session WHERE account_id = invitation.account_id)))
$$
--
CREATE FUNCTION seen.door_invited(prefix text) RETURNS TABLE (id text, opslimit bigint, memlimit bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = core, pg_temp AS $$
SELECT id, split_part(code_hash, '$', 2)::bigint, split_part(code_hash, '$', 3)::bigint
FROM open_invitations() WHERE prefix ~ '^[0-9a-f]{10}$' AND left(replace(id, '-', ''), 10) = prefix
$$
--
-- Whose code it is. What is stored is the digest of the proof, so that whoever reads the table cannot come in by it.
CREATE FUNCTION invited_account(of_invitation text, proof text) RETURNS account LANGUAGE sql STABLE SECURITY DEFINER SET search_path = core, pg_temp AS $$
SELECT account FROM open_invitations() AS invitation JOIN account ON account.id = invitation.account_id
WHERE invitation.id = of_invitation AND proof ~ '^[0-9a-f]{64}$'
  AND split_part(invitation.code_hash, '$', 4) = encode(sha256(convert_to(proof, 'UTF8')), 'hex')
$$
--
CREATE FUNCTION seen.door_user(invitation text, proof text) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER SET search_path = core, pg_temp AS $$
SELECT (invited_account(invitation, proof)).user_name
$$
--
-- From now on this person's password is the one of the verifier; they come in as themselves, and record that they did.
CREATE FUNCTION seen.door_enter(invitation text, proof text, verifier text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = core, pg_temp AS $$
DECLARE
    known account;
BEGIN
    PERFORM take_line();
    known := invited_account(invitation, proof);
    IF known.id IS NULL THEN
        PERFORM refuse('CL005', 'this code opens nothing');
    END IF;
    PERFORM login_follows(known.id, true);
    PERFORM password_put(login_of(known.user_name), verifier);
    RETURN known.user_name;
END $$
