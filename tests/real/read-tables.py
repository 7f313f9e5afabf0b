"""Reads a table of partnerlink's with a program that nobody here wrote, and tells what it found there.

    read-tables.py pandas|duckdb|duckdb-de|openpyxl|polars|pyarrow FILE SUMMED [SHOWN…]

One line of JSON: `rows`; `columns`, each with its type in the reader's words; `sum` of the column SUMMED with
all its digits; `empty`, the rows without a value there; `hours`, how many rows each hour of UTC has (where
there is a column `time`); and of each column SHOWN the first value, as the reader shows it.
An empty SUMMED sums nothing. A FILE that ends in .parquet, or a folder of such files, is read as Parquet; a
warning of the reader is an error.
"""

import json
import os
import sys
import tomllib
import warnings
from collections import Counter
from datetime import timedelta, timezone
from decimal import Decimal
from pathlib import Path

reader, path, summed, *shown = sys.argv[1:]

# Headings for people, and what other files call the same column.
TEXTS = Path(__file__).parent.parent.parent / 'src/language'
NAMES = {
    heading: name
    for language in ('en', 'de')
    for name, heading in tomllib.loads((TEXTS / f'{language}.toml').read_text('utf-8'))['columns'].items()
}


def tell(rows, columns, values, times, first):
    """`values` are numbers or None, `times` are instants."""
    numbers = [Decimal(str(value)) for value in values if value is not None]
    hours = Counter(time.astimezone(timezone.utc).strftime('%Y-%m-%dT%H') for time in times)
    print(json.dumps({
        'rows': rows,
        'columns': columns,
        'sum': f'{sum(numbers, Decimal()).normalize():f}',
        'empty': rows - len(numbers),
        'hours': hours,
        'first': {name: str(first[name]) for name in shown},
    }))


def instant(wall, name):
    """A local time, and whether it is summer or winter time."""
    hours = {'CEST': 2, 'MESZ': 2, 'CET': 1, 'MEZ': 1}[name]
    return wall.replace(tzinfo=timezone(timedelta(hours=hours)))


def pandas():
    import pandas

    table = pandas.read_csv(path)
    values = [None if pandas.isna(value) else value for value in table[summed]]
    times = pandas.to_datetime(table['time'], utc=True) if 'time' in table else []
    columns = {name: str(kind) for name, kind in table.dtypes.items()}
    tell(len(table), columns, values, times, table.iloc[0])


def duckdb(options, typed):
    import duckdb

    table = duckdb.sql(f'select * from read_csv($path{options})', params={'path': path})
    names = [NAMES.get(name, name) for name in table.columns]
    columns = dict(zip(names, map(str, table.types)))
    rows = table.fetchall()
    dicts = [dict(zip(columns, row)) for row in rows]
    tell(len(rows), columns, [row.get(summed) for row in dicts], typed(dicts), dicts[0])


def openpyxl():
    import openpyxl

    sheet = openpyxl.load_workbook(path).worksheets[0]
    names, *rows = sheet.iter_rows()
    names = [NAMES.get(cell.value, cell.value) for cell in names]
    dicts = [dict(zip(names, row)) for row in rows]
    # An empty cell counts as a number there.
    kinds = {name: {row[name].data_type for row in dicts if row[name].value is not None} for name in names}
    columns = {name: ''.join(sorted(kind)) for name, kind in kinds.items()}
    values = [row[summed].value if summed else None for row in dicts]
    times = [instant(row['time'].value, row['offset'].value) for row in dicts if 'time' in row]
    tell(len(rows), columns, values, times, {name: cell.value for name, cell in dicts[0].items()})


def parquet():
    """As each reader's own pages say it is done, with nothing said about columns or folders."""
    warnings.simplefilter('error')
    # A folder as such is not for Polars where other files lie in it.
    files = f'{path}/**/*.parquet' if os.path.isdir(path) else path
    if reader == 'duckdb':
        import duckdb

        table = duckdb.sql('select * from read_parquet($files)', params={'files': files})
        columns = dict(zip(table.columns, map(str, table.types)))
        rows = [dict(zip(columns, row)) for row in table.fetchall()]
    elif reader == 'polars':
        import polars

        table = polars.scan_parquet(files, hive_partitioning=os.path.isdir(path)).collect()
        columns = {name: str(kind) for name, kind in table.schema.items()}
        rows = table.to_dicts()
    elif reader == 'pyarrow':
        from pyarrow import dataset

        table = dataset.dataset(path, partitioning='hive').to_table()
        columns = {field.name: str(field.type) for field in table.schema}
        rows = table.to_pylist()
    else:
        import pandas

        table = pandas.read_parquet(path)
        columns = {name: str(kind) for name, kind in table.dtypes.items()}
        rows = [
            {name: None if value is None or value != value else value for name, value in row.items()}
            for row in table.to_dict('records')
        ]
    times = [row['time'] for row in rows if 'time' in row]
    tell(len(rows), columns, [row.get(summed) for row in rows], times, rows[0])


if os.path.isdir(path) or path.endswith('.parquet'):
    parquet()
elif reader == 'pandas':
    pandas()
elif reader == 'duckdb':
    duckdb('', lambda rows: [row['time'] for row in rows if 'time' in row])
elif reader == 'duckdb-de':
    duckdb(
        ", delim = ';', decimal_separator = ','",
        lambda rows: [instant(row['time'], row['offset']) for row in rows if 'time' in row],
    )
elif reader == 'openpyxl':
    openpyxl()
else:
    sys.exit(__doc__)
