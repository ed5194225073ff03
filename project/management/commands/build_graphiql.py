from typing import Any

from django.core.management.base import BaseCommand, CommandError

from project.graphiql import bundle
from project.install.progress import progress


class Command(BaseCommand):
    help = "Build GraphiQL's page from project/graphiql, if it is missing or out of date."
    requires_system_checks = []

    def handle(self, **_options: Any) -> None:
        if bundle.is_current():
            return
        try:
            with progress("Building GraphiQL, the page that explores the API"):
                bundle.build()
        except bundle.BuildFailed as error:
            raise CommandError(f"GraphiQL was not built; everything else works. {error}") from error
