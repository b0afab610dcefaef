//! Captured answers, served as they are: a folder with an `index.csv` that tells which address each file answers.

use std::path::{Path, PathBuf};

use super::http::{Answer, Request, decode};

/// The answers of a folder.
pub struct Captured(Vec<Known>);

struct Known {
    path: String,
    query: Vec<(String, String)>,
    file: PathBuf,
}

impl Captured {
    pub fn open(folder: &Path) -> Self {
        let index = std::fs::read_to_string(folder.join("index.csv")).expect("an index.csv");
        let known = index.lines().skip(1).filter_map(|line| {
            let fields = fields(line);
            let address = fields
                .get(2)?
                .split(" (")
                .next()?
                .strip_prefix("https://")?;
            let (_, target) = address.split_once('/')?;
            let (path, query) = target.split_once('?').unwrap_or((target, ""));
            let file = folder.join(fields.first()?);
            Some(Known {
                path: normal(&format!("/{path}")),
                query: options(query),
                file,
            })
        });
        Self(known.collect())
    }

    /// The answer to the same address; else that to the same path and page with another selection.
    pub fn answer(&self, request: &Request) -> Option<Answer> {
        let asked: Vec<_> = request
            .query
            .iter()
            .filter(|(name, _)| name != "$format")
            .cloned()
            .collect();
        let path = normal(&request.path);
        let skip =
            |query: &[(String, String)]| query.iter().find(|(name, _)| name == "$skip").cloned();
        let same = || self.0.iter().filter(|known| known.path == path);
        let found = same()
            .find(|known| known.query == asked)
            .or_else(|| same().find(|known| skip(&known.query) == skip(&asked)))?;
        Some(Answer::json(
            std::fs::read(&found.file).expect("a captured file"),
        ))
    }
}

fn normal(path: &str) -> String {
    path.trim_end_matches('/').replace("/OData/", "/odata/")
}

fn options(query: &str) -> Vec<(String, String)> {
    let pair = |option: &str| {
        option
            .split_once('=')
            .map(|(name, text)| (decode(name), decode(text)))
    };
    query
        .split('&')
        .filter_map(pair)
        .filter(|(name, _)| name != "$format")
        .collect()
}

/// The fields of a line of CSV.
fn fields(line: &str) -> Vec<String> {
    let (mut fields, mut quoted) = (vec![String::new()], false);
    for sign in line.chars() {
        match sign {
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            other => fields.last_mut().expect("one field").push(other),
        }
    }
    fields
}
