"""Sending: enqueue, decide, hand to backends, record. Promises: docs/explanation/delivery.md.

`enqueue` writes what is to be done, and `jobs` has it done by one of `queues`. `batches` decides
who gets it, `worker` gives it to the backend over `connections`, within its `rate_limit`. `retry`
tries again; `sweep` finds jobs that were lost, and removes old records.
"""

from notifications.delivery.direct import deliver
from notifications.delivery.enqueue import Queued, send
from notifications.subjects import EVERYBODY

__all__ = ["EVERYBODY", "Queued", "deliver", "send"]
