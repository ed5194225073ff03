"""Public import paths, present and former, lead to the same objects."""

from importlib import import_module
from operator import attrgetter

import pytest

PUBLIC = (
    "notifications.access:Access",
    "notifications.addresses:set_address",
    "notifications.audience:audience",
    "notifications.audience:count",
    "notifications.audience:ranges",
    "notifications.audience:stream",
    "notifications.backends:BaseBackend",
    "notifications.backends:DeliveryFailed",
    "notifications.backends:EmailBackend",
    "notifications.backends:InboxBackend",
    "notifications.backends:WebhookBackend",
    "notifications.caches:sizes",
    "notifications.catalogue:declared",
    "notifications.catalogue:register",
    "notifications.catalogue:sync",
    "notifications.errors:InvalidPreferences",
    "notifications.errors:UnknownNotification",
    "notifications.inbox:read",
    "notifications.models:Backend",
    "notifications.models:Notification",
    "notifications.models:SentNotification",
    "notifications.models:UserPrefs",
    "notifications.models.missing:BackendDoesNotExist",
    "notifications.preferences:GroupPreferenceMatrix",
    "notifications.preferences:Preference",
    "notifications.preferences:PreferenceMatrix",
    "notifications.preferences:UpdateResult",
    "notifications.preferences:clear",
    "notifications.preferences:clear_group",
    "notifications.preferences:read",
    "notifications.preferences:read_groups",
    "notifications.preferences:update",
    "notifications.preferences:update_group",
    "notifications.privacy:erase",
    "notifications.privacy:export",
    "notifications.privacy:exporting",
    "notifications.shortcuts:EVERYBODY",
    "notifications.shortcuts:clear_preferences",
    "notifications.shortcuts:create_notification",
    "notifications.shortcuts:send_notification",
    "notifications.shortcuts:set_address",
    "notifications.shortcuts:update_preferences",
    "notifications.urls:urlpatterns",
    "schema.execution:CompilingExecutionContext",
    "schema.execution:Shareable",
    "schema.root:schema",
    "schema.urls:urlpatterns",
    "project.demo.sms:SMSBackend",
    "project.rsgi:application",
    "project.wsgi:application",
)
"""Paths that the documentation or the settings name, as `module:attribute`."""

MOVED = {
    "notifications.databases:read_your_writes": "notifications.database.routing:read_your_writes",
    "notifications.delivery.jobs:run": "notifications.delivery.jobs:run",
    "notifications.delivery.observing:deliveries_done": (
        "notifications.delivery.metrics:deliveries_done"
    ),
    "notifications.delivery.queues.celery:do": "notifications.delivery.queues.celery:do",
    "notifications.delivery.reviving:dead_letters": "notifications.delivery.retry:dead_letters",
    "notifications.delivery.reviving:revive_all": "notifications.delivery.retry:revive_all",
    "notifications.delivery.status:status": "notifications.delivery.status:status",
    "notifications.endpoint:connect": "notifications.settings_page.endpoint:connect",
    "notifications.forms:NotifierFormSet": "notifications.settings_page.forms:NotifierFormSet",
    "notifications.matrix:PreferenceMatrix": "notifications.preferences.matrix:PreferenceMatrix",
    "notifications.methods:NotificationMethods": "notifications.models.compat:NotificationMethods",
    "notifications.querysets:Outcome": "notifications.models.querysets:Outcome",
    "notifications.records:deliveries": "notifications.delivery.history:deliveries",
    "notifications.validation:Preference": "notifications.preferences.validation:Preference",
    "schema.bearer:BearerMiddleware": "schema.auth.bearer:BearerMiddleware",
    "schema.observing:operation_done": "schema.extensions:operation_done",
    "schema.request_ids:RequestIdMiddleware": "schema.http.request_ids:RequestIdMiddleware",
    "schema.inputs:MarkReadInput": "schema.inbox.inputs:MarkReadInput",
    "schema.inputs:PreferenceInput": "schema.preferences.inputs:PreferenceInput",
    "schema.matrices:GroupPreferenceMatrix": "schema.groups.types:GroupPreferenceMatrix",
    "schema.matrices:PreferenceMatrix": "schema.preferences.types:PreferenceMatrix",
    "schema.mutations:Mutation": "schema.root:Mutation",
    "schema.queries:Query": "schema.root:Query",
    "schema.results:MarkReadResult": "schema.inbox.mutations:MarkReadResult",
    "schema.results:UpdatePreferencesSuccess": (
        "schema.preferences.mutations:UpdatePreferencesSuccess"
    ),
    "schema.types:Group": "schema.people.types:Group",
    "schema.types:Node": "schema.fields:Node",
    "schema.types:Notification": "schema.catalogue.types:Notification",
    "schema.sharing:Shareable": "schema.execution.sharing:Shareable",
    "project.auth:GroupManagerBackend": "project.accounts.backends:GroupManagerBackend",
    "project.auth:UserBackend": "project.accounts.backends:UserBackend",
    "project.bodies:BodyMiddleware": "project.bodies:BodyMiddleware",
    "project.devices:DeviceMiddleware": "project.accounts.devices:DeviceMiddleware",
    "project.health:HealthMiddleware": "project.observability.health:HealthMiddleware",
    "project.sessions:SessionStore": "project.accounts.sessions:SessionStore",
    "project.sign_in:SignInThrottle": "project.accounts.sign_in:SignInThrottle",
    "project.sign_in:SignInThrottleMiddleware": "project.accounts.sign_in:SignInThrottleMiddleware",
}
"""Former public paths, and where their objects are now."""

OPTIONAL = {"celery", "opentelemetry"}
"""Packages that a path may need and that need not be installed."""


def load(path: str) -> object:
    module, _, attribute = path.partition(":")
    try:
        found = import_module(module)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in OPTIONAL:
            raise
        pytest.skip(f"{error.name} is not installed.")
    return attrgetter(attribute)(found)


@pytest.mark.parametrize("path", PUBLIC)
def test_a_public_path_can_be_imported(path: str) -> None:
    assert load(path) is not None


@pytest.mark.parametrize(("former", "present"), MOVED.items(), ids=MOVED)
def test_a_former_path_leads_to_the_same_object(former: str, present: str) -> None:
    assert load(former) is load(present)
