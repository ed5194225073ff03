"""Documents that select every field, so that tests compare whole responses."""

import re

_FIELDS = {
    "User": "username groups { ...Group }",
    "Group": "name",
    "Backend": "name displayName description",
    "Notification": "name displayName description category permissions backends { ...Backend }",
    "PreferenceMatrix": "user { ...User } backends { ...Backend }"
    " notifications { ...NotificationPreferences } withheld { ...NotificationPreferences }",
    "NotificationPreferences": "notification { ...Notification } cells { ...PreferenceCell }",
    "PreferenceCell": "notification { ...Notification } backend { ...Backend }"
    " effective source userValue groupValue defaultValue editable",
    "GroupPreferenceMatrix": "group { ...Group } backends { ...Backend }"
    " notifications { ...GroupNotificationPreferences }",
    "GroupNotificationPreferences": "notification { ...Notification }"
    " cells { ...GroupPreferenceCell }",
    "GroupPreferenceCell": "notification { ...Notification } backend { ...Backend }"
    " value defaultValue editable",
    "InboxEntry": "about { ...Notification } read sentAt decidedBy groupNames title text reason",
    "InboxSummary": "unreadCount",
    "Delivery": "username recipient { ...User } notification { ...Notification }"
    " backend { ...Backend } state attempts error key decidedBy groupNames createdAt updatedAt",
}
_page_info = "pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"
NODE_TYPES = tuple(_FIELDS)
_FRAGMENTS = {
    name: f"fragment {name} on {name} {{ __typename id {fields} }}"
    for name, fields in _FIELDS.items()
} | {
    "AnyNode": "fragment AnyNode on Node { __typename id "
    + " ".join(f"...{name}" for name in _FIELDS)
    + " }",
    "Failure": "fragment Failure on Error { __typename message"
    " ... on Forbidden { permissions } ... on NotFound { id }"
    " ... on InvalidInput { field }"
    " ... on InvalidPreferences { problems { index notification backend code message } } }",
}


def document(operation: str) -> str:
    """Add the fragments that the operation spreads, and those that they spread."""
    texts, needed = [operation], dict.fromkeys(re.findall(r"\.\.\.(\w+)", operation))
    for name in iter(lambda: next((name for name in needed if needed[name] is None), None), None):
        needed[name] = _FRAGMENTS[name]
        texts.append(_FRAGMENTS[name])
        for inner in re.findall(r"\.\.\.(\w+)", _FRAGMENTS[name]):
            needed.setdefault(inner, None)
    return "\n".join(texts)


def _mutation(name: str, success: str) -> str:
    type_ = name[0].upper() + name[1:]
    return document(
        f"mutation ($input: {type_}Input!) {{ {name}(input: $input) {{"
        f" __typename ...Failure ... on {type_}Success {{ {success} }} }} }}"
    )


MATRIX = document("query ($user: ID) { preferences(user: $user) { ...PreferenceMatrix } }")
GROUP_MATRIX = document(
    "query ($group: ID!) { groupPreferences(group: $group) { ...GroupPreferenceMatrix } }"
)
NODE = document("query ($id: ID!) { node(id: $id) { ...AnyNode } }")
NOTIFICATION = document("query ($name: String!) { notification(name: $name) { ...Notification } }")
VIEWER = document(
    "{ viewer { ...User } notifications { ...Notification } backends { ...Backend }"
    " preferences { ...PreferenceMatrix } }"
)
INBOX = document(
    "query ($first: Int = 20, $after: String, $unreadOnly: Boolean! = false) {"
    " inbox(first: $first, after: $after, unreadOnly: $unreadOnly) {"
    " edges { cursor node { ...InboxEntry } } nodes { ...InboxEntry } unreadCount"
    f" summary {{ ...InboxSummary }} {_page_info} }} }}"
)
DELIVERIES = document(
    "query ($notification: String!, $first: Int = 20, $after: String, $backend: String,"
    " $state: DeliveryState) {"
    " deliveries(notification: $notification, first: $first, after: $after, backend: $backend,"
    " state: $state) {"
    f" edges {{ cursor node {{ ...Delivery }} }} nodes {{ ...Delivery }} {_page_info} }} }}"
)

UPDATE = _mutation(
    "updatePreferences",
    "results { outcome cell { ...PreferenceCell } } matrix { ...PreferenceMatrix }",
)
CLEAR = _mutation("clearPreferences", "cleared matrices { ...PreferenceMatrix }")
UPDATE_GROUP = _mutation(
    "updateGroupPreferences",
    "results { outcome cell { ...GroupPreferenceCell } } matrix { ...GroupPreferenceMatrix }"
    " matrices { ...PreferenceMatrix }",
)
CLEAR_GROUP = _mutation(
    "clearGroupPreferences",
    "cleared matrix { ...GroupPreferenceMatrix } matrices { ...PreferenceMatrix }",
)

_marked = "entries { ...InboxEntry } unreadCount summary { ...InboxSummary }"
MARK_READ = _mutation("markRead", _marked)
MARK_ALL_READ = _mutation("markAllRead", f"marked {_marked}")
