"""Sending: queue, decide, hand to backends, record. Promises: docs/explanation/delivery.md.

`queueing` writes what is to be done, and `jobs` has it done by one of `queues`. `batches` and
`deciding` settle who gets it, `handover` gives it to the backend, over `lines` that stay open, at
the `pace` that the backend keeps, and records the `outcomes`. `retrying` tries again; `sweeping`
finds what was lost, and removes what is old.
"""

from notifications.delivery.direct import deliver
from notifications.delivery.queueing import Queued, send
from notifications.subjects import EVERYBODY

__all__ = ["EVERYBODY", "Queued", "deliver", "send"]
