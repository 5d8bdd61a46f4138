SELECT 'schema ' || nspname, 'owner ' || pg_get_userbyid(nspowner) FROM pg_namespace
WHERE nspname !~ '^(pg_|information_schema$)' AND nspname <> 'public'
--
SELECT kinds.word || ' ' || n.nspname || '.' || c.relname,
    concat_ws('; ', 'owner ' || pg_get_userbyid(c.relowner), 'security ' || c.relrowsecurity || c.relforcerowsecurity,
        'kept ' || c.relpersistence::text, array_to_string(c.reloptions, ','),
        (SELECT string_agg(concat_ws(' ', a.attname, format_type(a.atttypid, a.atttypmod), CASE WHEN a.attnotnull THEN 'required' END, l.collname,
            pg_get_expr(d.adbin, d.adrelid), a.attidentity, a.attgenerated), ', ' ORDER BY a.attnum)
         FROM pg_attribute AS a LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
         LEFT JOIN pg_collation AS l ON l.oid = a.attcollation
         WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind <> 'S'),
        CASE WHEN c.relkind IN ('v', 'm') THEN regexp_replace(pg_get_viewdef(c.oid), '\m\w+\.(?="?\w+"?( AS|,|\s))', '', 'g') END)
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
JOIN (VALUES ('r', 'table'), ('p', 'table'), ('v', 'view'), ('m', 'stored view'), ('f', 'foreign table'), ('S', 'sequence'), ('c', 'type'))
    AS kinds (kind, word) ON kinds.kind = c.relkind::text
WHERE n.nspname !~ '^(pg_|information_schema$)'
--
SELECT 'constraint ' || c.conname || ' of ' || c.conrelid::regclass, pg_get_constraintdef(c.oid) || '; holds ' || c.convalidated
FROM pg_constraint AS c JOIN pg_namespace AS n ON n.oid = c.connamespace
WHERE n.nspname !~ '^(pg_|information_schema$)' AND c.conrelid <> 0 AND c.contype IN ('c', 'f', 'p', 'u', 'x')
--
SELECT 'index ' || n.nspname || '.' || c.relname, pg_get_indexdef(i.indexrelid) || '; valid ' || (i.indisvalid AND i.indisready AND i.indislive)
FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname !~ '^(pg_|information_schema$)'
--
SELECT 'trigger ' || t.tgname || ' of ' || t.tgrelid::regclass, pg_get_triggerdef(t.oid) || '; fires ' || t.tgenabled::text
FROM pg_trigger AS t WHERE NOT t.tgisinternal
--
SELECT DISTINCT 'disabled references of ' || t.tgrelid::regclass, '' FROM pg_trigger AS t WHERE t.tgisinternal AND t.tgenabled = 'D'
--
SELECT 'function ' || n.nspname || '.' || p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')',
    concat_ws('; ', 'owner ' || pg_get_userbyid(p.proowner), pg_get_function_result(p.oid), pg_get_expr(p.proargdefaults, 0), l.lanname, p.prokind,
        p.prosecdef, p.proleakproof, p.proisstrict, p.provolatile, p.proparallel, p.procost, p.prorows, array_to_string(p.proconfig, ','), p.prosrc,
        pg_get_function_sqlbody(p.oid))
FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace JOIN pg_language AS l ON l.oid = p.prolang
WHERE n.nspname !~ '^(pg_|information_schema$)'
--
SELECT 'policy ' || policyname || ' of ' || schemaname || '.' || tablename,
    concat_ws('; ', permissive, array_to_string(ARRAY(SELECT unnest(roles) ORDER BY 1), ','), cmd, qual, with_check) FROM pg_policies
--
SELECT 'rule ' || r.rulename || ' of ' || r.ev_class::regclass, pg_get_ruledef(r.oid) || '; fires ' || r.ev_enabled::text
FROM pg_rewrite AS r JOIN pg_class AS c ON c.oid = r.ev_class JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname !~ '^(pg_|information_schema$)' AND r.rulename <> '_RETURN'
--
SELECT 'type ' || n.nspname || '.' || t.typname, t.typtype::text FROM pg_type AS t JOIN pg_namespace AS n ON n.oid = t.typnamespace
WHERE n.nspname !~ '^(pg_|information_schema$)' AND t.typtype IN ('d', 'e', 'r', 'm') AND t.typelem = 0
--
SELECT 'event trigger ' || evtname, evtevent || evtenabled::text FROM pg_event_trigger
UNION ALL SELECT 'extension ' || extname, '' FROM pg_extension WHERE extname <> 'plpgsql'
UNION ALL SELECT 'publication ' || pubname, '' FROM pg_publication
UNION ALL SELECT 'foreign server ' || srvname, '' FROM pg_foreign_server
UNION ALL SELECT 'default privileges of ' || pg_get_userbyid(defaclrole) || ' for ' || defaclobjtype::text, defaclacl::text FROM pg_default_acl
--
SELECT 'setting of the database', array_to_string(setconfig, ',') FROM pg_db_role_setting
WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database()) AND setrole = 0
UNION ALL
SELECT 'setting of ' || pg_get_userbyid(setrole) || CASE WHEN setdatabase = 0 THEN ' everywhere' ELSE '' END, array_to_string(setconfig, ',')
FROM pg_db_role_setting
WHERE setrole <> 0 AND (setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
    OR (setdatabase = 0 AND starts_with(pg_get_userbyid(setrole), current_database() || ':')))
    AND NOT starts_with(pg_get_userbyid(setrole), current_database() || '.')
--
WITH granted (what, owner, acl) AS (
    SELECT 'schema ' || nspname, nspowner, coalesce(nspacl, acldefault('n', nspowner)) FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema$)'
    UNION ALL SELECT 'the database', datdba, coalesce(datacl, acldefault('d', datdba)) FROM pg_database WHERE datname = current_database()
    UNION ALL SELECT n.nspname || '.' || c.relname, c.relowner, coalesce(c.relacl, acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner))
        FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE n.nspname !~ '^(pg_|information_schema$)' AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
    UNION ALL SELECT n.nspname || '.' || c.relname || '.' || a.attname, c.relowner, a.attacl
        FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE a.attacl IS NOT NULL AND n.nspname !~ '^(pg_|information_schema$)'
    UNION ALL SELECT n.nspname || '.' || p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')', p.proowner,
            coalesce(p.proacl, acldefault('f', p.proowner))
        FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace WHERE n.nspname !~ '^(pg_|information_schema$)'
)
SELECT 'right of ' || CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE pg_get_userbyid(a.grantee) END || ' to ' || a.privilege_type || ' ' || g.what
        || CASE WHEN a.is_grantable THEN ', and to give it on' ELSE '' END, ''
FROM granted AS g CROSS JOIN LATERAL aclexplode(g.acl) AS a WHERE a.grantee <> g.owner
