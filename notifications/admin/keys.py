"""Form fields and widgets that reject malformed primary keys before they reach the database."""

from typing import TYPE_CHECKING, Any

from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple
from django.core.exceptions import ValidationError
from django.forms import ModelMultipleChoiceField

if TYPE_CHECKING:
    _MultipleChoice = ModelMultipleChoiceField[Any]
else:
    _MultipleChoice = ModelMultipleChoiceField


class ValidKeysMixin:
    """Mixin of autocompletion widgets that ignores malformed initial values."""

    field: Any

    def optgroups(self, name: str, value: list[Any], attr: Any = None) -> Any:
        pk = self.field.remote_field.model._meta.pk
        keys = [each for each in value if not each or is_key(pk, each)]
        return super().optgroups(name, keys, attr)  # type: ignore[misc]


class KeySelect(ValidKeysMixin, AutocompleteSelect):  # type: ignore[misc]
    pass


class KeySelectMultiple(ValidKeysMixin, AutocompleteSelectMultiple):  # type: ignore[misc]
    pass


class KeysField(_MultipleChoice):
    """Multiple choice by primary keys. A malformed key is a validation error."""

    def clean(self, value: Any) -> Any:
        queryset: Any = self.queryset
        pk = queryset.model._meta.pk
        for key in value or ():
            if not is_key(pk, key):
                message = self.error_messages["invalid_pk_value"]
                raise ValidationError(message, code="invalid_pk_value", params={"pk": key})
        return super().clean(value)


def is_key(pk: Any, value: Any) -> bool:
    try:
        pk.clean(value, None)
    except ValidationError:
        return False
    return "\0" not in str(value)
