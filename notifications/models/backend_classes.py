"""Classes of backends, imported by the dotted paths that the database has."""

from typing import Any

from django.utils.module_loading import import_string

from notifications import conf
from notifications.errors import BackendNotListed


def backend_class(name: str, path: str, *, listed: bool) -> Any:
    """Return the class of the backend with this name, which was last found at `path`.

    `listed` is true for a backend that came from the setting. Its class may move to another
    listed path; if the setting lists no class of that name any more, BackendNotListed is raised.
    Raises ImportError if the path names no backend, and any exception of the import itself.
    """
    paths = conf.backend_paths() if listed else (path,)
    if path not in paths:
        path = next((other for other in paths if _name_of(other) == name), "")
        if not path:
            raise BackendNotListed(name, setting=conf.backends_setting() or conf.BACKENDS)
    found = import_string(path)
    if not _is_backend(found):
        raise ImportError(f"{path!r} is not a class with a method send.")
    return found


def problem(name: str, path: str, *, listed: bool) -> str:
    """Return the reason why the class of a backend cannot be used; empty if it can be.

    A backend without a class has no problem: it is declared, and delivers nothing yet.
    """
    if not path:
        return ""
    try:
        backend_class(name, path, listed=listed)
    except BackendNotListed as error:
        return str(error)
    except Exception as error:  # noqa: BLE001 - modules raise anything while they are imported
        return f"The class {path!r} of the backend {name!r} cannot be imported: {error}"
    return ""


def _is_backend(found: Any) -> bool:
    return isinstance(found, type) and callable(getattr(found, "send", None))


def _name_of(path: str) -> str:
    try:
        return str(getattr(import_string(path), "name", ""))
    except Exception:  # noqa: BLE001 - reported for the backend of that path
        return ""
