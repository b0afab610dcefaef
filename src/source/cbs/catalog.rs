//! The catalogs: finding a table, describing it, and hearing whether a pinned one is still the latest.
//!
//! In go words, an id, or the releases that are pinned; out come entries, a description, or news. CBS peculiarities: v4's
//! list knows versions and what was discontinued, v3's knows third parties; Kerncijfers wijken en buurten has a new id
//! every year, so a successor is proposed by its title without years.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Client;
use super::config::parse;
use super::describe::{self, Sought};
use super::description::{Description, one_line};
use super::error::{ErrorKind, Result};
use super::http::Session;
use super::list::list;
use super::parallel::parallel;
use super::plan::year_in;
use super::request::Service;
use super::sink::{Progress, Release};

/// One table of the catalogs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Id, verbatim.
    pub id: String,
    /// Title.
    pub title: String,
    /// `CBS` or the third party.
    pub catalog: String,
    /// Services that list it: `v3`, `v4`.
    pub services: Vec<&'static str>,
    /// Release as v3 tells it; empty when v3 does not list the table.
    pub v3: Release,
    /// Release as v4 tells it.
    pub v4: Release,
    /// Periods, in CBS's words.
    pub period: String,
    /// Whether CBS has stopped it.
    pub discontinued: bool,
}

/// A table as its pinned snapshot has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PinnedTable {
    /// Id.
    pub id: String,
    /// `CBS` or the third party.
    pub catalog: String,
    /// Title.
    pub title: String,
    /// `v3` or `v4`.
    pub service: String,
    /// Release.
    pub release: Release,
}

/// What CBS has to say about a pinned table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct News {
    /// Id of the pinned table.
    pub id: String,
    /// The title that CBS gives it now; empty when CBS does not list it.
    pub title: String,
    /// The release that CBS has, when it lists the table.
    pub latest: Option<Release>,
    /// The newer release, when there is one.
    pub revised: Option<Release>,
    /// Whether CBS has stopped the table.
    pub discontinued: bool,
    /// Whether CBS lists the table at all.
    pub gone: bool,
    /// Tables with the same title but a later year, earliest first.
    pub successors: Vec<Entry>,
}

/// So many held tables may be gone from the catalogs before these are not believed.
const LOST_AT_ONCE: usize = 2;

impl PinnedTable {
    /// Whether a release of it is held.
    fn is_held(&self) -> bool {
        !self.title.is_empty()
    }

    fn is_own(&self) -> bool {
        self.catalog.is_empty() || self.catalog == "CBS"
    }
}

impl News {
    /// Whether a refresh is due.
    pub fn is_due(&self) -> bool {
        self.revised.is_some() || self.gone || !self.successors.is_empty()
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct V3Row {
    identifier: String,
    title: Option<String>,
    catalog: Option<String>,
    modified: Option<String>,
    period: Option<String>,
    reason_delivery: Option<String>,
    frequency: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct V4Row {
    identifier: String,
    title: Option<String>,
    catalog: Option<String>,
    modified: Option<String>,
    version: Option<String>,
    status: Option<String>,
}

impl Client {
    /// Tables of which id or title has all the words, in any case; every table when there are no words. By id.
    ///
    /// # Errors
    /// When a catalog cannot be read.
    pub fn search(&self, words: &[&str], progress: &dyn Progress) -> Result<Vec<Entry>> {
        let words: Vec<_> = words.iter().map(|word| word.to_lowercase()).collect();
        let fits = |entry: &Entry| {
            let text = format!("{} {} {}", entry.id, entry.title, entry.catalog).to_lowercase();
            words.iter().all(|word| text.contains(word))
        };
        Ok(self
            .entries(false, progress)?
            .into_values()
            .filter(fits)
            .collect())
    }

    /// Dimensions with members, topics, periods and release of a table.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub fn describe(
        &self,
        id: &str,
        catalog: &str,
        service: Service,
        progress: &dyn Progress,
    ) -> Result<Description> {
        let session = Session::new(id, progress, &self.http.config);
        let sought = Sought {
            id,
            catalog,
            service,
            held: None,
        };
        describe::find(&self.http, &session, &self.bases, sought)
            .and_then(|(endpoint, head)| describe::read(&self.http, &session, &endpoint, &head))
            .map_err(|error| error.of_table(id))
    }

    /// What is new about tables that are pinned: only catalogs are read.
    ///
    /// # Errors
    /// When a catalog cannot be read.
    pub fn releases(&self, pinned: &[PinnedTable], progress: &dyn Progress) -> Result<Vec<News>> {
        let of_others = pinned.iter().any(|pinned| !pinned.is_own());
        let entries = self.entries(of_others, progress)?;
        let news: Vec<_> = pinned.iter().map(|pinned| news(pinned, &entries)).collect();
        let held = || pinned.iter().zip(&news).filter(|(it, _)| it.is_held());
        let (gone, of) = (held().filter(|(_, news)| news.gone).count(), held().count());
        if gone > LOST_AT_ONCE && 2 * gone > of {
            let why = format!("the catalogs lack {gone} of the {of} tables that are held");
            return Err(ErrorKind::Short(why).into());
        }
        Ok(news)
    }

    /// All tables of the catalogs. None of CBS's own can be empty, nor that of third parties where one is expected there.
    fn entries(&self, of_others: bool, progress: &dyn Progress) -> Result<BTreeMap<String, Entry>> {
        let filled = |name: &str, is_empty: bool| -> Result<()> {
            if is_empty {
                let why = format!("the catalog of {name} lists no tables at all");
                return Err(ErrorKind::Short(why).into());
            }
            Ok(())
        };
        let session = Session::new("catalog", progress, &self.http.config);
        let mut entries = BTreeMap::new();
        let bases = vec![self.bases.catalog.clone(), self.bases.third_catalog.clone()];
        let v3 = parallel(2, bases, |base| {
            let mut url = parse(&format!("{base}/Tables"))?;
            url.set_query(Some("$format=json"));
            list::<V3Row>(&self.http, &session, url)
        })?;
        filled("v3", v3[0].is_empty())?;
        filled("third parties", of_others && v3[1].is_empty())?;
        for row in v3.into_iter().flatten() {
            let stopped = [&row.reason_delivery, &row.frequency]
                .into_iter()
                .flatten()
                .any(|word| word == "Stopgezet");
            let entry = entry(&mut entries, row.identifier, row.title, row.catalog, "v3");
            entry.v3.modified = row.modified.unwrap_or_default();
            entry.period = row.period.unwrap_or_default();
            entry.discontinued = stopped;
        }
        let datasets = parse(&format!("{}/Datasets", self.bases.v4))?;
        let v4 = list::<V4Row>(&self.http, &session, datasets)?;
        filled("v4", v4.is_empty())?;
        for row in v4 {
            let entry = entry(&mut entries, row.identifier, row.title, row.catalog, "v4");
            entry.v4 = Release {
                modified: row.modified.unwrap_or_default(),
                version: row.version.unwrap_or_default(),
            };
            entry.discontinued |= matches!(
                row.status.as_deref(),
                Some("Gediscontinueerd" | "Vervallen")
            );
        }
        Ok(entries)
    }
}

fn entry<'a>(
    entries: &'a mut BTreeMap<String, Entry>,
    id: String,
    title: Option<String>,
    catalog: Option<String>,
    service: &'static str,
) -> &'a mut Entry {
    let entry = entries.entry(id.clone()).or_insert_with(|| Entry {
        id,
        title: one_line(&title.unwrap_or_default()),
        catalog: catalog.unwrap_or_else(|| "CBS".into()),
        ..Entry::default()
    });
    entry.services.push(service);
    entry
}

fn news(pinned: &PinnedTable, entries: &BTreeMap<String, Entry>) -> News {
    let entry = entries.get(&pinned.id);
    let latest = entry.map(|entry| {
        if pinned.service == "v4" {
            &entry.v4
        } else if pinned.service.is_empty() && !entry.v4.modified.is_empty() {
            // never fetched: what a fetch would take
            &entry.v4
        } else {
            &entry.v3
        }
    });
    let title = match entry {
        Some(entry) if pinned.title.is_empty() => &entry.title,
        _ => &pinned.title,
    };
    let (own_stem, own_year) = (stem(title), year_in(title));
    let follows = |entry: &&Entry| {
        entry.id != pinned.id
            && year_in(&entry.title) > own_year
            && own_year.is_some()
            && stem(&entry.title) == own_stem
    };
    let mut successors: Vec<_> = entries.values().filter(follows).cloned().collect();
    successors.sort_by_key(|entry| year_in(&entry.title));
    let latest = latest.filter(|release| !release.modified.is_empty());
    News {
        id: pinned.id.clone(),
        title: entry.map(|entry| entry.title.clone()).unwrap_or_default(),
        revised: latest
            .filter(|release| !is_same(&pinned.release, release))
            .cloned(),
        discontinued: entry.is_some_and(|entry| entry.discontinued),
        gone: latest.is_none(),
        latest: latest.cloned(),
        successors,
    }
}

/// Whether two releases are one. Versions decide where both have one; a pinned date may lack the time of day.
fn is_same(pinned: &Release, latest: &Release) -> bool {
    if !pinned.version.is_empty() && !latest.version.is_empty() {
        return pinned.version == latest.version;
    }
    let day = |text: &str| text.get(..10).map(str::to_owned);
    pinned.modified == latest.modified
        || pinned.modified.len() == 10 && day(&pinned.modified) == day(&latest.modified)
}

/// A title without its years: what editions of one table have in common.
fn stem(title: &str) -> String {
    let year = |word: &&str| {
        let bare = word.trim_matches(|sign: char| !sign.is_ascii_digit());
        bare.len() == 4 && year_in(bare).is_some()
    };
    let words: Vec<_> = title
        .split_whitespace()
        .filter(|word| !year(word))
        .collect();
    words.join(" ").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(id: &str, title: &str, modified: &str) -> (String, Entry) {
        let v3 = Release {
            modified: modified.into(),
            version: String::new(),
        };
        (
            id.into(),
            Entry {
                id: id.into(),
                title: title.into(),
                v3,
                ..Entry::default()
            },
        )
    }

    #[test]
    fn a_new_id_is_proposed_by_title_and_year() {
        let entries = BTreeMap::from([
            entry("85984NED", "Kerncijfers wijken en buurten 2024", "2026"),
            entry("86165NED", "Kerncijfers wijken en buurten 2025", "2026"),
            entry("85618NED", "Kerncijfers wijken en buurten 2023", "2026"),
            entry(
                "86161NED",
                "Inkomen van huishoudens (indeling 2025)",
                "2026",
            ),
        ]);
        let release = Release {
            modified: "2025".into(),
            version: String::new(),
        };
        let title = "Kerncijfers wijken en buurten 2024".to_owned();
        let pinned = PinnedTable {
            id: "85984NED".into(),
            title,
            release,
            ..PinnedTable::default()
        };
        let news = news(&pinned, &entries);
        assert_eq!(
            news.successors
                .iter()
                .map(|entry| entry.id.as_str())
                .collect::<Vec<_>>(),
            ["86165NED"]
        );
        assert_eq!(
            news.revised.map(|release| release.modified).as_deref(),
            Some("2026")
        );
    }
}
