//! The format of the evidence that travels with the paper, and nothing else: what the files are called, which columns
//! they have, and how a fact says which sum over which rows it is.
//!
//! Who makes the evidence and who checks it share only this.

pub mod attachments;
mod derivation;
mod facts;
mod places;
mod seal;
mod texts;

pub use derivation::Derivation;
pub use facts::{Entry, Facts, Places, RestsOn, label};
pub use places::{Put, Stands};
pub use seal::{SEAL, Seal, SealedPage};
pub use texts::Texts;

/// A column of a file of the evidence: its name, and what it means.
pub type Documented = (&'static str, &'static str);

/// Columns of `feiten.csv`.
const FEITEN: [Documented; 14] = [
    ("id", "id of the fact"),
    ("label", "its number in the appendix of the paper"),
    ("text", "as it is printed"),
    ("value", "the exact value"),
    ("unit", "unit, in Dutch"),
    ("decimals", "decimals that are printed"),
    ("provisional", "whether it rests on provisional figures"),
    ("lacking", "why there is no figure"),
    ("what", "what it is, in Dutch"),
    ("indicator", "indicator it is of"),
    ("year", "year it is of"),
    ("derivation", "how it follows from rows of `bewijs.csv`"),
    ("formula", "the same with the numbers filled in"),
    ("cells", "how many cells of the sources it rests on"),
];
/// Columns of `bewijs.csv`: rows of indicators per gemeente; `num` and `den` are what a group sums.
const BEWIJS: [Documented; 9] = [
    ("indicator", "indicator"),
    ("year", "year"),
    ("region", "code of the gemeente, or of Nederland"),
    ("name", "its name"),
    ("num", "what a group adds up above the line"),
    ("den", "what a group adds up below the line"),
    ("value", "the figure"),
    ("missing", "why there is none"),
    ("status", "how final it is"),
];
/// Columns of `cellen.csv`: raw cells of the sources.
const CELLEN: [Documented; 9] = [
    ("cell", "place, to which facts refer"),
    ("table", "table"),
    ("release", "release of the snapshot"),
    ("topic", "key of the topic in that table"),
    (
        "region",
        "code of the region, on the boundaries of its own time",
    ),
    ("period", "period as its publisher codes it"),
    ("value", "the value, before any scale"),
    ("missing", "why there is none"),
    ("status", "how final it is"),
];
/// The files beside the paper, with their columns.
pub const FILES: [(&str, &[Documented]); 3] = [
    ("feiten.csv", &FEITEN),
    ("bewijs.csv", &BEWIJS),
    ("cellen.csv", &CELLEN),
];

/// Names of the columns of `feiten.csv`.
pub const COLUMNS_FEITEN: [&str; 14] = names(FEITEN);
/// Names of the columns of `bewijs.csv`.
pub const COLUMNS_BEWIJS: [&str; 9] = names(BEWIJS);
/// Names of the columns of `cellen.csv`.
pub const COLUMNS_CELLEN: [&str; 9] = names(CELLEN);

const fn names<const N: usize>(columns: [Documented; N]) -> [&'static str; N] {
    let (mut names, mut place) = ([""; N], 0);
    while place < N {
        names[place] = columns[place].0;
        place += 1;
    }
    names
}
