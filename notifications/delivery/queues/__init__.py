"""Queues that run jobs, chosen by NOTIFICATION_DELIVERY. Each has a `put(job, key)`."""
