//! `queries/fetch.toml`: where CBS is and how politely it is asked. Without the file everything is as CBS would like it.
//!
//! In: the file, if there is one, and the mirror that was typed. Out: a [`Config`]. Strict: an unknown key or a wrong
//! value ends in an error with file, line and what was expected.

use std::path::Path;
use std::time::Duration;

use schemars::{JsonSchema, Schema};
use serde::Deserialize;

use crate::base::located::{self, At, Complaint, Source};
use crate::query::Error;
use crate::source::cbs::{Bases, Config};

/// How `fetch` and `tables` ask CBS; everything may be left out.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
struct File {
    /// One server in the place of all of CBS's, with the paths as there. Example: `mirror = "http://127.0.0.1:8080"`.
    mirror: Option<At<String>>,
    /// The servers that are asked; no request goes anywhere else. Example: `[hosts]`.
    hosts: Hosts,
    /// Requests under way at the same moment, 1 to 64. Example: `connections = 12`.
    connections: Option<At<usize>>,
    /// Tables that are read at the same moment, 1 to 64. Example: `tables-at-once = 4`.
    tables_at_once: Option<At<usize>>,
    /// Requests per second in the long run, all tables together, 0.1 to 1000. Example: `requests-per-second = 10`.
    requests_per_second: Option<At<f64>>,
    /// Attempts per request, with growing pauses, 1 to 100. Example: `attempts = 6`.
    attempts: Option<At<u32>>,
    /// Seconds that an answer may take from the request to its last byte, 1 to 86400. Example: `seconds-per-answer = 600`.
    seconds_per_answer: Option<At<u64>>,
    /// The largest answer that is read, in megabytes, 1 to 65536. Example: `largest-answer-mb = 256`.
    largest_answer_mb: Option<At<u64>>,
}

/// The servers that are asked.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
struct Hosts {
    /// OData v3 of CBS. Example: `opendata = "https://opendata.cbs.nl"`.
    opendata: String,
    /// OData v3 of third parties. Example: `dataderden = "https://dataderden.cbs.nl"`.
    dataderden: String,
    /// OData v4. Example: `datasets = "https://datasets.cbs.nl"`.
    datasets: String,
}

/// The JSON Schema of the file.
pub fn schema() -> Schema {
    located::schema::<File>()
}

impl Default for Hosts {
    fn default() -> Self {
        Self {
            opendata: "https://opendata.cbs.nl".to_owned(),
            dataderden: "https://dataderden.cbs.nl".to_owned(),
            datasets: "https://datasets.cbs.nl".to_owned(),
        }
    }
}

/// Reads the settings of a project; `mirror` is what was typed and goes first.
///
/// # Errors
/// With file and line, when the file says something that cannot be meant.
pub fn read(queries: &Path, mirror: Option<&str>) -> Result<Config, Error> {
    let path = queries.join("fetch.toml");
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(source) => return Err(Error::Unreadable { path, source }),
    };
    let mut config = parse(&Source::new(path, text))?;
    if mirror.is_some() {
        config.mirror = mirror.map(str::to_owned);
    }
    Ok(config)
}

fn parse(source: &Source) -> Result<Config, Complaint> {
    let file: File = source.toml()?;
    let mut config = Config {
        bases: Bases::on(
            file.hosts.opendata.trim_end_matches('/'),
            file.hosts.dataderden.trim_end_matches('/'),
            file.hosts.datasets.trim_end_matches('/'),
        ),
        mirror: file.mirror.as_deref().cloned(),
        ..Config::default()
    };
    if let Err(error) = config.services() {
        let start = file.mirror.as_ref().map_or(0, |mirror| mirror.span().start);
        let hint = "expected an address such as `https://opendata.cbs.nl`";
        return Err(source.at(start).wrong(error.to_string(), hint));
    }
    set_limits(source, &file, &mut config)?;
    Ok(config)
}

/// Sets how fast, how often and how much is asked, each within its bounds.
fn set_limits(source: &Source, file: &File, config: &mut Config) -> Result<(), Complaint> {
    if let Some(at) = &file.connections {
        let value = source.bounded(at, "connections", 1..=64)?;
        config.connections = value;
    }
    if let Some(at) = &file.tables_at_once {
        let value = source.bounded(at, "tables-at-once", 1..=64)?;
        config.tables_at_once = value;
    }
    if let Some(at) = &file.requests_per_second {
        let value = source.bounded(at, "requests-per-second", 0.1..=1000.0)?;
        config.max_requests_per_second = Some(value);
    }
    if let Some(at) = &file.attempts {
        let value = source.bounded(at, "attempts", 1..=100)?;
        config.retry.attempts = value;
    }
    if let Some(at) = &file.seconds_per_answer {
        let value = source.bounded(at, "seconds-per-answer", 1..=86_400)?;
        config.request_timeout = Duration::from_secs(value);
        config.idle_timeout = config.idle_timeout.min(config.request_timeout);
    }
    if let Some(at) = &file.largest_answer_mb {
        let value = source.bounded(at, "largest-answer-mb", 1..=65_536)?;
        config.max_body_bytes = value << 20;
        config.max_wire_bytes = config.max_body_bytes;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<Config, Complaint> {
        parse(&Source::new("fetch.toml", text))
    }

    #[test]
    fn an_empty_file_changes_nothing() {
        assert_eq!(parsed("").unwrap(), Config::default());
    }

    #[test]
    fn what_is_set_counts() {
        let config = parsed(
            "mirror = \"http://127.0.0.1:8080\"\nconnections = 3\nrequests-per-second = 2.5\n",
        )
        .unwrap();
        assert_eq!(config.connections, 3);
        assert_eq!(config.max_requests_per_second, Some(2.5));
        assert_eq!(config.mirror.as_deref(), Some("http://127.0.0.1:8080"));
    }

    #[test]
    fn a_wrong_line_is_named() {
        for (text, place) in [
            (
                "connections = 3\nspeed = 9\n",
                "fetch.toml:2:1: unknown field `speed`",
            ),
            (
                "\n\nconnections = 0\n",
                "fetch.toml:3:15: `connections` is 0",
            ),
            (
                "\nmirror = \"http://example.org\"\n",
                "fetch.toml:2:10: address",
            ),
            ("connections = \"many\"\n", "fetch.toml:1:15: "),
        ] {
            let error = parsed(text).unwrap_err().to_string();
            assert!(error.starts_with(place), "{error}");
        }
    }
}
