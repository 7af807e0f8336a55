"""Lists, newest first, with Stripe's cursors; the balance; single charges and events."""

import re
from collections.abc import Callable, Sequence
from typing import TypeVar

from deploy.local.sandbox import render
from deploy.local.sandbox.call import Call
from deploy.local.sandbox.errors import invalid, missing
from deploy.local.sandbox.model import JSON, BalanceTransaction, Charge, Event, Intent, Refund

_T = TypeVar("_T", Intent, Charge, Refund, BalanceTransaction, Event)
_PAGING = ("created", "ending_before", "expand", "limit", "starting_after")
_CLAUSE = re.compile(
    r"""(?:metadata\[["'](?P<key>[^"']+)["']\]|status):\s*["'](?P<value>[^"']*)["']"""
)


def payment_intents(call: Call) -> JSON:
    """GET /v1/payment_intents."""
    call.parameters.only(*_PAGING, "customer")
    expand = call.parameters.expansions()
    return _page(
        call,
        "/v1/payment_intents",
        list(call.store.all(Intent)),
        lambda intent: render.payment_intent(intent, call.store, expand),
    )


def search_intents(call: Call) -> JSON:
    """GET /v1/payment_intents/search with `metadata["k"]:"v"` and `status:"s"`, joined by AND."""
    query = call.parameters.only("expand", "limit", "page", "query").required("query")
    found = list(call.store.all(Intent))
    for clause in query.split(" AND "):
        match = _CLAUSE.fullmatch(clause.strip())
        if match is None:
            raise invalid(f"The query is not one that the sandbox knows: {clause}", "query")
        key, value = match["key"], match["value"]
        found = [
            intent
            for intent in found
            if (intent.status if key is None else intent.metadata.get(key)) == value
        ]
    items = [render.payment_intent(intent, call.store) for intent in reversed(found)]
    url = "/v1/payment_intents/search"
    return {**render.page(url, items, False), "object": "search_result", "next_page": None}


def charges(call: Call) -> JSON:
    """GET /v1/charges, of one payment_intent or all."""
    call.parameters.only(*_PAGING, "payment_intent")
    wanted, expand = call.parameters.text("payment_intent"), call.parameters.expansions()
    found = [one for one in call.store.all(Charge) if wanted in (None, one.payment_intent)]
    return _page(call, "/v1/charges", found, lambda one: render.charge(one, call.store, expand))


def charge(call: Call) -> JSON:
    """GET /v1/charges/{id}."""
    call.parameters.only("expand")
    return render.charge(call.charge(), call.store, call.parameters.expansions())


def refunds(call: Call) -> JSON:
    """GET /v1/refunds, of one payment_intent, one charge or all."""
    call.parameters.only(*_PAGING, "charge", "payment_intent")
    intent, source = call.parameters.text("payment_intent"), call.parameters.text("charge")
    expand = call.parameters.expansions()
    found = [
        one
        for one in call.store.all(Refund)
        if intent in (None, one.payment_intent) and source in (None, one.charge)
    ]
    return _page(call, "/v1/refunds", found, lambda one: render.refund(one, call.store, expand))


def events(call: Call) -> JSON:
    """GET /v1/events, of one type or all."""
    wanted = call.parameters.only(*_PAGING, "type", "types").text("type")
    found = [one for one in call.store.all(Event) if wanted in (None, one.type)]
    return _page(call, "/v1/events", found, render.event)


def event(call: Call) -> JSON:
    """GET /v1/events/{id}."""
    found = call.store.get(Event, call.object_id)
    if found is None:
        raise missing("event", call.object_id)
    return render.event(found)


def balance_transactions(call: Call) -> JSON:
    """GET /v1/balance_transactions, of one source, one type or all."""
    given = call.parameters.only(*_PAGING, "currency", "source", "type")
    source, kind = given.text("source"), given.text("type")
    found = [
        one
        for one in call.store.all(BalanceTransaction)
        if source in (None, one.source) and kind in (None, one.type)
    ]
    return _page(call, "/v1/balance_transactions", found, render.balance_transaction)


def balance(call: Call) -> JSON:
    """GET /v1/balance: the sum of all movements, by currency."""
    sums: dict[str, int] = {}
    for movement in call.store.all(BalanceTransaction):
        sums[movement.currency] = sums.get(movement.currency, 0) + movement.amount
    available = [
        {"amount": amount, "currency": currency, "source_types": {"card": amount}}
        for currency, amount in sorted(sums.items())
    ]
    return {"object": "balance", "available": available, "livemode": False, "pending": []}


def _page(call: Call, url: str, found: Sequence[_T], show: Callable[[_T], JSON]) -> JSON:
    given = call.parameters
    newest = [one for one in reversed(found) if _in_time(call, one.created)]
    limit = given.integer("limit", 1, 100) or 10
    ids = [one.id for one in newest]
    after, before = given.text("starting_after"), given.text("ending_before")
    for cursor, name in ((after, "starting_after"), (before, "ending_before")):
        if cursor is not None and cursor not in ids:
            raise invalid(f"No such object: '{cursor}'", name, "resource_missing")
    if before is not None:
        earlier = newest[: ids.index(before)]
        return render.page(url, [show(one) for one in earlier[-limit:]], len(earlier) > limit)
    later = newest if after is None else newest[ids.index(after) + 1 :]
    return render.page(url, [show(one) for one in later[:limit]], len(later) > limit)


def _in_time(call: Call, created: int) -> bool:
    bound = {
        name: call.parameters.integer(f"created[{name}]", 0, 2**40)
        for name in ("gt", "gte", "lt", "lte")
    }
    gt, gte, lt, lte = bound["gt"], bound["gte"], bound["lt"], bound["lte"]
    return (
        (gt is None or created > gt)
        and (gte is None or created >= gte)
        and (lt is None or created < lt)
        and (lte is None or created <= lte)
    )
