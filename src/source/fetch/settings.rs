//! `queries/fetch.toml`: where CBS is and how politely it is asked. Without the file everything is as CBS would like it.
//!
//! In: the file, if there is one, and the mirror that was typed. Out: a [`Config`]. Strict: an unknown key or a wrong
//! value ends in an error with file, line and what was expected.

use std::path::Path;
use std::time::Duration;

use serde::Deserialize;
use toml::Spanned;

use crate::query::Error;
use crate::source::cbs::{Bases, Config};

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
struct File {
    mirror: Option<Spanned<String>>,
    hosts: Hosts,
    connections: Option<Spanned<usize>>,
    tables_at_once: Option<Spanned<usize>>,
    requests_per_second: Option<Spanned<f64>>,
    attempts: Option<Spanned<u32>>,
    seconds_per_answer: Option<Spanned<u64>>,
    largest_answer_mb: Option<Spanned<u64>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
struct Hosts {
    opendata: String,
    dataderden: String,
    datasets: String,
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
    let mut config = parse(&path, &text)?;
    if mirror.is_some() {
        config.mirror = mirror.map(str::to_owned);
    }
    Ok(config)
}

fn parse(path: &Path, text: &str) -> Result<Config, Error> {
    let wrong = |start: usize, message: String, expected: &str| Error::Wrong {
        path: path.to_owned(),
        line: text.get(..start).unwrap_or_default().matches('\n').count() + 1,
        message,
        expected: expected.to_owned(),
    };
    let file: File = toml::from_str(text).map_err(|error| {
        let message = error.message().replace('\n', " ");
        let (message, expected) = message
            .split_once(", expected ")
            .unwrap_or((&message, "valid TOML"));
        let start = error.span().map_or(0, |span| span.start);
        wrong(start, message.to_owned(), expected)
    })?;
    let mut config = Config {
        bases: Bases::on(
            file.hosts.opendata.trim_end_matches('/'),
            file.hosts.dataderden.trim_end_matches('/'),
            file.hosts.datasets.trim_end_matches('/'),
        ),
        ..Config::default()
    };
    if let Some(mirror) = &file.mirror {
        config.mirror = Some(mirror.get_ref().clone());
    }
    if let Err(error) = config.services() {
        let start = file.mirror.as_ref().map_or(0, |mirror| mirror.span().start);
        return Err(wrong(
            start,
            error.to_string(),
            "an address such as `https://opendata.cbs.nl`",
        ));
    }
    set_limits(&mut config, &file, &wrong)?;
    Ok(config)
}

/// Sets how fast, how often and how much is asked, each within its bounds.
fn set_limits(
    config: &mut Config,
    file: &File,
    wrong: &dyn Fn(usize, String, &str) -> Error,
) -> Result<(), Error> {
    let within = |value: f64, start: usize, low: f64, high: f64| {
        if (low..=high).contains(&value) {
            Ok(())
        } else {
            Err(wrong(
                start,
                format!("{value} is out of bounds"),
                &format!("a number from {low} to {high}"),
            ))
        }
    };
    if let Some(value) = &file.connections {
        within(*value.get_ref() as f64, value.span().start, 1.0, 64.0)?;
        config.connections = *value.get_ref();
    }
    if let Some(value) = &file.tables_at_once {
        within(*value.get_ref() as f64, value.span().start, 1.0, 64.0)?;
        config.tables_at_once = *value.get_ref();
    }
    if let Some(value) = &file.requests_per_second {
        within(*value.get_ref(), value.span().start, 0.1, 1000.0)?;
        config.max_requests_per_second = Some(*value.get_ref());
    }
    if let Some(value) = &file.attempts {
        within(f64::from(*value.get_ref()), value.span().start, 1.0, 100.0)?;
        config.retry.attempts = *value.get_ref();
    }
    if let Some(value) = &file.seconds_per_answer {
        within(*value.get_ref() as f64, value.span().start, 1.0, 86_400.0)?;
        config.request_timeout = Duration::from_secs(*value.get_ref());
        config.idle_timeout = config.idle_timeout.min(config.request_timeout);
    }
    if let Some(value) = &file.largest_answer_mb {
        within(*value.get_ref() as f64, value.span().start, 1.0, 65_536.0)?;
        config.max_body_bytes = *value.get_ref() << 20;
        config.max_wire_bytes = config.max_body_bytes;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<Config, Error> {
        parse(Path::new("fetch.toml"), text)
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
                "fetch.toml:2: unknown field `speed`",
            ),
            ("\n\nconnections = 0\n", "fetch.toml:3: 0 is out of bounds"),
            (
                "\nmirror = \"http://example.org\"\n",
                "fetch.toml:2: address",
            ),
            ("connections = \"many\"\n", "fetch.toml:1: "),
        ] {
            let error = parsed(text).unwrap_err().to_string();
            assert!(error.starts_with(place), "{error}");
        }
    }
}
