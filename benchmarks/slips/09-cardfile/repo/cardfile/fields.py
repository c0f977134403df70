"""Splitting of lines into fields and joining them again."""

QUOTE = '"'


class FieldError(ValueError):
    """Raised for a line whose last quote is missing."""


def split_fields(line, separator=","):
    """Split a line into its fields.

    Within quotes the separator is an ordinary character and a doubled quote stands for one
    quote. Fields without quotes are stripped of white space at both ends, quoted ones are
    left as they are.
    """
    fields, text = [], ""
    inside = quoted = False
    at = 0
    while at < len(line):
        char = line[at]
        at += 1
        if inside:
            if char != QUOTE:
                text += char
            else:
                inside = False
        elif char == QUOTE and not text.strip():
            inside = quoted = True
            text = ""
        elif char == separator:
            fields.append(text if quoted else text.strip())
            text, quoted = "", False
        elif not (quoted and char.isspace()):
            text += char
    if inside:
        raise FieldError(line)
    fields.append(text if quoted else text.strip())
    return fields


def join_fields(fields, separator=","):
    """Join fields to a line that split_fields reads again."""
    return separator.join(quote_field(field, separator) for field in fields)


def quote_field(field, separator=","):
    """Put a field in quotes when it needs them."""
    if separator in field or QUOTE in field or field != field.strip():
        return QUOTE + field.replace(QUOTE, QUOTE * 2) + QUOTE
    return field
