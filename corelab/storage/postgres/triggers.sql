CREATE FUNCTION stays() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = core, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'CL001';
END $$
--
CREATE FUNCTION of_this_event() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = core, pg_temp AS $$
BEGIN
    IF NEW.event_seq IS DISTINCT FROM (SELECT max(seq) FROM event) THEN
        RAISE EXCEPTION '% rows are written with their event only', TG_TABLE_NAME USING ERRCODE = 'CL001';
    END IF;
    RETURN NEW;
END $$
--
CREATE FUNCTION payload_of_this_event() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = core, pg_temp AS $$
BEGIN
    IF NEW.seq IS DISTINCT FROM (SELECT max(seq) FROM event) THEN
        RAISE EXCEPTION 'event_payload rows are written with their event only' USING ERRCODE = 'CL001';
    END IF;
    RETURN NEW;
END $$
--
CREATE FUNCTION in_the_chain() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = core, pg_temp AS $$
DECLARE
    last event;
BEGIN
    SELECT * INTO last FROM event ORDER BY seq DESC LIMIT 1;
    IF NEW.seq IS DISTINCT FROM coalesce(last.seq, 0) + 1 OR (last.seq IS NOT NULL AND NEW.prev IS DISTINCT FROM last.hash) THEN
        RAISE EXCEPTION 'event does not continue the chain' USING ERRCODE = 'CL001';
    END IF;
    RETURN NEW;
END $$
--
CREATE FUNCTION redacted_only() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = core, pg_temp AS $$
BEGIN
    IF OLD.body IS NULL OR NEW.body IS NOT NULL OR OLD.redaction_seq IS NOT NULL
       OR to_jsonb(NEW) - 'body' - 'redaction_seq' IS DISTINCT FROM to_jsonb(OLD) - 'body' - 'redaction_seq'
       OR NOT EXISTS (SELECT FROM event WHERE event.seq = NEW.redaction_seq AND event.kind = 'payload.redacted'
                      AND event.entity = 'event' AND event.id = OLD.seq::text) THEN
        RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'CL001';
    END IF;
    RETURN NEW;
END $$
--
CREATE FUNCTION unwrapped_only() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = core, pg_temp AS $$
BEGIN
    IF OLD.wrapped_sign IS NULL OR NEW.wrapped_sign IS NOT NULL OR NEW.wrapped_box IS NOT NULL
       OR to_jsonb(NEW) - 'wrapped_sign' - 'wrapped_box' IS DISTINCT FROM to_jsonb(OLD) - 'wrapped_sign' - 'wrapped_box'
       OR NOT EXISTS (SELECT FROM credential AS newer WHERE newer.account_id = OLD.account_id AND newer.n > OLD.n) THEN
        RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'CL001';
    END IF;
    RETURN NEW;
END $$
