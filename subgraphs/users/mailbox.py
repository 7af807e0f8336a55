"""The local mailbox: `GET /mailbox` shows the mails that no mail server was there to take."""

from html import escape

from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from shared.db import Database
from subgraphs.users.models import Mail

SHOWN_MAXIMUM = 100

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Mailbox</title><style>
body {{ font: 1rem/1.5 system-ui; max-width: 46rem; margin: 2rem auto; padding: 0 1rem }}
article {{ border: 1px solid #8888; border-radius: .5rem; padding: 1rem; margin: 1rem 0 }}
h2 {{ font-size: 1.1rem; margin: 0 }} pre {{ white-space: pre-wrap; overflow-wrap: anywhere }}
:root {{ color-scheme: light dark }}
</style></head><body><h1>Mailbox</h1>
<p>Mails that would have been sent, newest first.</p>{mails}</body></html>"""
_MAIL = "<article><h2>{subject}</h2><p>to {to}, {at:%Y-%m-%d %H:%M:%S} UTC</p>{body}</article>"


def mailbox_route(database: Database) -> Route:
    """The route; not to be mounted where strangers reach it."""

    async def show(_: Request) -> Response:
        async with database.reading() as session:
            statement = select(Mail).where(Mail.body.is_not(None))
            statement = statement.order_by(Mail.requested_at.desc()).limit(SHOWN_MAXIMUM)
            mails = (await session.scalars(statement)).all()
        shown = "".join(_shown(mail) for mail in mails) or "<p>No mail yet.</p>"
        return HTMLResponse(
            _PAGE.format(mails=shown),
            headers={
                "cache-control": "no-store",
                "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
                "referrer-policy": "no-referrer",
            },
        )

    return Route("/mailbox", show)


def _shown(mail: Mail) -> str:
    lines = [_linked(line) for line in (mail.body or "").splitlines()]
    return _MAIL.format(
        subject=escape(mail.subject or ""),
        to=escape(mail.email),
        at=mail.requested_at,
        body=f"<pre>{chr(10).join(lines)}</pre>",
    )


def _linked(line: str) -> str:
    shown = escape(line)
    is_link = line.startswith(("http://", "https://")) and " " not in line
    return f'<a href="{shown}">{shown}</a>' if is_link else shown
