"""The published audit of GraphQL over HTTP: every check has to pass."""

import asyncio
import json
import shutil
from pathlib import Path

from tests.gateway.server.conftest import Serve

ROOT = Path(__file__).parents[3]
CHECKS = 61
SCRIPT = """
import { auditServer } from "graphql-http";
const results = await auditServer({ url: process.argv[1] });
console.log(JSON.stringify(results.map(({ id, name, status, reason }) =>
  ({ id, name, status, reason }))));
"""


def folder_with_audit() -> Path:
    for folder in (ROOT / "tests" / "node", ROOT / "frontend"):
        if (folder / "node_modules" / "graphql-http").is_dir():
            return folder
    raise AssertionError("npm's graphql-http is not installed: run `npm ci` in tests/node")


async def test_every_check_of_the_audit_passes(serve: Serve) -> None:
    node = shutil.which("node")
    assert node is not None, "node is not on the PATH"
    async with serve() as running:
        process = await asyncio.create_subprocess_exec(
            node,
            "--input-type=module",
            "--eval",
            SCRIPT,
            running.url,
            cwd=folder_with_audit(),
            stdout=asyncio.subprocess.PIPE,
        )
        output, _ = await process.communicate()
    results = json.loads(output)
    assert [result for result in results if result["status"] != "ok"] == []
    assert len(results) == CHECKS
