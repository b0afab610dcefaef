//! Which gemeente is meant by what was typed: a name or a code.
//!
//! In: a text, and the gemeenten of an edition. Out: the region. Fails when it is none or several, with the nearest names. The
//! peculiarity it answers: a gemeente that was merged is asked for by its old name, and is then the one that it goes on in.

use super::Error;
use crate::base::located::nearest;
use crate::gemeente::{Gemeente, Gemeenten, RegionId, Regions};

/// The gemeente of a code or name, among those of a year.
///
/// # Errors
/// When there is none, or there are several.
pub fn gemeente(text: &str, regions: &Regions, year: i32) -> Result<RegionId, Error> {
    let found: Vec<(RegionId, &str)> = regions
        .in_year(year)
        .filter(|(region, of)| is_meant(text, *region, of))
        .map(|(region, of)| (region, of.name.as_str()))
        .collect();
    match found.as_slice() {
        [(region, _)] => Ok(*region),
        [] => Err(Error::NoGemeente {
            text: text.to_owned(),
            year,
            hint: nearest(text, regions.in_year(year).map(|(_, of)| of.name.as_str())),
        }),
        several => Err(which(text, year, several)),
    }
}

/// The same; of one that ended before that year the gemeente in which most of its inhabitants live now, with a line that
/// says so.
///
/// # Errors
/// When there is none, or there are several.
pub fn gemeente_or_successor(
    text: &str,
    gemeenten: &Gemeenten,
    year: i32,
) -> Result<(RegionId, Option<String>), Error> {
    let regions = &gemeenten.regions;
    let now = gemeente(text, regions, year);
    let ended = regions.all().iter().filter(|(_, of)| of.to < year);
    let mut ended = ended.filter(|(region, of)| is_meant(text, **region, of));
    match (&now, ended.next_back()) {
        (Err(Error::NoGemeente { .. }), Some((region, of))) => {
            let next = gemeenten.herindelingen.successor(*region, of.to, year);
            let name = regions.short_name(next, year);
            let note = format!("`{text}` is no gemeente in {year}: it goes on in {name} ({next})");
            Ok((next, Some(note)))
        }
        _ => now.map(|region| (region, None)),
    }
}

fn is_meant(text: &str, region: RegionId, of: &Gemeente) -> bool {
    let wanted = text.trim().to_lowercase();
    let names = [
        region.to_string(),
        of.name.clone(),
        of.bare_name().to_owned(),
    ];
    names.iter().any(|name| name.to_lowercase() == wanted)
}

fn which(text: &str, year: i32, several: &[(RegionId, &str)]) -> Error {
    let codes = several.iter();
    let codes = codes.map(|(region, name)| format!("`{region}` ({name})"));
    Error::NoGemeente {
        text: text.to_owned(),
        year,
        hint: format!("say which: {}", codes.collect::<Vec<_>>().join(", ")),
    }
}
