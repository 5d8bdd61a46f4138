"""What may be tried for more than what is given: rights, files, code of one's own, errors that tell, and writing."""

from collections.abc import Iterator, Mapping, Sequence

from tests.acceptance.blinding.server_probes import Known, Probe


def attacks(known: Known) -> tuple[Probe, ...]:
    return (*_powers(known), *_files(), *_code(known), *_oracles(known), *_writing(known))


# ---------------------------------------------------------------- more rights


def _powers(known: Known) -> Iterator[Probe]:
    owner, other = f'"{known.database}:owner"', f'"{known.database}.{known.others[0]}"'
    for name in (owner, other, f'"{known.database}:coordinator"', "pg_read_all_data", "pg_monitor", "postgres"):
        yield Probe(f"SET ROLE {name}", (f"SET ROLE {name}", "SELECT * FROM core.reading"))
        yield Probe(f"SET SESSION AUTHORIZATION {name}", (f"SET SESSION AUTHORIZATION {name}", "SELECT * FROM core.reading"))
        yield Probe(f"GRANT {name}", (f"GRANT {name} TO CURRENT_USER",))
    yield Probe("more powers for oneself", ("ALTER ROLE CURRENT_USER SUPERUSER",))
    yield Probe("row security passed by", ("ALTER ROLE CURRENT_USER BYPASSRLS",))
    yield Probe("row security off", ("SET row_security = off", "SELECT * FROM core.reading"))
    yield Probe("another's password", (f"ALTER ROLE {other} PASSWORD 'x'",))
    yield Probe("a role", ("CREATE ROLE mine LOGIN",))
    yield Probe("a role renamed", (f"ALTER ROLE {other} RENAME TO mine",))
    yield Probe("a right given", ("GRANT SELECT ON core.reading TO CURRENT_USER",))
    yield Probe("rights of all tables", ("GRANT SELECT ON ALL TABLES IN SCHEMA core TO CURRENT_USER", "SELECT * FROM core.reading"))
    yield Probe("rights by default", ("ALTER DEFAULT PRIVILEGES FOR ROLE " + owner + " GRANT SELECT ON TABLES TO PUBLIC",))
    yield Probe("ownership", ("ALTER TABLE core.reading OWNER TO CURRENT_USER",))
    yield Probe("what others own", (f"REASSIGN OWNED BY {owner} TO CURRENT_USER",))
    yield Probe("a policy", ("CREATE POLICY mine ON core.reading USING (true)",))
    yield Probe("no row security", ("ALTER TABLE core.reading NO FORCE ROW LEVEL SECURITY",))
    yield Probe("a setting of the server", ("ALTER SYSTEM SET log_statement = 'all'",))
    yield Probe("a setting of the database", (f"ALTER DATABASE {known.database} SET search_path = core",))
    yield Probe("the log of the server", ("SET log_statement = 'all'",))
    yield Probe(
        "identity by a setting", ("SET session.user = 'x'", f"SET corelab.account = '{known.account}'", "SELECT id FROM seen.reading")
    )
    yield Probe("another's query ended", ("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename <> session_user LIMIT 1",))
    yield Probe("a database", ("CREATE DATABASE mine",))


def _files() -> Iterator[Probe]:
    yield Probe("COPY TO", ("COPY core.reading TO STDOUT",))
    yield Probe("COPY of a question", ("COPY (SELECT * FROM core.reading) TO STDOUT",))
    yield Probe("COPY into a file", ("COPY (SELECT 1) TO '/tmp/x'",))
    yield Probe("COPY by a program", ("COPY (SELECT 1) TO PROGRAM 'cat'",))
    yield Probe("COPY from a file", ("COPY core.reading FROM '/etc/passwd'",))
    yield Probe("pg_read_file", ("SELECT pg_read_file('global/pg_control')",))
    yield Probe("pg_read_binary_file", ("SELECT pg_read_binary_file('PG_VERSION')",))
    yield Probe("pg_ls_dir", ("SELECT pg_ls_dir('base')",))
    yield Probe("pg_ls_waldir", ("SELECT * FROM pg_ls_waldir()",))
    yield Probe("pg_stat_file", ("SELECT pg_stat_file('PG_VERSION')",))
    yield Probe("pg_current_logfile", ("SELECT pg_current_logfile()",))
    yield Probe("lo_import", ("SELECT lo_import('/etc/passwd')",))
    yield Probe("lo_export", ("SELECT lo_export(lo_creat(-1), '/tmp/x')",))
    yield Probe("a large object of others", ("SELECT loid FROM pg_largeobject_metadata",))
    yield Probe("dblink", ("CREATE EXTENSION dblink",))
    yield Probe("postgres_fdw", ("CREATE EXTENSION postgres_fdw",))
    yield Probe("file_fdw", ("CREATE EXTENSION file_fdw",))
    yield Probe("a foreign server", ("CREATE SERVER mine FOREIGN DATA WRAPPER postgres_fdw",))
    yield Probe("pageinspect", ("CREATE EXTENSION pageinspect", "SELECT * FROM heap_page_items(get_raw_page('core.reading', 0))"))
    yield Probe("pgstattuple", ("CREATE EXTENSION pgstattuple", "SELECT * FROM pgstattuple('core.reading')"))
    yield Probe("pg_stat_statements made", ("CREATE EXTENSION pg_stat_statements",))
    yield Probe("a library", ("LOAD '$libdir/dblink'",))
    yield Probe("query_to_xml", ("SELECT query_to_xml('SELECT * FROM core.reading', true, true, '')",))
    yield Probe("table_to_xml", ("SELECT table_to_xml('core.reading', true, true, '')",))
    yield Probe("database_to_xml", ("SELECT schema_to_xml('core', true, true, '')",))
    yield Probe("a logical change", ("SELECT pg_create_logical_replication_slot('mine', 'test_decoding')",))
    yield Probe("an exported snapshot", ("SET TRANSACTION SNAPSHOT '00000003-00000001-1'",))


# ---------------------------------------------------------------- code of one's own


def _code(known: Known) -> Iterator[Probe]:
    spy = "AS $$ BEGIN RAISE NOTICE '%', $1; RETURN true; END $$"
    yield Probe("a schema", ("CREATE SCHEMA mine",))
    for schema in ("core", "own", "seen", "public"):
        yield Probe(f"a table in {schema}", (f"CREATE TABLE {schema}.mine (a int)",))
        yield Probe(f"a function in {schema}", (f"CREATE FUNCTION {schema}.mine(text) RETURNS boolean LANGUAGE plpgsql COST 0.0001 {spy}",))
    yield Probe("a table for the time being", ("CREATE TEMP TABLE assignment (id text)", "SELECT * FROM seen.reading"))
    yield Probe("a view for the time being", ("CREATE TEMP VIEW me AS SELECT 1", "SELECT * FROM seen.reading"))
    yield Probe("a function for the time being", (f"CREATE FUNCTION pg_temp.spy(text) RETURNS boolean LANGUAGE plpgsql COST 0.0001 {spy}",))
    yield Probe("another search path", ("SET search_path = pg_temp, core, own", "SELECT * FROM reading"))
    yield Probe("another search path for the views", ("SET search_path = core", "SELECT * FROM seen.reading"))
    yield Probe("an operator", ("CREATE OPERATOR public.=== (LEFTARG = text, RIGHTARG = text, FUNCTION = texteq)",))
    yield Probe("a cast", ("CREATE CAST (text AS bigint) WITH INOUT AS IMPLICIT",))
    yield Probe("a rule", ("CREATE RULE mine AS ON SELECT TO core.reading DO INSTEAD SELECT 1",))
    yield Probe("a trigger", ("CREATE TRIGGER mine AFTER INSERT ON core.reading EXECUTE FUNCTION own.me()",))
    yield Probe("an event trigger", ("CREATE EVENT TRIGGER mine ON ddl_command_end EXECUTE FUNCTION own.me()",))
    yield Probe("a function changed", ("ALTER FUNCTION seen.of_reading SECURITY INVOKER",))
    yield Probe("a function's path changed", ("ALTER FUNCTION seen.of_reading SET search_path = pg_temp",))
    yield Probe(
        "an anonymous block",
        ("DO $$ DECLARE r record; BEGIN FOR r IN SELECT * FROM core.reading LOOP RAISE EXCEPTION '%', r; END LOOP; END $$",),
    )
    yield Probe(
        "a block over what is seen", ("DO $$ DECLARE n int; BEGIN SELECT count(*) INTO n FROM seen.event; RAISE EXCEPTION '%', n; END $$",)
    )
    yield Probe("names in a filter", ("""SELECT * FROM seen.of_reading('{"id\\" = t.id OR \\"id": "x"}')""",))
    yield Probe("SQL in a value", ("""SELECT * FROM seen.of_reading('{"id": "x'' OR true --"}')""",))
    yield Probe("SQL in the highest", ("SELECT * FROM seen.of_reading('{}', 'id\" DESC LIMIT 1; SELECT 1 --')",))
    yield Probe("a filter that is no object", ("SELECT * FROM seen.of_reading('[1]')",))
    yield Probe("a filter with objects", (f"""SELECT * FROM seen.of_reading('{{"id": {{"a": "{known.reading}"}}}}')""",))
    yield Probe("a column that is not there", ("""SELECT * FROM seen.of_reading('{"ctid": "(0,1)"}')""",))


def _oracles(known: Known) -> Iterator[Probe]:
    mine = "SELECT * FROM seen.assignment WHERE account_id"
    yield Probe("division by zero on others' rows", (f"{mine} = '{known.account}' AND 1 / (length(id) - length(id)) = 1",))
    yield Probe("a cast that fails on others' rows", ("SELECT * FROM seen.reading WHERE id::int = 1 AND assignment_id = 'x'",))
    yield Probe("a regular expression", (f"SELECT count(*) FROM seen.assignment WHERE id ~ '{known.assignment}'",))
    yield Probe("an error in a value", ("""SELECT * FROM seen.of_reading('{"revision": "x"}')""",))
    yield Probe("a number too large", ("""SELECT * FROM seen.of_event('{"seq": 99999999999999999999}')""",))
    yield Probe("bytes that are none", ("""SELECT * FROM seen.of_draft('{"body": "\\\\xzz"}')""",))
    yield Probe("order by another's row", ("SELECT id FROM seen.assignment ORDER BY id",))
    yield Probe("statement timeout", ("SET statement_timeout = 1000", "SELECT count(*) FROM seen.reading"))
    yield Probe("privileges asked", ("SELECT has_table_privilege('core.reading', 'SELECT'), has_schema_privilege('own', 'USAGE')",))
    yield Probe("row security asked", ("SELECT row_security_active('core.reading')",))
    yield Probe("an id as a name", (f"SELECT '{known.reading}'::regclass",))
    yield Probe("a value's column size", ("SELECT pg_column_size(body) FROM seen.event_payload ORDER BY seq",))
    for lock in (0, 1):
        yield Probe(f"the line of writers, {lock}", (f"SELECT pg_try_advisory_lock({lock})",))


def _writing(known: Known) -> Iterator[Probe]:
    yield Probe("INSERT", ("INSERT INTO core.draft VALUES ('x', 'y', 'z')",))
    yield Probe("INSERT by a view", ("INSERT INTO seen.draft VALUES ('x', 'y', 'z')",))
    yield Probe(
        "INSERT of a known key",
        (f"INSERT INTO core.assignment_end VALUES (1, '{known.assignment}', 'x') ON CONFLICT DO NOTHING RETURNING *",),
    )
    yield Probe("UPDATE", ("UPDATE core.reading SET revision = 2 RETURNING *",))
    yield Probe("DELETE", (f"DELETE FROM core.draft WHERE assignment_id = '{known.assignment}' RETURNING *",))
    yield Probe("MERGE", ("MERGE INTO core.draft USING (SELECT 1) AS s ON true WHEN MATCHED THEN DELETE",))
    yield Probe("TRUNCATE", ("TRUNCATE core.reading",))
    yield Probe("a foreign key to others", ("CREATE TABLE public.mine (id text REFERENCES core.reading (id))",))
    yield Probe("put_reading", ("SELECT core.put_reading('[]')",))
    yield Probe("row_digest", ("SELECT core.standing('x')",))
    yield Probe("my_account", ("SELECT core.my_account()",))
    yield Probe("login of another", (f"SELECT core.password_put('{known.database}.{known.others[0]}', 'SCRAM-SHA-256$4096:a$b:c')",))
    yield Probe("another's login follows", (f"SELECT core.login_follows('{known.account}', false)",))
    yield Probe("payload_empty", ("SELECT core.append_begin() IS NULL", f"SELECT core.payload_empty({known.seq}, {known.seq})"))
    yield Probe("wraps_forget of another", ("SELECT core.append_begin() IS NULL", f"SELECT core.wraps_forget('{known.account}')"))
    for name in (
        "door_lab()",
        "door_failed('x', null, '0', 0)",
        "door_code_refused(null, '0', 0)",
        "door_enter('x', 'y', 'z')",
        "door_user('x', 'y')",
    ):
        yield Probe(f"the door's {name.partition('(')[0]}", (f"SELECT * FROM seen.{name}",))
    yield Probe("the next number", ("SELECT * FROM core.append_begin()",), "numbers")


PAIRS: Mapping[str, Sequence[str]] = {
    "a draft": ("SELECT core.append_begin() IS NULL", "SELECT core.draft_put('{assignment}', 'x', '2026-01-12T12:00:00.000Z')"),
    "a draft dropped": ("SELECT core.append_begin() IS NULL", "SELECT core.draft_drop('{assignment}')"),
    "a reading": ("""SELECT * FROM seen.of_reading('{{"id": "{reading}"}}')""",),
    "the reading of an assignment": ("""SELECT * FROM seen.of_reading('{{"assignment_id": "{assignment}"}}')""",),
    "an assignment": ("""SELECT * FROM seen.of_assignment('{{"id": "{assignment}"}}')""",),
    "a session": ("""SELECT * FROM seen.of_session('{{"id": "{session}"}}')""",),
    "a person": ("""SELECT * FROM seen.of_account('{{"id": "{account}"}}')""",),
    "an account's keys": ("""SELECT * FROM seen.of_credential('{{"account_id": "{account}"}}')""",),
    "wraps": ("SELECT core.append_begin() IS NULL", "SELECT core.wraps_forget('{account}')"),
}
"""The same asked of what is there and another's, and of what is not there: the answers are the same."""
