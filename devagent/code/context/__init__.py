"""What a model is shown of the code: parts with shorter forms, chosen against a token budget, none cut in silence."""
