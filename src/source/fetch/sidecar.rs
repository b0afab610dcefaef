//! What a fetched snapshot says of itself.
//!
//! In: what the client knows of the table it read, what was asked, and the sidecar of the release before. Out: the new
//! sidecar, but for what only shows when the rows are written. Cannot fail. CBS peculiarities: v3 knows no licence;
//! nowhere does a table say which year's gemeenten its periods follow.

use super::request;
use crate::base::files;
use crate::query::title_fits;
use crate::source::cbs::{TableMeta, TableRequest, TopicRequest};
use crate::source::snapshot::{Boundaries, Fetched, Sidecar, TopicMeta};

/// The sidecar of a table that was read whole.
pub fn sidecar(
    meta: &TableMeta,
    request: &TableRequest,
    periods: Vec<String>,
    pinned: Option<&Sidecar>,
) -> Sidecar {
    let modified = meta.release.modified.get(..10).unwrap_or("unknown");
    let (topics, caveats) = topics(meta, request);
    let hashes: Vec<&str> = meta
        .requests
        .iter()
        .map(|request| request.sha256.as_str())
        .collect();
    Sidecar {
        table: request.called().to_owned(),
        title: meta.title.clone(),
        publisher: meta.publisher.clone(),
        link: link(request),
        release: if meta.release.version.is_empty() {
            format!("modified {}", meta.release.modified)
        } else {
            format!("Version {}, modified {modified}", meta.release.version)
        },
        modified: modified.to_owned(),
        retrieved: meta.retrieved.clone(),
        boundaries: boundaries(meta, pinned),
        license: license(meta, pinned),
        periods,
        source_sha256: files::sha256(hashes.join("\n").as_bytes()),
        requests: meta
            .requests
            .iter()
            .map(|request| request.url.clone())
            .collect(),
        caveats,
        fetched: Some(Fetched {
            service: meta.service.to_owned(),
            catalog: meta.catalog.clone(),
            modified: meta.release.modified.clone(),
            version: meta.release.version.clone(),
            expected: meta.expected,
            asked: request::fingerprint(request),
            rows: meta.rows,
            bytes: meta.requests.iter().map(|request| request.bytes).sum(),
        }),
        topics,
        ..Sidecar::default()
    }
}

/// The topics by the titles that the queries give them, and what a user of the figures must know.
fn topics(meta: &TableMeta, request: &TableRequest) -> (Vec<TopicMeta>, Vec<String>) {
    let mut caveats = [meta.warnings.clone(), meta.notes.clone()].concat();
    let mut topics = Vec::new();
    for topic in &meta.topics {
        let asked = request
            .topics
            .get(topic.asked)
            .map_or("", |asked| &asked.title);
        // the queries find a topic by what they call it
        let is_so_called = title_fits(asked, &topic.title);
        if !is_so_called {
            caveats.push(format!("`{asked}` is `{}` at CBS", topic.title));
        }
        let held = TopicMeta {
            key: topic.key.clone(),
            title: if is_so_called { &topic.title } else { asked }.to_owned(),
            unit: topic.unit.clone(),
            decimals: u32::from(topic.decimals),
            relative: false,
        };
        topics.push(held.presented(&topic.presentation));
    }
    for lacking in &meta.lacking {
        // a topic that may come as a count or as a share is asked as both
        let asked = request.topics.get(lacking.asked);
        let alone = |asked: &&TopicRequest| titles(meta, request).all(|title| title != asked.title);
        if let Some(asked) = asked.filter(alone) {
            let nearest = lacking.nearest.first().map_or("", String::as_str);
            caveats.push(format!(
                "the table has no `{}` ({}); nearest: {nearest}",
                asked.title,
                asked.unit.words()
            ));
        }
    }
    (topics, caveats)
}

/// What was asked and found.
fn titles<'a>(meta: &'a TableMeta, request: &'a TableRequest) -> impl Iterator<Item = &'a str> {
    meta.topics
        .iter()
        .filter_map(|topic| request.topics.get(topic.asked))
        .map(|asked| asked.title.as_str())
}

fn link(request: &TableRequest) -> String {
    let (host, catalog) = if request.is_own() {
        ("opendata", "CBS")
    } else {
        ("dataderden", request.catalog.as_str())
    };
    format!(
        "https://{host}.cbs.nl/statline/#/{catalog}/nl/dataset/{}",
        request.id
    )
}

fn license(meta: &TableMeta, pinned: Option<&Sidecar>) -> String {
    if meta.license.contains("creativecommons.org/licenses/by/4.0") {
        return format!("CC BY 4.0, {0} (bron: {0} StatLine)", meta.publisher);
    }
    match pinned {
        _ if !meta.license.is_empty() => meta.license.clone(),
        Some(pinned) => pinned.license.clone(),
        None => "unknown".to_owned(),
    }
}

/// Which list of gemeenten the regions follow: as in the release before; else the year that the table says its regions
/// are of, or that its title ends with; else that of each period. A table that moved on to the regions of another year
/// says so.
fn boundaries(meta: &TableMeta, pinned: Option<&Sidecar>) -> String {
    let year = meta.map_year.or_else(|| title_year(&meta.title));
    let pinned =
        pinned.and_then(|pinned| Some((pinned.boundaries.clone(), pinned.boundaries().ok()?)));
    match (pinned, year) {
        (Some((_, Boundaries::Year(_))) | None, Some(year)) => year.to_string(),
        (Some((word, _)), _) => word,
        (None, None) => "period".to_owned(),
    }
}

/// The last year in a title.
fn title_year(title: &str) -> Option<u16> {
    title
        .split(|sign: char| !sign.is_ascii_digit())
        .filter(|number| number.len() == 4)
        .filter_map(|number| number.parse().ok())
        .rfind(|year| (1990..2100).contains(year))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(title: &str, map_year: Option<u16>, pinned: Option<&str>) -> String {
        let mut meta = crate::source::cbs::TableMeta {
            id: String::new(),
            title: title.to_owned(),
            catalog: String::new(),
            service: "v3",
            publisher: String::new(),
            license: String::new(),
            release: crate::source::cbs::Release::default(),
            regions: Vec::new(),
            periods: Vec::new(),
            topics: Vec::new(),
            lacking: Vec::new(),
            map_year: None,
            region_list: None,
            requests: Vec::new(),
            retrieved: String::new(),
            expected: None,
            rows: 0,
            cells: 0,
            notes: Vec::new(),
            warnings: Vec::new(),
        };
        meta.map_year = map_year;
        let pinned = pinned.map(|word| Sidecar {
            boundaries: word.to_owned(),
            ..Sidecar::default()
        });
        boundaries(&meta, pinned.as_ref())
    }

    #[test]
    fn boundaries_stay_what_they_were_unless_the_table_moved_on() {
        assert_eq!(
            word("Bevolking", None, Some("period-or-next")),
            "period-or-next"
        );
        assert_eq!(word("Bevolking", None, None), "period");
        assert_eq!(
            word("Kerncijfers wijken en buurten 2020", None, None),
            "2020"
        );
        assert_eq!(word("Wijken", Some(2025), Some("2024")), "2025");
        assert_eq!(word("Wijken", None, Some("2024")), "2024");
        assert_eq!(word("Inkomen (indeling 2026)", None, Some("2025")), "2026");
    }
}
