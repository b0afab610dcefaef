//! Topics: one measure each, by the names that CBS gives it in one or more tables.
//!
//! CBS moves key suffixes between releases, so a topic is asked by title path and unit; its key is a hint.

use super::years::Years;

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
    /// Factor from the unit of the source to ones (`x 1 000` is 1000).
    pub scale: f64,
    /// Whether values of merged gemeenten add up.
    pub additive: bool,
    /// What divides a split: inhabitants, or dwellings.
    pub by_dwellings: bool,
    /// Whether an absent cell counts as zero within a sum of keys.
    pub absent_is_zero: bool,
    /// Where it is found; nowhere for the topic that counts 1 for every gemeente.
    pub sources: Vec<TopicSource>,
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
    /// Unit as CBS prints it.
    pub unit: String,
    /// Whether its absence is no error.
    pub optional: bool,
}

/// How a topic is found in a table.
#[derive(Clone, Debug)]
pub enum Find {
    /// By its title path, with the key as a hint.
    Title {
        /// Topic groups and title, joined with ` > `.
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
