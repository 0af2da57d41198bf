-- The role under which the server works: it may do all that it must, and not rewrite what happened.
-- The owner of the schema migrates; the server takes this role on each of its connections (socle.database).

DO $$
BEGIN
    CREATE ROLE traitdunion_service NOLOGIN;
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN NULL;  -- made by another database of the same server
END
$$;
DO $$
BEGIN
    EXECUTE format('GRANT traitdunion_service TO %I', current_user);
END
$$;
GRANT USAGE ON SCHEMA public TO traitdunion_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO traitdunion_service;
GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO traitdunion_service;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO traitdunion_service;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO traitdunion_service;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT, UPDATE ON SEQUENCES TO traitdunion_service;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT EXECUTE ON FUNCTIONS TO traitdunion_service;
REVOKE UPDATE, DELETE, TRUNCATE ON journal, evenement FROM traitdunion_service;
