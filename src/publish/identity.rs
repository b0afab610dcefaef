//! What the open data of an edition are called, from when they are and whose: said alike in every file that says it.
//!
//! In: the ground of the tables. Out: an [`Identity`]. Cannot fail. No clock: the date is that of the edition.

use super::ground::Ground;
use crate::base::files::sha256;

/// Licence of what the program derives.
pub(super) const LICENCE: (&str, &str, &str) = (
    "CC-BY-4.0",
    "Creative Commons Attribution 4.0 International",
    "https://creativecommons.org/licenses/by/4.0/",
);

/// The workbook.
pub(super) const WORKBOOK: &str = "kracht-van-middelgroot.xlsx";

/// The open data of an edition.
pub(super) struct Identity {
    /// Name in lower case, without blanks.
    pub name: String,
    /// The same as a UUID that never changes.
    pub uuid: String,
    /// Title.
    pub title: String,
    /// What they are, in English and in Dutch.
    pub descriptions: [String; 2],
    /// Version: the edition's date with dots.
    pub version: String,
    /// The edition's date, ISO.
    pub date: String,
    /// Who publishes them.
    pub publisher: String,
    /// Words by which they are found.
    pub keywords: Vec<String>,
    /// First and last period.
    pub periods: (i32, i32),
    /// Year of whose 1 January the gemeenten are.
    pub boundaries: i32,
}

impl Identity {
    pub(super) fn new(ground: &Ground<'_>) -> Self {
        let (edition, house) = (ground.edition(), &ground.queries.house);
        let name = format!("kracht-van-middelgroot-{}", edition.id);
        let years = ground.series.iter().map(|series| series.period.year);
        let periods = (
            years.clone().min().unwrap_or(edition.until),
            years.max().unwrap_or(edition.until),
        );
        let groups = ground.figures.groups.all().iter();
        let groups: Vec<&str> = groups.map(|group| group.name.id.as_str()).collect();
        let (groups, boundaries) = (groups.join(", "), edition.boundaries);
        let (measured, regions) = (ground.queries.indicators.len(), ground.gemeenten.len());
        let (from, to) = periods;
        let parts: Vec<String> = edition
            .date
            .split('-')
            .map(|part| part.trim_start_matches('0').to_owned())
            .collect();
        Self {
            uuid: uuid(&name),
            name,
            title: format!("{}: open data", edition.title),
            descriptions: [
                format!(
                    "{measured} indicators of all {regions} gemeenten of the Netherlands, {from}-{to}, on the boundaries of 1 January {boundaries}, with numerators and denominators; compared are {groups}. Derived from open statistics of CBS and other publishers, each named with table and release."
                ),
                format!(
                    "{measured} indicatoren van alle {regions} gemeenten van Nederland, {from}-{to}, op de grenzen van 1 januari {boundaries}, met tellers en noemers; vergeleken zijn {groups}. Afgeleid uit open statistieken van CBS en andere uitgevers, elk genoemd met tabel en release."
                ),
            ],
            version: parts.join("."),
            date: edition.date.clone(),
            publisher: house.full_name.clone(),
            keywords: house.keywords.clone(),
            periods,
            boundaries,
        }
    }

    /// How they are cited, in one line.
    pub(super) fn citation(&self) -> String {
        let year = self.date.get(..4).unwrap_or_default();
        format!(
            "{}. {}. Version {}, {year}. CC BY 4.0.",
            self.publisher, self.title, self.version
        )
    }
}

/// A UUID of a name (version 8: by a hash of our choice).
fn uuid(name: &str) -> String {
    let hash = sha256(name.as_bytes());
    let part = |from: usize, to: usize| hash.get(from..to).unwrap_or_default();
    format!(
        "{}-{}-8{}-8{}-{}",
        part(0, 8),
        part(8, 12),
        part(13, 16),
        part(17, 20),
        part(20, 32)
    )
}
