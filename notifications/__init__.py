"""Preferences for notifications, and their delivery."""

from notifications import moved as moved
