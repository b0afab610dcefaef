//! The back-check: every numeral in the finished PDF came from the program.
//!
//! In: the text of a PDF and what the program gave to print. Out: [`Finding`]s, each with page, numeral and the words
//! around it. A figure passes where it is the text of a link to its own fact, in a sentence, table or chart that the
//! program wrote, or beside the text it belongs to; so a number typed into a chapter is found also when some fact
//! happens to print the same. Years, dates, and numbers of pages, sections, figures, tables and notes pass by their form.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::known::{Known, PrintedFact};
use super::numerals::{Numeral, numerals, squeeze};
use super::text::{Block, Place, Printed, Target};

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

/// A block with all its text in one.
struct Line<'a> {
    block: &'a Block,
    text: String,
    /// Where each run starts in the text.
    starts: Vec<usize>,
    squeezed: String,
}

impl<'a> Line<'a> {
    fn new(block: &'a Block) -> Self {
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

    fn run_at(&self, place: usize) -> usize {
        self.starts
            .partition_point(|&start| start <= place)
            .saturating_sub(1)
    }

    fn page_at(&self, place: usize) -> usize {
        self.block.runs[self.run_at(place)].page
    }

    fn link_at(&self, place: usize) -> Option<usize> {
        self.block.runs[self.run_at(place)].link
    }

    /// All text of the link around a place.
    fn link_text(&self, link: usize) -> String {
        let runs = self.block.runs.iter();
        runs.filter(|run| run.link == Some(link))
            .map(|run| run.text.as_str())
            .collect()
    }

    fn finding(&self, numeral: &Numeral<'_>, wrong: Wrong) -> Finding {
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

/// Looks at every numeral of a PDF.
pub fn check(printed: &Printed, known: &Known) -> Vec<Finding> {
    let lines: Vec<Line<'_>> = printed.blocks.iter().map(Line::new).collect();
    let rows = rows(&lines);
    let appendix = appendix(&lines, &rows, known);
    let check = Check {
        printed,
        known,
        lines: &lines,
        spots: spots(printed, &lines, &appendix),
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

fn squeezed_of<'a>(lines: &'a [Line<'_>], keep: impl Fn(Place) -> bool) -> BTreeSet<&'a str> {
    lines
        .iter()
        .filter(|line| keep(line.block.place))
        .map(|line| line.squeezed.as_str())
        .collect()
}

type Rows = BTreeMap<usize, Vec<usize>>;

/// Lines by the row, list item or note they are in.
fn rows(lines: &[Line<'_>]) -> Rows {
    let mut rows = Rows::new();
    for (place, line) in lines.iter().enumerate() {
        if line.block.whole != 0 {
            rows.entry(line.block.whole).or_default().push(place);
        }
    }
    rows
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
            let said = [&fact.text, &fact.label].map(|text| squeeze(text).0);
            return Some(if said.contains(&text) {
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
                let is_page = number.is_some_and(|n| n.abs_diff(page) <= 2 || n == pages);
                // a head that is repeated comes line by line
                let repeats = |cell: &&str| cell.contains(line.squeezed.as_str());
                is_page || self.repeated.iter().any(repeats)
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

/// The row of a fact in the appendix.
pub struct Row<'a> {
    /// The fact.
    pub fact: &'a PrintedFact,
    /// Number of its row.
    pub whole: usize,
    /// Place of the line that holds its label.
    place: usize,
}

/// The rows of the appendix: those that hold a fact's label, or its number, and what it is.
fn appendix<'a>(lines: &[Line<'_>], rows: &Rows, known: &'a Known) -> Vec<Row<'a>> {
    let by_what: BTreeMap<&str, Vec<&PrintedFact>> =
        known.facts.iter().fold(BTreeMap::new(), |mut map, fact| {
            map.entry(fact.what.as_str()).or_default().push(fact);
            map
        });
    let mut found = Vec::new();
    for (&whole, row) in rows {
        let facts = row
            .iter()
            .filter_map(|&place| by_what.get(lines[place].squeezed.as_str()));
        for &fact in facts.flatten() {
            let label = squeeze(&fact.label).0;
            let number = fact.label.rsplit('-').next().unwrap_or_default();
            let of_label = |text: &str| text == label || text == number;
            let place = row.iter().find(|&&place| of_label(&lines[place].squeezed));
            found.extend(place.map(|&place| Row { fact, whole, place }));
        }
    }
    found
}

/// Furthest that a link may lead above or below the line it means, in points.
const REACH: f64 = 60.0;

/// Which fact each link leads to.
///
/// A link names a height on a page, not a label. The distance between that height and the row of the label is the same
/// for every fact, so the distance at which most links print their fact's text is the true one.
fn spots<'a>(
    printed: &Printed,
    lines: &[Line<'_>],
    appendix: &[Row<'a>],
) -> BTreeMap<usize, &'a PrintedFact> {
    let mut labels: BTreeMap<usize, Vec<(f64, &PrintedFact)>> = BTreeMap::new();
    for row in appendix {
        let run = &lines[row.place].block.runs[0];
        labels.entry(run.page).or_default().push((run.y, row.fact));
    }
    let mut texts: BTreeMap<usize, String> = BTreeMap::new();
    for line in lines {
        for link in line.block.runs.iter().filter_map(|run| run.link) {
            texts
                .entry(link)
                .or_insert_with(|| squeeze(&line.link_text(link)).0);
        }
    }
    let mut candidates = Vec::new();
    let mut votes: BTreeMap<i64, usize> = BTreeMap::new();
    for (&link, text) in &texts {
        let Some(Target::Spot(page, height)) = printed.links.get(link) else {
            continue;
        };
        for &(y, fact) in labels.get(page).into_iter().flatten() {
            let off = height - y;
            if off.abs() > REACH {
                continue;
            }
            candidates.push((link, off, fact));
            if squeeze(&fact.text).0 == *text {
                *votes.entry(half_points(off)).or_default() += 1;
            }
        }
    }
    let most = votes.iter().max_by_key(|(off, count)| (**count, -**off));
    let Some((&true_off, _)) = most else {
        return BTreeMap::new();
    };
    candidates
        .into_iter()
        .filter(|(_, off, _)| (half_points(*off) - true_off).abs() <= 1)
        .map(|(link, _, fact)| (link, fact))
        .collect()
}

fn half_points(off: f64) -> i64 {
    (off * 2.0).round() as i64
}

/// Facts whose row in the appendix is not there or prints another value; with what is wrong.
pub fn misprinted(printed: &Printed, known: &Known) -> Vec<String> {
    let lines: Vec<Line<'_>> = printed.blocks.iter().map(Line::new).collect();
    let rows = rows(&lines);
    let appendix = appendix(&lines, &rows, known);
    let by_id: BTreeMap<&str, &Row<'_>> = appendix
        .iter()
        .map(|row| (row.fact.id.as_str(), row))
        .collect();
    let mut wrong = Vec::new();
    for fact in &known.facts {
        let text = squeeze(&fact.text).0;
        match by_id
            .get(fact.id.as_str())
            .and_then(|row| rows.get(&row.whole))
        {
            None => wrong.push(format!("`{}` has no row in the appendix", fact.id)),
            Some(row) if !row.iter().any(|&place| lines[place].squeezed == text) => {
                let page = lines[row[0]].block.runs[0].page;
                wrong.push(format!(
                    "page {page}: the row of `{}` ({}) does not print `{}`",
                    fact.id, fact.label, fact.text
                ));
            }
            Some(_) => {}
        }
    }
    wrong
}
