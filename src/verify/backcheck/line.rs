//! The lines of a PDF as the back-check reads them: a block with its text in one, by page, link and row.
//!
//! In: the blocks of a PDF. Out: [`Line`]s, and which of them make up a row. Cannot fail. The peculiarity it exists for:
//! Typst sets a word in several runs, and breaks one at a soft hyphen.

use std::collections::{BTreeMap, BTreeSet};

use super::{Finding, Wrong};
use crate::verify::numerals::{Numeral, squeeze};
use crate::verify::text::{Block, Place};

/// A block with all its text in one.
pub(super) struct Line<'a> {
    pub(super) block: &'a Block,
    pub(super) text: String,
    /// Where each run starts in the text.
    starts: Vec<usize>,
    pub(super) squeezed: String,
}

impl<'a> Line<'a> {
    pub(super) fn new(block: &'a Block) -> Self {
        let (mut text, mut starts) = (String::new(), Vec::new());
        let mut broken = false;
        for run in &block.runs {
            // runs of one line stand apart by more than a kern; those of a drawing are single letters
            if !text.is_empty() && !broken && block.place != Place::Picture {
                text.push(' ');
            }
            starts.push(text.len());
            broken = run.text.ends_with('\u{ad}');
            text.push_str(run.text.trim_end_matches('\u{ad}'));
        }
        let squeezed = squeeze(&text).0;
        Self {
            block,
            text,
            starts,
            squeezed,
        }
    }

    /// Its text page by page.
    pub(super) fn by_page(&self) -> Vec<(usize, &str)> {
        let runs = &self.block.runs;
        let mut pages = Vec::new();
        let mut first = 0;
        for of_page in runs.chunk_by(|a, b| a.page == b.page) {
            let next = first + of_page.len();
            let end = self.starts.get(next).copied().unwrap_or(self.text.len());
            pages.push((of_page[0].page, &self.text[self.starts[first]..end]));
            first = next;
        }
        pages
    }

    fn run_at(&self, place: usize) -> usize {
        self.starts
            .partition_point(|&start| start <= place)
            .saturating_sub(1)
    }

    pub(super) fn page_at(&self, place: usize) -> usize {
        self.block.runs[self.run_at(place)].page
    }

    pub(super) fn link_at(&self, place: usize) -> Option<usize> {
        self.block.runs[self.run_at(place)].link
    }

    /// All text of the link around a place.
    pub(super) fn link_text(&self, link: usize) -> String {
        let runs = self.block.runs.iter();
        runs.filter(|run| run.link == Some(link))
            .map(|run| run.text.as_str())
            .collect()
    }

    pub(super) fn finding(&self, numeral: &Numeral<'_>, wrong: Wrong) -> Finding {
        let words = |text: &str, last: bool| {
            let words: Vec<&str> = text.split_whitespace().collect();
            let kept = if last {
                &words[words.len().saturating_sub(5)..]
            } else {
                &words[..words.len().min(5)]
            };
            kept.join(" ")
        };
        let (before, after) = (&self.text[..numeral.start], &self.text[numeral.end..]);
        let context = format!(
            "{} {} {}",
            words(before, true),
            numeral.core,
            words(after, false)
        );
        Finding {
            page: self.page_at(numeral.start),
            numeral: numeral.printed.to_owned(),
            context: format!("\"{}\"", context.trim()),
            wrong,
        }
    }
}

pub(super) fn squeezed_of<'a>(
    lines: &'a [Line<'_>],
    keep: impl Fn(Place) -> bool,
) -> BTreeSet<&'a str> {
    lines
        .iter()
        .filter(|line| keep(line.block.place))
        .map(|line| line.squeezed.as_str())
        .collect()
}

pub(super) type Rows = BTreeMap<usize, Vec<usize>>;

/// Lines by the row, list item or note they are in.
pub(super) fn rows(lines: &[Line<'_>]) -> Rows {
    let mut rows = Rows::new();
    for (place, line) in lines.iter().enumerate() {
        if line.block.whole != 0 {
            rows.entry(line.block.whole).or_default().push(place);
        }
    }
    rows
}
