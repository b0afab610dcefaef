//! The Kiesraad's result of an election per gemeente: votes by party, and seats where a council was elected.
//!
//! In: a file with a line per gemeente and party. Out: a [`Download`] with the votes of all parties together, seats, and
//! of a national election each party's votes. Fails with the line on a code or number that is none. Its peculiarities: `G`
//! stands before codes in the place of `GM`; votes from abroad and of Caribbean Netherlands have codes of their own
//! (`G9010`); a party without votes may have an empty cell; there is no electorate and no blank vote, so no turnout.

use std::collections::{BTreeMap, BTreeSet};

use super::super::Error;
use super::cells::{Cell, only_asked};
use super::places::{Finder, Place, Words};
use super::{Download, Of, downloaded, origin, wrong};
use crate::base::form::is_date;
use crate::base::observation::{Missing, Status};
use crate::gemeente::RegionId;
use crate::source::snapshot::{Boundaries, TopicMeta};

/// What the columns are called.
const HEADER: [&str; 5] = [
    "Gemeente",
    "Code",
    "Partij",
    "AantalStemmen",
    "AantalZetels",
];

/// From this number on a code is of no gemeente in Europe.
const ELSEWHERE: u32 = 9000;

/// Elections by the letters in the name of the file: the Kiesraad's, ours, and what they are called.
const ELECTIONS: [(&str, &str, &str); 6] = [
    ("TK", "tk", "Tweede Kamerverkiezing"),
    ("GR", "gr", "Gemeenteraadsverkiezingen"),
    ("PS", "ps", "Provinciale Statenverkiezingen"),
    ("EP", "ep", "Europees Parlementsverkiezing"),
    ("ER", "er", "Eilandsraadsverkiezingen"),
    ("NR", "nr", "Nationaal referendum"),
];

/// Whether a header is one of such a file.
pub fn is_one(header: &[String]) -> bool {
    HEADER
        .iter()
        .all(|name| header.iter().any(|cell| cell == name))
}

/// An election, by the name of its file.
struct Election {
    /// `tk`, `gr`, …
    kind: &'static str,
    title: &'static str,
    date: String,
}

impl Election {
    /// That of `uitslag_TK20251029_Gemeente.csv`.
    fn of(name: &str) -> Option<Self> {
        let mut parts = name.split(['_', '.', ' ', '-']);
        parts.find_map(|part| {
            let (letters, day) = part.split_at_checked(2)?;
            let (_, kind, title) = ELECTIONS.iter().find(|(known, ..)| *known == letters)?;
            let digits = day.len() == 8 && day.bytes().all(|byte| byte.is_ascii_digit());
            let date = digits.then(|| format!("{}-{}-{}", &day[..4], &day[4..6], &day[6..]))?;
            is_date(&date).then_some(Self { kind, title, date })
        })
    }

    fn year(&self) -> i32 {
        self.date[..4].parse().unwrap_or_default()
    }

    /// The table that holds it.
    fn table(&self) -> String {
        format!("kiesraad-{}{}", self.kind, self.year())
    }

    /// Whether all gemeenten vote for the same parties.
    fn is_national(&self) -> bool {
        !matches!(self.kind, "gr" | "er")
    }

    /// What the votes of all parties together are called, as in the tables that are here.
    fn votes(&self) -> &'static str {
        if self.is_national() {
            "Geldige stemmen"
        } else {
            "Geldige stemmen op partijen"
        }
    }
}

/// Votes and seats: of all parties, and of each.
#[derive(Default)]
struct Counted {
    votes: BTreeMap<RegionId, f64>,
    seats: BTreeMap<RegionId, f64>,
    parties: BTreeMap<String, BTreeMap<RegionId, f64>>,
    /// Votes by name of what is no gemeente.
    elsewhere: BTreeMap<String, f64>,
}

/// Reads such a file.
pub fn read(of: &Of<'_>) -> Result<Download, Error> {
    let election = Election::of(&of.name()).ok_or_else(|| {
        wrong(
            of,
            "its name does not tell which election it is of".to_owned(),
            "a name such as `uitslag_TK20251029_Gemeente.csv`",
        )
    })?;
    let counted = count(of, election.year())?;
    let (mut topics, mut cells) = (Vec::new(), Vec::new());
    let mut add = |key: &str, title: String, counts: &BTreeMap<RegionId, f64>| {
        let topic = topics.len();
        topics.push(TopicMeta {
            key: key.to_owned(),
            title,
            unit: "aantal".to_owned(),
            decimals: 0,
            relative: false,
        });
        cells.extend(counts.iter().map(|(region, value)| Cell {
            region: *region,
            year: election.year(),
            topic,
            value: Some(*value),
            missing: Missing::None,
            status: Status::Final,
        }));
    };
    add(
        "geldige-stemmen",
        election.votes().to_owned(),
        &counted.votes,
    );
    if !counted.seats.is_empty() {
        add("zetels", "Raadszetels".to_owned(), &counted.seats);
    }
    if election.is_national() {
        for (party, counts) in &counted.parties {
            let letters = party
                .split(|sign: char| !sign.is_alphanumeric())
                .filter(|word| !word.is_empty());
            let key = letters.collect::<Vec<_>>().join("-").to_lowercase();
            add(
                &format!("stemmen-{key}"),
                format!("Stemmen > {party}"),
                counts,
            );
        }
    }
    let retrieved = downloaded(&of.name());
    let table = of
        .asked
        .table
        .map_or_else(|| election.table(), str::to_owned);
    let mut download = Download {
        title: format!("{} {}: stemmen per gemeente en partij", election.title, election.date),
        publisher: "Kiesraad".to_owned(),
        license: "open (CC0), Kiesraad".to_owned(),
        link: format!("https://www.verkiezingsuitslagen.nl/verkiezingen/detail/{}{}", election.kind.to_uppercase(), election.date.replace('-', "")),
        boundaries: Boundaries::Year(election.year()),
        topics,
        cells,
        // the day in the name is that of the election
        retrieved: retrieved.filter(|day| *day != election.date),
        sha256: of.sheet.sha256.clone(),
        caveats: vec![
            "Votes for parties only: the file has no electorate, no blank and no invalid votes, so no turnout follows from it.".to_owned(),
        ],
        notes: vec!["votes by party only: the file has no electorate and no blank votes, so it gives no turnout".to_owned()],
        table,
    };
    let known = of.queries.tables.get(&download.table);
    if known.is_none() {
        let table = &download.table;
        let family = table.trim_end_matches(|sign: char| sign.is_ascii_digit());
        download.notes.push(format!(
            "`queries/tables.toml` has no `{table}`: a query can ask for it after a `[[table]]` with `id = \"{table}\"`, `kind = \"file\"` and `family = \"{family}\"`"
        ));
    }
    for (name, votes) in &counted.elsewhere {
        let told = format!("{votes} votes of `{name}`, which is no gemeente, are left out");
        download.notes.push(told.clone());
        download.caveats.push(format!("{told}."));
    }
    only_asked(of, &mut download)?;
    let what = format!("{} topics of {}", download.topics.len(), election.date);
    download.caveats.push(origin(of, &download, &what));
    Ok(download)
}

fn count(of: &Of<'_>, year: i32) -> Result<Counted, Error> {
    let place = |name: &str| {
        of.sheet
            .header
            .iter()
            .position(|cell| cell == name)
            .unwrap_or_default()
    };
    let [gemeente, code, party, votes, seats] = HEADER.map(place);
    let finder = Finder::new(of.path, of.regions, year);
    let mut counted = Counted::default();
    let mut seen = BTreeSet::new();
    for (line, cells) in &of.sheet.lines {
        let wrong =
            |message: String, expected: &str| Error::wrong(of.path, *line, message, expected);
        let number = cells[code]
            .strip_prefix('G')
            .and_then(|digits| digits.parse::<u32>().ok())
            .filter(|_| cells[code].len() == 5);
        let number = number.ok_or_else(|| {
            wrong(
                format!("`{}` is no code", cells[code]),
                "`G` and four digits",
            )
        })?;
        let count = |text: &str| -> Result<Option<f64>, Error> {
            let read = text.parse::<u32>().map(|count| Some(f64::from(count)));
            if text.is_empty() {
                Ok(None)
            } else {
                read.map_err(|_| {
                    wrong(
                        format!("`{text}` is no number"),
                        "a whole number of votes or seats",
                    )
                })
            }
        };
        let (votes, seats) = (count(&cells[votes])?, count(&cells[seats])?);
        if !seen.insert((number, &cells[party])) {
            return Err(wrong(
                format!("`{}` has `{}` twice", cells[gemeente], cells[party]),
                "one line per gemeente and party",
            ));
        }
        if number >= ELSEWHERE {
            *counted
                .elsewhere
                .entry(format!("{} ({})", cells[gemeente], cells[code]))
                .or_default() += votes.unwrap_or_default();
            continue;
        }
        let name = format!("GM{number:04}");
        let words = Words {
            line: *line,
            name: &name,
            has_figures: true,
        };
        let Place::Region(region) = finder.place(&words)? else {
            continue;
        };
        if let Some(votes) = votes {
            *counted.votes.entry(region).or_default() += votes;
            counted
                .parties
                .entry(cells[party].clone())
                .or_default()
                .insert(region, votes);
        }
        if let Some(seats) = seats {
            *counted.seats.entry(region).or_default() += seats;
        }
    }
    Ok(counted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_election_by_the_name_of_its_file() {
        let of = |name: &str| Election::of(name).map(|of| (of.table(), of.date));
        let told = |table: &str, date: &str| Some((table.to_owned(), date.to_owned()));
        assert_eq!(
            of("uitslag_TK20251029_Gemeente.csv"),
            told("kiesraad-tk2025", "2025-10-29")
        );
        assert_eq!(
            of("uitslag_GR20260318_Gemeente (1).csv"),
            told("kiesraad-gr2026", "2026-03-18")
        );
        assert_eq!(of("uitslag_TK20251329_Gemeente.csv"), None);
        assert_eq!(of("uitslag.csv"), None);
    }
}
