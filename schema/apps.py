from django.apps import AppConfig


class SchemaConfig(AppConfig):
    name = "schema"

    def ready(self) -> None:
        from notifications import endpoint
        from schema.ids import global_id

        endpoint.connect(url_name="graphql", global_id=global_id)
