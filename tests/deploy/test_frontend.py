"""What the front end is made from stays current with the graph and with its sources."""

from pathlib import Path

from deploy.local.api_schema import api_schema
from deploy.local.frontend_build import sources_digest
from deploy.local.layout import CHECKOUT, Layout

LAYOUT = Layout(CHECKOUT / ".foyer", CHECKOUT / ".foyer" / "cache")


def test_the_schema_snapshot_is_the_composed_graph() -> None:
    committed = (LAYOUT.frontend / "schema.graphql").read_text()
    assert committed == api_schema(LAYOUT), "run `python -m deploy.local schema`"


def test_the_lock_names_no_registry() -> None:
    lock = (LAYOUT.frontend / "package-lock.json").read_text()
    assert '"resolved"' not in lock
    assert "omit-lockfile-registry-resolved=true" in (LAYOUT.frontend / ".npmrc").read_text()


def test_pages_are_built_again_when_a_source_changes_but_not_for_what_was_built(
    tmp_path: Path,
) -> None:
    layout = Layout(tmp_path / "home", tmp_path / "cache", checkout=tmp_path)
    source = tmp_path / "frontend" / "src" / "main.tsx"
    source.parent.mkdir(parents=True)
    source.write_text("1")
    before = sources_digest(layout)
    (tmp_path / "frontend" / "dist").mkdir()
    (tmp_path / "frontend" / "dist" / "built.js").write_text("2")
    (tmp_path / "frontend" / "node_modules").mkdir()
    assert sources_digest(layout) == before
    source.write_text("2")
    assert sources_digest(layout) != before
