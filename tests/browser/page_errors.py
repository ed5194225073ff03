import re
from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext, ConsoleMessage, Route, WebError

ON_VIOLATION = """
addEventListener("securitypolicyviolation", (event) =>
  reportTrouble(`policy violation: ${event.violatedDirective} ${event.blockedURI}`));
"""


@dataclass
class Watch:
    """Collects what goes wrong in the pages of a test, and keeps them from any other host."""

    origin: str
    troubles: list[str] = field(default_factory=list)

    def follow(self, context: BrowserContext) -> None:
        context.on("console", self._console)
        context.on("weberror", self._page_error)
        context.route(lambda url: not url.startswith(f"{self.origin}/"), self._foreign)
        context.expose_function("reportTrouble", self._violation)
        context.add_init_script(ON_VIOLATION)

    def forgive(self, pattern: str) -> None:
        """Take back what a test brought about on purpose. Fails if there was no such trouble."""
        left = [trouble for trouble in self.troubles if not re.search(pattern, trouble)]
        assert len(left) < len(self.troubles), f"{pattern!r} is not among {self.troubles}"
        self.troubles[:] = left

    def _violation(self, trouble: str) -> None:
        self.troubles.append(trouble)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.troubles.append(f"console: {message.text} ({message.location['url']})")

    def _page_error(self, error: WebError) -> None:
        self.troubles.append(f"page error: {error.error}")

    def _foreign(self, route: Route) -> None:
        self.troubles.append(f"request to another host: {route.request.url}")
        route.abort()
