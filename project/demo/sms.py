"""Text messages of the demo, which are printed."""

from notifications.backends import ConsoleBackend


class SMSBackend(ConsoleBackend):
    name = "sms"
    display_name = "SMS"
    description = "Printed to the console of the demo."
