//! `datapackage.json`: the open data as a Data Package, version 2.
//!
//! In: the tables as they describe themselves, and their files with bytes and hashes. Out: JSON. Cannot fail.

use serde_json::{Map, Value, json};

use super::column::Table;
use super::ground::{Ground, Release};
use super::identity::{Identity, LICENCE};
use super::schema::{Field, Kind};

/// A file that was written.
#[derive(Clone, Debug)]
pub struct Written {
    /// Path within the folder.
    pub path: String,
    /// Length.
    pub bytes: usize,
    /// SHA-256.
    pub sha256: String,
    /// Rows, of a table as CSV.
    pub rows: Option<usize>,
}

impl Written {
    pub(super) fn new(path: String, (sha256, bytes): (String, usize), rows: Option<usize>) -> Self {
        Self {
            path,
            bytes,
            sha256,
            rows,
        }
    }
}

/// `datapackage.json`.
pub(super) fn datapackage(
    identity: &Identity,
    ground: &Ground<'_>,
    tables: &[Table<'_>],
    files: &[Written],
) -> Value {
    let (licence, title, path) = LICENCE;
    let resources = tables.iter().map(|table| resource(table, files));
    json!({
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": identity.name,
        "id": format!("urn:uuid:{}", identity.uuid),
        "title": identity.title,
        "description": identity.descriptions[0],
        "version": identity.version,
        "created": format!("{}T00:00:00Z", identity.date),
        "keywords": identity.keywords,
        "licenses": [{"name": licence, "title": title, "path": path}],
        "contributors": [{"title": identity.publisher, "roles": ["publisher"]}],
        "sources": sources(ground),
        "resources": resources.collect::<Vec<_>>(),
    })
}

/// The tables that figures come from, each with its release and licence.
fn sources(ground: &Ground<'_>) -> Vec<Value> {
    let source = |(table, of): (&&str, &Release<'_>)| {
        let mut source = json!({
            "title": format!("{}: {} ({table})", of.sidecar.publisher, of.sidecar.title),
            "version": of.release,
            "table": table,
            "license": of.sidecar.license,
        });
        if let Some(link) = of.link() {
            source["path"] = json!(link);
        }
        source
    };
    ground.releases.iter().map(source).collect()
}

/// A table: its CSV file with the schema, and its twin in Parquet. No resource of its own is that: of whole numbers with
/// gaps, frictionless makes numbers that are not whole.
fn resource(table: &Table<'_>, files: &[Written]) -> Value {
    let name = table.about.name;
    let mut resource = json!({
        "name": name,
        "type": "table",
        "title": table.about.title,
        "description": format!("A row is {}.", table.about.row),
        "encoding": "utf-8",
        "dialect": {"delimiter": ",", "lineTerminator": "\n", "quoteChar": "\"", "doubleQuote": true},
        "schema": schema(table),
        "twin": {},
    });
    place(&mut resource, files, name, ("csv", "text/csv"));
    let parquet = ("parquet", "application/vnd.apache.parquet");
    place(&mut resource["twin"], files, name, parquet);
    resource
}

/// Says which file it is.
fn place(of: &mut Value, files: &[Written], name: &str, (format, media): (&str, &str)) {
    let path = format!("{name}.{format}");
    if let Some(file) = files.iter().find(|file| file.path == path) {
        of["bytes"] = json!(file.bytes);
        of["hash"] = json!(format!("sha256:{}", file.sha256));
    }
    of["path"] = json!(path);
    of["format"] = json!(format);
    of["mediatype"] = json!(media);
}

fn schema(table: &Table<'_>) -> Value {
    let fields: Vec<Value> = table.fields.iter().map(field).collect();
    let keys: Vec<Value> = table
        .links()
        .into_iter()
        .map(|(fields, resource, of)| {
            json!({"fields": fields, "reference": {"resource": resource, "fields": of}})
        })
        .collect();
    json!({
        "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
        "fields": fields,
        "missingValues": [{
            "value": "",
            "label": "no value; where the table has a column `missing`, that says why",
        }],
        "primaryKey": table.about.key,
        "foreignKeys": keys,
    })
}

fn field(field: &Field) -> Value {
    let mut constraints = Map::new();
    if field.needed {
        constraints.insert("required".to_owned(), json!(true));
    }
    let (least, most) = field.bounds;
    for (name, bound) in [("minimum", least), ("maximum", most)] {
        if let Some(bound) = bound {
            let is_whole = field.kind == Kind::Whole;
            let bound = if is_whole {
                json!(bound as i64)
            } else {
                json!(bound)
            };
            constraints.insert(name.to_owned(), bound);
        }
    }
    let mut described = json!({
        "name": field.name,
        "type": field.kind.word(),
        "description": field.meaning,
    });
    if let Some(words) = field.words {
        let of = words.words();
        constraints.insert("enum".to_owned(), json!(of.collect::<Vec<_>>()));
        let categories = words.codes.iter();
        let categories = categories.map(|(word, label, _)| json!({"value": word, "label": label}));
        described["categories"] = json!(categories.collect::<Vec<_>>());
    }
    if let Some(unit) = field.unit {
        described["unit"] = json!(unit);
    }
    if !constraints.is_empty() {
        described["constraints"] = Value::Object(constraints);
    }
    described
}
