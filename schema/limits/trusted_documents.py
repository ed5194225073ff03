"""Trusted documents: operations of known clients, which send an id instead of the document."""

import json
from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha1, sha256
from pathlib import Path
from typing import Any

from cross_web import HTTPException
from django.core.exceptions import ImproperlyConfigured

from notifications.settings_page import endpoint
from schema.conf import Exposure, exposure

PREFIX = "sha256:"


class NotTrusted(HTTPException):
    """A request for a document that is not trusted. Well-formed requests are answered with 200."""

    def __init__(self, reason: str, code: str, status: int = 200) -> None:
        super().__init__(status, reason)
        self.code = code


def requested_document(parameters: Mapping[str, Any]) -> str | None:
    """Return the document of a request, which has an id or the document. Raises NotTrusted."""
    id_, sent, allowed = _id(parameters), parameters.get("query"), exposure()
    if sent and allowed.trusted_documents_only:
        message = "Only trusted documents are allowed. Send a 'documentId' instead of a 'query'."
        raise NotTrusted(message, "PERSISTED_QUERY_ID_REQUIRED")
    if id_ is None:
        return sent
    if sent:
        if id_ not in _hashes(sent):
            raise NotTrusted("The id is not a hash of the document.", "BAD_USER_INPUT", 400)
        return str(sent)
    try:
        return trusted_documents(allowed)[id_]
    except KeyError:
        raise _unknown(allowed) from None


def id_for_page(kind: str) -> str | None:
    """Return the id of a document of the settings page, or None if the page may send its text."""
    if not exposure().trusted_documents_only:
        return None
    return PREFIX + _digest(endpoint.documents()[kind])


def trusted_documents(allowed: Exposure) -> Mapping[str, str]:
    """Return the documents of the manifest and of the settings page, by id."""
    return _documents(str(allowed.trusted_documents))


@lru_cache
def _documents(path: str) -> Mapping[str, str]:
    own = {_digest(text): text for text in endpoint.documents().values()}
    return {id_.removeprefix(PREFIX): text for id_, text in read_manifest(path).items()} | own


def read_manifest(path: str) -> dict[str, str]:
    """Return the documents of a manifest of graphql-codegen. Raises ImproperlyConfigured."""
    if not path:
        return {}
    try:
        manifest = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ImproperlyConfigured(f"The trusted documents cannot be read: {error}.") from error
    if not isinstance(manifest, dict) or not all(isinstance(t, str) for t in manifest.values()):
        raise ImproperlyConfigured(f"{path} must contain a JSON object of documents by id.")
    return manifest


def is_hash_of(id_: str, text: str) -> bool:
    """Return True if the id is the SHA-256 or SHA-1 of the document, as in graphql-codegen."""
    return id_.removeprefix(PREFIX) in _hashes(text)


def _hashes(text: str) -> tuple[str, str]:
    return _digest(text), sha1(text.encode(errors="replace"), usedforsecurity=False).hexdigest()


def _digest(text: str) -> str:
    return sha256(text.encode(errors="replace")).hexdigest()


def _id(parameters: Mapping[str, Any]) -> str | None:
    """Return the id in a request: `documentId`, or the extension of Apollo and urql."""
    ids = {parameters["documentId"]} if parameters.get("documentId") else set()
    persisted = (parameters.get("extensions") or {}).get("persistedQuery")
    if persisted is not None:
        hash_ = persisted.get("sha256Hash") if isinstance(persisted, dict) else None
        if not isinstance(hash_, str):
            message = "'persistedQuery' must be an object with a string 'sha256Hash'."
            raise NotTrusted(message, "BAD_USER_INPUT", 400)
        ids.add(hash_)
    ids = {id_.removeprefix(PREFIX) for id_ in ids}
    if len(ids) > 1:
        raise NotTrusted("The request has two different ids. Allowed: one.", "BAD_USER_INPUT", 400)
    return ids.pop() if ids else None


def _unknown(allowed: Exposure) -> NotTrusted:
    """Return the error for an unknown id.

    For PERSISTED_QUERY_NOT_FOUND clients send this document, for PERSISTED_QUERY_NOT_SUPPORTED all
    further ones as well.
    """
    if allowed.trusted_documents_only:
        message = "No trusted document has this id. Only trusted documents are allowed."
        return NotTrusted(message, "PERSISTED_QUERY_NOT_IN_LIST")
    if allowed.trusted_documents:
        message = "No trusted document has this id. Send the document."
        return NotTrusted(message, "PERSISTED_QUERY_NOT_FOUND")
    message = "Documents cannot be requested by id. Send the document."
    return NotTrusted(message, "PERSISTED_QUERY_NOT_SUPPORTED")
