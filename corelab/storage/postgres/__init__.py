"""A lab's records on a PostgreSQL server: made, asked, written and copied; the only room that knows psycopg."""
