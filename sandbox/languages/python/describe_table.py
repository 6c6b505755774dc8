"""Writes a table of pandas as one of GitHub's Markdown."""

import builtins

# Functions below keep the built-ins as they are now: the program may replace them.
__builtins__ = vars(builtins).copy()

MOST_ROWS = 20
MOST_COLUMNS = 12
LONGEST_CELL = 100
LONGEST_TABLE = 8000


def describe_table(value):
    """Takes a DataFrame or a Series; returns None when it cannot be kept within 8,000 characters."""
    is_series = not hasattr(value, "columns")
    row_count, column_count = len(value), 1 if is_series else len(value.columns)
    rows, columns = min(row_count, MOST_ROWS), min(column_count, MOST_COLUMNS)
    part = value.iloc[:rows] if is_series else value.iloc[:rows, :columns]
    names = [part.name if part.name is not None else ""] if is_series else list(part.columns)
    header = [" / ".join(str(name) for name in part.index.names if name is not None), *names]
    lines = [_to_line(header), "|---" * len(header) + "|"]
    for row in range(rows):
        cells = [part.iloc[row]] if is_series else [part.iat[row, column] for column in range(columns)]
        lines.append(_to_line([part.index[row], *cells]))
    while len("\n".join(lines)) > LONGEST_TABLE and rows > 0:
        rows -= 1
        lines.pop()
    size = f"{_count(row_count, 'row')} × {_count(column_count, 'column')}"
    shown = f"{_count(rows, 'row')} × {_count(columns, 'column')}"
    caption = size if (rows, columns) == (row_count, column_count) else f"The first {shown} of {size}"
    table = "\n".join([*lines, "", caption])
    return table if len(table) <= LONGEST_TABLE + LONGEST_CELL else None


def _count(number, noun):
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _to_line(cells):
    return "|" + "|".join(f" {_to_cell(cell)} " for cell in cells) + "|"


def _to_cell(value):
    if isinstance(value, float):
        text = format(value, ".6g") if value == value else "NaN"
    elif isinstance(value, tuple):
        text = " / ".join(map(str, value))
    else:
        text = str(value)
        if type(value).__name__ == "Timestamp":
            text = text.removesuffix(" 00:00:00")
    text = " ".join(text[: 2 * LONGEST_CELL].split())
    text = text if len(text) <= LONGEST_CELL else f"{text[: LONGEST_CELL - 1]}…"
    return text.replace("\\", "\\\\").replace("|", "\\|")
