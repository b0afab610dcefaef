//! Topics: one measure each, by the names that CBS gives it in one or more tables.
//!
//! CBS moves key suffixes between releases, so a topic is asked by title path and unit; its key is a hint.

use super::breaks::Break;
use super::source::{TopicKind, Unit, amount};
use super::years::Years;
use crate::base::located::Place;

/// A topic, by its place among those of the queries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TopicId(u16);

impl TopicId {
    /// The topic at a place; no project asks for as many as would not fit.
    pub(super) const fn new(place: usize) -> Self {
        Self(place as u16)
    }

    /// Its place.
    pub const fn place(self) -> usize {
        self.0 as usize
    }
}

/// One measure, from one or more tables.
#[derive(Clone, Debug)]
pub struct Topic {
    /// Name in formulas.
    pub id: String,
    /// What it counts, in Dutch, as a sentence part.
    pub title: String,
    /// Whether it counts or is a ratio.
    pub kind: TopicKind,
    /// Whether values of merged gemeenten add up: never those of a ratio.
    pub additive: bool,
    /// What the query itself says of that, whatever title or unit suggest.
    pub additive_said: Option<bool>,
    /// What divides a split: inhabitants, or dwellings.
    pub by_dwellings: bool,
    /// Whether an absent cell counts as zero within a sum of keys.
    pub absent_is_zero: bool,
    /// Where it is found; nowhere for the topic that counts 1 for every gemeente.
    pub sources: Vec<TopicSource>,
    /// The topic from which a gemeente without a figure takes one.
    pub fill: Option<TopicId>,
    /// Breaks that are declared, by year.
    pub breaks: Vec<Break>,
    /// Where it is asked.
    pub place: Place,
}

/// Where a topic is found.
#[derive(Clone, Debug)]
pub struct TopicSource {
    /// A table id or a family.
    pub table: String,
    /// The years taken from there.
    pub years: Years,
    /// What is looked for.
    pub find: Find,
    /// The units that fit.
    pub unit: Unit,
    /// Whether its absence is no error.
    pub optional: bool,
}

/// How a topic is found in a table.
#[derive(Clone, Debug)]
pub enum Find {
    /// By its title path, with the key as a hint.
    Title {
        /// Topic groups and title, joined with ` > `; [`super::ANY_LEVELS`] stands for any of them.
        path: String,
        /// The key it had in some release.
        key: Option<String>,
    },
    /// The sum of all keys that match one of the patterns (`*` stands for anything) and none of the exceptions.
    Keys {
        /// Patterns to sum.
        keys: Vec<String>,
        /// Patterns to leave out.
        except: Vec<String>,
    },
}

impl Topic {
    /// The factor from a unit of CBS to ones: counts lose the thousands in it, ratios keep them.
    pub fn scale_from(&self, unit: &str) -> f64 {
        match self.kind {
            TopicKind::Count => amount(unit).0,
            TopicKind::Ratio => 1.0,
        }
    }

    /// The unit that its first source gives, as CBS prints it.
    pub fn given_unit(&self) -> Option<&str> {
        match &self.sources.first()?.unit {
            Unit::Given(unit) => Some(unit),
            _ => None,
        }
    }
}
