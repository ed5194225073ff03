"""Who is asking."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from strawberry import Info

from notifications.access import Access
from notifications.errors import NotSignedIn


def viewer_of(info: Info) -> Any:
    """Return the user of the request, who may be anonymous."""
    return getattr(info.context.request, "user", None) or AnonymousUser()


def signed_in(info: Info) -> Access:
    """Return what the viewer may do, the same object throughout a request. Raises NotSignedIn."""
    request = info.context.request
    viewer = viewer_of(info)
    if not viewer.is_authenticated:
        raise NotSignedIn
    if not hasattr(request, "notification_access"):
        request.notification_access = Access(viewer)
    access: Access = request.notification_access
    return access
