"""Holds folders of open data against what they say of themselves, as a researcher would load them. Exit status 1 when one fails.

frictionless validates the package; pandas, polars, DuckDB and R (where they are) run the lines of README.md and read every
file with the declared types; group values are computed again from gemeenten, groepen and reeksen.
"""

import hashlib
import json
import math
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import frictionless
import openpyxl
import pandas
import polars
import rdflib

R_TYPES = {"integer": {"integer"}, "number": {"numeric"}, "boolean": {"logical"}, "string": {"character"}}
PANDAS_TYPES = {"integer": "Int64", "number": "Float64", "boolean": "boolean", "string": "string"}
POLARS_TYPES = {"integer": {"Int64", "Int32"}, "number": {"Float64"}, "boolean": {"Boolean"}, "string": {"String"}}
DUCKDB_TYPES = {"integer": {"BIGINT", "INTEGER"}, "number": {"DOUBLE"}, "boolean": {"BOOLEAN"}, "string": {"VARCHAR", "DATE"}}


def tables(package):
    """The tables with their fields."""
    return package["resources"]


def sums(package):
    """SHA256SUMS names every other file, and each as it is."""
    named = dict(reversed(line.split("  ", 1)) for line in Path("SHA256SUMS").read_text().splitlines())
    there = {str(path) for path in Path(".").rglob("*") if path.is_file()} - {"SHA256SUMS"}
    if set(named) != there:
        yield f"SHA256SUMS: {sorted(set(named) ^ there)}"
    for path, known in named.items():
        if hashlib.sha256(Path(path).read_bytes()).hexdigest() != known:
            yield f"SHA256SUMS: {path}"


def valid(package):
    """The package is what it says, keys and hashes included."""
    report = frictionless.Package("datapackage.json").validate()
    for code, note in report.flatten(["type", "note"])[:20]:
        yield f"frictionless: {code}: {note}"
    for task in report.tasks:
        if not task.valid:
            yield f"frictionless: {task.name}: {task.errors[:3]}"


def typed(package):
    """Each reader finds the declared types in each file, by its own guessing as README.md has it."""
    for resource in tables(package):
        name, fields = resource["name"], resource["schema"]["fields"]
        with_values = polars.read_parquet(f"{name}.parquet")
        fields = [field for field in fields if with_values[field["name"]].null_count() < len(with_values)]
        csv, parquet = f"{name}.csv", f"{name}.parquet"
        frames = {
            "polars csv": polars.read_csv(csv, infer_schema_length=None),
            "polars parquet": with_values,
        }
        for of, frame in frames.items():
            for field in fields:
                found = str(frame[field["name"]].dtype)
                if found not in POLARS_TYPES[field["type"]]:
                    yield f"{of}: {name}.{field['name']} is {found}, not {field['type']}"
        one, other = (
            frame.with_columns(polars.col(polars.String).str.strip_prefix("'")) for frame in frames.values()
        )
        if not one.select(field["name"] for field in fields).equals(
            other.select(polars.col(field["name"]).cast(one[field["name"]].dtype) for field in fields)
        ):
            yield f"{name}: CSV and Parquet differ"
        frame = pandas.read_csv(csv, dtype_backend="numpy_nullable")
        for field in fields:
            found = str(frame[field["name"]].dtype)
            if found.lower() not in (PANDAS_TYPES[field["type"]].lower(), "str" * (field["type"] == "string")):
                yield f"pandas: {name}.{field['name']} is {found}, not {field['type']}"
        for source in (f"read_csv('{csv}')", f"'{parquet}'"):
            described = {row[0]: row[1] for row in duckdb.sql(f"DESCRIBE SELECT * FROM {source}").fetchall()}
            for field in fields:
                if described[field["name"]] not in DUCKDB_TYPES[field["type"]]:
                    yield f"duckdb {source}: {field['name']} is {described[field['name']]}, not {field['type']}"
        if shutil.which("Rscript"):
            logical = ", ".join(f'"{field["name"]}" = "logical"' for field in fields if field["type"] == "boolean")
            logical = f", colClasses = c({logical})" if logical else ""
            script = f'x <- read.csv("{csv}", na.strings = "", check.names = FALSE{logical}); cat(paste(names(x), sapply(x, class)), sep = "\\n")'
            run = subprocess.run(["Rscript", "-e", script], capture_output=True, text=True, check=True)
            found = dict(line.split(" ", 1) for line in run.stdout.splitlines())
            for field in fields:
                if found[field["name"]] not in R_TYPES[field["type"]]:
                    yield f"R: {name}.{field['name']} is {found[field['name']]}, not {field['type']}"


def lines(package):
    """The lines of README.md that load a file give all of its rows."""
    text = Path("README.md").read_text()
    rows = len(polars.read_parquet("gemeenten.parquet"))
    run = {
        "pandas": lambda line: len(eval(line, {"pandas": pandas})),
        "polars": lambda line: len(eval(line, {"polars": polars})),
        "DuckDB": lambda line: len(duckdb.sql(line).fetchall()),
        "R": lambda line: int(
            subprocess.run(
                ["Rscript", "-e", f"cat(nrow({line}))"], capture_output=True, text=True, check=True
            ).stdout
        ),
    }
    for who, line in re.findall(r"^\| (pandas|polars|DuckDB|R)(?:, Parquet)? \| `(.*)` \|$", text, re.M):
        if who == "R" and not shutil.which("Rscript"):
            print("  R is not here: its line was not run")
            continue
        found = run[who](line)
        if found != rows:
            yield f"README.md: `{line}` gives {found} rows, not {rows}"
    questions = [part for part in re.findall(r"(?:^    .*\n)+", text, re.M) if "SELECT" in part]
    sources, value = (duckdb.sql(question).fetchall() for question in questions)
    if not sources or not all(all(row[-4:]) for row in sources):
        yield "README.md: the first question finds no source"
    if len(value) != 1 or not value[0][0]:
        yield "README.md: the second question finds no value"


def recomputed(package):
    """Every group value that gemeenten, groepen and reeksen give, computed a second way."""
    figures, members, series, groups = (
        pandas.read_parquet(f"{name}.parquet") for name in ("gemeenten", "groepen", "reeksen", "vergelijking")
    )
    joined = figures.merge(members, on="region")
    joined = joined[joined["value"].notna()]
    by = ["indicator", "group", "period"]
    added = joined.groupby(by).agg(
        n=("value", "size"),
        numerator=("numerator", lambda cells: math.fsum(cells.fillna(0))),
        denominator=("denominator", lambda cells: math.fsum(cells.fillna(0))),
        one=("denominator", "max"),
        lowest=("value", "min"),
        median=("value", "median"),
        highest=("value", "max"),
    )
    series = series[["indicator", "period", "method", "scale", "minus"]]
    again = ("", "_again")
    compared = groups.merge(series, on=["indicator", "period"], suffixes=again)
    compared = compared.merge(added.reset_index(), on=by, how="left", suffixes=again)
    done = 0
    for row in compared.itertuples():
        expected = row.computed if row.method == "published" else row.value
        where = f"vergelijking: {row.indicator} {row.group} {row.period}"
        # a share of a size class is no figure of members, and some groups have no figure at all
        if row.method_again != "size-class" and row.n > 0:
            for told, again in ((row.min, row.lowest), (row.median, row.median_again), (row.max, row.highest)):
                if not math.isclose(told, again, rel_tol=1e-9, abs_tol=1e-9):
                    yield f"{where}: the distribution has {told}, again {again}"
            if row.n != row.n_again:
                yield f"{where}: {row.n} members, again {row.n_again}"
        if expected is None or math.isnan(expected):
            continue
        combined = {
            "sum": lambda: row.numerator,
            "ratio-of-sums": lambda: row.numerator / row.denominator * row.scale - row.minus,
            "share-of-national": lambda: row.numerator / row.one * row.scale - row.minus,
            "weighted-mean": lambda: row.numerator / row.denominator,
        }.get(row.method_again)
        if combined is None:
            continue
        done += 1
        if not math.isclose(combined(), expected, rel_tol=1e-9, abs_tol=1e-9):
            yield f"{where}: {expected}, again {combined()}"
    print(f"  {done} of {len(groups)} group values computed again")
    if done < len(groups) / 2:
        yield "hardly any group value can be computed again"


def catalogued(package):
    """dcat.jsonld is RDF with what DCAT-AP asks of a dataset and a distribution."""
    dcat, dct = rdflib.Namespace("http://www.w3.org/ns/dcat#"), rdflib.Namespace("http://purl.org/dc/terms/")
    graph = rdflib.Graph().parse("dcat.jsonld", format="json-ld")
    (dataset,) = graph.subjects(rdflib.RDF.type, dcat.Dataset)
    wanted = [dct[name] for name in ("title", "description", "publisher", "identifier", "license", "temporal", "accessRights")]
    for wanted in (*wanted, dcat.theme, dcat.contactPoint, dcat.keyword):
        if (dataset, wanted, None) not in graph:
            yield f"dcat.jsonld: no {wanted}"
    distributions = list(graph.objects(dataset, dcat.distribution))
    if len(distributions) < 2 * len(tables(package)) + 1:
        yield f"dcat.jsonld: {len(distributions)} distributions"
    for one in distributions:
        for wanted in (dcat.accessURL, dct["format"], dct.license):
            if (one, wanted, None) not in graph:
                yield f"dcat.jsonld: {one} has no {wanted}"


def workbook(package):
    """The workbook opens, its cells are no formulas, and its links lead somewhere."""
    book = openpyxl.load_workbook("kracht-van-middelgroot.xlsx")
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    yield f"workbook: {sheet.title}!{cell.coordinate} is a formula"
                link = cell.hyperlink
                if link and not link.target:
                    of, _, place = link.location.rpartition("!")
                    if book[of.strip("'")][place].value is None:
                        yield f"workbook: {sheet.title}!{cell.coordinate} leads to nothing at {link.location}"
        if not sheet.auto_filter.ref or not sheet.freeze_panes:
            yield f"workbook: {sheet.title} has no filter or heading"
    # a figure, or the word for why there is none
    defined = polars.read_parquet("indicatoren.parquet").iter_rows(named=True)
    columns = {f"{of['title']} ({of['unit']}, {of['period']})": (of["indicator"], of["period"]) for of in defined}
    figures = polars.read_parquet("gemeenten.parquet", columns=["indicator", "period", "region", "value"])
    known = {row[:3]: row[3] for row in figures.iter_rows()}
    _, heading, *rows = book["Gemeenten"].iter_rows(values_only=True)
    wrong = [
        (row[0], name)
        for row in rows
        for name, cell in list(zip(heading, row))[4:]
        if known[(*columns[name], row[0])] != (None if isinstance(cell, str) else cell)
    ]
    if wrong or len(rows) != figures["region"].n_unique():
        yield f"workbook: {len(rows)} gemeenten, of which other than in gemeenten.csv: {wrong[:3]}"


def small(package):
    total = sum(path.stat().st_size for path in Path(".").glob("*.parquet"))
    print(f"  Parquet: {total} bytes in all")
    if total >= 2_000_000:
        yield f"{total} bytes of Parquet"


failed = False
start = Path.cwd()
for folder in sys.argv[1:]:
    os.chdir(start / folder)
    print(folder)
    package = json.loads(Path("datapackage.json").read_text())
    for check in (sums, valid, typed, lines, recomputed, catalogued, workbook, small):
        found = list(check(package))
        failed |= bool(found)
        print(f"  {check.__name__}: {'ok' if not found else ''}", *found[:20], sep="\n    ")
sys.exit(1 if failed or len(sys.argv) < 2 else 0)
