//! What the columns of a download from StatLine's page are.
//!
//! In: the header, such as `Inkomen/Gemiddeld besteedbaar inkomen (1 000 euro)`, and the cells. Out: which column has the
//! period, which the region, what else tells figures apart, and the topics with title path and unit. Fails where there is
//! no region, or nothing but regions. CBS peculiarities: a title may have a `/` of its own, so its levels only show beside
//! what is known of the table; a dimension may end with brackets as topics do, and then its cells are words.

use std::path::Path;

use super::super::Error;
use super::sheet::Sheet;

/// What the columns of a file are, by their places.
#[derive(Debug, Default)]
pub struct Found {
    /// Where the period stands; a table of one year has none.
    pub period: Option<usize>,
    /// Where the name or code of the region stands.
    pub region: usize,
    /// Where the code of the region stands beside its name.
    pub code: Option<usize>,
    /// Where the name of the gemeente stands beside that of wijk or buurt.
    pub gemeente: Option<usize>,
    /// Further dimensions, with their titles.
    pub others: Vec<(usize, String)>,
    /// Topics.
    pub topics: Vec<Column>,
}

/// A column with figures.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its place.
    pub place: usize,
    /// Title path as StatLine prints it, with `/` between its levels and within some.
    pub path: String,
    /// Unit.
    pub unit: String,
}

/// What StatLine calls the columns of regions.
const REGIONS: [&str; 5] = [
    "regio's",
    "regio",
    "wijken en buurten",
    "gemeenten",
    "gebieden",
];

/// Units of columns that are words, not figures.
const WORDS: [&str; 3] = ["naam", "omschrijving", "code"];

/// Whether a header is one of StatLine's page: a column of regions, and one of a topic with its unit.
pub fn is_statline(header: &[String]) -> bool {
    header.iter().any(|cell| is_region(cell)) && header.iter().any(|cell| topic(cell).is_some())
}

fn is_region(cell: &str) -> bool {
    REGIONS.contains(&cell.to_lowercase().as_str())
}

/// Title path and unit of a topic: the unit is the last pair of brackets.
fn topic(cell: &str) -> Option<(&str, &str)> {
    let inside = cell.strip_suffix(')')?;
    let mut open = 1;
    let start = inside.char_indices().rev().find_map(|(at, sign)| {
        open += match sign {
            ')' => 1,
            '(' => -1,
            _ => 0,
        };
        (open == 0).then_some(at)
    })?;
    let (path, unit) = (inside[..start].trim(), inside[start + 1..].trim());
    (!path.is_empty()).then_some((path, unit))
}

/// Whether a cell may be a figure, or a sign in the place of one.
fn may_be_figure(cell: &str) -> bool {
    matches!(cell, "" | "." | "x" | "-")
        || cell.bytes().any(|byte| byte.is_ascii_digit()) && !cell.chars().any(char::is_alphabetic)
}

impl Found {
    /// The columns of a sheet.
    pub fn of(path: &Path, sheet: &Sheet) -> Result<Self, Error> {
        let mut found = Self::default();
        let mut region = None;
        for (place, cell) in sheet.header.iter().enumerate() {
            // a word among figures is told with its line; a column of words is a dimension
            let words = sheet
                .lines
                .iter()
                .filter(|(_, cells)| !may_be_figure(&cells[place]));
            let of_words = 2 * words.count() > sheet.lines.len();
            match topic(cell) {
                _ if is_region(cell) && region.is_none() => region = Some(place),
                _ if cell.eq_ignore_ascii_case("perioden") => found.period = Some(place),
                Some((path, unit))
                    if path.starts_with("Regioaanduiding/")
                        || of_words && WORDS.contains(&unit) =>
                {
                    let last = path.rsplit('/').next().unwrap_or_default().to_lowercase();
                    if last.starts_with("codering") {
                        found.code = Some(place);
                    } else if last == "gemeentenaam" {
                        found.gemeente = Some(place);
                    }
                }
                Some((path, unit)) if !of_words => found.topics.push(Column {
                    place,
                    path: path.to_owned(),
                    unit: unit.to_owned(),
                }),
                _ => found.others.push((place, cell.clone())),
            }
        }
        let wrong = |message: &str, expected: &str| Error::wrong(path, 1, message, expected);
        found.region = region.ok_or_else(|| {
            wrong(
                "no column of regions",
                "a column `Regio's` or `Wijken en buurten`",
            )
        })?;
        for (at, one) in found.topics.iter().enumerate() {
            if found.topics[..at]
                .iter()
                .any(|other| (&other.path, &other.unit) == (&one.path, &one.unit))
            {
                return Err(wrong(
                    &format!("two columns are `{}` ({})", one.path, one.unit),
                    "one column per topic",
                ));
            }
        }
        if found.topics.is_empty() {
            return Err(wrong(
                "no column with figures",
                "topics with their unit in brackets, such as `Totale bevolking (aantal)`",
            ));
        }
        Ok(found)
    }
}

/// The levels of a printed path, where it may be one that is asked or known: `…` stands for any levels, and a level may have
/// a `/` of its own. Nothing where it cannot.
///
/// The levels that `…` stands for are taken apart at each `/`.
pub fn levels(known: &str, printed: &str) -> Option<Vec<String>> {
    let known: Vec<&str> = known.split(" > ").collect();
    let printed: Vec<&str> = printed.split('/').map(str::trim).collect();
    fit(&known, &printed)
}

fn fit(known: &[&str], printed: &[&str]) -> Option<Vec<String>> {
    let Some((level, rest)) = known.split_first() else {
        return printed.is_empty().then(Vec::new);
    };
    if *level == crate::query::ANY_LEVELS {
        return (0..=printed.len()).find_map(|skipped| {
            let after = fit(rest, &printed[skipped..])?;
            let between = printed[..skipped].iter().map(|part| (*part).to_owned());
            Some(between.chain(after).collect())
        });
    }
    let parts: Vec<&str> = level.split('/').map(str::trim).collect();
    let after = printed.strip_prefix(parts.as_slice())?;
    let mut levels = vec![(*level).to_owned()];
    levels.extend(fit(rest, after)?);
    Some(levels)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unit_is_the_last_pair_of_brackets() {
        for (cell, path, unit) in [
            (
                "Bevolking/Aantal inwoners (aantal)",
                "Bevolking/Aantal inwoners",
                "aantal",
            ),
            (
                "Herkomst/Europa (exclusief Nederland) (aantal)",
                "Herkomst/Europa (exclusief Nederland)",
                "aantal",
            ),
            (
                "Nabijheid/Ziekenhuis (incl. poli (dag)) (km (gemiddeld))",
                "Nabijheid/Ziekenhuis (incl. poli (dag))",
                "km (gemiddeld)",
            ),
            (
                "Particuliere huishoudens (x 1 000)",
                "Particuliere huishoudens",
                "x 1 000",
            ),
        ] {
            assert_eq!(topic(cell), Some((path, unit)));
        }
        assert_eq!(topic("Kenmerken van huishoudens"), None);
        assert_eq!(topic("(aantal)"), None);
    }

    #[test]
    fn levels_with_a_slash_are_found_beside_what_is_known() {
        let join =
            |known: &str, printed: &str| levels(known, printed).map(|levels| levels.join(" | "));
        let printed = "Onderwijs/Naar woongemeente/Leerlingen/studenten/Voortgezet onderwijs";
        assert_eq!(
            join(
                "Onderwijs > Naar woongemeente > Leerlingen/studenten > Voortgezet onderwijs",
                printed
            )
            .unwrap(),
            "Onderwijs | Naar woongemeente | Leerlingen/studenten | Voortgezet onderwijs"
        );
        assert_eq!(
            join("Onderwijs > … > Voortgezet onderwijs", printed).unwrap(),
            "Onderwijs | Naar woongemeente | Leerlingen | studenten | Voortgezet onderwijs"
        );
        assert_eq!(
            join("… > Leerlingen/studenten > Voortgezet onderwijs", printed).unwrap(),
            "Onderwijs | Naar woongemeente | Leerlingen/studenten | Voortgezet onderwijs"
        );
        assert_eq!(join("Onderwijs > Voortgezet onderwijs", printed), None);
        assert_eq!(join("Onderwijs > … > Hoger onderwijs", printed), None);
    }
}
