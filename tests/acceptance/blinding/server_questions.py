"""What may be asked about rows and of the catalogues: everything that answers, or should not."""

from collections.abc import Iterator

from corelab.storage.schema import TABLES
from tests.acceptance.blinding.server_probes import NOBODYS, Known, Probe


def questions(known: Known) -> tuple[Probe, ...]:
    return (*_tables(), *_seen(known), *_estimates(), *_catalogues(), *_channels(), *_told())


# ---------------------------------------------------------------- tables and what is seen


def _tables() -> Iterator[Probe]:
    for table in (*TABLES, "alembic_version", "may_write", "regulated"):
        yield Probe(f"rows of core.{table}", (f'SELECT * FROM core."{table}"',))
        yield Probe(f"count of core.{table}", (f'SELECT count(*) FROM core."{table}"',))
    yield Probe("system columns", ("SELECT ctid, xmin, tableoid FROM core.reading",))
    yield Probe("only one column", ("SELECT id FROM core.reading",))
    yield Probe("a whole row", ("SELECT reading FROM core.reading",))
    yield Probe("a sample", ("SELECT * FROM core.reading TABLESAMPLE SYSTEM (100)",))
    yield Probe("TABLE", ("TABLE core.reading",))
    yield Probe("a lock on rows", ("SELECT id FROM core.reading FOR SHARE",))
    yield Probe("a lock on a table", ("LOCK TABLE core.reading IN ACCESS SHARE MODE",))
    yield Probe("views behind", ("SELECT * FROM own.reading",))
    yield Probe("functions behind", ("SELECT own.me()",))
    yield Probe("a cursor", ("DECLARE c CURSOR FOR SELECT * FROM core.reading", "FETCH ALL FROM c"))
    yield Probe("a prepared statement", ("PREPARE p AS SELECT * FROM core.reading", "EXECUTE p"))


def _seen(known: Known) -> Iterator[Probe]:
    for table in TABLES:
        yield Probe(f"all that is seen of {table}", (f'SELECT * FROM seen."of_{table}"()',))
        yield Probe(f"count of what is seen of {table}", (f'SELECT count(*) FROM seen."{table}"',))
    yield Probe("system columns of a view", ("SELECT ctid FROM seen.reading",))
    yield Probe("the table of a view's rows", ("SELECT tableoid FROM seen.reading",))
    for table, column, value in (
        ("reading", "id", known.reading),
        ("reading", "assignment_id", known.assignment),
        ("assignment", "id", known.assignment),
        ("assignment", "exam_id", known.own_exam),
        ("assignment", "account_id", known.account),
        ("draft", "assignment_id", known.assignment),
        ("event", "id", known.assignment),
        ("event", "actor", known.account),
        ("signature", "record_id", known.reading),
        ("session", "id", known.session),
        ("account", "id", known.account),
        ("credential", "account_id", known.account),
        ("comparison", "exam_id", known.own_exam),
        ("exam_status", "exam_id", known.own_exam),
        ("grade", "record_id", known.reading),
        ("opening", "seq", str(known.seq)),
        ("event_payload", "seq", str(known.seq)),
        ("event", "seq", str(known.seq)),
    ):
        asked = f"""SELECT * FROM seen.of_{table}('{{"{column}": "{value}"}}')"""
        yield Probe(f"{table} by a guessed {column}", (asked,))
        yield Probe(f"{table} of which the highest {column}", (f"SELECT * FROM seen.of_{table}('{{}}', '{column}')",))
    for name in ("first_signed()", f"labels_in('{known.exam}')", f"had_a_hand('{NOBODYS}')", "happened_since(0)"):
        yield Probe(f"the question {name.partition('(')[0]}", (f"SELECT * FROM seen.{name}",))


def _estimates() -> Iterator[Probe]:
    for table in ("reading", "event", "assignment", "signature", "result", "grade", "comparison", "exam_status", "draft"):
        yield Probe(f"EXPLAIN of core.{table}", (f"EXPLAIN SELECT * FROM core.{table}",))
        yield Probe(f"EXPLAIN of seen.{table}", (f"EXPLAIN (VERBOSE) SELECT * FROM seen.{table}",))
        yield Probe(f"EXPLAIN ANALYZE of seen.{table}", (f"EXPLAIN (ANALYZE, TIMING OFF, SUMMARY OFF) SELECT * FROM seen.{table}",))
        filtered = f"EXPLAIN SELECT * FROM seen.{table} WHERE event_seq = 1" if "event_seq" in TABLES[table].columns else None
        if filtered:
            yield Probe(f"EXPLAIN of a filter on seen.{table}", (filtered,))
    yield Probe("EXPLAIN of a function", ("EXPLAIN (ANALYZE, TIMING OFF, SUMMARY OFF) SELECT * FROM seen.first_signed()",))
    yield Probe("EXPLAIN of a join", ("EXPLAIN SELECT * FROM seen.reading AS r JOIN seen.assignment AS a ON a.id = r.assignment_id",))
    yield Probe(
        "plans in the messages", ("SET debug_print_plan = on", "SET client_min_messages = debug5", "SELECT count(*) FROM seen.reading")
    )
    yield Probe("plans by auto_explain", ("LOAD 'auto_explain'", "SET auto_explain.log_nested_statements = on"))
    yield Probe(
        "pages that a question touches",
        ("EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, SUMMARY OFF) SELECT * FROM seen.reading",),
        "totals",
    )


# ---------------------------------------------------------------- catalogues


def _catalogues() -> Iterator[Probe]:
    core = "WHERE schemaname IN ('core', 'own', 'seen')"
    yield Probe("pg_stats", (f"SELECT * FROM pg_stats {core}",))
    yield Probe("pg_stats_ext", (f"SELECT * FROM pg_stats_ext {core}",))
    yield Probe("pg_stats_ext_exprs", (f"SELECT * FROM pg_stats_ext_exprs {core}",))
    yield Probe("pg_statistic", ("SELECT * FROM pg_statistic",))
    yield Probe("pg_statistic_ext_data", ("SELECT * FROM pg_statistic_ext_data",))
    yield Probe("pg_authid", ("SELECT * FROM pg_authid",))
    yield Probe("pg_shadow", ("SELECT * FROM pg_shadow",))
    yield Probe("pg_user_mapping", ("SELECT * FROM pg_user_mapping",))
    yield Probe("pg_hba_file_rules", ("SELECT * FROM pg_hba_file_rules",))
    yield Probe("pg_largeobject", ("SELECT * FROM pg_largeobject",))
    yield Probe("pg_stat_statements", ("SELECT * FROM pg_stat_statements",))
    yield Probe(
        "queries of others", ("SELECT query FROM pg_stat_activity WHERE usename <> session_user AND query <> '<insufficient privilege>'",)
    )
    yield Probe(
        "states of others", ("SELECT state, xact_start, client_addr FROM pg_stat_activity WHERE usename <> session_user AND state <> ''",)
    )
    yield Probe("pg_prepared_statements", ("SELECT name FROM pg_prepared_statements",))
    yield Probe("pg_cursors", ("SELECT name FROM pg_cursors",))
    yield Probe("sequences", ("SELECT sequencename, last_value FROM pg_sequences",))
    yield Probe("the last value of a sequence", ("SELECT last_value FROM core.test_tick",))
    yield Probe(
        "values from columns",
        ("SELECT histogram_bounds, most_common_vals FROM pg_stats WHERE tablename IN ('reading', 'event', 'result')",),
    )
    yield Probe(
        "information_schema tables", ("SELECT table_schema, table_name FROM information_schema.tables WHERE table_schema = 'core'",)
    )
    yield Probe(
        "information_schema columns", ("SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'core'",)
    )
    yield Probe("information_schema privileges", ("SELECT grantee FROM information_schema.table_privileges WHERE table_schema = 'core'",))
    yield Probe("subscriptions", ("SELECT subconninfo FROM pg_subscription",))
    yield Probe("replication slots", ("SELECT * FROM pg_replication_slots",))
    yield Probe("event triggers", ("SELECT evtname FROM pg_event_trigger",))
    yield Probe(
        "comments",
        ("SELECT description FROM pg_description WHERE objoid IN (SELECT oid FROM pg_class WHERE relnamespace = 'core'::regnamespace)",),
    )


def _channels() -> Iterator[Probe]:
    """What PostgreSQL tells every role."""
    yield Probe("pg_roles", ("SELECT rolname, rolcanlogin FROM pg_roles ORDER BY rolname",), "roles")
    yield Probe("pg_auth_members", ("SELECT roleid::regrole, member::regrole FROM pg_auth_members",), "roles")
    yield Probe("settings of roles", ("SELECT setrole::regrole, setconfig FROM pg_db_role_setting",), "roles")
    yield Probe(
        "pg_stat_activity", ("SELECT usename, application_name FROM pg_stat_activity WHERE usename <> session_user",), "connections"
    )
    yield Probe("pg_locks", ("SELECT locktype, mode, relation::regclass FROM pg_locks WHERE pid <> pg_backend_pid()",), "locks")
    yield Probe(
        "pg_class",
        ("SELECT relname, reltuples, relpages FROM pg_class WHERE relnamespace = 'core'::regnamespace ORDER BY relname",),
        "totals",
    )
    yield Probe(
        "pg_stat_user_tables", ("SELECT relname, n_tup_ins, n_live_tup, seq_scan FROM pg_stat_user_tables ORDER BY relname",), "totals"
    )
    yield Probe("pg_statio_user_tables", ("SELECT relname, heap_blks_hit FROM pg_statio_user_tables ORDER BY relname",), "totals")
    yield Probe("pg_stat_user_indexes", ("SELECT indexrelname, idx_scan FROM pg_stat_user_indexes ORDER BY indexrelname",), "totals")
    yield Probe(
        "pg_stat_database", ("SELECT xact_commit, tup_inserted FROM pg_stat_database WHERE datname = current_database()",), "totals"
    )
    yield Probe("pg_stat_user_functions", ("SELECT funcname, calls FROM pg_stat_user_functions ORDER BY funcname",), "totals")
    yield Probe("size of a table", ("SELECT pg_relation_size('core.event'), pg_database_size(current_database())",), "totals")
    yield Probe("transaction numbers", ("SELECT pg_current_snapshot()",), "totals")
    yield Probe("pg_proc", ("SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'core'::regnamespace ORDER BY oid",), "definitions")
    yield Probe("pg_get_viewdef", ("SELECT pg_get_viewdef('seen.reading')",), "definitions")
    yield Probe("pg_constraint", ("SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint ORDER BY conname",), "definitions")


def _told() -> Iterator[Probe]:
    yield Probe("LISTEN", ("LISTEN core", "SELECT count(*) FROM pg_listening_channels()"))
    yield Probe("NOTIFY", ("NOTIFY core, 'x'",))
    yield Probe("visits of own exams", ("SELECT visit, subject_id FROM seen.exam ORDER BY id",), "visits")
    yield Probe("the charter's own words", ("SELECT version FROM seen.charter",))
    yield Probe("subjects", ("SELECT code, site_code, plan FROM seen.subject ORDER BY id",))
