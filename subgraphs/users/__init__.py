"""Who somebody is: accounts, sessions, and the tokens that the other services believe.

    signUp, signIn → api → service → models → outbox → `users.user.*` events
                           passwords (argon2id, between two units of work)
                           sessions  → an opaque token for the person, stored hashed
    gateway → POST /internal/token → sessions.exchange → tokens.sign (keys) → a two-minute JWT
    signOut → sessions.revoke → NOTIFY → GET /internal/revocations (server-sent events)
    anybody → GET /.well-known/jwks.json → keys.KeyRing

    profile, recovery → profile → mail → postman (the worker) → SMTP, or /mailbox
    sign in elsewhere → elsewhere → oidc (between two units of work) → an account, linked

details says what people may type about themselves, errors why it is refused, throttle keeps
tries that are counted from being made in parallel.
"""
