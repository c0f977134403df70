"""The gateway to models, cards, budgets and the embedded server."""
