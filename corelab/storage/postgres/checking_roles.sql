SELECT r.rolname, concat_ws(', ', CASE WHEN r.rolsuper THEN 'is a superuser' END, CASE WHEN r.rolcreaterole THEN 'may make roles' END,
    CASE WHEN r.rolcreatedb THEN 'may make databases' END, CASE WHEN r.rolreplication THEN 'may copy the server' END,
    CASE WHEN r.rolbypassrls THEN 'passes row security' END), r.rolcanlogin
FROM pg_roles AS r WHERE starts_with(r.rolname, current_database() || ':') OR starts_with(r.rolname, current_database() || '.')
--
SELECT m.rolname, g.rolname, a.admin_option
FROM pg_auth_members AS a JOIN pg_roles AS g ON g.oid = a.roleid JOIN pg_roles AS m ON m.oid = a.member
WHERE NOT m.rolsuper AND NOT (g.rolname = current_database() || ':owner'
        AND m.oid = (SELECT datdba FROM pg_database WHERE datname = current_database()))
    AND (starts_with(g.rolname, current_database() || ':') OR starts_with(g.rolname, current_database() || '.')
         OR starts_with(m.rolname, current_database() || ':') OR starts_with(m.rolname, current_database() || '.'))
--
SELECT pg_get_userbyid(setrole), setting FROM pg_db_role_setting CROSS JOIN LATERAL unnest(setconfig) AS setting
WHERE starts_with(pg_get_userbyid(setrole), current_database() || '.')
    AND setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
--
SELECT a.user_name, r.status, r.roles FROM core.account AS a
JOIN core.account_revision AS r ON r.account_id = a.id AND NOT EXISTS (SELECT FROM core.account_revision AS l WHERE l.account_id = a.id AND l.n > r.n)
WHERE a.kind = 'person'
