"""Edit templates: each looks at one node of the syntax tree and proposes changes, the likeliest with weight 1."""
