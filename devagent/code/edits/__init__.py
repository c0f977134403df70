"""One engine for the edits of a model's answer, whatever format they come in. Pure: text and bytes in, bytes out.

    answer ──> answer.py ──> a module per format ──> edit.py: a few typed edits ──> apply.py ──> all files, or none

`search_replace`, `unified_diff`, `begin_patch` and `whole` read (and write) the formats, `fences` and `names` what
stands around them; `pieces` says which code is meant as an edit, `naming` of which file. `text` puts hunks into a file:
`matching`, `elision` and `numbers` find the lines they quote, `splicing`, with `margins`, puts others in their place,
`nearest` says why they were not found. `whole_symbol`, with `additions`, `rendering` and `layout`, replaces a function.
"""
