"""Trusted documents: what clients were built with, asked for by an id instead of being sent."""

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
    """A request that may be well-formed, hence no status that says otherwise, and is not run."""

    def __init__(self, reason: str, code: str, status: int = 200) -> None:
        super().__init__(status, reason)
        self.code = code


def requested(given: Mapping[str, Any]) -> str | None:
    """Return the document that a request asks for, by its id or as it is. Raises NotTrusted."""
    id_, sent, allowed = _id(given), given.get("query"), exposure()
    if sent and allowed.trusted_documents_only:
        message = "Only trusted documents are run here: send the 'documentId' of one, no 'query'."
        raise NotTrusted(message, "PERSISTED_QUERY_ID_REQUIRED")
    if id_ is None:
        return sent
    if sent:
        if id_ not in _ids(sent):
            raise NotTrusted("The document is not the one with this id.", "BAD_USER_INPUT", 400)
        return str(sent)
    try:
        return trusted(allowed)[id_]
    except KeyError:
        raise _unknown(allowed) from None


def id_for_page(kind: str) -> str | None:
    """Return the id by which the settings page asks for its document, where it cannot send it."""
    if not exposure().trusted_documents_only:
        return None
    return PREFIX + _digest(endpoint.documents()[kind])


def trusted(allowed: Exposure) -> Mapping[str, str]:
    """Return what is in the manifest, and the settings page's own documents, by id."""
    return _trusted(str(allowed.trusted_documents))


@lru_cache
def _trusted(path: str) -> Mapping[str, str]:
    own = {_digest(text): text for text in endpoint.documents().values()}
    return {id_.removeprefix(PREFIX): text for id_, text in read(path).items()} | own


def read(path: str) -> dict[str, str]:
    """Return what a manifest says, as graphql-codegen writes it. Raises ImproperlyConfigured."""
    if not path:
        return {}
    try:
        manifest = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ImproperlyConfigured(f"The trusted documents cannot be read: {error}.") from error
    if not isinstance(manifest, dict) or not all(isinstance(t, str) for t in manifest.values()):
        raise ImproperlyConfigured(f"{path} is no JSON object of documents by id.")
    return manifest


def fits(id_: str, text: str) -> bool:
    """Whether this is how graphql-codegen names a document: by its SHA-256 or SHA-1."""
    return id_.removeprefix(PREFIX) in _ids(text)


def _ids(text: str) -> tuple[str, str]:
    return _digest(text), sha1(text.encode(errors="replace"), usedforsecurity=False).hexdigest()


def _digest(text: str) -> str:
    return sha256(text.encode(errors="replace")).hexdigest()


def _id(given: Mapping[str, Any]) -> str | None:
    """Return the id in a request: `documentId`, or where Apollo's and urql's links put it."""
    ids = {given["documentId"]} if given.get("documentId") else set()
    persisted = (given.get("extensions") or {}).get("persistedQuery")
    if persisted is not None:
        hash_ = persisted.get("sha256Hash") if isinstance(persisted, dict) else None
        if not isinstance(hash_, str):
            message = "'persistedQuery' is no object with a string 'sha256Hash'."
            raise NotTrusted(message, "BAD_USER_INPUT", 400)
        ids.add(hash_)
    ids = {id_.removeprefix(PREFIX) for id_ in ids}
    if len(ids) > 1:
        raise NotTrusted("The request has two ids.", "BAD_USER_INPUT", 400)
    return ids.pop() if ids else None


def _unknown(allowed: Exposure) -> NotTrusted:
    """With two of these codes clients send the document: once more, or from now on."""
    if allowed.trusted_documents_only:
        message = "There is no trusted document with this id, and nothing else is run here."
        return NotTrusted(message, "PERSISTED_QUERY_NOT_IN_LIST")
    if allowed.trusted_documents:
        message = "There is no trusted document with this id. Send the document itself."
        return NotTrusted(message, "PERSISTED_QUERY_NOT_FOUND")
    message = "Nothing can be asked for by an id here. Send the document itself."
    return NotTrusted(message, "PERSISTED_QUERY_NOT_SUPPORTED")
