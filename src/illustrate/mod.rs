//! Illustrations: a chart that `queries/` asks for, with its title, subtitle, source line and alt text.
//!
//! In: the chart's entry and the figures; then, once the facts that it wants are resolved, the register. Out:
//! [`Illustration`].

mod caption;
mod draw;
mod source;

pub use caption::{caption, wanted};
pub use draw::{Drawn, draw};

use crate::base::failure::{Exit, Report};
use crate::chart::{ChartError, Picture};
use crate::fact::{self, Segment};
use crate::query::{Chart, Misread};

/// The longest alt text: a screen reader reads it in one go.
pub const MAX_ALT: usize = 250;
/// The most words of a title.
pub const MAX_TITLE_WORDS: usize = 10;
/// The mark of a group whose list is incomplete.
pub const INCOMPLETE: &str = "†";

/// A chart as the paper shows it.
#[derive(Clone, Debug)]
pub struct Illustration {
    /// Id of the chart.
    pub id: String,
    /// The drawing.
    pub picture: Picture,
    /// The finding.
    pub title: Vec<Segment>,
    /// Measure, unit, whom, when.
    pub subtitle: String,
    /// Where the figures come from.
    pub source: String,
    /// What a reader who cannot see it must know.
    pub alt: String,
}

/// What is wrong with a chart.
#[derive(Debug, thiserror::Error)]
#[error("{place}: chart `{chart}`: {kind}")]
pub struct Error {
    /// Chart.
    pub chart: String,
    /// File and line.
    pub place: String,
    /// What.
    pub kind: Box<ErrorKind>,
}

impl Error {
    fn of(chart: &Chart, kind: ErrorKind) -> Self {
        Self {
            chart: chart.id.clone(),
            place: chart.place.clone(),
            kind: Box::new(kind),
        }
    }
}

/// What can be wrong with a chart.
#[derive(Debug, thiserror::Error)]
pub enum ErrorKind {
    /// A fact id that the program makes.
    #[error(transparent)]
    Id(Misread),
    /// Its title is too long.
    #[error("the title has more than {MAX_TITLE_WORDS} words: {0}")]
    Title(String),
    /// It cannot be drawn.
    #[error(transparent)]
    Drawing(#[from] ChartError),
    /// Labels overlap.
    #[error("labels overlap: {0}")]
    Overlap(String),
    /// A fact.
    #[error(transparent)]
    Fact(#[from] fact::Error),
}

impl Report for Error {
    fn hint(&self) -> Option<String> {
        match &*self.kind {
            ErrorKind::Id(error) => Some(error.hint.clone()),
            ErrorKind::Title(_) => Some("say it in fewer words".to_owned()),
            ErrorKind::Drawing(error) => Some(error.hint().to_owned()),
            ErrorKind::Overlap(_) => Some("show fewer groups, or another kind of chart".to_owned()),
            ErrorKind::Fact(error) => error.hint(),
        }
    }

    fn exit(&self) -> Exit {
        match *self.kind {
            ErrorKind::Id(_) | ErrorKind::Title(_) | ErrorKind::Fact(_) => Exit::Usage,
            _ => Exit::Other,
        }
    }
}
