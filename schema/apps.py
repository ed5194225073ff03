from django.apps import AppConfig
from django.core.checks import register


class SchemaConfig(AppConfig):
    name = "schema"

    def ready(self) -> None:
        from notifications import endpoint
        from schema import checks, serving
        from schema.documents import id_for_page
        from schema.ids import global_id

        endpoint.connect(serves=serving.serves, global_id=global_id, document_id=id_for_page)
        register(checks.check_settings)
        register(checks.check_documents)
        register(checks.check_access)
        register(serving.check_urls, "urls")
        register(checks.check_statement_timeout, "database", deploy=True)
