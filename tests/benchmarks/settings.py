"""The service in production, with the pages that it is compared with."""

from project.settings import *  # noqa: F403

ROOT_URLCONF = "tests.benchmarks.urls"
