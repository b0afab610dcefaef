//! The words of one observation: region × period × topic holds a value or a kind of missing, with a status.
//!
//! CBS keeps the kinds of missing apart (absent rows, `Impossible`, a dot, …) and so does everything here, from the
//! door to the CSV. Nothing in this file can fail but the parsing of a word, which names what was accepted.

use std::fmt;
use std::str::FromStr;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl $name {
            /// Every word, in declaration order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word as files carry it.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(self.word()) }
        }

        impl FromStr for $name {
            type Err = UnknownWord;
            fn from_str(text: &str) -> Result<Self, UnknownWord> {
                match text {
                    $($word => Ok(Self::$variant),)+
                    _ => Err(UnknownWord { found: text.to_owned(), expected: &[$($word),+] }),
                }
            }
        }
    };
}

words! {
    /// Why an observation has no value; `None` when it has one. Of several reasons the last prevails.
    Missing {
        /// There is a value.
        None = "none",
        /// The source has no cell (v4 leaves the row out).
        Absent = "absent",
        /// The cell cannot exist, such as a gemeente before its birth (v4 `Impossible`).
        Impossible = "impossible",
        /// Withheld by CBS (v4 `Confidential`).
        Confidential = "confidential",
        /// A dot in v3, or a code that stands for unknown, unreliable and secret alike.
        Unknown = "unknown",
        /// The gemeente did not deliver (Iv3: zero in every taakveld).
        NotDelivered = "not-delivered",
        /// Lost when figures were brought to other boundaries.
        Herindeling = "herindeling",
    }
}

words! {
    /// How final CBS calls the period of an observation, from the most final to the least: of several the last prevails.
    Status {
        /// Definitief.
        Final = "definitief",
        /// The source says nothing: prints nothing.
        Unknown = "unknown",
        /// Nader voorlopig.
        Revised = "nader-voorlopig",
        /// Voorlopig.
        Provisional = "voorlopig",
    }
}

impl Status {
    /// Whether a figure of this status prints CBS's mark `*`.
    pub const fn is_provisional(self) -> bool {
        matches!(self, Self::Provisional | Self::Revised)
    }
}

/// What a source says of one topic, region and period.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Observation {
    /// The value, in ones.
    pub value: Option<f64>,
    /// Why there is none.
    pub missing: Missing,
    /// How final it is.
    pub status: Status,
}

impl Observation {
    /// One without a value.
    pub const fn without(missing: Missing, status: Status) -> Self {
        Self {
            value: None,
            missing,
            status,
        }
    }
}

/// A word that is none of those a file may carry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownWord {
    /// What stood there.
    pub found: String,
    /// What may stand there.
    pub expected: &'static [&'static str],
}

impl fmt::Display for UnknownWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is none of {}",
            self.found,
            self.expected.join(", ")
        )
    }
}

impl std::error::Error for UnknownWord {}
