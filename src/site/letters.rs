//! The letters of the site: the font of the house, cut down to what Dutch pages print.
//!
//! In: the font. Out: a file per weight. Fails on a font that is not as expected. The peculiarity it answers: a whole font
//! weighs more than all else on a page, and one from elsewhere would tell elsewhere who reads.

use std::collections::BTreeSet;

use super::Error;
use crate::base::failure::Failure;
use crate::base::family::family;
use crate::chart::cut_down;

/// A font file of the site.
pub(super) struct Letters {
    pub(super) family: String,
    pub(super) weight: u16,
    pub(super) path: String,
    pub(super) bytes: Vec<u8>,
}

/// Signs beyond Latin-1 that pages print.
const SIGNS: &str = "–—‘’“”†‡•…−≈≤≥×·↑↓→←€\u{202f}\u{ad}";

/// Both weights with the letters that pages print.
pub(super) fn letters() -> Result<Vec<Letters>, Failure> {
    let wanted: BTreeSet<char> = (' '..='~')
        .chain('\u{a0}'..='ÿ')
        .chain(SIGNS.chars())
        .collect();
    let family = family();
    let cut = [(400, family.regular()), (700, family.bold())].map(|(weight, bytes)| {
        let bytes =
            cut_down(bytes, &wanted).ok_or_else(|| Error::Font(family.name().to_owned()))?;
        Ok(Letters {
            family: family.name().to_owned(),
            weight,
            path: format!("letters/{weight}.ttf"),
            bytes,
        })
    });
    cut.into_iter().collect()
}
