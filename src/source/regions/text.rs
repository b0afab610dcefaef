//! What CBS writes under a gemeente in a list of regions: when it began and ended, and what it gave and received.
//!
//! In: that text, such as `Ontstaan per 01-01-2023, ontvangen van:`, then `- Brielle (GM0501),`, then `... 2755 hectare met
//! 8301 woningen en 18024 inwoners`. Out: a [`Told`]; a line that cannot be read is in it as it stands. Nothing fails. CBS
//! peculiarities: numbers may lack, as may the word before them or the comma after a name; hectares have a decimal comma; a
//! merger that keeps a name counts the gemeente itself among those it was made of; a gemeente may begin on two dates.

use std::collections::BTreeSet;

use crate::gemeente::RegionId;

/// What is told under one gemeente.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Told {
    /// Dates on which it was made or took its code.
    pub made: BTreeSet<String>,
    /// Dates since which CBS has it: [`EVER`] where that was before its first list.
    pub begins: BTreeSet<String>,
    /// Dates on which it was abolished or gave up its code.
    pub ends: BTreeSet<String>,
    /// What it gave and received.
    pub sides: Vec<Side>,
    /// Lines that could not be read.
    pub unread: Vec<Unread>,
}

/// Before every date.
pub const EVER: &str = "0000-00-00";

/// One side of a change, as one of two gemeenten tells it.
#[derive(Clone, Debug, PartialEq)]
pub struct Side {
    /// Date, `YYYY-MM-DD`.
    pub date: String,
    /// Whether it ended, only changed its name, or neither.
    pub way: Way,
    /// Whether the gemeente that tells it is the one that gave.
    pub gave: bool,
    /// The other gemeente.
    pub other: RegionId,
    /// What moved.
    pub amounts: Amounts,
}

/// In which way something moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// The giver ended.
    Opgeheven,
    /// The giver goes on under another name and code.
    Naamswijziging,
    /// A part moved, or the giver's own text says more.
    Other,
}

/// What moved, as far as it is told.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Amounts {
    /// Hectares, with a decimal point.
    pub hectare: Option<String>,
    /// Dwellings.
    pub dwellings: Option<u32>,
    /// Inhabitants.
    pub inhabitants: Option<u32>,
}

/// A line that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// The date of the heading above it, if there is one.
    pub date: Option<String>,
    /// The line.
    pub line: String,
}

/// A heading, in force until the next.
struct Heading {
    date: String,
    kind: Kind,
    /// Whether what follows was given; none where nothing follows.
    gave: Option<bool>,
    /// Where the amounts that follow belong.
    side: Option<usize>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Opgeheven,
    Ontstaan,
    Naamswijziging,
    Province,
    Other,
}

/// What CBS calls each kind.
const KINDS: [(&str, Kind); 7] = [
    ("Opgeheven", Kind::Opgeheven),
    ("Ontstaan", Kind::Ontstaan),
    ("Naamswijziging", Kind::Naamswijziging),
    ("Provinciale wijziging", Kind::Province),
    ("Gemeentelijke herindeling", Kind::Other),
    ("Grenswijziging", Kind::Other),
    ("Wijziging", Kind::Other),
];

/// Reads what is told under one gemeente.
///
/// ```
/// use middelgroot::source::regions::text::read;
/// let told = read("Ontstaan per 01-01-2023, ontvangen van:\r\n- Brielle (GM0501),\r\n... 2755 hectare met 8301 woningen en 18024 inwoners");
/// assert!(told.made.contains("2023-01-01") && told.unread.is_empty());
/// assert_eq!(told.sides[0].amounts.inhabitants, Some(18024));
/// let told = read("Grenswijziging per 01-01-2025, ontvangen van:\r\n- Oss (GM0828), 0,17 hectare met enkele woningen");
/// assert_eq!(told.unread[0].line, "- Oss (GM0828), 0,17 hectare met enkele woningen");
/// ```
pub fn read(text: &str) -> Told {
    let mut told = Told::default();
    let mut under: Option<Heading> = None;
    for line in text.split(['\r', '\n']) {
        let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
        if line.chars().all(|sign| sign.is_ascii_punctuation()) {
            continue;
        }
        if let Some(heading) = heading(&line) {
            let date = heading.date.clone();
            match heading.kind {
                Kind::Ontstaan => told.made.insert(date),
                Kind::Opgeheven => told.ends.insert(date),
                _ => false,
            };
            under = Some(heading);
        } else if told.line(&line, under.as_mut()).is_none() {
            told.unread.push(Unread {
                date: under.as_ref().map(|heading| heading.date.clone()),
                line,
            });
        }
    }
    told
}

impl Told {
    /// Reads a line that is no heading; nothing when it cannot be read.
    fn line(&mut self, line: &str, under: Option<&mut Heading>) -> Option<()> {
        if let Some(since) = line.strip_prefix("Begindatum ") {
            let before = since.strip_prefix("voor ").map(|year| {
                let is_year = year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit());
                is_year.then(|| EVER.to_owned())
            });
            self.begins.insert(before.unwrap_or_else(|| date(since))?);
            return Some(());
        }
        let heading = under?;
        if heading.kind == Kind::Province {
            let moved = line.strip_prefix("- overgegaan van provincie ")?;
            return moved.contains(" naar provincie ").then_some(());
        }
        if heading.kind == Kind::Naamswijziging {
            let names = [("oude naam: ", false), ("nieuwe naam: ", true)];
            let found = names
                .iter()
                .find_map(|(lead, gave)| Some((line.strip_prefix(lead)?, *gave)));
            let (name, gave) = found?;
            let (other, rest) = party(name)?;
            if !matches!(rest, "" | ",") {
                return None;
            }
            let dates = if gave { &mut self.ends } else { &mut self.made };
            dates.insert(heading.date.clone());
            self.push(heading, gave, other, Amounts::default());
            return Some(());
        }
        let gave = heading.gave?;
        if let Some(text) = line.strip_prefix("... ") {
            let side = self.sides.get_mut(heading.side.take()?)?;
            side.amounts = amounts(text)?;
            return Some(());
        }
        let (other, rest) = party(line.strip_prefix("- ")?)?;
        let found = amounts(rest.trim_start_matches(','))?;
        let is_open = found == Amounts::default();
        self.push(heading, gave, other, found);
        heading.side = is_open.then(|| self.sides.len() - 1);
        Some(())
    }

    fn push(&mut self, heading: &Heading, gave: bool, other: RegionId, amounts: Amounts) {
        self.sides.push(Side {
            date: heading.date.clone(),
            way: match heading.kind {
                Kind::Naamswijziging => Way::Naamswijziging,
                Kind::Opgeheven => Way::Opgeheven,
                _ => Way::Other,
            },
            gave,
            other,
            amounts,
        });
    }
}

/// A heading, such as `Opgeheven per 01-01-2021, overgegaan naar:`.
fn heading(line: &str) -> Option<Heading> {
    let (word, rest) = line.split_once(" per ")?;
    let kind = KINDS.iter().find(|(name, _)| *name == word)?.1;
    let (day, rest) = rest.split_at_checked(10)?;
    let gave = match rest.trim_matches([' ', ',', ':', '.']) {
        "" => None,
        "ontvangen van" | "uit" => Some(false),
        "overgegaan naar" => Some(true),
        _ => return None,
    };
    Some(Heading {
        date: date(day)?,
        kind,
        gave,
        side: None,
    })
}

/// A date `DD-MM-YYYY` as `YYYY-MM-DD`.
fn date(text: &str) -> Option<String> {
    let (day, rest) = text.split_once('-')?;
    let (month, year) = rest.split_once('-')?;
    let date = format!("{year}-{month}-{day}");
    let is_date = date.len() == 10 && jiff::civil::Date::strptime("%Y-%m-%d", &date).is_ok();
    is_date.then_some(date)
}

/// The gemeente that `Brielle (GM0501), …` names, and what follows.
fn party(text: &str) -> Option<(RegionId, &str)> {
    let (name, rest) = text.rsplit_once(" (GM")?;
    let (number, rest) = rest.split_once(')')?;
    let code = RegionId::parse(&format!("GM{number}"));
    code.filter(|_| !name.is_empty()).map(|code| (code, rest))
}

/// `2755 hectare met 8301 woningen en 18024 inwoners`, of which parts may lack, or all.
fn amounts(text: &str) -> Option<Amounts> {
    let mut found = Amounts::default();
    let mut words = text
        .split_whitespace()
        .filter(|word| !["met", "en"].contains(word));
    while let Some(number) = words.next() {
        let what = words.next()?.trim_end_matches(['.', ',']);
        let is_new = match what {
            "hectare" => found.hectare.replace(decimal(number)?).is_none(),
            "woning" | "woningen" => found.dwellings.replace(number.parse().ok()?).is_none(),
            "inwoner" | "inwoners" => found.inhabitants.replace(number.parse().ok()?).is_none(),
            _ => false,
        };
        if !is_new {
            return None;
        }
    }
    Some(found)
}

/// Digits with a decimal comma, as digits with a decimal point.
fn decimal(text: &str) -> Option<String> {
    let (whole, fraction) = text.split_once(',').unwrap_or((text, "0"));
    let are_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    (are_digits(whole) && are_digits(fraction)).then(|| text.replace(',', "."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(line: &str) -> Side {
        let told = read(&format!(
            "Grenswijziging per 01-01-2021, ontvangen van:\r\n{line}\r\n\r\n"
        ));
        assert!(told.unread.is_empty() && told.sides.len() == 1, "{told:?}");
        told.sides[0].clone()
    }

    #[test]
    fn every_form_of_a_party_and_its_amounts() {
        for (line, hectare, dwellings, inhabitants) in [
            (
                "- Diever (GM0110), 3 hectare met 1 woning en 2 inwoners",
                Some("3"),
                Some(1),
                Some(2),
            ),
            (
                "- Diever (GM0110) 3 hectare met 1 woning en 1 inwoner.",
                Some("3"),
                Some(1),
                Some(1),
            ),
            (
                "- Diever (GM0110),\r\n... 0,17 hectare met 0 woningen en 0 inwoners",
                Some("0.17"),
                Some(0),
                Some(0),
            ),
            (
                "- Diever (GM0110)\r\n... 43 hectare met 9 inwoners ",
                Some("43"),
                None,
                Some(9),
            ),
            (
                "- Diever (GM0110),\r\n... 1885 hectare 3709 woningen en 9035 inwoners",
                Some("1885"),
                Some(3709),
                Some(9035),
            ),
            (
                "- Diever (GM0110),\n... 4 woningen en 9 inwoners\n.",
                None,
                Some(4),
                Some(9),
            ),
            (
                "- Bergen (NH.) (GM0110),\r\n... 13 inwoners",
                None,
                None,
                Some(13),
            ),
            ("- Diever (GM0110),", None, None, None),
        ] {
            let side = side(line);
            assert_eq!(side.other.to_string(), "GM0110", "{line}");
            assert!(!side.gave && side.way == Way::Other && side.date == "2021-01-01");
            let amounts = Amounts {
                hectare: hectare.map(str::to_owned),
                dwellings,
                inhabitants,
            };
            assert_eq!(side.amounts, amounts, "{line}");
        }
    }

    #[test]
    fn every_heading() {
        for (heading, gave, way) in [
            (
                "Opgeheven per 01-02-2021, overgegaan naar:",
                true,
                Way::Opgeheven,
            ),
            ("Ontstaan per 01-02-2021, ontvangen van:", false, Way::Other),
            ("Ontstaan per 01-02-2021, uit:", false, Way::Other),
            ("Ontstaan per 01-02-2021 uit:", false, Way::Other),
            (
                "Grenswijziging per 01-02-2021, overgegaan naar:",
                true,
                Way::Other,
            ),
            (
                "Gemeentelijke herindeling per 01-02-2021, ontvangen van:",
                false,
                Way::Other,
            ),
            (
                "Wijziging per 01-02-2021, ontvangen van:",
                false,
                Way::Other,
            ),
        ] {
            let told = read(&format!("{heading}\r\n- A (GM0001),\r\n... 1 hectare"));
            assert!(told.unread.is_empty(), "{heading}: {told:?}");
            let side = &told.sides[0];
            assert_eq!((side.gave, side.way), (gave, way), "{heading}");
            assert_eq!(side.date, "2021-02-01");
            assert_eq!(told.ends.len(), usize::from(way == Way::Opgeheven));
            assert_eq!(
                told.made.len(),
                usize::from(heading.starts_with("Ontstaan"))
            );
        }
        let told =
            read("Naamswijziging per 01-07-2015,\r\noude naam: De Friese Meren (GM1921)\r\n");
        assert!(told.made.contains("2015-07-01") && !told.sides[0].gave);
        let told = read(
            "Naamswijziging per 19-05-2006,\r\nnieuwe naam: Oost Gelre (GM1586),\r\nBegindatum voor 1830",
        );
        assert!(
            told.ends.contains("2006-05-19") && told.sides[0].gave && told.begins.contains(EVER)
        );
        let told = read(
            "Provinciale wijziging per 01-01-2019:\r\n- overgegaan van provincie Zuid-Holland naar provincie Utrecht \r\nBegindatum 01-01-2019\r\n",
        );
        assert!(told.unread.is_empty() && told.begins.contains("2019-01-01"));
    }

    #[test]
    fn what_cannot_be_read_is_told_with_its_date() {
        for line in [
            "- Diever (GM110), 3 hectare",
            "- Diever, 3 hectare met 1 woning en 2 inwoners",
            "- Diever (GM0110), 1.442 hectare",
            "- Diever (GM0110), 3 hectare en 4 hectare",
            "- Diever (GM0110), drie hectare",
            "... 3 hectare",
            "Samengevoegd per 01-01-2022, ontvangen van:",
            "Opgeheven per 31-02-2022, overgegaan naar:",
            "Opgeheven per 01-01-2022, verdeeld over:",
            "Begindatum onbekend",
            "Een zin die er nooit eerder stond.",
        ] {
            let told = read(&format!(
                "Ontstaan per 01-01-2021, ontvangen van:\r\n{line}"
            ));
            let unread = Unread {
                date: Some("2021-01-01".to_owned()),
                line: line.to_owned(),
            };
            assert_eq!(told.unread, [unread], "{line}");
        }
        assert_eq!(read("Iets").unread[0].date, None);
    }
}
