"""Roles, chains and strategies: candidates by way of models."""
