//! The figures of a download from StatLine's page.
//!
//! In: its cells. Out: a [`Download`] with a figure, or the kind of missing, per gemeente, year and topic. Fails with the
//! line on a figure that its topic cannot have, on a period that is no year, and on what stands twice. CBS peculiarities:
//! a decimal comma; `.` or nothing for unknown, `x` for secret; columns that CBS fills in later stand there empty; `*` behind
//! a year that is provisional and `**` behind one that was revised once.

use std::collections::{BTreeMap, BTreeSet};

use super::super::Error;
use super::columns::Found;
use super::places::{self, Finder, Place, Words};
use super::table_of::table_of;
use super::topics::{self, Printed};
use super::{Download, Of, downloaded, origin, wrong};
use crate::base::observation::{Missing, Status};
use crate::gemeente::RegionId;
use crate::query::Table;
use crate::source::bounds::Bounds;
use crate::source::snapshot::{Boundaries, Sidecar, TopicMeta};

/// A figure of a download.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// Gemeente or Nederland.
    pub region: RegionId,
    /// Its year.
    pub year: i32,
    /// Place of its topic.
    pub topic: usize,
    /// The figure, exactly where nothing is missing.
    pub value: Option<f64>,
    /// Why there is none.
    pub missing: Missing,
    /// How final it is.
    pub status: Status,
}

/// A line that is read: its number, cells, year, status, and the member in front of its topics.
struct Line<'s> {
    number: u64,
    cells: &'s [String],
    year: i32,
    status: Option<Status>,
    member: usize,
    /// Name or code; none for a wijk or buurt.
    name: Option<&'s str>,
}

/// Reads a download from StatLine's page.
pub fn read(of: &Of<'_>) -> Result<Download, Error> {
    let found = Found::of(of.path, of.sheet)?;
    let table = table_of(of, &found.topics)?;
    let pinned = of.pinned(&table)?;
    let known = of.queries.tables.get(&table);
    let mut notes = Vec::new();
    let (members, of_lines) = members(of, known, &found, &mut notes)?;
    let lines = lines(
        of,
        &found,
        (known, pinned.as_ref().map(|(_, sidecar)| sidecar)),
        &of_lines,
    )?;
    let places = Placed::of(
        of,
        &found,
        &lines,
        (known, pinned.as_ref().map(|(_, sidecar)| sidecar)),
    )?;
    notes.extend(places.notes(of, &lines));

    let printed = printed(&members, &found);
    let here = pinned
        .as_ref()
        .map_or(&[][..], |(_, sidecar)| &sidecar.topics);
    let mut named = topics::named(of, &table, here, &sisters(of, known)?, &printed)?;
    let texts = |place: usize| {
        let (member, column) = (
            place / found.topics.len(),
            &found.topics[place % found.topics.len()],
        );
        lines
            .iter()
            .filter(move |line| line.member == member)
            .map(move |line| (line, line.cells[column.place].as_str()))
    };
    for (place, topic) in named.iter_mut().enumerate() {
        let decimals = texts(place).map(|(_, text)| {
            text.split_once(',')
                .map_or(0, |(_, fraction)| fraction.len() as u32)
        });
        topic.decimals = topic.decimals.max(decimals.max().unwrap_or_default());
    }
    let unmarked = unmarked(
        of,
        &table,
        pinned.as_ref().map(|(release, _)| release),
        &lines,
    );
    let mut cells = Vec::new();
    let mut seen = BTreeSet::new();
    for (place, topic) in named.iter().enumerate() {
        let bounds = Bounds::of(&topic.title, &topic.unit, topic.decimals);
        for (line, text) in texts(place) {
            let Some(region) = places.region(line) else {
                continue;
            };
            let wrong = |(message, expected): (String, String)| {
                Error::wrong(
                    of.path,
                    line.number,
                    format!("`{}`: {message}", topic.title),
                    expected,
                )
            };
            let (value, missing) = figure(text, &bounds).map_err(wrong)?;
            if !seen.insert((place, line.year, region)) {
                return Err(wrong((
                    format!("{region} has {} twice", line.year),
                    "one line per region and year".to_owned(),
                )));
            }
            let status = line.status.unwrap_or(unmarked);
            cells.push(Cell {
                region,
                year: line.year,
                topic: place,
                value,
                missing,
                status,
            });
        }
    }
    let (named, cells) = without_empty(named, cells, &mut notes);
    let retrieved = downloaded(&of.name());
    let title = pinned
        .as_ref()
        .map_or_else(|| of.name(), |(_, sidecar)| sidecar.title.clone());
    let catalog = known.map_or("CBS", |table| table.catalog.as_str());
    let host = if catalog == "CBS" {
        "opendata"
    } else {
        "dataderden"
    };
    let own = |field: fn(&Sidecar) -> &String, other: String| {
        pinned
            .as_ref()
            .map_or(other, |(_, sidecar)| field(sidecar).clone())
    };
    let mut download = Download {
        title,
        publisher: own(|sidecar| &sidecar.publisher, catalog.to_owned()),
        license: own(
            |sidecar| &sidecar.license,
            if catalog == "CBS" {
                "CC BY 4.0, CBS (bron: CBS StatLine)".to_owned()
            } else {
                "unknown".to_owned()
            },
        ),
        link: own(
            |sidecar| &sidecar.link,
            format!("https://{host}.cbs.nl/statline/#/{catalog}/nl/dataset/{table}"),
        ),
        boundaries: places.boundaries,
        topics: named,
        cells,
        retrieved,
        sha256: of.sheet.sha256.clone(),
        caveats: Vec::new(),
        notes,
        table,
    };
    only_asked(of, &mut download)?;
    let years: BTreeSet<String> = download
        .cells
        .iter()
        .map(|cell| cell.year.to_string())
        .collect();
    let years: Vec<String> = years.into_iter().collect();
    let what = format!("{} topics of {}", download.topics.len(), years.join(", "));
    download.caveats.push(origin(of, &download, &what));
    Ok(download)
}

/// A figure, or why there is none.
fn figure(text: &str, bounds: &Bounds) -> Result<(Option<f64>, Missing), (String, String)> {
    match text {
        // what a gemeente that exists has no figure of, beside others that have, is not known
        "" | "." => Ok((None, Missing::Unknown)),
        "x" => Ok((None, Missing::Confidential)),
        text if text.contains('.') => Err((
            format!("`{text}` has a point"),
            "a decimal comma and nothing between thousands, as StatLine's page writes it"
                .to_owned(),
        )),
        text => Ok((
            Some(bounds.read(&text.replacen(',', ".", 1))?),
            Missing::None,
        )),
    }
}

/// The members of further dimensions that lines are of, each as what stands in front of its topics, and which is each
/// line's. A dimension that `queries/tables.toml` fixes must have one member, which the file does not show the code of.
fn members(
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

/// The topics as they are printed: each column for each member.
fn printed(members: &[String], found: &Found) -> Vec<Printed> {
    let of_member = |member: &String| {
        let lead = if member.is_empty() {
            String::new()
        } else {
            format!("{member}/")
        };
        found
            .topics
            .iter()
            .map(move |column| (format!("{lead}{}", column.path), column.unit.clone()))
    };
    members.iter().flat_map(of_member).collect()
}

/// The lines with their years.
fn lines<'s>(
    of: &Of<'s>,
    found: &Found,
    (known, pinned): (Option<&Table>, Option<&Sidecar>),
    members: &[usize],
) -> Result<Vec<Line<'s>>, Error> {
    let names = places::names(of.path, of.sheet, found)?;
    let of_table = || -> Option<i32> {
        let pinned = pinned.map(Sidecar::years).filter(|years| years.len() == 1);
        let in_name = super::table_of::year_of(&of.name());
        known
            .and_then(|table| table.period)
            .or(in_name)
            .or(pinned.and_then(|years| years.first().copied()))
    };
    let mut lines = Vec::new();
    for (((number, cells), name), member) in of.sheet.lines.iter().zip(names).zip(members) {
        let (year, status) = match found.period {
            Some(place) => period(&cells[place]).ok_or_else(|| {
                let message = format!("`{}` is no calendar year", cells[place]);
                Error::wrong(
                    of.path,
                    *number,
                    message,
                    "whole years such as `2024` or `2024*` only",
                )
            })?,
            None => {
                let year = of_table().ok_or_else(|| {
                    wrong(
                        of,
                        "it does not show which year it is of".to_owned(),
                        "a year in its name, or `--table` with a table of one year",
                    )
                })?;
                (year, Some(Status::Unknown))
            }
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
fn unmarked(of: &Of<'_>, table: &str, release: Option<&String>, lines: &[Line<'_>]) -> Status {
    let is_marked = lines
        .iter()
        .any(|line| matches!(line.status, Some(Status::Provisional | Status::Revised)));
    let was_known = || {
        let read = release.and_then(|release| of.store.read(table, release).ok())?;
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
struct Placed {
    boundaries: Boundaries,
    places: BTreeMap<u64, Place>,
}

impl Placed {
    /// Places lines by the list that the table follows; by another where that does not have them all.
    fn of(
        of: &Of<'_>,
        found: &Found,
        lines: &[Line<'_>],
        (known, pinned): (Option<&Table>, Option<&Sidecar>),
    ) -> Result<Self, Error> {
        let pinned = pinned.map(Sidecar::boundaries).transpose()?;
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

    fn region(&self, line: &Line<'_>) -> Option<RegionId> {
        match self.places.get(&line.number) {
            Some(Place::Region(region)) => Some(*region),
            _ => None,
        }
    }

    /// What was left out, and who has no line.
    fn notes(&self, of: &Of<'_>, lines: &[Line<'_>]) -> Vec<String> {
        let mut notes = Vec::new();
        let count = |place: Place| self.places.values().filter(|of| **of == place).count();
        for (place, what) in [
            (
                Place::Ended,
                "lines without figures, of gemeenten that had ended or were not there yet, are left out",
            ),
            (
                Place::Other,
                "lines of wijken, buurten, provinces and what else is no gemeente are left out",
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

/// The topics of the releases of the other tables of a family, whose titles show where levels end.
fn sisters(of: &Of<'_>, known: Option<&Table>) -> Result<Vec<TopicMeta>, Error> {
    let lock = of.store.lock()?;
    let family = known.and_then(|table| table.family.as_ref());
    let sisters = of
        .queries
        .tables
        .values()
        .filter(|table| family.is_some() && table.family.as_ref() == family);
    let topics = sisters.filter_map(|table| {
        let release = lock.tables.get(&table.id)?;
        Some(of.store.sidecar(&table.id, release).ok()?.topics)
    });
    Ok(topics.flatten().collect())
}

/// Leaves out each topic and year without any figure: StatLine's page prints what CBS will fill in later.
fn without_empty(
    topics: Vec<TopicMeta>,
    mut cells: Vec<Cell>,
    notes: &mut Vec<String>,
) -> (Vec<TopicMeta>, Vec<Cell>) {
    let full: BTreeSet<(usize, i32)> = cells
        .iter()
        .filter(|cell| cell.value.is_some())
        .map(|cell| (cell.topic, cell.year))
        .collect();
    let all: BTreeSet<(usize, i32)> = cells.iter().map(|cell| (cell.topic, cell.year)).collect();
    if all.len() > full.len() {
        let first = all
            .difference(&full)
            .next()
            .map_or(String::new(), |(topic, year)| {
                format!("`{}` of {year}", topics[*topic].title)
            });
        notes.push(format!(
            "{} columns have no figure yet and are left out, such as {first}",
            all.len() - full.len()
        ));
    }
    cells.retain(|cell| full.contains(&(cell.topic, cell.year)));
    kept(topics, cells, |place| {
        full.iter().any(|(topic, _)| *topic == place)
    })
}

/// Those topics, and their cells.
fn kept(
    topics: Vec<TopicMeta>,
    cells: Vec<Cell>,
    keep: impl Fn(usize) -> bool,
) -> (Vec<TopicMeta>, Vec<Cell>) {
    let places: Vec<usize> = (0..topics.len()).filter(|place| keep(*place)).collect();
    let new = |old: usize| places.iter().position(|place| *place == old);
    let cells = cells
        .into_iter()
        .filter_map(|cell| {
            Some(Cell {
                topic: new(cell.topic)?,
                ..cell
            })
        })
        .collect();
    let topics = topics
        .into_iter()
        .enumerate()
        .filter(|(place, _)| keep(*place))
        .map(|(_, topic)| topic)
        .collect();
    (topics, cells)
}

/// Keeps only what is asked, where that was asked; tells when nothing is.
pub fn only_asked(of: &Of<'_>, download: &mut Download) -> Result<(), Error> {
    let keys = topics::asked_keys(of, &download.table, &download.topics)?;
    if keys.is_empty() {
        let message = format!(
            "no query asks for a topic of it (table `{}`)",
            download.table
        );
        if of.asked.only_asked {
            return Err(wrong(
                of,
                message,
                "a topic that `queries/` asks, or no `--only-asked`",
            ));
        }
        download.notes.push(message);
    } else if of.asked.only_asked {
        let is_asked: Vec<bool> = download
            .topics
            .iter()
            .map(|topic| keys.contains(&topic.key))
            .collect();
        let (topics, cells) = (
            std::mem::take(&mut download.topics),
            std::mem::take(&mut download.cells),
        );
        (download.topics, download.cells) = kept(topics, cells, |place| is_asked[place]);
    }
    Ok(())
}
