//! What lies beside the tables for people: `README.md`, `LICENSE`, `CITATION.cff`, `codebook.md` and `datasheet.md`.
//!
//! In: the tables as they describe themselves, and texts with gaps. Out: texts. Cannot fail. Every number in them is that of
//! the data.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::codes::Words;
use super::column::{Table, Value};
use super::ground::Ground;
use super::identity::{Identity, LICENCE};
use super::schema::{Field, Kind};
use crate::evidence;
use crate::query::Way;

/// Fills the gaps of a text.
fn filled(text: &str, gaps: &[(&str, String)]) -> String {
    let mut out = text.to_owned();
    for (gap, filling) in gaps {
        out = out.replace(&format!("{{{gap}}}"), filling);
    }
    out
}

/// What every text is told.
fn common(identity: &Identity) -> Vec<(&'static str, String)> {
    vec![
        ("title", identity.title.clone()),
        ("description", identity.descriptions[0].clone()),
        ("version", identity.version.clone()),
        ("date", identity.date.clone()),
        ("publisher", identity.publisher.clone()),
        ("boundaries", identity.boundaries.to_string()),
        ("citation", identity.citation()),
    ]
}

/// `README.md`.
pub(super) fn readme(identity: &Identity, ground: &Ground<'_>, tables: &[Table<'_>]) -> String {
    let files = tables.iter().map(|table| {
        let about = table.about;
        format!("| `{}.csv` | {} | {} |", about.name, about.row, table.rows)
    });
    let used = || ground.indicators().filter_map(|(id, _)| ground.used(id));
    let example = used().next();
    let of_ratio = |way: &Way| {
        matches!(
            way,
            Way::Quotient {
                of_nederland: false,
                ..
            }
        )
    };
    let ratio = used().find(|series| of_ratio(series.way()));
    let mut gaps = common(identity);
    let id = |of: Option<&super::ground::Series<'_>>| {
        of.map_or_else(String::new, |series| series.asked.id.clone())
    };
    gaps.extend([
        ("files", files.collect::<Vec<_>>().join("\n")),
        ("example", id(example)),
        ("ratio", id(ratio)),
        (
            "period",
            ratio.map_or_else(String::new, |of| of.period.year.to_string()),
        ),
        (
            "region",
            ground
                .gemeenten
                .first()
                .map_or_else(String::new, |of| of.code.clone()),
        ),
        ("subject", ground.figures.groups.subject().name.id.clone()),
    ]);
    filled(include_str!("texts/README.md"), &gaps)
}

/// The publishers of the figures, joined.
fn publishers(ground: &Ground<'_>) -> String {
    let publishers = ground.releases.values();
    let publishers: BTreeSet<&str> = publishers.map(|of| of.sidecar.publisher.as_str()).collect();
    publishers.into_iter().collect::<Vec<_>>().join("; ")
}

/// `LICENSE`.
pub(super) fn licence(identity: &Identity, ground: &Ground<'_>) -> String {
    let mut licences: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for (table, of) in &ground.releases {
        let key = (of.sidecar.publisher.as_str(), of.sidecar.license.as_str());
        licences.entry(key).or_default().push(table);
    }
    let licences = licences.into_iter().map(|((publisher, licence), tables)| {
        format!("- {publisher}: {licence}\n  {}", tables.join(", "))
    });
    let mut gaps = common(identity);
    gaps.extend([
        ("publishers", publishers(ground)),
        ("licences", licences.collect::<Vec<_>>().join("\n")),
    ]);
    filled(include_str!("texts/LICENSE"), &gaps)
}

/// `datasheet.md`.
pub(super) fn datasheet(identity: &Identity, ground: &Ground<'_>, tables: &[Table<'_>]) -> String {
    let gemeenten = tables.iter().find(|table| table.about.name == "gemeenten");
    let valued = gemeenten.map_or(0, |table| {
        let value = table.fields.iter().position(|field| field.name == "value");
        let mut valued = 0;
        if let Some(value) = value {
            table.down(value, 0..table.rows, |cell| {
                valued += usize::from(matches!(cell, Value::Number(Some(_))));
            });
        }
        valued
    });
    let groups = ground.figures.groups.all();
    let incomplete = groups.iter().filter(|group| !group.complete);
    let incomplete: Vec<&str> = incomplete.map(|group| group.name.id.as_str()).collect();
    let incomplete = match incomplete.as_slice() {
        [] => String::new(),
        some => format!("Not all members are known of {}.", some.join(", ")),
    };
    let mut gaps = common(identity);
    gaps.extend([
        ("rows", gemeenten.map_or(0, |table| table.rows).to_string()),
        ("valued", valued.to_string()),
        ("incomplete", incomplete),
        ("releases", ground.releases.len().to_string()),
        ("publishers", publishers(ground)),
    ]);
    filled(include_str!("texts/datasheet.md"), &gaps)
}

/// `CITATION.cff`. A JSON string is a string of YAML, whatever is in it.
pub(super) fn citation(identity: &Identity) -> String {
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let mut out = format!(
        "cff-version: 1.2.0\nmessage: \"If you use these data, please cite them as below.\"\ntype: dataset\ntitle: {}\nabstract: {}\nversion: {}\ndate-released: {}\nlicense: {}\nauthors:\n  - name: {}\nkeywords:\n",
        quoted(&identity.title),
        quoted(&identity.descriptions[0]),
        quoted(&identity.version),
        quoted(&identity.date),
        LICENCE.0,
        quoted(&identity.publisher),
    );
    for word in &identity.keywords {
        let _ = writeln!(out, "  - {}", quoted(word));
    }
    out
}

/// `codebook.md`: every column of every file, and every word.
pub(super) fn codebook(identity: &Identity, tables: &[Table<'_>]) -> String {
    let mut out = format!(
        "# Codebook: {}\n\nVersion {}. Made from the same description as `datapackage.json`. An empty cell has no value.\n",
        identity.title, identity.version
    );
    for table in tables {
        let about = table.about;
        let key: Vec<String> = about.key.iter().map(|of| format!("`{of}`")).collect();
        let _ = write!(
            out,
            "\n## `{}`\n\n{}: a row is {}. {} rows, by {}.\n\n| column | type | meaning |\n| --- | --- | --- |\n",
            about.name,
            about.title,
            about.row,
            table.rows,
            key.join(", ")
        );
        for field in &table.fields {
            let _ = writeln!(
                out,
                "| `{}` | {} | {} |",
                field.name,
                kind(field),
                meaning(field)
            );
        }
        for link in about.links {
            let columns: Vec<String> = link.columns.iter().map(|of| format!("`{of}`")).collect();
            let columns = columns.join(", ");
            let _ = writeln!(
                out,
                "\n{columns} stand in `{}` under the same names.",
                link.table
            );
        }
    }
    out.push_str(
        "\n# Evidence of the paper\n\nBeside the folder `data/`, and attached to the paper; made with the paper only.\n",
    );
    for (file, columns) in evidence::FILES {
        let _ = write!(
            out,
            "\n## `{file}`\n\n| column | meaning |\n| --- | --- |\n"
        );
        for (name, meaning) in columns {
            let _ = writeln!(out, "| `{name}` | {meaning} |");
        }
    }
    out
}

fn kind(field: &Field) -> String {
    let kind = match field.kind {
        Kind::Text => "text",
        Kind::Whole => "whole number",
        Kind::Number => "number",
        Kind::Truth => "`true` or `false`",
    };
    match field.unit {
        Some(unit) => format!("{kind}, {unit}"),
        None => kind.to_owned(),
    }
}

fn meaning(field: &Field) -> String {
    let mut out = field.meaning.replace('|', "\\|");
    if let (None, Some((table, column))) = (field.words, field.link) {
        let _ = write!(out, "; stands in `{table}` as `{column}`");
    }
    if let Some(Words { codes, .. }) = field.words {
        let words = codes.iter().map(|(word, of, _)| format!("`{word}` ({of})"));
        let _ = write!(out, ": {}", words.collect::<Vec<_>>().join(", "));
    }
    let bound =
        |of: Option<f64>, word: &str| of.map_or_else(String::new, |of| format!("; {word} {of}"));
    out + &bound(field.bounds.0, "at least")
        + &bound(field.bounds.1, "at most")
        + if field.needed { "; never empty" } else { "" }
}
