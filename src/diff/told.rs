//! Changes as a person reads them, and as a program does.
//!
//! In: [`Changes`] or a [`Revision`]. Out: a table whose columns stand under each other, largest first, of which the rest is
//! counted unless all is wanted; or CSV, a row per figure and cause. Cannot fail.

use std::fmt::Write as _;

use super::cause::Cause;
use super::cells::Revision;
use super::chain::Moved;
use super::figure::{Amount, Change, Part, Whom};
use super::order::Urgency;
use super::{Changes, Effect};
use crate::base::csv::Sheet;
use crate::base::number::csv_number;

/// Lines of a table that are shown unless all are wanted.
const SHOWN: usize = 20;

/// The columns of `diff --csv`: a row per figure and cause.
pub const COLUMNS_FIGURES: [&str; 18] = [
    "indicator",
    "unit",
    "kind",
    "id",
    "name",
    "stat",
    "old_period",
    "new_period",
    "old",
    "new",
    "change",
    "cause",
    "part",
    "old_text",
    "new_text",
    "change_text",
    "part_text",
    "note",
];

/// The columns of `diff --table --csv`: a row per cell.
pub const COLUMNS_CELLS: [&str; 8] = [
    "table", "region", "name", "topic", "unit", "period", "old", "new",
];

/// Lines whose cells stand under each other.
struct Lines {
    rows: Vec<Vec<String>>,
    /// How many more there are.
    rest: usize,
}

impl Lines {
    fn of<T>(all: &[T], limit: usize, cells: impl Fn(&T) -> Vec<String>) -> Self {
        Self {
            rows: all.iter().take(limit).map(cells).collect(),
            rest: all.len().saturating_sub(limit),
        }
    }

    fn write(&self, out: &mut String) {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or_default();
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells
                .map(|cell| cell.chars().count())
                .max()
                .unwrap_or_default()
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        for row in &self.rows {
            let mut line = String::from(" ");
            for (cell, width) in row.iter().zip(&widths) {
                let _ = write!(
                    line,
                    " {cell}{}",
                    " ".repeat(width - cell.chars().count() + 1)
                );
            }
            out.push_str(line.trim_end());
            out.push('\n');
        }
        if self.rest > 0 {
            let _ = writeln!(out, "  and {} more (`--all` shows them)", self.rest);
        }
    }
}

const fn limit(all: bool) -> usize {
    if all { usize::MAX } else { SHOWN }
}

/// Printed texts have no-break spaces, which a terminal does not need.
fn plain(text: &str) -> String {
    text.replace(['\u{a0}', '\u{202f}'], " ")
}

impl Changes {
    /// As a table; all of it, or the largest and a count of the rest.
    pub fn to_text(&self, old: &str, new: &str, all: bool) -> String {
        let (changed, compared) = (self.figures.len(), self.compared);
        let printed = self.figures.iter().filter(|of| of.shows()).count();
        let mut out = format!(
            "{old} -> {new}: {changed} of {compared} figures changed, {printed} of them in print"
        );
        let causes = self.by_cause().into_iter();
        let causes: Vec<String> = causes
            .map(|(cause, count)| format!("{} {count}", cause.english()))
            .collect();
        if !causes.is_empty() {
            let _ = write!(out, " ({})", causes.join(", "));
        }
        out.push('\n');
        for note in &self.notes {
            let _ = writeln!(out, "note: {note}");
        }
        for (urgency, title) in [
            (
                Urgency::Unannounced,
                "changed for a year that was printed before, by the source or the code",
            ),
            (Urgency::Group, "figures of groups"),
            (Urgency::Gemeente, "figures of gemeenten"),
        ] {
            let of: Vec<&Change> = self
                .figures
                .iter()
                .filter(|of| of.urgency() == urgency)
                .collect();
            if !of.is_empty() {
                let _ = writeln!(out, "\n{title}: {}", of.len());
                Lines::of(&of, limit(all), |of| cells(of)).write(&mut out);
            }
        }
        for moved in &self.members {
            let Moved {
                group,
                joined,
                left,
            } = moved;
            let _ = write!(out, "\nmembers of {group}:");
            for (what, names) in [("joined", joined), ("left", left)] {
                if !names.is_empty() {
                    let _ = write!(out, " {what} {} ({})", names.len(), names.join(", "));
                }
            }
            out.push('\n');
        }
        if !self.ended.is_empty() {
            let _ = writeln!(
                out,
                "\ngemeenten that ended: {} ({})",
                self.ended.len(),
                self.ended.join(", ")
            );
        }
        self.effect.write(&mut out, all);
        out
    }

    /// As CSV, a row per figure and cause.
    pub fn to_csv(&self) -> Vec<u8> {
        let mut sheet = Sheet::new(&COLUMNS_FIGURES, self.figures.len());
        for change in &self.figures {
            for part in &change.parts {
                row(&mut sheet, change, part);
            }
        }
        sheet.into_bytes()
    }
}

impl Effect {
    fn write(&self, out: &mut String, all: bool) {
        let _ = writeln!(out, "\nclaims that turned: {}", self.claims.len());
        Lines::of(&self.claims, limit(all), |of| {
            vec![
                of.id.clone(),
                format!("{} -> {}", of.old, of.new),
                plain(&of.sentence),
            ]
        })
        .write(out);
        let _ = writeln!(
            out,
            "\nfacts that print something else: {} of {}",
            self.facts.len(),
            self.compared
        );
        Lines::of(&self.facts, limit(all), |of| {
            vec![
                of.id.clone(),
                format!("{} -> {}", plain(&of.old), plain(&of.new)),
            ]
        })
        .write(out);
    }
}

/// A change in cells: what, whom, from what to what, why, and what else.
fn cells(change: &Change) -> Vec<String> {
    let median = if change.median { ", median" } else { "" };
    let whom = match &change.whom {
        Whom::Group(id) => id.clone(),
        Whom::Gemeente(code, name) => format!("{code} {name}"),
    };
    let amount = |of: &Option<Amount>| {
        let text = of
            .as_ref()
            .map(|of| format!("{} ({})", plain(&of.text), of.year));
        text.unwrap_or_else(|| "no figure".to_owned())
    };
    // why a series broke is long, and stands in the CSV
    let short = |note: &String| note.split(':').next().unwrap_or_default().to_owned();
    let notes: Vec<String> = change.notes.iter().map(short).collect();
    vec![
        format!("{} [{}{median}]", change.indicator, change.unit),
        whom,
        format!("{} -> {}", amount(&change.old), amount(&change.new)),
        plain(&change.text),
        why(change),
        notes.join("; "),
    ]
}

/// Why a figure changed: what does not show in print is left out where something else does.
fn why(change: &Change) -> String {
    let shown: Vec<&Part> = change.parts.iter().filter(|part| part.shows()).collect();
    let all: Vec<&Part> = change.parts.iter().collect();
    let parts = if shown.is_empty() { all } else { shown };
    let told = parts.into_iter().map(|part| {
        let causes: Vec<&str> = part.causes.iter().map(|cause| cause.english()).collect();
        let causes = causes.join(" and ");
        match part.change {
            Some(_) => format!("{causes} {}", plain(&part.text)),
            None if change.new.is_none() => format!("gone: {causes}"),
            None => format!("first: {causes}"),
        }
    });
    told.collect::<Vec<_>>().join(", ")
}

fn row(sheet: &mut Sheet, change: &Change, part: &Part) {
    let kind = match change.whom {
        Whom::Group(_) => "group",
        Whom::Gemeente(..) => "gemeente",
    };
    sheet.text(&change.indicator);
    sheet.text(&change.unit);
    sheet.text(kind);
    sheet.text(change.whom.id());
    sheet.text(change.whom.name());
    sheet.text(if change.median { "median" } else { "value" });
    sheet.integer(change.old.as_ref().map(|of| of.year));
    sheet.integer(change.new.as_ref().map(|of| of.year));
    sheet.number(change.old.as_ref().map(|of| of.value));
    sheet.number(change.new.as_ref().map(|of| of.value));
    sheet.number(change.whole());
    let causes: Vec<&str> = part.causes.iter().copied().map(Cause::word).collect();
    sheet.text(&causes.join(" "));
    sheet.number(part.change);
    let text = |of: &Option<Amount>| of.as_ref().map_or_else(String::new, |of| plain(&of.text));
    sheet.text(&text(&change.old));
    sheet.text(&text(&change.new));
    sheet.text(&plain(&change.text));
    sheet.text(&plain(&part.text));
    sheet.text(&change.notes.join("; "));
    sheet.end_row();
}

impl Revision {
    /// As a table; all of it, or the largest and a count of the rest.
    pub fn to_text(&self, all: bool) -> String {
        self.shown(limit(all))
    }

    /// What `fetch` and `import` tell: the largest few. Nothing where no cell differs.
    pub fn summary(&self) -> String {
        const FEW: usize = 5;
        if self.cells.is_empty() {
            return String::new();
        }
        let shown = self.shown(FEW);
        shown.replace(
            "(`--all` shows them)",
            &format!("(`diff --table {}` shows them)", self.table),
        )
    }

    fn shown(&self, limit: usize) -> String {
        let (changed, compared) = (self.cells.len(), self.compared);
        let (table, old, new) = (&self.table, &self.old, &self.new);
        let mut out = format!(
            "table `{table}`, `{old}` -> `{new}`: {changed} of {compared} figures are others\n"
        );
        let years = |years: &std::collections::BTreeSet<i32>| {
            years
                .iter()
                .map(i32::to_string)
                .collect::<Vec<_>>()
                .join(", ")
        };
        for (what, of) in [("for the first time", &self.added), ("no more", &self.gone)] {
            if !of.is_empty() {
                let _ = writeln!(out, "  figures of {} {what}", years(of));
            }
        }
        for topic in &self.gone_topics {
            let _ = writeln!(out, "  topic `{topic}` no more");
        }
        Lines::of(&self.cells, limit, |cell| {
            let both = cell.old.zip(cell.new).filter(|(old, _)| *old != 0.0);
            let percent = both.map(|(old, new)| format!("{:+.1}%", (new / old - 1.0) * 100.0));
            vec![
                format!("{} {}", cell.region, cell.name),
                cell.year.to_string(),
                format!("{} -> {}", cell.text(cell.old), cell.text(cell.new)),
                percent.unwrap_or_default(),
                format!("{} [{}]", cell.topic, cell.unit),
            ]
        })
        .write(&mut out);
        out
    }

    /// As CSV, a row per cell.
    pub fn to_csv(&self) -> Vec<u8> {
        let mut sheet = Sheet::new(&COLUMNS_CELLS, self.cells.len());
        for cell in &self.cells {
            for text in [
                &self.table,
                &cell.region,
                &cell.name,
                &cell.topic,
                &cell.unit,
            ] {
                sheet.text(text);
            }
            sheet.integer(Some(cell.year));
            for value in [cell.old, cell.new] {
                sheet.ready(value.map(csv_number).unwrap_or_default().as_bytes());
            }
            sheet.end_row();
        }
        sheet.into_bytes()
    }
}
