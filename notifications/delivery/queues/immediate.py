"""No queue at all: the job is done at once, by the process that puts it."""

from notifications.delivery.jobs import run

put = run
