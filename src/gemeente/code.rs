//! The code of a region of any level: Nederland, a gemeente, a wijk or a buurt.
//!
//! In: a code as CBS writes it. Out: a [`RegionCode`], or nothing where it is of something else. The peculiarity it exists
//! for: a wijk or buurt carries the code of its gemeente in its own, and is drawn anew every year.

use std::fmt;

use super::{NEDERLAND, RegionId};

/// A region by its CBS code: `NL01`, `GM` and four digits, `WK` and six, or `BU` and eight. Nederland comes first, then
/// gemeenten, wijken and buurten, each by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RegionCode(u32);

/// Before the number of a wijk, which has six digits at most.
const WIJK: u32 = 1 << 28;
/// Before the number of a buurt, which has eight.
const BUURT: u32 = 1 << 29;

impl RegionCode {
    /// The Netherlands.
    pub const NEDERLAND: Self = Self(0);

    /// The region of a code; `None` when it is of another kind.
    pub fn parse(code: &str) -> Option<Self> {
        let number = |digits: &str, length: usize| -> Option<u32> {
            let is_number = digits.bytes().all(|digit| digit.is_ascii_digit());
            digits
                .parse()
                .ok()
                .filter(|_| is_number && digits.len() == length)
        };
        if let Some(digits) = code.strip_prefix("WK") {
            return number(digits, 6).map(|number| Self(WIJK | number));
        }
        if let Some(digits) = code.strip_prefix("BU") {
            return number(digits, 8).map(|number| Self(BUURT | number));
        }
        RegionId::parse(code).map(Self::from)
    }

    /// Whether it is a wijk or a buurt.
    pub const fn is_wijk_or_buurt(self) -> bool {
        self.0 >= WIJK
    }

    /// The gemeente that it is or lies in; of Nederland that itself. `None` where no gemeente has the number.
    pub const fn gemeente(self) -> Option<RegionId> {
        let number = match self.0 {
            0 => return Some(RegionId::NEDERLAND),
            buurt if buurt >= BUURT => (buurt - BUURT) / 10_000,
            wijk if wijk >= WIJK => (wijk - WIJK) / 100,
            number => number,
        };
        if number == 0 {
            None
        } else {
            RegionId::of_number(number)
        }
    }
}

impl From<RegionId> for RegionCode {
    fn from(region: RegionId) -> Self {
        Self(region.number() as u32)
    }
}

impl fmt::Display for RegionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => f.write_str(NEDERLAND),
            buurt if buurt >= BUURT => write!(f, "BU{:08}", buurt - BUURT),
            wijk if wijk >= WIJK => write!(f, "WK{:06}", wijk - WIJK),
            number => write!(f, "GM{number:04}"),
        }
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
            "LD01",
            "bu03630001",
        ] {
            assert_eq!(RegionCode::parse(other), None, "{other}");
        }
    }

    #[test]
    fn larger_regions_come_first() {
        let codes = ["NL01", "GM1999", "WK000100", "BU00010000"].map(RegionCode::parse);
        assert!(codes.is_sorted() && codes.iter().all(Option::is_some));
        let of_nobody = RegionCode::parse("BU00000000").unwrap();
        assert_eq!(of_nobody.gemeente(), None);
    }
}
