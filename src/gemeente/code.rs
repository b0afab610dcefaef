//! The code of a region of any level: Nederland, a gemeente, a wijk or a buurt.
//!
//! In: a code as CBS writes it. Out: a [`RegionCode`], or nothing where it is of something else. The peculiarity it exists
//! for: a wijk or buurt carries the code of its gemeente in its own, and is drawn anew every year.

use std::fmt;

use super::{NEDERLAND, RegionId};

/// A region by its CBS code: `NL01`, `GM` and four digits, `WK` with two signs more, or `BU` with four. Nederland comes first,
/// then gemeenten, wijken and buurten, each by code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RegionCode(u64);

/// Before the number of a wijk.
const WIJK: u64 = 1 << 40;
/// Before the number of a buurt.
const BUURT: u64 = 2 << 40;

/// Signs of a wijk or buurt: digits, and in Amsterdam capitals (`BU0363AA01`).
const SIGNS: u64 = 36;

impl RegionCode {
    /// The Netherlands.
    pub const NEDERLAND: Self = Self(0);

    /// The region of a code; `None` when it is of another kind.
    pub fn parse(code: &str) -> Option<Self> {
        let number = |rest: &str, signs: usize| {
            let (gemeente, own) = rest.split_at_checked(4)?;
            let is_own = own
                .bytes()
                .all(|sign| sign.is_ascii_digit() || sign.is_ascii_uppercase());
            let is_gemeente = gemeente.bytes().all(|digit| digit.is_ascii_digit());
            if !is_own || !is_gemeente || own.len() != signs {
                return None;
            }
            let of_sign = |sign: char| sign.to_digit(SIGNS as u32).map_or(0, u64::from);
            let gemeente: u64 = gemeente.parse().ok()?;
            Some(
                own.chars()
                    .fold(gemeente, |number, sign| number * SIGNS + of_sign(sign)),
            )
        };
        if let Some(rest) = code.strip_prefix("WK") {
            return number(rest, 2).map(|number| Self(WIJK | number));
        }
        if let Some(rest) = code.strip_prefix("BU") {
            return number(rest, 4).map(|number| Self(BUURT | number));
        }
        RegionId::parse(code).map(Self::from)
    }

    /// Whether it is a wijk or a buurt.
    pub const fn is_wijk_or_buurt(self) -> bool {
        self.0 >= WIJK
    }

    /// The gemeente that it is or lies in; of Nederland that itself. `None` where no gemeente has the number.
    pub const fn gemeente(self) -> Option<RegionId> {
        let (number, signs) = self.parts();
        let number = number / SIGNS.pow(signs);
        if number == 0 && self.is_wijk_or_buurt() {
            None
        } else {
            RegionId::of_number(number as u32)
        }
    }

    /// Its number, and how many signs follow that of its gemeente.
    const fn parts(self) -> (u64, u32) {
        match self.0 {
            buurt if buurt >= BUURT => (buurt - BUURT, 4),
            wijk if wijk >= WIJK => (wijk - WIJK, 2),
            number => (number, 0),
        }
    }
}

impl From<RegionId> for RegionCode {
    fn from(region: RegionId) -> Self {
        Self(region.number() as u64)
    }
}

impl fmt::Display for RegionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::NEDERLAND {
            return f.write_str(NEDERLAND);
        }
        let (number, signs) = self.parts();
        let level = ["GM", "WK", "BU"][signs as usize / 2];
        write!(f, "{level}{:04}", number / SIGNS.pow(signs))?;
        for place in (0..signs).rev() {
            let sign = number / SIGNS.pow(place) % SIGNS;
            let sign = char::from_digit(sign as u32, SIGNS as u32).unwrap_or('0');
            write!(f, "{}", sign.to_ascii_uppercase())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_and_written_and_tells_its_gemeente() {
        for (code, gemeente) in [
            ("NL01", "NL01"),
            ("GM0363", "GM0363"),
            ("WK036300", "GM0363"),
            ("BU03630001", "GM0363"),
            ("BU19999999", "GM1999"),
            ("WK0363AA", "GM0363"),
            ("BU0363AA01", "GM0363"),
            ("BU9999ZZ9Z", "GM9999"),
        ] {
            let read = RegionCode::parse(code).unwrap();
            assert_eq!(read.to_string(), code);
            assert_eq!(read.gemeente().unwrap().to_string(), gemeente);
        }
        for other in [
            "",
            "NL00",
            "GM363",
            "WK0363",
            "BU0363000",
            "BU+3630001",
            "BU0363aa01",
            "WK0363\u{e9}",
            "BU036\u{e9}001",
            "LD01",
            "bu03630001",
        ] {
            assert_eq!(RegionCode::parse(other), None, "{other}");
        }
    }

    #[test]
    fn larger_regions_come_first() {
        let codes = [
            "NL01",
            "GM1999",
            "WK000100",
            "WK000109",
            "WK00010A",
            "BU00010000",
            "BU0363AA01",
            "BU0363AA02",
            "BU0363AB01",
        ]
        .map(RegionCode::parse);
        assert!(codes.is_sorted() && codes.iter().all(Option::is_some));
        let of_nobody = RegionCode::parse("BU00000000").unwrap();
        assert_eq!(of_nobody.gemeente(), None);
    }
}
