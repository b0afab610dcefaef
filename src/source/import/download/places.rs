//! Which region each line of a download is of.
//!
//! In: names or codes, and the list of gemeenten of a year. Out: a [`Place`] per line. Fails, with the line, on figures of a
//! name that no gemeente of the list has, or that several have. CBS peculiarities: a name may stand with or without what
//! tells two apart (`Bergen (NH.)`, `Utrecht (gemeente)`); gemeenten that ended stay in the list as empty lines; among
//! wijken and buurten a name alone tells nothing, so the first line of each gemeente is the gemeente's own.

use std::collections::BTreeMap;
use std::path::Path;

use super::super::Error;
use super::columns::Found;
use super::sheet::Sheet;
use crate::gemeente::{RegionId, Regions, is_no_gemeente};

/// What a line is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Nederland or a gemeente.
    Region(RegionId),
    /// A province, another part of the country, a wijk, a buurt: not kept.
    Other,
    /// A gemeente that is on no list that counts, without figures.
    Ended,
}

/// What is told of a line that is no gemeente's, such as `Gemeente onbekend`.
const NOWHERE: [&str; 5] = [
    "gemeente onbekend",
    "niet in te delen",
    "niet in een gemeente in te delen",
    "niet gemeentelijk ingedeeld",
    "buitenland",
];

/// Finds the regions of a year's list.
pub struct Finder<'a> {
    path: &'a Path,
    regions: &'a Regions,
    /// The list that counts.
    year: i32,
    names: BTreeMap<String, Vec<RegionId>>,
}

/// One line's own words for its region, and whether it has any figure.
pub struct Words<'a> {
    /// Its number.
    pub line: u64,
    /// Name or code.
    pub name: &'a str,
    /// Whether it has a figure.
    pub has_figures: bool,
}

impl<'a> Finder<'a> {
    /// A finder for the list of a year.
    pub fn new(path: &'a Path, regions: &'a Regions, year: i32) -> Self {
        let mut names: BTreeMap<String, Vec<RegionId>> = BTreeMap::new();
        for (region, of) in regions.in_year(year) {
            let mut own = vec![of.name.to_lowercase(), of.bare_name().to_lowercase()];
            own.dedup();
            for name in own {
                names.entry(name).or_default().push(region);
            }
        }
        Self {
            path,
            regions,
            year,
            names,
        }
    }

    /// What a line is of, by its code or name.
    pub fn place(&self, words: &Words<'_>) -> Result<Place, Error> {
        let name = words.name;
        let lower = name.to_lowercase();
        let is_code = |lead: &str, signs: usize| is_code(name, lead, signs);
        if matches!(lower.as_str(), "nederland" | "nl00" | "nl01") {
            return Ok(Place::Region(RegionId::NEDERLAND));
        }
        let is_larger = ["LD", "PV", "CR"].iter().any(|lead| is_code(lead, 2));
        if is_larger
            || is_wijk_or_buurt(name)
            || is_division(name)
            || NOWHERE.contains(&lower.as_str())
        {
            return Ok(Place::Other);
        }
        if is_code("GM", 4) {
            return self.of_code(words);
        }
        match self.names.get(&lower).map(Vec::as_slice) {
            Some([one]) => Ok(Place::Region(*one)),
            _ if !words.has_figures => Ok(Place::Ended),
            Some(many) => Err(self.ambiguous(words, many)),
            None => Err(self.unknown(words)),
        }
    }

    fn of_code(&self, words: &Words<'_>) -> Result<Place, Error> {
        match RegionId::parse(words.name).filter(|_| !is_no_gemeente(words.name)) {
            None => Ok(Place::Other),
            Some(region) if self.regions.exists(region, self.year) => Ok(Place::Region(region)),
            Some(_) if !words.has_figures => Ok(Place::Ended),
            Some(_) => Err(self.unknown(words)),
        }
    }

    fn ambiguous(&self, words: &Words<'_>, many: &[RegionId]) -> Error {
        let names = many
            .iter()
            .filter_map(|region| Some((region, self.regions.get(*region)?)));
        let names: Vec<String> = names
            .map(|(region, of)| format!("`{}` ({region})", of.name))
            .collect();
        let message = format!(
            "`{}` is the name of {} gemeenten of {}",
            words.name,
            many.len(),
            self.year
        );
        Error::wrong(self.path, words.line, message, names.join(" or "))
    }

    /// Figures of a name or code that is none of the list.
    fn unknown(&self, words: &Words<'_>) -> Error {
        let name = words.name;
        let mut years = self.regions.first_year()..=self.regions.last_year();
        let is_it = |(region, of): &(RegionId, &crate::gemeente::Gemeente)| {
            region.to_string() == name || of.is_named(name)
        };
        let once = years.find_map(|year| {
            self.regions
                .in_year(year)
                .find(is_it)
                .map(|(region, of)| (region, of.clone()))
        });
        let message = match once {
            Some((region, of)) => format!(
                "`{name}` has figures, and {region} is a gemeente of {} to {}, not of {}",
                of.from, of.to, self.year
            ),
            None => format!("`{name}` has figures, and is no gemeente of {}", self.year),
        };
        let nearest = self
            .names
            .keys()
            .min_by_key(|known| strsim::levenshtein(known, &name.to_lowercase()));
        let nearest = nearest
            .and_then(|name| self.names[name].first())
            .and_then(|region| self.regions.get(*region));
        let nearest =
            nearest.map_or_else(String::new, |of| format!("; the nearest is `{}`", of.name));
        Error::wrong(
            self.path,
            words.line,
            message,
            format!(
                "a name or code of the list of 1 January {}{nearest}",
                self.year
            ),
        )
    }
}

/// Whether a name ends as those of divisions larger than gemeenten do: `Groningen (PV)`, `Oost-Groningen (CR)`.
fn is_division(name: &str) -> bool {
    let inside = name
        .strip_suffix(')')
        .and_then(|name| name.rsplit_once(" ("));
    inside.is_some_and(|(_, word)| {
        (2..=4).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_uppercase())
    })
}

/// The names or codes by which lines are placed: nothing for one of a wijk or buurt.
///
/// # Errors
/// Where names of wijken and buurten stand without anything that tells them from gemeenten.
pub fn names<'s>(
    path: &Path,
    sheet: &'s Sheet,
    found: &Found,
) -> Result<Vec<Option<&'s str>>, Error> {
    let lines = sheet.lines.iter();
    if let Some(code) = found.code {
        return Ok(lines.map(|(_, cells)| Some(cells[code].as_str())).collect());
    }
    let is_detailed = sheet.header[found.region].eq_ignore_ascii_case("wijken en buurten");
    let Some(gemeente) = found.gemeente.filter(|_| is_detailed) else {
        if is_detailed
            && !sheet
                .lines
                .iter()
                .all(|(_, cells)| is_any_code(&cells[found.region]))
        {
            let message = "names of wijken and buurten alone do not tell which lines are gemeenten";
            let expected = "the topic `Gemeentenaam` or `Codering` of `Regioaanduiding` among those that are downloaded";
            return Err(Error::wrong(path, 1, message, expected));
        }
        return Ok(lines
            .map(|(_, cells)| Some(cells[found.region].as_str()))
            .collect());
    };
    let mut first: BTreeMap<&str, u64> = BTreeMap::new();
    let mut before = None;
    let mut names = Vec::new();
    for (line, cells) in lines {
        let (own, of) = (cells[found.region].as_str(), cells[gemeente].as_str());
        if before == Some(of) {
            names.push(None);
            continue;
        }
        before = Some(of);
        // a name that stands with what tells it apart may be that of the gemeente without
        let is_own = own == of
            || own
                .strip_prefix(of)
                .is_some_and(|rest| rest.starts_with(" ("));
        if let Some(earlier) = first.insert(of, *line) {
            let message = format!(
                "`{of}` begins again, after line {earlier}: it does not show which line is the gemeente's"
            );
            return Err(Error::wrong(
                path,
                *line,
                message,
                "lines in StatLine's order, each gemeente before its wijken and buurten",
            ));
        }
        if !is_own {
            let message = format!("the first line of `{of}` is `{own}`");
            return Err(Error::wrong(
                path,
                *line,
                message,
                "each gemeente before its wijken and buurten, or the topic `Codering`",
            ));
        }
        names.push(Some(own));
    }
    Ok(names)
}

fn is_any_code(name: &str) -> bool {
    let kinds = [("NL", 2), ("GM", 4), ("WK", 6), ("BU", 8)];
    kinds
        .iter()
        .any(|(lead, signs)| is_code(name, lead, *signs))
}

/// Whether a name is the code of a wijk or buurt.
pub fn is_wijk_or_buurt(name: &str) -> bool {
    is_code(name, "WK", 6) || is_code(name, "BU", 8)
}

/// Whether a name is a code: of its kind, and of so many signs. Those of wijken may have letters (`WK0363AA`).
fn is_code(name: &str, lead: &str, signs: usize) -> bool {
    let rest = name.strip_prefix(lead);
    rest.is_some_and(|rest| {
        rest.len() == signs
            && rest
                .bytes()
                .all(|sign| sign.is_ascii_digit() || sign.is_ascii_uppercase())
    })
}
