"""The demo's text messages: nobody is woken up by them."""

from notifications.backends import ConsoleBackend


class SMSBackend(ConsoleBackend):
    name = "sms"
    display_name = "SMS"
    description = "Printed where the demo runs."
