//! The lines of a download from StatLine's page: of which year, member and region each is.
//!
//! In: its cells and what its columns are. Out: [`Line`]s, and where they are. Fails with the line on a period that is no
//! year and on a region that cannot be placed. CBS peculiarities: `*` behind a year that is provisional and `**` behind one
//! that was revised once; tables follow the gemeenten of their period, of the next year, or of one year for all.

use std::collections::{BTreeMap, BTreeSet};

use super::super::Error;
use super::columns::Found;
use super::places::{self, Finder, Place, Words};
use super::{Of, wrong};
use crate::base::observation::Status;
use crate::gemeente::RegionId;
use crate::query::Table;
use crate::source::snapshot::{Boundaries, Sidecar};

/// What is known of a table: by the queries, and by the release that is used.
pub type Known<'a> = (Option<&'a Table>, Option<&'a (String, Sidecar)>);

/// A line that is read: its number, cells, year, status, and the member in front of its topics.
pub struct Line<'s> {
    pub number: u64,
    pub cells: &'s [String],
    pub year: i32,
    pub status: Option<Status>,
    pub member: usize,
    /// Name or code; none for a wijk or buurt.
    pub name: Option<&'s str>,
}

/// The members of further dimensions that lines are of, each as what stands in front of its topics, and which is each
/// line's. A dimension that `queries/tables.toml` fixes must have one member, which the file does not show the code of.
pub fn members(
    of: &Of<'_>,
    known: Option<&Table>,
    found: &Found,
    notes: &mut Vec<String>,
) -> Result<(Vec<String>, Vec<usize>), Error> {
    let letters = |text: &str| {
        text.chars()
            .filter(|sign| sign.is_alphanumeric())
            .collect::<String>()
            .to_lowercase()
    };
    let fixed = |title: &str| {
        let table = known?;
        let all = table.fixed.iter().chain(&table.fixed_where_there);
        all.clone()
            .find(|(key, _)| letters(key) == letters(title))
            .map(|(_, member)| member.clone())
    };
    let mut in_front = Vec::new();
    for (place, title) in &found.others {
        let values: BTreeSet<&String> = of
            .sheet
            .lines
            .iter()
            .map(|(_, cells)| &cells[*place])
            .collect();
        match (fixed(title), values.len()) {
            (Some(member), 1) => {
                let value = values.first().map_or("", |value| value.as_str());
                notes.push(format!("`{title}` is `{value}` in every line: taken for the member `{member}` that `queries/tables.toml` fixes"));
            }
            (Some(member), count) => {
                let message = format!(
                    "`{title}` has {count} members, and `queries/tables.toml` fixes `{member}`"
                );
                return Err(wrong(
                    of,
                    message,
                    "a download of that member alone: the file does not show codes",
                ));
            }
            (None, _) => in_front.push(*place),
        }
    }
    let mut members: Vec<String> = Vec::new();
    let mut of_lines = Vec::new();
    for (_, cells) in &of.sheet.lines {
        let parts: Vec<&str> = in_front
            .iter()
            .map(|place| cells[*place].as_str())
            .collect();
        let member = parts.join("/");
        let place = members.iter().position(|known| *known == member);
        of_lines.push(place.unwrap_or_else(|| {
            members.push(member);
            members.len() - 1
        }));
    }
    Ok((members, of_lines))
}

/// The lines with their years.
pub fn lines<'s>(
    of: &Of<'s>,
    found: &Found,
    (known, used): Known<'_>,
    members: &[usize],
) -> Result<Vec<Line<'s>>, Error> {
    let names = places::names(of.path, of.sheet, found)?;
    let of_table = || -> Option<i32> {
        let used = used.map(|(_, sidecar)| sidecar.years());
        let only = used.filter(|years| years.len() == 1);
        let in_name = super::table_of::year_of(&of.name());
        let known = known.and_then(|table| table.period).or(in_name);
        known.or(only.and_then(|years| years.first().copied()))
    };
    let mut lines = Vec::new();
    for (((number, cells), name), member) in of.sheet.lines.iter().zip(names).zip(members) {
        let (year, status) = if let Some(place) = found.period {
            period(&cells[place]).ok_or_else(|| {
                let message = format!("`{}` is no calendar year", cells[place]);
                let expected = "whole years such as `2024` or `2024*` only";
                Error::wrong(of.path, *number, message, expected)
            })?
        } else {
            let year = of_table().ok_or_else(|| {
                let message = "it does not show which year it is of".to_owned();
                wrong(
                    of,
                    message,
                    "a year in its name, or `--table` with a table of one year",
                )
            })?;
            (year, Some(Status::Unknown))
        };
        lines.push(Line {
            number: *number,
            cells,
            year,
            status,
            member: *member,
            name,
        });
    }
    Ok(lines)
}

/// The year of a period, and its status where the period shows one.
fn period(text: &str) -> Option<(i32, Option<Status>)> {
    let bare = text.trim_end_matches('*');
    let status = match text.len() - bare.len() {
        0 => None,
        1 => Some(Status::Provisional),
        _ => Some(Status::Revised),
    };
    let bare = bare.strip_suffix("JJ00").unwrap_or(bare);
    let year = bare
        .parse()
        .ok()
        .filter(|year| bare.len() == 4 && (1900..=2100).contains(year))?;
    Some((year, status))
}

/// The status of a year without a mark: final where the table marks those that are not, else unknown.
pub fn unmarked(of: &Of<'_>, used: Option<&(String, Sidecar)>, lines: &[Line<'_>]) -> Status {
    let is_marked = lines
        .iter()
        .any(|line| matches!(line.status, Some(Status::Provisional | Status::Revised)));
    let was_known = || {
        let (release, sidecar) = used?;
        let read = of.store.read(&sidecar.table, release).ok()?;
        let status = read.observations.column("status").ok()?.str().ok()?.clone();
        Some(
            status
                .iter()
                .flatten()
                .any(|word| word != Status::Unknown.word()),
        )
    };
    if is_marked || was_known().unwrap_or_default() {
        Status::Final
    } else {
        Status::Unknown
    }
}

/// Where the lines are.
pub struct Placed {
    /// The list of gemeenten that the file follows.
    pub boundaries: Boundaries,
    places: BTreeMap<u64, Place>,
}

impl Placed {
    /// Places lines by the list that the table follows; by another where that does not have them all.
    pub fn of(
        of: &Of<'_>,
        found: &Found,
        lines: &[Line<'_>],
        (known, used): Known<'_>,
    ) -> Result<Self, Error> {
        let pinned = used.map(|(_, sidecar)| sidecar.boundaries()).transpose()?;
        let of_table = known.and_then(|table| table.period).map(Boundaries::Year);
        let years = (of.regions.first_year()..=of.regions.last_year())
            .rev()
            .map(Boundaries::Year);
        let lists = pinned
            .into_iter()
            .chain(of_table)
            .chain([Boundaries::Period, Boundaries::PeriodOrNext])
            .chain(years);
        let mut first = None;
        for boundaries in lists {
            match Self::by(of, found, lines, boundaries) {
                Ok(placed) => return Ok(placed),
                Err(error) => {
                    first.get_or_insert(error);
                }
            }
        }
        Err(first.unwrap_or_else(|| {
            wrong(
                of,
                "no list of gemeenten is here".to_owned(),
                "`data/regions/`, which `import` or `fetch --update` brings",
            )
        }))
    }

    fn by(
        of: &Of<'_>,
        found: &Found,
        lines: &[Line<'_>],
        boundaries: Boundaries,
    ) -> Result<Self, Error> {
        let mut finders: BTreeMap<i32, Finder<'_>> = BTreeMap::new();
        let mut places = BTreeMap::new();
        for line in lines {
            let Some(name) = line.name else {
                places.insert(line.number, Place::Other);
                continue;
            };
            let has_figures = found
                .topics
                .iter()
                .any(|column| !line.cells[column.place].is_empty());
            let words = Words {
                line: line.number,
                name,
                has_figures,
            };
            let mut by_list = |year: i32| {
                let finder = finders
                    .entry(year)
                    .or_insert_with(|| Finder::new(of.path, of.regions, year));
                finder.place(&words)
            };
            let place = match boundaries {
                Boundaries::Year(list) => by_list(list),
                Boundaries::Period => by_list(line.year),
                Boundaries::PeriodOrNext => match by_list(line.year) {
                    Ok(Place::Ended) | Err(_) => by_list(line.year + 1),
                    placed => placed,
                },
            };
            places.insert(line.number, place?);
        }
        Ok(Self { boundaries, places })
    }

    /// The region of a line that is kept.
    pub fn region(&self, line: &Line<'_>) -> Option<RegionId> {
        match self.places.get(&line.number) {
            Some(Place::Region(region)) => Some(*region),
            _ => None,
        }
    }

    /// What was left out, and who has no line.
    pub fn notes(&self, of: &Of<'_>, lines: &[Line<'_>]) -> Vec<String> {
        let mut notes = Vec::new();
        let count = |place: Place| self.places.values().filter(|of| **of == place).count();
        for (place, what) in [
            (
                Place::Ended,
                "lines without figures, of gemeenten that had ended or were not there yet, are left out",
            ),
            (
                Place::Other,
                "lines of wijken, buurten, provinces and what else is no gemeente are left out of the figures of gemeenten",
            ),
        ] {
            match count(place) {
                0 => {}
                lines => notes.push(format!("{lines} {what}")),
            }
        }
        let years: BTreeSet<i32> = lines.iter().map(|line| line.year).collect();
        for year in years {
            let there: BTreeSet<RegionId> = lines
                .iter()
                .filter(|line| line.year == year)
                .filter_map(|line| self.region(line))
                .collect();
            let list = match self.boundaries {
                Boundaries::Year(list) => list,
                _ => year,
            };
            let lacking: Vec<&str> = of
                .regions
                .in_year(list)
                .filter(|(region, _)| !there.contains(region))
                .map(|(_, of)| of.name.as_str())
                .collect();
            if let Some(first) = lacking.first() {
                notes.push(format!(
                    "{} gemeenten of {list} have no line for {year}, such as {first}",
                    lacking.len()
                ));
            }
        }
        notes
    }
}
