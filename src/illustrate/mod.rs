//! Illustrations: a chart that `queries/` asks for, with its title, subtitle, source line and alt text.
//!
//! In: the chart's entry and the figures; then, once the facts that it wants are resolved, the register. Out:
//! [`Illustration`].

mod caption;
mod draw;
mod source;
mod words;

pub use caption::{caption, wanted};
pub use draw::{DataTable, Drawn, draw, table};
pub use words::with_unit;

use crate::base::failure::{Exit, Report};
use crate::chart;
use crate::chart::{ChartError, Picture, Words};
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

/// Signs that a chart alone explains, for no page around it does.
const SIGNS: [(char, &str); 2] = [
    ('*', "* voorlopig cijfer"),
    ('†', "† van deze groep is de ledenlijst niet volledig"),
];
/// Under what licence a chart may be used.
const LICENCE: &str = "Licentie: CC BY 4.0, met vermelding van de bron";

impl Illustration {
    /// The words around it where it stands alone.
    pub fn words(&self) -> Words {
        let stands = |sign: char| self.picture.texts.iter().any(|of| of.text.contains(sign));
        let signs = SIGNS.iter().filter(|(sign, _)| stands(*sign));
        let signs: Vec<&str> = signs.map(|(_, words)| *words).collect();
        let last = format!("{} {LICENCE}.", self.source);
        let foot = [signs.join("; "), last].into_iter();
        Words {
            title: fact::plain(&self.title),
            subtitle: self.subtitle.clone(),
            foot: foot.filter(|words| !words.is_empty()).collect(),
            description: self.alt.clone(),
        }
    }

    /// The chart alone: one SVG with its words, its font and its description.
    ///
    /// # Errors
    /// When the font cannot be cut down.
    pub fn alone(&self) -> Result<Picture, ChartError> {
        chart::alone(&self.picture, &self.words())
    }
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
