"""Delivery: enqueue, decide, send, record. Guarantees: docs/explanation/delivery.md.

The way of a message: `enqueue.queue_notification` writes batches of users and puts jobs into one of
`queues`. A worker calls `jobs.run`. `batches` decides who gets a message, by
`notifications.audience`, and `worker` sends it over `backend_connections` to the `send` of a
backend. `retry` has the policy after a failure, `rate_limit` the rate of a backend; `maintenance`
queues lost jobs again.
"""

from notifications.arguments import EVERYBODY
from notifications.delivery.direct import deliver
from notifications.delivery.enqueue import Queued
from notifications.delivery.enqueue import queue_notification as send

__all__ = ["EVERYBODY", "Queued", "deliver", "send"]
