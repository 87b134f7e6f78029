"""Bangban 帮办: an assistant and a stewards' desk for construction-project approvals."""

__version__ = "0.1.0"
