"""Who somebody is: accounts, sessions, and the tokens that the other services believe.

    signUp, signIn → api → service → models → outbox → `users.user.*` events
                           passwords (argon2id, between two units of work)
                           sessions  → an opaque token for the person, stored hashed
    gateway → POST /internal/token → sessions.exchange → tokens.sign (keys) → a two-minute JWT
    signOut → sessions.revoke → NOTIFY → revocations → GET /internal/revocations (SSE)
    anybody → GET /.well-known/jwks.json → keys.KeyRing

details says what people may type about themselves, errors why it is refused.
"""
