"""The tables of the PostgreSQL bus and every statement that runs on them.

`message.consumer` is the number of the consumer that has leased the row, NULL when it is free;
consumer numbers come from a sequence and are advisory-locked by their connection.
`failures` counts handlers that raised, `deliveries` every hand-over (a crash counts one too).
"""

LOCK_SPACE = 0x627573  # "bus": the first key of every advisory lock here
CHANNEL = "bus"

SCHEMA = """
    CREATE TABLE IF NOT EXISTS queue (name text PRIMARY KEY);
    CREATE TABLE IF NOT EXISTS binding (
        queue text NOT NULL REFERENCES queue ON DELETE CASCADE,
        pattern text NOT NULL,
        regex text NOT NULL,
        PRIMARY KEY (queue, pattern)
    );
    CREATE SEQUENCE IF NOT EXISTS consumer_number AS integer CYCLE;
    CREATE TABLE IF NOT EXISTS message (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        queue text NOT NULL REFERENCES queue ON DELETE CASCADE,
        message_id uuid NOT NULL,
        routing_key text NOT NULL,
        body bytea NOT NULL,
        headers jsonb NOT NULL,
        visible_at timestamptz NOT NULL DEFAULT now(),
        deliveries integer NOT NULL DEFAULT 0,
        failures integer NOT NULL DEFAULT 0,
        consumer integer,
        parked_at timestamptz,
        reason text
    ) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
    CREATE INDEX IF NOT EXISTS ix_message_ready ON message (queue, visible_at, id)
        WHERE consumer IS NULL AND parked_at IS NULL;
    CREATE INDEX IF NOT EXISTS ix_message_leased ON message (consumer)
        WHERE consumer IS NOT NULL;
    CREATE INDEX IF NOT EXISTS ix_message_parked ON message (queue, id)
        WHERE parked_at IS NOT NULL;
"""

DECLARE_QUEUE = "INSERT INTO queue (name) VALUES ($1) ON CONFLICT DO NOTHING"
DECLARE_BINDING = """
    INSERT INTO binding (queue, pattern, regex) VALUES ($1, $2, $3)
    ON CONFLICT (queue, pattern) DO UPDATE SET regex = excluded.regex
"""

PUBLISH = f"""
    WITH sent AS (
        SELECT * FROM unnest(
            $1::uuid[], $2::text[], $3::text[], $4::bytea[], $5::text[], $6::interval[]
        ) WITH ORDINALITY AS s (message_id, routing_key, dotted, body, headers, delay, position)
    ), stored AS (
        INSERT INTO message (queue, message_id, routing_key, body, headers, visible_at)
        SELECT queue.name, message_id, routing_key, body, headers::jsonb, now() + delay
        FROM sent JOIN queue ON EXISTS (
            SELECT FROM binding WHERE binding.queue = queue.name AND sent.dotted ~ regex
        )
        ORDER BY position
        RETURNING queue, message_id
    ), woken AS (
        SELECT pg_notify('{CHANNEL}', queue) FROM (SELECT DISTINCT queue FROM stored) AS q
    )
    SELECT DISTINCT message_id, (SELECT count(*) FROM woken) FROM stored
"""  # noqa: S608  # the channel is a constant

NEW_CONSUMER = "SELECT nextval('consumer_number')::int"
LOCK = "SELECT pg_advisory_lock($1, $2)"

LEASE = """
    UPDATE message SET consumer = $2, deliveries = deliveries + 1
    WHERE id IN (
        SELECT id FROM message
        WHERE queue = $1 AND consumer IS NULL AND parked_at IS NULL AND visible_at <= now()
        ORDER BY visible_at, id LIMIT $3 FOR UPDATE SKIP LOCKED
    )
    RETURNING id, message_id, routing_key, body, headers::text AS headers, deliveries, failures
"""

NEXT_VISIBLE_IN_SECONDS = """
    SELECT extract(epoch FROM min(visible_at) - clock_timestamp())::float8 FROM message
    WHERE queue = $1 AND consumer IS NULL AND parked_at IS NULL
"""

SETTLE = "DELETE FROM message WHERE id = ANY($1::bigint[]) AND consumer = $2"

RETRY = """
    UPDATE message SET consumer = NULL, failures = failures + 1, deliveries = 0, reason = $3,
        visible_at = clock_timestamp() + $4::interval
    WHERE id = $1 AND consumer = $2
"""

PARK = """
    UPDATE message SET consumer = NULL, failures = failures + 1, reason = $3,
        parked_at = clock_timestamp()
    WHERE id = $1 AND consumer = $2
"""

GIVE_BACK = f"""
    WITH freed AS (
        UPDATE message SET consumer = NULL WHERE consumer = $1 RETURNING queue
    )
    SELECT pg_notify('{CHANNEL}', queue) FROM (SELECT DISTINCT queue FROM freed) AS q
"""  # noqa: S608  # the channel is a constant

FREE_ORPHANS = """
    UPDATE message SET consumer = NULL
    WHERE consumer IS NOT NULL AND consumer NOT IN (
        SELECT objid::int FROM pg_locks
        WHERE locktype = 'advisory' AND classid = $1 AND objsubid = 2
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    )
"""

PARKED = """
    SELECT message_id, routing_key, body, headers::text AS headers, reason, failures
    FROM message WHERE queue = $1 AND parked_at IS NOT NULL ORDER BY id LIMIT $2
"""

REPLAY = f"""
    WITH replayed AS (
        UPDATE message SET parked_at = NULL, reason = NULL, failures = 0, deliveries = 0,
            visible_at = now()
        WHERE id IN (
            SELECT id FROM message WHERE queue = $1 AND parked_at IS NOT NULL
            ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED
        )
        RETURNING id
    ), woken AS (
        SELECT pg_notify('{CHANNEL}', $1) FROM (SELECT 1 FROM replayed LIMIT 1) AS any_of_them
    )
    SELECT count(*) + 0 * (SELECT count(*) FROM woken) FROM replayed
"""  # noqa: S608  # the channel is a constant
