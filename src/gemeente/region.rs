//! Regions: Nederland and its gemeenten, by code, and which gemeenten exist in which year.
//!
//! In: `gemeenten.csv` of `data/regions/`, which `import` writes. A code that is none ends here with file and line, so
//! that behind this door a region is always a [`RegionId`].

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use crate::base::csv;

/// A region by its CBS code: `NL01`, or `GM` and four digits. Nederland comes first, gemeenten follow by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RegionId(u32);

impl RegionId {
    /// The Netherlands.
    pub const NEDERLAND: Self = Self(0);

    /// The region of a code; `None` when it is neither Nederland's nor a gemeente's.
    pub fn parse(code: &str) -> Option<Self> {
        if code == NEDERLAND {
            return Some(Self::NEDERLAND);
        }
        let digits = code.strip_prefix("GM").filter(|digits| {
            digits.len() == 4 && digits.bytes().all(|digit| digit.is_ascii_digit())
        })?;
        digits.parse().ok().filter(|number| *number > 0).map(Self)
    }

    /// The region of a number of one; `None` where no code has it.
    pub(super) const fn of_number(number: u32) -> Option<Self> {
        if number < 10_000 {
            Some(Self(number))
        } else {
            None
        }
    }

    /// The number of its code, below ten thousand; 0 is Nederland.
    pub const fn number(self) -> usize {
        self.0 as usize
    }
}

impl fmt::Display for RegionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::NEDERLAND {
            f.write_str(NEDERLAND)
        } else {
            write!(f, "GM{:04}", self.0)
        }
    }
}

/// Codes that CBS gives to what is in no gemeente, and to what lies abroad: neither is a gemeente that is lacking.
const NOWHERE: [&str; 2] = ["GM0000", "GM0998"];

/// Whether a code is of something larger than a gemeente, or of nothing in the Netherlands.
pub fn is_no_gemeente(code: &str) -> bool {
    code == NEDERLAND || code.starts_with("LD") || code.starts_with("PV") || NOWHERE.contains(&code)
}

/// The code CBS gives to the Netherlands.
pub const NEDERLAND: &str = "NL01";

/// The region of a cell of a file, which must be one.
///
/// # Errors
/// With file and line when the code is no region's.
pub fn region_in(row: &csv::Row<'_>, code: &str) -> Result<RegionId, csv::Error> {
    RegionId::parse(code).ok_or_else(|| {
        row.wrong(
            format!("`{code}` is no region"),
            "`GM` and four digits, or `NL01`",
        )
    })
}

/// One gemeente, under one code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gemeente {
    /// Name as CBS writes it today.
    pub name: String,
    /// Province code.
    pub province: String,
    /// First year (of the files) it existed on 1 January.
    pub from: i32,
    /// Last year it existed on 1 January.
    pub to: i32,
}

impl Gemeente {
    /// Whether a name is its own, with or without what CBS puts behind it.
    pub fn is_named(&self, name: &str) -> bool {
        [self.bare_name(), &self.name].contains(&name)
    }

    /// Its name without what CBS puts behind it in brackets to tell two apart.
    pub fn bare_name(&self) -> &str {
        let bare = self.name.strip_suffix(')');
        let bare = bare.and_then(|name| name.rsplit_once(" ("));
        bare.map_or(&self.name, |(bare, _)| bare)
    }
}

/// The gemeente of a line with its code, name and province, which must be one.
///
/// # Errors
/// With file and line when the code is no gemeente's, or name or province cannot be one.
pub fn gemeente_in(
    row: &csv::Row<'_>,
    [code, name, province]: [&str; 3],
) -> Result<RegionId, csv::Error> {
    let region = region_in(row, code)?;
    if region == RegionId::NEDERLAND {
        return Err(row.wrong(format!("`{code}` is no gemeente"), "`GM` and four digits"));
    }
    row.name(name, "name")?;
    // a Greek or Cyrillic letter looks like the Latin one, and is not found by it
    if name.chars().any(|c| c.is_alphabetic() && c > '\u{24F}') {
        let message = format!("the name `{name}` has a letter that is not Latin");
        return Err(row.wrong(message, "Latin letters"));
    }
    let digits = province.strip_prefix("PV").unwrap_or_default();
    if digits.len() != 2 || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err(row.wrong(
            format!("`{province}` is no province"),
            "`PV` and two digits",
        ));
    }
    Ok(region)
}

/// The year of a cell, which must be one of 1900 to 2100.
///
/// # Errors
/// With file and line when it is not.
pub fn year_in(row: &csv::Row<'_>, text: &str) -> Result<i32, csv::Error> {
    let expected = "a year such as 2026";
    let year = row.number(text, expected)?;
    if (1900..=2100).contains(&year) {
        return Ok(year);
    }
    Err(row.wrong(format!("`{text}` is no year"), expected))
}

/// All gemeenten that ever were, by code.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Regions {
    gemeenten: BTreeMap<RegionId, Gemeente>,
    first_year: i32,
    last_year: i32,
}

impl Regions {
    /// Reads `gemeenten.csv` of `data/regions/`: `code,name,province,from,to`.
    ///
    /// # Errors
    /// When the file is missing or a line is wrong.
    pub fn read(path: &Path) -> Result<Self, csv::Error> {
        let mut gemeenten = BTreeMap::new();
        csv::for_each_row(path, &["code", "name", "province", "from", "to"], |row| {
            let [code, name, province, from, to] = row.cells();
            let region = gemeente_in(&row, [code, name, province])?;
            let gemeente = Gemeente {
                name: name.to_owned(),
                province: province.to_owned(),
                from: year_in(&row, from)?,
                to: year_in(&row, to)?,
            };
            if gemeente.from > gemeente.to {
                return Err(row.wrong(format!("`{code}` ends before it begins"), "`from` to `to`"));
            }
            match gemeenten.insert(region, gemeente) {
                None => Ok(()),
                Some(_) => Err(row.wrong(format!("gemeente `{code}` twice"), "one line per code")),
            }
        })?;
        Ok(Self::new(gemeenten))
    }

    /// From a table of gemeenten.
    pub fn new(gemeenten: BTreeMap<RegionId, Gemeente>) -> Self {
        let first = gemeenten.values().map(|gemeente| gemeente.from).min();
        let last = gemeenten.values().map(|gemeente| gemeente.to).max();
        Self {
            gemeenten,
            first_year: first.unwrap_or_default(),
            last_year: last.unwrap_or_default(),
        }
    }

    /// The gemeenten that existed on 1 January of a year; after the last year of the files that last list.
    pub fn in_year(&self, year: i32) -> impl Iterator<Item = (RegionId, &Gemeente)> {
        let year = year.min(self.last_year);
        self.gemeenten
            .iter()
            .filter(move |(_, gemeente)| gemeente.from <= year && year <= gemeente.to)
            .map(|(region, gemeente)| (*region, gemeente))
    }

    /// All that are and were, by code.
    pub const fn all(&self) -> &BTreeMap<RegionId, Gemeente> {
        &self.gemeenten
    }

    /// Whether a gemeente existed on 1 January of a year.
    pub fn exists(&self, region: RegionId, year: i32) -> bool {
        let year = year.min(self.last_year);
        self.gemeenten
            .get(&region)
            .is_some_and(|gemeente| gemeente.from <= year && year <= gemeente.to)
    }

    /// The gemeente of a region; `None` for Nederland and for what never was one.
    pub fn get(&self, region: RegionId) -> Option<&Gemeente> {
        self.gemeenten.get(&region)
    }

    /// Whose name it is, among all gemeenten that ever were, when it is not that of `region`. With a suffix in brackets
    /// or without, as a list of members may have it.
    pub fn of_another_name(&self, region: RegionId, name: &str) -> Option<RegionId> {
        if self.get(region).is_some_and(|of| of.is_named(name)) {
            return None;
        }
        let mut all = self.gemeenten.iter();
        let other = all.find(|(_, gemeente)| gemeente.is_named(name));
        other.map(|(other, _)| *other)
    }

    /// Whether it is Nederland or a gemeente that is or was.
    pub fn knows(&self, region: RegionId) -> bool {
        region == RegionId::NEDERLAND || self.gemeenten.contains_key(&region)
    }

    /// Whether a gemeente is on the list that was in force on a date; before the first list and after the last one,
    /// those count.
    pub fn exists_on(&self, region: RegionId, date: &str) -> bool {
        let year: i32 = date
            .get(..4)
            .and_then(|year| year.parse().ok())
            .unwrap_or(0);
        self.exists(region, year.max(self.first_year))
    }

    /// First year of the files.
    pub const fn first_year(&self) -> i32 {
        self.first_year
    }

    /// Last year of the files.
    pub const fn last_year(&self) -> i32 {
        self.last_year
    }

    /// The name of a region as the paper prints it, without CBS's suffix in brackets where the name is that of no other
    /// gemeente on the list of a year.
    pub fn short_name(&self, region: RegionId, year: i32) -> String {
        match self.gemeenten.get(&region) {
            Some(gemeente) => {
                let bare = gemeente.bare_name();
                let is_same =
                    |(other, of): (RegionId, &Gemeente)| other != region && of.bare_name() == bare;
                let is_shared = bare != gemeente.name && self.in_year(year).any(is_same);
                if is_shared { &gemeente.name } else { bare }.to_owned()
            }
            None if region == RegionId::NEDERLAND => "Nederland".to_owned(),
            None => region.to_string(),
        }
    }
}

/// The regions that figures stand for: Nederland and the gemeenten of one year's list, each with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegionList {
    ids: Vec<RegionId>,
}

impl RegionList {
    /// Nederland and the gemeenten of a year.
    pub fn of_year(regions: &Regions, year: i32) -> Self {
        let gemeenten = regions.in_year(year).map(|(region, _)| region);
        Self {
            ids: std::iter::once(RegionId::NEDERLAND)
                .chain(gemeenten)
                .collect(),
        }
    }

    /// In the order of their places, which is ascending.
    pub fn ids(&self) -> &[RegionId] {
        &self.ids
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// The place of a region.
    pub fn place(&self, region: RegionId) -> Option<usize> {
        self.ids.binary_search(&region).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_a_region_or_nothing() {
        for code in ["NL01", "GM0003", "GM1992"] {
            assert_eq!(RegionId::parse(code).unwrap().to_string(), code);
        }
        for code in [
            "", "GM0000", "GM363", "gm0363", "PV26", "0363", "GM 363", "GM03630",
        ] {
            assert_eq!(RegionId::parse(code), None, "{code}");
        }
        assert!(RegionId::NEDERLAND < RegionId::parse("GM0003").unwrap());
    }
}
