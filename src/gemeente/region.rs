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

/// All gemeenten that ever were, by code.
#[derive(Clone, Debug, Default)]
pub struct Regions {
    gemeenten: BTreeMap<RegionId, Gemeente>,
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
            let gemeente = Gemeente {
                name: name.to_owned(),
                province: province.to_owned(),
                from: row.number(from, "a year")?,
                to: row.number(to, "a year")?,
            };
            match gemeenten.insert(region_in(&row, code)?, gemeente) {
                None => Ok(()),
                Some(_) => Err(row.wrong(format!("gemeente `{code}` twice"), "one line per code")),
            }
        })?;
        Ok(Self::new(gemeenten))
    }

    /// From a table of gemeenten.
    pub fn new(gemeenten: BTreeMap<RegionId, Gemeente>) -> Self {
        let last_year = gemeenten
            .values()
            .map(|gemeente| gemeente.to)
            .max()
            .unwrap_or_default();
        Self {
            gemeenten,
            last_year,
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

    /// The first year of the files.
    pub fn first_year(&self) -> i32 {
        let from = self.gemeenten.values().map(|gemeente| gemeente.from);
        from.min().unwrap_or(i32::MAX)
    }

    /// The gemeente with the highest code.
    pub fn highest(&self) -> Option<RegionId> {
        self.gemeenten.keys().next_back().copied()
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

    /// Whether it is Nederland or a gemeente that is or was.
    pub fn knows(&self, region: RegionId) -> bool {
        region == RegionId::NEDERLAND || self.gemeenten.contains_key(&region)
    }

    /// Last year of the files.
    pub const fn last_year(&self) -> i32 {
        self.last_year
    }

    /// The name of a region as the paper prints it, without CBS's suffixes in brackets where the name stays unique.
    pub fn short_name(&self, region: RegionId) -> String {
        match self.gemeenten.get(&region) {
            Some(gemeente) => {
                let name = gemeente.name.strip_suffix(" (gemeente)");
                name.unwrap_or(&gemeente.name).to_owned()
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
