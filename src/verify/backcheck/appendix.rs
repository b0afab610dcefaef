//! The appendix of a paper: the row of each fact, and which fact each link leads to.
//!
//! In: the lines of a PDF and the facts that it was given. Out: rows, facts by link, and what the appendix misprints.
//! Cannot fail. The peculiarity it exists for: a link in a PDF names a height on a page, not the label that it means.

use std::collections::BTreeMap;

use super::line::{Line, Rows, rows};
use crate::verify::known::{Known, PrintedFact};
use crate::verify::numerals::squeeze;
use crate::verify::text::{Printed, Target};

/// The row of a fact in the appendix.
pub(super) struct Row<'a> {
    /// The fact.
    fact: &'a PrintedFact,
    /// Number of its row.
    whole: usize,
    /// Place of the line that holds its label.
    pub(super) place: usize,
}

/// The rows of the appendix: those that hold a fact's label, or its number, and what it is.
pub(super) fn appendix<'a>(lines: &[Line<'_>], rows: &Rows, known: &'a Known) -> Vec<Row<'a>> {
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
pub(super) fn spots<'a>(
    printed: &Printed,
    lines: &[Line<'_>],
    appendix: &[Row<'a>],
    known: &'a Known,
) -> BTreeMap<usize, &'a PrintedFact> {
    let mut spots = elsewhere(printed, known);
    spots.extend(here(printed, lines, appendix));
    spots
}

/// The links that lead to a fact of another document.
fn elsewhere<'a>(printed: &Printed, known: &'a Known) -> BTreeMap<usize, &'a PrintedFact> {
    let by_label: BTreeMap<&str, &PrintedFact> = known
        .facts
        .iter()
        .map(|fact| (fact.label.as_str(), fact))
        .collect();
    let links = printed.links.iter().enumerate();
    let of_label = links.filter_map(|(link, target)| match target {
        Target::Label(label) => Some((link, *by_label.get(label.as_str())?)),
        _ => None,
    });
    of_label.collect()
}

/// The links that lead to a row of the appendix.
fn here<'a>(
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
