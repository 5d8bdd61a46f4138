CREATE FUNCTION login_of(user_name text) RETURNS text LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = core, pg_temp AS $$
BEGIN
    RETURN (SELECT current_database() || '.' || user_name);
END $$
--
CREATE FUNCTION my_account() RETURNS text LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = core, pg_temp AS $$
BEGIN
    RETURN (SELECT id FROM account
WHERE user_name = substr(session_user::text, length(login_of('')) + 1) AND starts_with(session_user::text, login_of('')) AND kind = 'person');
END $$
--
CREATE FUNCTION standing(account text) RETURNS account_revision LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = core, pg_temp AS $$
BEGIN
    RETURN (SELECT revision FROM account_revision AS revision WHERE revision.account_id = account ORDER BY revision.n DESC LIMIT 1);
END $$
--
CREATE FUNCTION my_roles() RETURNS text[] LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = core, pg_temp AS $$
DECLARE
    now account_revision := standing(my_account());
BEGIN
    RETURN CASE WHEN now.status = 'active' THEN string_to_array(now.roles, ',') ELSE '{}'::text[] END;
END $$
--
CREATE FUNCTION i_am_whole() RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = core, pg_temp AS $$
BEGIN
    RETURN (SELECT my_roles() && ARRAY['coordinator', 'administrator', 'auditor']);
END $$
--
CREATE FUNCTION group_member(role_name text, wanted boolean, login text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = core, pg_temp AS $$
DECLARE
    of_role text := current_database() || ':' || role_name;
    there boolean := EXISTS (SELECT FROM pg_auth_members AS m JOIN pg_roles AS g ON g.oid = m.roleid JOIN pg_roles AS p ON p.oid = m.member
                             WHERE g.rolname = of_role AND p.rolname = login);
BEGIN
    IF wanted AND NOT there THEN
        EXECUTE format('GRANT %I TO %I', of_role, login);
    ELSIF there AND NOT wanted THEN
        EXECUTE format('REVOKE %I FROM %I', of_role, login);
    END IF;
END $$
--
CREATE FUNCTION login_made(login text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = core, pg_temp AS $$
BEGIN
    IF octet_length(login) > 63 THEN
        RAISE EXCEPTION 'the user name is too long for this server' USING ERRCODE = 'CL001';
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = login) THEN
        EXECUTE format('CREATE ROLE %I NOLOGIN', login);
        EXECUTE format('ALTER ROLE %I IN DATABASE %I SET idle_in_transaction_session_timeout = ''5s''', login, current_database());
    END IF;
END $$
--
CREATE FUNCTION login_follows(of_account text, opened boolean) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = core, pg_temp AS $$
DECLARE
    known account;
    now account_revision := standing(of_account);
    held text[] := CASE WHEN opened THEN string_to_array(now.roles, ',') ELSE '{}'::text[] END;
    login text;
    each text;
BEGIN
    SELECT * INTO known FROM account WHERE id = of_account;
    IF known.kind <> 'person' THEN
        RETURN;
    END IF;
    login := login_of(known.user_name);
    PERFORM login_made(login);
    FOREACH each IN ARRAY ARRAY['reader', 'adjudicator', 'coordinator', 'administrator', 'auditor'] LOOP
        PERFORM group_member(each, each = ANY (held), login);
    END LOOP;
    EXECUTE format('ALTER ROLE %I IN DATABASE %I SET search_path = %s, pg_temp', login, current_database(),
                   CASE WHEN held && ARRAY['coordinator', 'administrator', 'auditor'] THEN 'core' ELSE 'seen' END);
    EXECUTE format('ALTER ROLE %I %s', login, CASE WHEN opened THEN 'LOGIN' ELSE 'NOLOGIN' END);
END $$
--
CREATE FUNCTION login_follows_revision() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = core, pg_temp AS $$
BEGIN
    PERFORM login_follows(NEW.account_id, NEW.status = 'active');
    RETURN NULL;
END $$
--
CREATE TRIGGER account_revision_login AFTER INSERT ON account_revision FOR EACH ROW EXECUTE FUNCTION login_follows_revision()
--
ALTER TABLE account_revision ENABLE ALWAYS TRIGGER account_revision_login
--
CREATE FUNCTION password_put(login text, verifier text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = core, pg_temp AS $$
BEGIN
    IF verifier IS NULL OR verifier !~ '^SCRAM-SHA-256\$[0-9]+:[A-Za-z0-9+/=]+\$[A-Za-z0-9+/=]+:[A-Za-z0-9+/=]+$' THEN
        RAISE EXCEPTION 'this is no verifier of a password' USING ERRCODE = 'CL001';
    END IF;
    EXECUTE format('ALTER ROLE %I PASSWORD %L', login, verifier);
END $$
--
CREATE FUNCTION login_set(verifier text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = core, pg_temp AS $$
BEGIN
    IF my_account() IS NULL THEN
        RAISE EXCEPTION 'nobody is signed in' USING ERRCODE = 'CL003';
    END IF;
    PERFORM password_put(session_user::text, verifier);
END $$
--
CREATE FUNCTION is_mine(of_assignment text, me text) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = core, pg_temp AS $$
BEGIN
    RETURN (SELECT EXISTS (SELECT FROM assignment WHERE id = of_assignment AND account_id = me));
END $$
--
CREATE FUNCTION is_mine_and_open(of_assignment text, me text) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = core, pg_temp AS $$
BEGIN
    RETURN (SELECT is_mine(of_assignment, me) AND NOT EXISTS (SELECT FROM assignment_end WHERE assignment_id = of_assignment));
END $$
