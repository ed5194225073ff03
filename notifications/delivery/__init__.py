"""Sending: enqueue, decide, hand to backends, record. Promises: docs/explanation/delivery.md.

`enqueue` writes batches of users, and puts jobs into one of `queues`. `jobs` runs them in a worker:
`batches` decides who gets a message, and `worker` sends it over `connections`, within a
`rate_limit`. `retry` has the policy of retries; `maintenance` finds jobs that were lost, and
deletes old records.
"""

from notifications.arguments import EVERYBODY
from notifications.delivery.direct import deliver
from notifications.delivery.enqueue import Queued, send

__all__ = ["EVERYBODY", "Queued", "deliver", "send"]
