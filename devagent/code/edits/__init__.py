"""One engine for the edits of a model's answer, whatever format they come in. Pure: text and bytes in, bytes out.

    answer ──> answer.py ──> a module per format ──> edit.py: a few typed edits ──> apply.py ──> all files, or none

`search_replace`, `unified_diff`, `begin_patch` and `whole` read (and write) the formats, `fences` and `names` what
stands around them. `naming` says which file is meant; `matching` and `elision` find quoted lines in it, `splicing`,
with `margins`, puts others in their place, `nearest` says why they were not found. `whole_symbol`, with `additions`,
`rendering` and `layout`, replaces a function by its name.
"""
