"""Errors in the pages of a test, which fail it."""

import re
from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext, ConsoleMessage, Route, WebError

ON_VIOLATION = """
addEventListener("securitypolicyviolation", (event) =>
  reportPageError(`policy violation: ${event.violatedDirective} ${event.blockedURI}`));
"""


@dataclass
class PageErrors:
    """Errors in the console, violations of the policy and requests to other hosts than `origin`."""

    origin: str
    errors: list[str] = field(default_factory=list)

    def follow(self, context: BrowserContext) -> None:
        context.on("console", self._console)
        context.on("weberror", self._page_error)
        context.route(lambda url: not url.startswith(f"{self.origin}/"), self._other_host)
        context.expose_function("reportPageError", self._violation)
        context.add_init_script(ON_VIOLATION)

    def allow(self, pattern: str) -> None:
        """Remove the errors that a test caused. Fails if there are none."""
        others = [error for error in self.errors if not re.search(pattern, error)]
        assert len(others) < len(self.errors), f"{pattern!r} is not among {self.errors}"
        self.errors[:] = others

    def _violation(self, error: str) -> None:
        self.errors.append(error)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(f"console: {message.text} ({message.location['url']})")

    def _page_error(self, error: WebError) -> None:
        self.errors.append(f"page error: {error.error}")

    def _other_host(self, route: Route) -> None:
        self.errors.append(f"request to another host: {route.request.url}")
        route.abort()
