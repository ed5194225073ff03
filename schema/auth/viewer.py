"""Viewer of a request, and the access that the GraphQL context keeps."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from strawberry import Info

from notifications.access import Access
from notifications.errors import NotSignedIn


def viewer_of(info: Info) -> Any:
    """Return the user of the request, possibly anonymous."""
    return getattr(info.context.request, "user", None) or AnonymousUser()


def signed_in(info: Info) -> Access:
    """Return the viewer's access, one object for each GraphQL context. Raises NotSignedIn.

    A project's context may outlive a request, so that the viewer is compared.
    """
    context, viewer = info.context, viewer_of(info)
    if not viewer.is_authenticated:
        raise NotSignedIn
    access: Access | None = getattr(context, "notification_access", None)
    if access is None or access.viewer is not viewer:
        access = context.notification_access = Access(viewer)
    return access
