from typing import Any

REDIS = "django.core.cache.backends.redis.RedisCache"
SECONDS = 0.3


def set_timeouts(configuration: dict[str, Any]) -> None:
    """Limit the time that a request waits for Redis, unless the URL of the cache sets limits.

    Without Redis, `schema.auth.counters` counts in the process.
    """
    if configuration["BACKEND"] == REDIS:
        options = configuration.setdefault("OPTIONS", {})
        options.setdefault("socket_connect_timeout", SECONDS)
        options.setdefault("socket_timeout", SECONDS)
