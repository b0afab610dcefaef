//! OData v3 as CBS speaks it: catalog, API and feed.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use super::Options;
use super::faults::Fault;
use super::filter::{Expr, Value};
use super::http::{Answer, Request, encode};
use super::json::{object, s, text};
use super::lists::{category_groups, info, member_row, properties, table_info};
use super::model::{Cell, Dim, ServedTable, Topic};
use super::pick::Picked;

/// One request, and what it is asked of.
pub struct Site<'a> {
    pub tables: &'a [ServedTable],
    pub request: &'a Request,
    pub options: &'a Options,
    pub fault: Option<&'a Fault>,
    pub third: bool,
}

/// Rows of a collection: how many meet the filter, and how each is written.
pub struct Rows<'a> {
    pub count: usize,
    pub write: Box<dyn Fn(usize) -> String + 'a>,
}

const ATOM: &str =
    "<?xml version=\"1.0\" encoding=\"utf-8\"?><feed xmlns=\"http://www.w3.org/2005/Atom\"></feed>";

impl Site<'_> {
    fn origin(&self) -> String {
        if self.options.wrong_host {
            return "https://dataderden.prod.cbsp.nl".into();
        }
        let host = self.request.header("host").unwrap_or("opendata.cbs.nl");
        format!(
            "http://{host}{}",
            if self.third { "/dataderden" } else { "" }
        )
    }

    fn wants_json(&self) -> bool {
        let accepts = self
            .request
            .header("accept")
            .is_some_and(|accept| accept.contains("application/json"));
        self.request.option("$format") == Some("json") || accepts
    }

    /// Number given for an option.
    pub fn number(&self, option: &str) -> Option<usize> {
        self.request
            .option(option)
            .and_then(|text| text.parse().ok())
    }

    /// The catalog of the host: CBS's own tables, or those of third parties.
    pub fn catalog(&self, rest: &[&str]) -> Answer {
        if !self.wants_json() {
            return Answer::new(200, "application/atom+xml", ATOM);
        }
        let meta = format!("{}/ODataCatalog/$metadata", self.origin());
        match rest {
            [] => {
                let names = [
                    "Featured",
                    "Table_Featured",
                    "Tables",
                    "Themes",
                    "Tables_Themes",
                ];
                let link = |name: &&str| {
                    object(&[
                        s("name", name),
                        s("url", &format!("{}/ODataCatalog/{name}", self.origin())),
                    ])
                };
                envelope(&meta, &names.iter().map(link).collect::<Vec<_>>(), None)
            }
            ["Tables"] => {
                let tables: Vec<_> = self
                    .tables
                    .iter()
                    .filter(|table| table.v3 && (table.catalog != "CBS") == self.third)
                    .collect();
                let expr = match self
                    .request
                    .option("$filter")
                    .map(|text| Expr::parse(text, false))
                    .transpose()
                {
                    Ok(expr) => expr,
                    Err(why) => return fault(400, &why),
                };
                let fits = |table: &&&ServedTable| {
                    let column = |name: &str| match name {
                        "Identifier" => Value::Text(table.id.clone()),
                        "Title" | "ShortTitle" => Value::Text(table.title.clone()),
                        "Catalog" => Value::Text(table.catalog.clone()),
                        _ => Value::Null,
                    };
                    expr.as_ref().is_none_or(|expr| expr.holds(&column))
                };
                let rows: Vec<_> = tables
                    .iter()
                    .filter(fits)
                    .map(|table| self.catalog_row(table))
                    .collect();
                envelope(&format!("{meta}#Tables"), &rows, None)
            }
            ["Themes" | "Tables_Themes" | "Featured" | "Table_Featured"] => {
                envelope(&meta, &[], None)
            }
            _ => fault(404, "Resource not found for the segment."),
        }
    }

    fn catalog_row(&self, table: &ServedTable) -> String {
        let mut fields = vec![s("Updated", &table.modified)];
        fields.extend(info(table));
        fields.push(s(
            "ApiUrl",
            &format!("{}/ODataApi/OData/{}", self.origin(), table.id),
        ));
        fields.push(s(
            "FeedUrl",
            &format!("{}/ODataFeed/OData/{}", self.origin(), table.id),
        ));
        let rows = self
            .options
            .catalog_lag
            .map_or(table.rows(), |(modified, rows)| {
                fields.retain(|(name, _)| *name != "Modified");
                fields.push(s("Modified", modified));
                rows
            });
        fields.push(("RecordCount", rows.to_string()));
        fields.push((
            "ColumnCount",
            (table.dims.len() + table.topics.len()).to_string(),
        ));
        object(&fields)
    }

    /// A table in the API or the feed.
    pub fn table(&self, rest: &[&str], api: bool) -> Answer {
        let known = |id: &str| self.tables.iter().find(|table| table.v3 && table.id == id);
        let Some((table, rest)) = rest
            .split_first()
            .and_then(|(id, rest)| Some((known(id)?, rest)))
        else {
            return fault(404, "Resource not found for the segment.");
        };
        if !api && !self.wants_json() {
            return Answer::new(200, "application/atom+xml", ATOM);
        }
        let service = if api { "ODataApi" } else { "ODataFeed" };
        let root = format!("{}/{service}/OData/{}", self.origin(), table.id);
        let list = |name: &str, rows: Vec<String>| {
            let count = rows.len();
            self.collection(
                &root,
                name,
                api,
                &Rows {
                    count,
                    write: Box::new(move |at| rows[at].clone()),
                },
            )
        };
        match rest {
            [] => envelope(
                &format!("{root}/$metadata"),
                &self.services(table, service),
                None,
            ),
            ["TableInfos"] => list("TableInfos", vec![table_info(table)]),
            ["DataProperties"] => list("DataProperties", properties(table)),
            ["CategoryGroups"] => list("CategoryGroups", category_groups(table)),
            ["TypedDataSet"] => self.data(table, &root, api, true),
            ["UntypedDataSet"] => self.data(table, &root, api, false),
            [name] => match table
                .dims
                .iter()
                .find(|dim| dim.key == *name)
                .map(|dim| (dim, dim.width()))
            {
                Some((dim, width)) => self.collection(
                    &root,
                    name,
                    api,
                    &Rows {
                        count: dim.members.len(),
                        write: Box::new(move |at| member_row(table, dim, &dim.members[at], width)),
                    },
                ),
                None => fault(404, "Resource not found for the segment."),
            },
            _ => fault(404, "Resource not found for the segment."),
        }
    }

    fn services(&self, table: &ServedTable, service: &str) -> Vec<String> {
        let fixed = [
            "TableInfos",
            "UntypedDataSet",
            "TypedDataSet",
            "DataProperties",
            "CategoryGroups",
        ];
        let names = fixed
            .into_iter()
            .chain(table.dims.iter().map(|dim| dim.key.as_str()));
        let root = format!("{}/{service}/odata/{}", self.origin(), table.id);
        names
            .map(|name| object(&[s("name", name), s("url", &format!("{root}/{name}"))]))
            .collect()
    }

    fn data(&self, table: &ServedTable, root: &str, api: bool, typed: bool) -> Answer {
        let selected: Option<Vec<&str>> = self
            .request
            .option("$select")
            .map(|text| text.split(',').map(str::trim).collect());
        let known = |name: &&str| {
            *name == "ID"
                || table.dims.iter().any(|d| d.key == *name)
                || table.topics.iter().any(|t| t.key == *name)
        };
        if let Some(unknown) = selected.iter().flatten().find(|name| !known(name)) {
            return fault(
                400,
                &format!("Could not find a property named '{unknown}'."),
            );
        }
        let wanted = |name: &str| selected.as_ref().is_none_or(|names| names.contains(&name));
        let picked = match self.pick(table) {
            Ok(picked) => picked,
            Err(why) => return fault(400, &why),
        };
        let row = RowWriter::new(table, &wanted, typed);
        let write = |at: usize| row.write(table, &picked.coords(at));
        let name = if typed {
            "TypedDataSet"
        } else {
            "UntypedDataSet"
        };
        self.collection(
            root,
            name,
            api,
            &Rows {
                count: picked.count(),
                write: Box::new(write),
            },
        )
    }

    /// The combinations that meet the filter.
    fn pick(&self, table: &ServedTable) -> Result<Arc<Picked>, String> {
        let filter = self.request.option("$filter").unwrap_or_default();
        let of = (
            table.id.clone(),
            table.version,
            table.rows(),
            filter.to_owned(),
        );
        // the next page of a large table is of the same rows
        let is_large = table.rows() > 10 * PAGE;
        let kept = is_large.then(|| PICKED.lock().unwrap().get(&of).cloned());
        if let Some(known) = kept.flatten() {
            return Ok(known);
        }
        let picked = Arc::new(self.picked(table)?);
        if is_large {
            PICKED.lock().unwrap().insert(of, Arc::clone(&picked));
        }
        Ok(picked)
    }

    fn picked(&self, table: &ServedTable) -> Result<Picked, String> {
        let keys = padded(table);
        let names: Vec<&str> = table.dims.iter().map(|dim| dim.key.as_str()).collect();
        Picked::new(
            self.request.option("$filter"),
            false,
            &names,
            &keys,
            &|name, coords| {
                let number = table.topics.iter().position(|topic| topic.key == name)?;
                Some(match (table.cells)(coords, number) {
                    Cell::Value(value) => Value::Number(value),
                    Cell::Text(text) => Value::Text(text),
                    _ => Value::Null,
                })
            },
        )
    }

    fn collection(&self, root: &str, name: &str, api: bool, rows: &Rows<'_>) -> Answer {
        let skip = self.number("$skip").unwrap_or_default().min(rows.count);
        let end = self
            .number("$top")
            .map_or(rows.count, |top| (skip + top).min(rows.count));
        if api && end - skip > self.options.api_limit {
            return Answer::text(500, self.options.limit_text);
        }
        let last = if api {
            end
        } else {
            end.min(skip + self.options.feed_page)
        };
        let mut written: Vec<_> = (skip..last).map(&rows.write).collect();
        self.tweak(&mut written);
        let next = (last < end).then(|| {
            let kept = self
                .request
                .query
                .iter()
                .filter(|(name, _)| name != "$skip" && name != "$top");
            let query: Vec<_> = kept
                .map(|(name, text)| format!("{name}={}", encode(text)))
                .collect();
            let top = self
                .number("$top")
                .map(|top| format!("&$top={}", top - (last - skip)))
                .unwrap_or_default();
            format!("{root}/{name}/?{}{top}&$skip={last}", query.join("&"))
        });
        envelope(
            &format!("{root}/$metadata#Cbs.OData.WebAPI.{name}"),
            &written,
            self.tweak_link(next, skip).as_deref(),
        )
    }

    /// Faults in the rows.
    pub fn tweak(&self, rows: &mut Vec<String>) {
        match self.fault {
            Some(Fault::DuplicateRow) => rows.extend(rows.first().cloned()),
            Some(Fault::LostRow) => drop(rows.pop()),
            Some(Fault::CutRows(kept)) => rows.truncate(*kept),
            _ => {}
        }
    }

    /// Faults in the next link.
    pub fn tweak_link(&self, next: Option<String>, skip: usize) -> Option<String> {
        let link = next?;
        match self.fault {
            Some(Fault::LoopLink) => Some(format!(
                "{}$skip={skip}",
                &link[..link.rfind("$skip=").expect("a skip")]
            )),
            Some(Fault::ForeignLink) => {
                Some("http://127.0.0.1:9/ODataFeed/OData/99999NED/Other?$skip=7".into())
            }
            Some(Fault::LostLink | Fault::CutRows(_)) => None,
            _ => Some(link),
        }
    }
}

/// Rows of a page of the feed, as a rule.
const PAGE: usize = 10_000;

/// What was asked of a table: its id, version and rows, and the filter.
type Asked = (String, u64, usize, String);

/// The rows of large tables that met a filter.
static PICKED: Mutex<BTreeMap<Asked, Arc<Picked>>> = Mutex::new(BTreeMap::new());

/// Writes rows of one selection: what all rows share is written once.
struct RowWriter {
    has_id: bool,
    /// For each dimension that is wanted: its number, its name as it stands in a row, its width, and the members as they
    /// stand there where they are no more than the rows of a page.
    dims: Vec<(usize, String, usize, Vec<String>)>,
    /// For each topic that is wanted: its number, and its name as it stands in a row.
    topics: Vec<(usize, String)>,
    typed: bool,
}

impl RowWriter {
    fn new(table: &ServedTable, wanted: &dyn Fn(&str) -> bool, typed: bool) -> Self {
        let dims = table.dims.iter().enumerate();
        let dims = dims.filter(|(_, dim)| wanted(&dim.key));
        let field = |key: &str, value: &str| format!("\"{key}\":{value}");
        let dim = |(number, dim): (usize, &Dim)| {
            let (name, width) = (field(&dim.key, ""), dim.width());
            let few = dim.members.iter().filter(|_| dim.members.len() <= PAGE);
            let members = few.map(|member| member_text(&name, &member.key, width));
            let members = members.collect();
            (number, name, width, members)
        };
        let topics = table.topics.iter().enumerate();
        let topics = topics.filter(|(_, topic)| wanted(&topic.key));
        Self {
            has_id: wanted("ID"),
            dims: dims.map(dim).collect(),
            topics: topics
                .map(|(number, topic)| (number, field(&topic.key, "")))
                .collect(),
            typed,
        }
    }

    fn write(&self, table: &ServedTable, coords: &[usize]) -> String {
        let mut out = String::with_capacity(64 + 40 * (self.dims.len() + self.topics.len()));
        out.push('{');
        if self.has_id {
            let _ = write!(out, "\"ID\":{},", index(table, coords));
        }
        for (number, name, width, members) in &self.dims {
            let at = coords[*number];
            if let Some(member) = members.get(at) {
                out.push_str(member);
            } else {
                let key = &table.dims[*number].members[at].key;
                out.push_str(&member_text(name, key, *width));
            }
            out.push(',');
        }
        for (number, name) in &self.topics {
            out.push_str(name);
            let cell = (table.cells)(coords, *number);
            write_cell(&mut out, &table.topics[*number], &cell, self.typed);
            out.push(',');
        }
        if out.len() > 1 {
            out.pop();
        }
        out.push('}');
        out
    }
}

/// A member as it stands in a row.
fn member_text(name: &str, key: &str, width: usize) -> String {
    format!("{name}{}", text(&format!("{key:<width$}")))
}

fn index(table: &ServedTable, coords: &[usize]) -> usize {
    table
        .dims
        .iter()
        .zip(coords)
        .fold(0, |at, (dim, coord)| at * dim.members.len() + coord)
}

/// The keys of every dimension, padded with blanks to the longest of them.
pub fn padded(table: &ServedTable) -> Vec<Vec<String>> {
    let keys = |dim: &Dim| {
        let width = dim.width();
        dim.members
            .iter()
            .map(|member| format!("{:<width$}", member.key))
            .collect()
    };
    table.dims.iter().map(keys).collect()
}

fn write_cell(out: &mut String, topic: &Topic, cell: &Cell, typed: bool) {
    let is_text = topic.datatype == "String";
    let _ = match cell {
        Cell::Value(value) if typed => write!(out, "{value}"),
        Cell::Value(value) => write!(out, "\"{value:>8}\""),
        Cell::Text(found) => out.write_str(&text(&format!("{found:<10}"))),
        _ if typed && !is_text => out.write_str("null"),
        _ => out.write_str("\"       .\""),
    };
}

fn envelope(metadata: &str, rows: &[String], next: Option<&str>) -> Answer {
    let next = next
        .map(|link| format!(",\"odata.nextLink\":{}", text(link)))
        .unwrap_or_default();
    Answer::json(format!(
        "{{\"odata.metadata\":{},\"value\":[{}]{next}}}",
        text(metadata),
        rows.join(",")
    ))
}

fn fault(status: u16, message: &str) -> Answer {
    let inner = object(&[s("lang", "en-US"), s("value", message)]);
    let mut answer = Answer::json(format!(
        "{{\"odata.error\":{{\"code\":\"\",\"message\":{inner}}}}}"
    ));
    answer.status = status;
    answer
}
