"""The commands of `bangban`, one topic per module."""
