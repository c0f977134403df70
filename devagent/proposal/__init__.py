"""Candidates, gates, evidence, selection and apply."""
