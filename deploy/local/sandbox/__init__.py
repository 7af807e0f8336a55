"""A stateful stand-in for the part of Stripe's API that the product uses.

`python -m deploy.local.sandbox` serves it. One request flows: `app` (authentication, injected
faults) → `idempotency` (replay or run) → `operations` (one function per endpoint, on `model`
values in the `store`) → `render` (Stripe's JSON). Events leave through `webhooks`, signed;
`control` makes both misbehave on demand; `element` is the page that takes the card.

With a secret key of Stripe's own the product talks to Stripe and none of this runs.
"""
