//! The back-check: every numeral in the finished PDF came from the program.
//!
//! In: the text of a PDF and what the program gave to print. Out: [`Finding`]s, each with page, numeral and the words
//! around it. A figure passes where it is the text of a link to its own fact, in a sentence, table or chart that the
//! program wrote, or beside the text it belongs to; so a number typed into a chapter is found also when some fact
//! happens to print the same. Years, dates, and numbers of pages, sections, figures, tables and notes pass by their form.

mod appendix;
mod line;
mod standing;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

pub use appendix::misprinted;
pub use standing::{standing, standing_with, words};

use super::known::{Known, PrintedFact};
use super::numerals::{Numeral, numerals, squeeze};
use super::text::{Place, Printed, Run, Target};
use appendix::{appendix, spots};
use line::{Line, Rows, rows, squeezed_of};

/// Something in the PDF that the program did not write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Page, from 1.
    pub page: usize,
    /// The numeral as printed.
    pub numeral: String,
    /// Some words around it.
    pub context: String,
    /// What is wrong with it.
    pub wrong: Wrong,
}

/// What is wrong with a numeral.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// It is no fact, year, part of the paper, or text of the program.
    Unknown,
    /// It links to a fact that prints something else.
    NotTheFact {
        /// Fact.
        id: String,
        /// Its text.
        text: String,
    },
    /// It stands in a drawing that the program did not draw.
    Picture,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (page, numeral, context) = (self.page, &self.numeral, &self.context);
        match &self.wrong {
            Wrong::Unknown => write!(f, "page {page}: `{numeral}` is no fact: {context}"),
            Wrong::NotTheFact { id, text } => write!(
                f,
                "page {page}: `{numeral}` is printed for `{id}`, which is `{text}`: {context}"
            ),
            Wrong::Picture => write!(
                f,
                "page {page}: a drawing says what no chart does: {context}"
            ),
        }
    }
}

/// The rows of tables: the page that each starts on, and the texts of its cells, squeezed.
pub fn cells(printed: &Printed) -> Vec<(usize, Vec<String>)> {
    let mut found: BTreeMap<usize, (usize, Vec<String>)> = BTreeMap::new();
    for block in printed
        .blocks
        .iter()
        .filter(|of| of.place == Place::Cell && of.whole != 0)
    {
        let row = found.entry(block.whole);
        let (_, cells) = row.or_insert_with(|| (block.runs[0].page, Vec::new()));
        cells.push(Line::new(block).squeezed);
    }
    found.into_values().collect()
}

/// The links of a PDF that lead to a fact: by number, the page that each ends on, and the id.
pub fn linked<'a>(printed: &Printed, known: &'a Known) -> BTreeMap<usize, (usize, &'a str)> {
    let lines: Vec<Line<'_>> = printed.blocks.iter().map(Line::new).collect();
    let appendix = appendix(&lines, &rows(&lines), known);
    let spots = spots(printed, &lines, &appendix, known);
    let runs = printed.blocks.iter().flat_map(|block| &block.runs);
    let of_run = |run: &Run| {
        let link = run.link?;
        Some((link, (run.page, spots.get(&link)?.id.as_str())))
    };
    runs.filter_map(of_run).collect()
}

/// Looks at every numeral of a PDF.
pub fn check(printed: &Printed, known: &Known) -> Vec<Finding> {
    let lines: Vec<Line<'_>> = printed.blocks.iter().map(Line::new).collect();
    let rows = rows(&lines);
    let appendix = appendix(&lines, &rows, known);
    let check = Check {
        printed,
        known,
        lines: &lines,
        spots: spots(printed, &lines, &appendix, known),
        labels: appendix.iter().map(|row| row.place).collect(),
        headings: squeezed_of(&lines, |place| place == Place::Heading),
        repeated: squeezed_of(&lines, |place| {
            matches!(place, Place::Heading | Place::Cell)
        }),
        rows,
    };
    let mut findings = Vec::new();
    let mut sections = Sections::default();
    for place in 0..lines.len() {
        check.line(place, &mut sections, &mut findings);
    }
    findings.sort_by_key(|finding| finding.page);
    findings
}

struct Check<'a> {
    printed: &'a Printed,
    known: &'a Known,
    lines: &'a [Line<'a>],
    /// Facts by the link that leads to them.
    spots: BTreeMap<usize, &'a PrintedFact>,
    headings: BTreeSet<&'a str>,
    repeated: BTreeSet<&'a str>,
    /// Lines that hold the number of a fact.
    labels: BTreeSet<usize>,
    rows: Rows,
}

/// The number of the chapter last seen.
#[derive(Default)]
struct Sections {
    chapter: usize,
}

impl Sections {
    /// Whether this can be the number of the next heading.
    fn follows(&mut self, numeral: &Numeral<'_>) -> bool {
        if !numeral.is_section() {
            return false;
        }
        let first = numeral.core.split('.').next().and_then(|n| n.parse().ok());
        let follows = first.is_some_and(|n: usize| n == self.chapter || n == self.chapter + 1);
        if follows {
            self.chapter = first.unwrap_or_default();
        }
        follows
    }
}

impl Check<'_> {
    fn line(&self, place: usize, sections: &mut Sections, findings: &mut Vec<Finding>) {
        let line = &self.lines[place];
        let found = numerals(&line.text);
        let Some(first) = found.first() else {
            return;
        };
        if line.block.place == Place::Picture {
            if !self.known.is_picture(&line.squeezed) {
                findings.push(line.finding(first, Wrong::Picture));
            }
            return;
        }
        if self.labels.contains(&place) {
            return;
        }
        let covered = self.known.covered(&line.text);
        for (nth, numeral) in found.iter().enumerate() {
            if let Some(wrong) = self.of_link(line, numeral) {
                if let Err(wrong) = wrong {
                    findings.push(line.finding(numeral, wrong));
                }
                continue;
            }
            let is_covered = covered
                .iter()
                .any(|&(from, to)| from <= numeral.start && numeral.end <= to);
            let is_last = nth + 1 == found.len();
            let passes = is_covered
                || self.is_name(numeral)
                || numeral.is_year()
                || numeral.is_date()
                || numeral.is_part(self.printed.pages)
                || self.by_place(line, numeral, nth == 0, is_last, sections)
                || self.beside(place, numeral);
            if !passes {
                findings.push(line.finding(numeral, Wrong::Unknown));
            }
        }
    }

    fn is_name(&self, numeral: &Numeral<'_>) -> bool {
        self.known.is_name(numeral.core)
    }

    /// What a link to a fact says of a numeral in it; `None` where no such link is around it.
    fn of_link(&self, line: &Line<'_>, numeral: &Numeral<'_>) -> Option<Result<(), Wrong>> {
        let link = line.link_at(numeral.start)?;
        let text = squeeze(&line.link_text(link)).0;
        if let Some(fact) = self.spots.get(&link) {
            // the paper itself is in Dutch: `43,119` is another figure there than `43.119`
            let is_elsewhere = matches!(self.printed.links.get(link), Some(Target::Label(_)));
            let english = is_elsewhere.then_some(&fact.english);
            let said = [&fact.text, &fact.label].into_iter().chain(english);
            let is_said = said.map(|of| squeeze(of).0).any(|said| said == text);
            return Some(if is_said {
                Ok(())
            } else {
                Err(Wrong::NotTheFact {
                    id: fact.id.clone(),
                    text: fact.text.clone(),
                })
            });
        }
        // a link into the paper whose place holds no label: it must at least print some fact
        let inside = matches!(self.printed.links.get(link), Some(Target::Spot(..)));
        let is_fact = || {
            let facts = &self.known.facts;
            facts.iter().any(|fact| squeeze(&fact.text).0 == text)
        };
        (inside && self.spots.is_empty() && is_fact()).then_some(Ok(()))
    }

    /// Numbers that stand where only a number of the paper's own order can.
    fn by_place(
        &self,
        line: &Line<'_>,
        numeral: &Numeral<'_>,
        is_first: bool,
        is_last: bool,
        sections: &mut Sections,
    ) -> bool {
        let at_start = is_first && line.text[..numeral.start].trim().is_empty();
        let pages = self.printed.pages;
        match line.block.place {
            Place::Label => {
                let rest = line.text.trim().trim_matches(['[', ']', '(', ')', '.']);
                rest == numeral.core && numeral.is_section()
            }
            Place::Heading => at_start && sections.follows(numeral),
            Place::Contents => {
                let end = line.text[numeral.end..].trim().is_empty();
                let page = is_last && end && numeral.whole().is_some_and(|page| page <= pages);
                let (entry, _) = squeeze(line.text[..line.text.len()].trim_end());
                let of_heading = self
                    .headings
                    .iter()
                    .any(|heading| entry.starts_with(heading));
                page || of_heading || (at_start && numeral.is_section())
            }
            Place::Artifact => {
                let page = line.page_at(numeral.start);
                let number = numeral.whole();
                let is_page = number.is_some_and(|n| n == page || n == pages);
                // a head that is repeated comes line by line; a number alone is that of the page
                let repeats = |cell: &&str| cell.contains(line.squeezed.as_str());
                let is_alone = number.is_some() && line.squeezed == numeral.core;
                is_page || !is_alone && self.repeated.iter().any(repeats)
            }
            _ => false,
        }
    }

    /// Whether it stands beside the text that it belongs to.
    fn beside(&self, place: usize, numeral: &Numeral<'_>) -> bool {
        let block = self.lines[place].block;
        let lone: Vec<usize>;
        let around = if let Some(row) = self.rows.get(&block.whole) {
            row
        } else {
            lone = (place.saturating_sub(2)..=place).collect();
            &lone
        };
        let texts: Vec<String> = around
            .iter()
            .filter_map(|&place| self.lines.get(place))
            .map(|line| line.squeezed.clone())
            .collect();
        self.known
            .belongs(numeral.core, &texts, block.place == Place::Cell)
    }
}
