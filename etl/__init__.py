"""Bring it in: files and services become rows or refusals."""
