"""Reconciliation: what webhooks lost is found, and what nobody knows raises an alarm."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from shared.db import Database
from shared.money import Money
from subgraphs.payments.alarms import clear_alarm, open_alarms
from subgraphs.payments.gateway import NewIntent
from subgraphs.payments.reconcile import reconcile
from subgraphs.payments.stripe_gateway import StripeAccount, StripeGateway
from tests.subgraphs.market import Market, a_ticket
from tests.subgraphs.payments.actors import a_completed_order, a_reserved_order, until_payment


def a_while_ago() -> datetime:
    return datetime.now(UTC) - timedelta(hours=1)


async def test_books_that_agree_raise_nothing(market: Market) -> None:
    buyer, ticket = uuid4(), a_ticket()
    order = await a_completed_order(market, ticket, buyer)
    await market.refund(ticket.seller_id, order["id"], amount="500")
    await until_payment(market, buyer, order["id"], refundedAmount={"amount": "500"})
    database, gateway = Database(market.payments_url), StripeGateway(account(market))
    report = await reconcile(database, gateway, a_while_ago())
    assert (report.intents, report.refunds, report.differences) == (1, 1, [])
    async with database.reading() as session:
        assert await open_alarms(session) == []
    await gateway.close()
    await database.close()


async def test_an_authorisation_without_its_webhook_is_found(market: Market) -> None:
    await market.sandbox.control("PUT", "/webhooks", {"drop": 1.0})
    buyer = uuid4()
    order = await a_reserved_order(market, buyer)
    ready = await market.start(buyer, order["id"])
    await market.sandbox.confirm(ready["clientSecret"])
    database, gateway = Database(market.payments_url), StripeGateway(account(market))
    report = await reconcile(database, gateway, a_while_ago())
    assert report.mended == 1
    await market.until(buyer, order["id"], "COMPLETED")
    await gateway.close()
    await database.close()


async def test_money_that_nobody_knows_raises_an_alarm(market: Market) -> None:
    database, gateway = Database(market.payments_url), StripeGateway(account(market))
    foreign = NewIntent(uuid4(), uuid4(), Money(900, "EUR"))
    intent = await gateway.create_intent(foreign, "foreign")
    await market.sandbox.control("PUT", "/webhooks", {"drop": 1.0})
    await market.sandbox.confirm(intent.client_secret)
    report = await reconcile(database, gateway, a_while_ago())
    assert [intent.id in each for each in report.differences] == [True]
    async with database.transaction() as session:
        assert [intent.id in line for line in await open_alarms(session)] == [True]
        assert await clear_alarm(session, "UNKNOWN_MONEY", intent.id)
        assert not await clear_alarm(session, "UNKNOWN_MONEY", intent.id)
        assert await open_alarms(session) == []
    await gateway.close()
    await database.close()


def account(market: Market) -> StripeAccount:
    return StripeAccount(market.sandbox.settings.secret_key, market.sandbox.url)
