"""Requests that repeat one expensive field or one entry."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Variables = Mapping[str, Any]


@dataclass(frozen=True)
class Repeated:
    """A request with a number of repetitions, which its document and variables depend on."""

    document: Callable[[int], str]
    variables: Callable[[int], Variables] = field(default=lambda _times: {})


def aliases(selection: str, operation: str = "") -> Repeated:
    """Repeat a root field under aliases."""
    return Repeated(
        lambda times: f"{operation}{{{' '.join(f'a{i}:{selection}' for i in range(times))}}}"
    )


def entries(
    mutation: str, type_: str, name: str, entry: Callable[[int], Any], **rest: Any
) -> Repeated:
    """Repeat an entry of a mutation's input, which is a variable."""
    return Repeated(
        lambda _times: f"mutation ($input: {type_}!) {{ {mutation} }}",
        lambda times: {"input": {**rest, name: [entry(i) for i in range(times)]}},
    )


def page(selection: str) -> Repeated:
    """Enlarge a page up to its limit, and then repeat it."""

    def document(times: int) -> str:
        pages = [100] * (times // 100) + [times % 100 or 1]
        fields = (f"a{i}:{selection.replace('$', str(n))}" for i, n in enumerate(pages))
        return f"{{{' '.join(fields)}}}"

    return Repeated(document)


ROWS = "notification{name} cells{backend{name} effective source userValue groupValue}"
OWN_ROWS = f"id {ROWS.replace('effective', 'id effective')}"
ENTRY = "title text reason read sentAt decidedBy groupNames about{name}"
FAILURE = "...on InvalidPreferences{problems{index notification backend code message}}"
UPDATED = f"{FAILURE} ...on UpdatePreferencesSuccess"


def requests(ids: Mapping[str, Any]) -> dict[str, Repeated]:
    """Return requests by what they repeat. `ids` are global IDs of stored objects."""
    one = '{preferences:[{notification:"n1",backend:"sms",notify:true}]}'
    group = f'{{group:"{ids["group"]}",{one[1:]}'
    entry_input = {"notify": True, "backend": "sms"}
    return {
        "viewer": aliases("viewer{username}"),
        "groups of the viewer": aliases("viewer{groups{name}}"),
        "notifications": aliases("notifications{name displayName backends{name}}"),
        "a notification": aliases('notification(name:"n1"){name}'),
        "backends": aliases("backends{name}"),
        "a matrix": aliases("preferences{backends{name}}"),
        "rows": aliases(f"preferences{{notifications{{{ROWS}}}}}"),
        "rows with ids": aliases(f"preferences{{notifications{{{OWN_ROWS}}}}}"),
        "rows of a document with an id": aliases(f"preferences{{id notifications{{{ROWS}}}}}"),
        "a row": aliases(f'preferences{{notification(name:"n1"){{{OWN_ROWS}}}}}'),
        "withheld rows": aliases(f"preferences{{withheld{{{OWN_ROWS}}}}}"),
        "matrices of users": Repeated(
            lambda times: (
                "{"
                + " ".join(
                    f'a{i}:preferences(user:"{ids["users"][i % 100]}")'
                    f"{{notifications{{{OWN_ROWS}}}}}"
                    for i in range(times)
                )
                + "}"
            )
        ),
        "matrices of groups": aliases(
            f'groupPreferences(group:"{ids["group"]}")'
            "{notifications{id notification{id name} cells{id value}}}"
        ),
        "a user by id": aliases(f'node(id:"{ids["users"][0]}"){{id}}'),
        "a matrix by id": aliases(f'node(id:"{ids["matrix"]}"){{id}}'),
        "a row by id": aliases(f'node(id:"{ids["row"]}"){{id}}'),
        "a notification by id": aliases(f'node(id:"{ids["notification"]}"){{id}}'),
        "an inbox": aliases("inbox(first:1){nodes{id}}"),
        "entries of an inbox": page(f"inbox(first:$){{nodes{{{ENTRY}}}}}"),
        "edges of an inbox": page(f"inbox(first:$){{edges{{cursor node{{{ENTRY}}}}}}}"),
        "unread entries": aliases("inbox(first:1){unreadCount summary{unreadCount}}"),
        "deliveries": page(
            'deliveries(notification:"n1",first:$){nodes{id username state recipient{username}}}'
        ),
        "updates": aliases(f"updatePreferences(input:{one}){{__typename}}", "mutation"),
        "entries of an update": entries(
            f"updatePreferences(input:$input){{{UPDATED}{{results{{outcome cell{{effective}}}}}}}}",
            "UpdatePreferencesInput",
            "preferences",
            lambda i: {
                **entry_input,
                "notification": f"n{i % 100}",
                "backend": ids["backends"][i // 100],
            },
        ),
        "wrong entries of an update": entries(
            f"updatePreferences(input:$input){{{UPDATED}{{results{{outcome}}}}}}",
            "UpdatePreferencesInput",
            "preferences",
            lambda i: {**entry_input, "notification": f"nonsense {i}"},
        ),
        "updates by one variable": Repeated(
            lambda times: (
                "mutation ($input: UpdatePreferencesInput!) {"
                + " ".join(
                    f"a{i}:updatePreferences(input:$input){{__typename}}" for i in range(times)
                )
                + "}"
            ),
            lambda times: {
                "input": {
                    "preferences": [{**entry_input, "notification": "nonsense"}]
                    * min(times * 10, 1000)
                }
            },
        ),
        "users to clear": entries(
            "clearPreferences(input:$input){__typename}",
            "ClearPreferencesInput",
            "users",
            lambda i: ids["users"][i],
        ),
        "cleared matrices": entries(
            "clearPreferences(input:$input)"
            f"{{...on ClearPreferencesSuccess{{matrices{{notifications{{{OWN_ROWS}}}}}}}}}",
            "ClearPreferencesInput",
            "users",
            lambda i: ids["users"][i],
        ),
        "names to clear": entries(
            f"clearPreferences(input:$input){{{FAILURE}}}",
            "ClearPreferencesInput",
            "notifications",
            lambda i: f"nonsense {i}",
        ),
        "updates of a group": aliases(
            f"updateGroupPreferences(input:{group}){{__typename}}", "mutation"
        ),
        "entries of a group": entries(
            "updateGroupPreferences(input:$input)"
            "{...on UpdateGroupPreferencesSuccess{results{outcome}}}",
            "UpdateGroupPreferencesInput",
            "preferences",
            lambda i: {
                **entry_input,
                "notification": f"n{i % 100}",
                "backend": ids["backends"][i // 100],
            },
            group=ids["group"],
        ),
        "members' matrices": entries(
            "clearGroupPreferences(input:$input)"
            "{...on ClearGroupPreferencesSuccess{matrices{backends{name}}}}",
            "ClearGroupPreferencesInput",
            "matricesOf",
            lambda i: ids["users"][i],
            group=ids["group"],
        ),
        "clearing a group": aliases(
            f'clearGroupPreferences(input:{{group:"{ids["group"]}"}}){{__typename}}', "mutation"
        ),
        "entries to mark": entries(
            f"markRead(input:$input){{...on MarkReadSuccess{{entries{{{ENTRY}}}}}}}",
            "MarkReadInput",
            "ids",
            lambda i: ids["entries"][i],
        ),
        "marking all": aliases(
            "markAllRead(input:{}){...on MarkAllReadSuccess{marked}}", "mutation"
        ),
        "entries of those marked": Repeated(
            lambda times: (
                "mutation{"
                + " ".join(
                    f"a{i}:markAllRead(input:{{first:{n}}})"
                    f"{{...on MarkAllReadSuccess{{entries{{{ENTRY}}}}}}}"
                    for i, n in enumerate([1000] * (times // 1000) + [times % 1000 or 1])
                )
                + "}"
            )
        ),
        "types of the schema": aliases("__schema{types{name fields{name args{name} type{name}}}}"),
    }
