"""Tables of many kinds as CSV."""

import csv
import io

from ._values import number, plain_text


def csv_bytes(rows, columns=None):
    """UTF-8 CSV with a header line. Raises ValueError for what is no table."""
    if hasattr(rows, "to_csv"):  # pandas
        return rows.to_csv(index=False).encode()
    if hasattr(rows, "write_csv"):  # Polars
        return rows.write_csv().encode()
    if isinstance(rows, dict):
        header, lines = _from_columns(rows)
    else:
        header, lines = _from_rows(list(rows), columns)
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([_cell(value) for value in line] for line in lines)
    return file.getvalue().encode("utf-8", "replace")


def _from_columns(table):
    columns = {str(key): list(values) for key, values in table.items()}
    lengths = {len(values) for values in columns.values()}
    if len(lengths) > 1:
        raise ValueError("the columns differ in length: %s" % ", ".join("%s %d" % (key, len(columns[key])) for key in columns))
    return list(columns), zip(*columns.values())


def _from_rows(rows, columns):
    if rows and isinstance(rows[0], dict):
        header = [str(each) for each in columns] if columns else list(dict.fromkeys(str(key) for row in rows for key in row))
        named = ({str(key): value for key, value in row.items()} for row in rows)
        return header, ([row.get(key) for key in header] for row in named)
    if not columns:
        raise ValueError("rows without names need columns=[...]")
    return [str(each) for each in columns], rows


def _cell(value):
    if value is None or isinstance(value, (str, bool)):
        return value
    text = number(value)
    return text.strip('"') if text is not None else plain_text(value)
