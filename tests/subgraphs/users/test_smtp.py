"""Sending by SMTP: the whole letter arrives, and a password never goes out in the clear."""

import asyncio
import email
import email.policy
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import uuid4

import pytest

from subgraphs.users.mail import Letter
from subgraphs.users.postman import Smtp

LETTER = Letter(uuid4(), "ann@example.com", "Grüße", "Hello Ann,\n\n.\n\nhttps://x/#token=abc\n")


@dataclass
class MailServer:
    """What a mail server without TLS was told."""

    port: int = 0
    commands: list[str] = field(default_factory=list)
    data: bytes = b""

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One conversation (RFC 5321, the least of it)."""
        writer.write(b"220 ready\r\n")
        while line := (await reader.readline()).decode().strip():
            self.commands.append(line)
            if line.upper() == "DATA":
                writer.write(b"354 go on\r\n")
                self.data = await reader.readuntil(b"\r\n.\r\n")
            writer.write(b"221 bye\r\n" if line.upper() == "QUIT" else b"250 ok\r\n")
            if line.upper() == "QUIT":
                break
        writer.close()


@asynccontextmanager
async def mail_server() -> AsyncIterator[MailServer]:
    told = MailServer()
    server = await asyncio.start_server(told.talk, "127.0.0.1", 0)
    told.port = server.sockets[0].getsockname()[1]
    async with server:
        yield told


async def test_a_letter_arrives_as_it_was_written() -> None:
    async with mail_server() as server:
        await Smtp(f"smtp://127.0.0.1:{server.port}", "tickets@example.com").send(LETTER)
    message = email.message_from_bytes(server.data, policy=email.policy.default)
    assert (message["To"], message["From"], message["Subject"]) == (
        "ann@example.com",
        "tickets@example.com",
        "Grüße",
    )
    assert "https://x/#token=abc" in str(message.get_content())
    assert any("<ann@example.com>" in line for line in server.commands)


async def test_a_password_is_not_given_to_a_server_without_tls() -> None:
    async with mail_server() as server:
        with pytest.raises(OSError, match="no TLS"):
            await Smtp(f"smtp://me:secret@127.0.0.1:{server.port}", "t@example.com").send(LETTER)
    assert not any(line.startswith("AUTH") for line in server.commands)


async def test_a_server_that_is_away_is_an_os_error() -> None:
    with pytest.raises(OSError, match="refused"):
        await Smtp("smtp://127.0.0.1:9", "t@example.com").send(LETTER)
