"""What runs jobs; the setting NOTIFICATION_DELIVERY says which. Each has a `put(job, key)`."""
