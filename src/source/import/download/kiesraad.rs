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
use super::topics::key;
use super::{Download, Of, origin, wrong};
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
        let message = "its name does not tell which election it is of".to_owned();
        wrong(
            of,
            message,
            "a name such as `uitslag_TK20251029_Gemeente.csv`",
        )
    })?;
    let counted = Counted::of(of, election.year())?;
    let (kind, date) = (election.kind.to_uppercase(), &election.date);
    let (topics, cells) = counted.columns(&election);
    let mut download = Download {
        title: format!("{} {date}: stemmen per gemeente en partij", election.title),
        publisher: "Kiesraad".to_owned(),
        license: "open (CC0), Kiesraad".to_owned(),
        link: format!(
            "https://www.verkiezingsuitslagen.nl/verkiezingen/detail/{kind}{}",
            date.replace('-', "")
        ),
        boundaries: Boundaries::Year(election.year()),
        topics,
        cells,
        sha256: of.sheet.sha256.clone(),
        caveats: vec![NO_TURNOUT.to_owned()],
        notes: vec![NO_TURNOUT.to_owned()],
        table: of
            .asked
            .table
            .map_or_else(|| election.table(), str::to_owned),
        ..Download::default()
    };
    if !of.queries.tables.contains_key(&download.table) {
        let table = &download.table;
        let family = table.trim_end_matches(|sign: char| sign.is_ascii_digit());
        download.notes.push(format!(
            "`queries/tables.toml` has no `{table}`: a query can ask for it after a `[[table]]` with `id = \"{table}\"`, \
             `kind = \"file\"` and `family = \"{family}\"`"
        ));
    }
    for (name, votes) in &counted.elsewhere {
        let told = format!("{votes} votes of `{name}`, which is no gemeente, are left out");
        download.notes.push(told.clone());
        download.caveats.push(told);
    }
    only_asked(of, &mut download)?;
    let what = format!("{} topics of {date}", download.topics.len());
    download.caveats.push(origin(of, &download, &what));
    Ok(download)
}

/// What no one may look for in such a file.
const NO_TURNOUT: &str = "Votes by party only: the file has no electorate, no blank and no invalid votes, so it gives no turnout.";

impl Counted {
    /// Counts the lines of a file.
    fn of(of: &Of<'_>, year: i32) -> Result<Self, Error> {
        let place = |name: &str| of.sheet.header.iter().position(|cell| cell == name);
        let [gemeente, code, party, votes, seats] =
            HEADER.map(|name| place(name).unwrap_or_default());
        let finder = Finder::new(of.path, of.regions, year);
        let mut counted = Self::default();
        let mut seen = BTreeSet::new();
        for (line, cells) in &of.sheet.lines {
            let wrong =
                |message: String, expected: &str| Error::wrong(of.path, *line, message, expected);
            let number = cells[code]
                .strip_prefix('G')
                .filter(|digits| digits.len() == 4);
            let number: Option<u32> = number.and_then(|digits| digits.parse().ok());
            let number = number.ok_or_else(|| {
                wrong(
                    format!("`{}` is no code", cells[code]),
                    "`G` and four digits",
                )
            })?;
            let count = |text: &str| match text {
                "" => Ok(None),
                text => text
                    .parse::<u32>()
                    .map(|count| Some(f64::from(count)))
                    .map_err(|_| {
                        wrong(
                            format!("`{text}` is no number"),
                            "a whole number of votes or seats",
                        )
                    }),
            };
            let (votes, seats) = (count(&cells[votes])?, count(&cells[seats])?);
            if !seen.insert((number, &cells[party])) {
                let message = format!("`{}` has `{}` twice", cells[gemeente], cells[party]);
                return Err(wrong(message, "one line per gemeente and party"));
            }
            if number >= ELSEWHERE {
                let name = format!("{} ({})", cells[gemeente], cells[code]);
                *counted.elsewhere.entry(name).or_default() += votes.unwrap_or_default();
                continue;
            }
            let name = format!("GM{number:04}");
            let words = Words {
                line: *line,
                name: &name,
                has_figures: true,
            };
            if let Place::Region(region) = finder.place(&words)? {
                counted.add(region, &cells[party], votes, seats);
            }
        }
        Ok(counted)
    }

    fn add(&mut self, region: RegionId, party: &str, votes: Option<f64>, seats: Option<f64>) {
        if let Some(votes) = votes {
            *self.votes.entry(region).or_default() += votes;
            let of_party = self.parties.entry(party.to_owned()).or_default();
            of_party.insert(region, votes);
        }
        if let Some(seats) = seats {
            *self.seats.entry(region).or_default() += seats;
        }
    }

    /// Topics and figures: of a council not each party's, for there are thousands.
    fn columns(&self, election: &Election) -> (Vec<TopicMeta>, Vec<Cell>) {
        let mut all = vec![(
            "geldige-stemmen".to_owned(),
            election.votes().to_owned(),
            &self.votes,
        )];
        if !self.seats.is_empty() {
            all.push(("zetels".to_owned(), "Raadszetels".to_owned(), &self.seats));
        }
        let mut keys = all.iter().map(|(key, ..)| key.clone()).collect();
        let parties = self.parties.iter().filter(|_| election.is_national());
        for (party, counts) in parties {
            let title = format!("Stemmen > {party}");
            all.push((key(&title, "aantal", &mut keys), title, counts));
        }
        let (mut topics, mut cells) = (Vec::new(), Vec::new());
        for (topic, (key, title, counts)) in all.into_iter().enumerate() {
            topics.push(TopicMeta {
                key,
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
        }
        (topics, cells)
    }
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
