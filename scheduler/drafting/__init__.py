"""Drafts: a section of Markdown that brings a post up to date, for its editor to paste and reword."""
