"""Settings that name classes of backends, and the classes that they name."""

from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from notifications.errors import BackendLeft

NAME, NOTIFIER_NAME = "NOTIFICATION_BACKENDS", "NOTIFIER_BACKENDS"
DEFAULT = ("notifications.backends.EmailBackend",)


def setting_of_backends() -> str:
    """Return the name of the setting that lists the backends, empty for the default.

    `NOTIFICATION_BACKENDS` comes before `NOTIFIER_BACKENDS`, django-notifier's name.
    """
    names = (NAME, NOTIFIER_NAME)
    return next((name for name in names if getattr(settings, name, None) is not None), "")


def backend_paths() -> tuple[Any, ...]:
    """Return the dotted paths of the classes of backends; e-mail if no setting lists any."""
    name = setting_of_backends()
    given = getattr(settings, name) if name else DEFAULT
    return (given,) if isinstance(given, str) else tuple(given)


def backend_class(name: str, path: str, *, listed: bool) -> Any:
    """Return the class of the backend with this name, which was last found at `path`.

    `listed` is true for a backend that came from the setting. Its class may move to another
    listed path; if the setting lists no class of that name any more, BackendLeft is raised.
    Raises ImportError if the path names no backend, and any exception of the import itself.
    """
    paths = backend_paths() if listed else (path,)
    if path not in paths:
        path = next((other for other in paths if _name_of(other) == name), "")
        if not path:
            raise BackendLeft(name, setting=setting_of_backends() or NAME)
    found = import_string(path)
    if not _delivers(found):
        raise ImportError(f"{path!r} is not a class with a method send.")
    return found


def problem(name: str, path: str, *, listed: bool) -> str:
    """Return the reason why the class of a backend cannot be used; empty if it can be.

    A backend without a class has no problem here: it is declared, and delivers nothing yet.
    """
    if not path:
        return ""
    try:
        backend_class(name, path, listed=listed)
    except BackendLeft as error:
        return str(error)
    except Exception as error:  # noqa: BLE001 - modules raise anything while they are imported
        return f"The class {path!r} of the backend {name!r} cannot be imported: {error}"
    return ""


def _delivers(found: Any) -> bool:
    return isinstance(found, type) and callable(getattr(found, "send", None))


def _name_of(path: str) -> str:
    try:
        return str(getattr(import_string(path), "name", ""))
    except Exception:  # noqa: BLE001 - reported for the backend of that path
        return ""
