"""Notices and receipts as pages, PDF and DOCX."""
