"""A request's members in; its document's text out, where the client sends only a name for it.

Two ways: *automatic persisted queries* (`extensions.persistedQuery.sha256Hash`; a client that meets
PERSISTED_QUERY_NOT_FOUND sends hash and text once, and the hash is known from then on) and *trusted
documents* (`documentId`, from a manifest made when the clients were built). With
`trusted_documents_only` nothing else is executed.
"""

import hashlib
import json
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path

from gateway.errors import (
    DocumentNotTrusted,
    PersistedQueryMismatch,
    PersistedQueryNotFound,
    SettingsError,
)
from gateway.settings import Settings

HASH_CHARACTERS = 64


class Documents:
    """The documents that are known by a name; bounded."""

    def __init__(self, settings: Settings) -> None:
        self._entries = settings.persisted_query_entries if settings.persisted_queries else 0
        self._max_characters = settings.persisted_query_characters
        self._persisted: OrderedDict[str, str] = OrderedDict()
        self._trusted: Mapping[str, str] = {}
        if settings.trusted_documents_file is not None:
            self._trusted = read_manifest(settings.trusted_documents_file)
        self._only_trusted = settings.trusted_documents_only
        self._trusted_texts = frozenset(self._trusted.values())

    def query_of(self, members: Mapping[str, object]) -> object:
        """What stands for `query`: as sent, or the text that the request names.

        Raises PersistedQueryNotFound, PersistedQueryMismatch, DocumentNotTrusted.
        """
        document_id, query = members.get("documentId"), members.get("query")
        if isinstance(document_id, str):
            text = self._trusted.get(document_id)
            if text is None:
                raise DocumentNotTrusted.because(f'There is no document "{document_id}".')
            return text
        digest = hash_of(members.get("extensions"))
        if digest is not None and not query:
            text = self._trusted.get(digest) or self._persisted.get(digest)
            if text is None:
                raise PersistedQueryNotFound.because("PersistedQueryNotFound")
            query = text
        elif digest is not None and isinstance(query, str) and sha256(query) != digest:
            raise PersistedQueryMismatch.because(
                "extensions.persistedQuery.sha256Hash is not that of the query; send its SHA-256."
            )
        if self._only_trusted and query not in self._trusted_texts:
            raise DocumentNotTrusted.because(
                "Only trusted documents are executed here: send the documentId of one."
            )
        return query

    def remember(self, query: str, extensions: Mapping[str, object]) -> None:
        """Keep the text of a valid document under the hash that came with it."""
        digest = hash_of(extensions)
        if digest is None or not self._entries or len(query) > self._max_characters:
            return
        self._persisted[digest] = query
        self._persisted.move_to_end(digest)
        if len(self._persisted) > self._entries:
            self._persisted.popitem(last=False)


def hash_of(extensions: object) -> str | None:
    """The hash of an automatic persisted query, where the extensions have one."""
    if not isinstance(extensions, dict):
        return None
    persisted = extensions.get("persistedQuery")
    if not isinstance(persisted, dict) or persisted.get("version") != 1:
        return None
    digest = persisted.get("sha256Hash")
    if not isinstance(digest, str) or len(digest) != HASH_CHARACTERS:
        return None
    return digest.lower()


def sha256(query: str) -> str:
    """The name of a document's text."""
    return hashlib.sha256(query.encode()).hexdigest()


def read_manifest(path: Path) -> Mapping[str, str]:
    """Documents by id: a JSON object `{id: text}`, or Apollo's manifest with `operations`.

    Raises SettingsError.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError(f"GATEWAY_TRUSTED_DOCUMENTS_FILE={path}: {error}") from None
    if isinstance(content, dict) and isinstance(content.get("operations"), list):
        operations = [each for each in content["operations"] if isinstance(each, dict)]
        content = {each.get("id"): each.get("body") for each in operations}
    if not isinstance(content, dict) or not all(
        isinstance(key, str) and isinstance(text, str) for key, text in content.items()
    ):
        raise SettingsError(
            f"GATEWAY_TRUSTED_DOCUMENTS_FILE={path}: must be an object of id and document, or a "
            'manifest with "operations" of id and body'
        )
    return content
