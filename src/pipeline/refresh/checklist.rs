//! What a person decides of a new edition, in Markdown: a heading per question, a box per decision.
//!
//! In: what CBS said, what was fetched, and the figures of both editions. Out: text. Nothing fails but a claim that cannot be tested.

use std::collections::{BTreeMap, BTreeSet};

use super::super::report::newest;
use crate::base::failure::{Failure, Report};
use crate::figures::Tidy;
use crate::gemeente::RegionId;
use crate::inquire::{self, Checked, Inquiry};
use crate::query::{Edition, Queries, Service, Topic};
use crate::source::fetch::{Outcome, TableReport, UpdateReport, UpdateStatus};

/// What the last edition was like.
pub(super) struct Before {
    /// How each claim stood, by id.
    pub(super) claims: BTreeMap<String, &'static str>,
    /// The year that was used of each indicator, by id.
    pub(super) years: BTreeMap<String, Option<i32>>,
    /// Topics that the newest table of a family lacked.
    pub(super) lacking: BTreeSet<String>,
}

/// What the newest table of each family lacks: the family, the table, and the topic.
pub(super) fn lacking<'a>(
    queries: &'a Queries,
    tidy: &'a Tidy,
) -> impl Iterator<Item = (&'a str, &'a str, &'a Topic)> {
    newest(queries, tidy)
        .into_iter()
        .flat_map(move |(family, (table, _))| {
            let topics = queries.topics.iter();
            let lacking = topics.filter(move |topic| tidy.lacks(table, &topic.id));
            lacking.map(move |topic| (family, table, topic))
        })
}

/// The list while it is made.
pub(super) struct Checklist {
    year: i32,
    last: String,
    done: Vec<String>,
    parts: Vec<(&'static str, Vec<String>)>,
}

impl Checklist {
    pub(super) fn new(year: i32, last: &Edition, is_there: bool) -> Self {
        let mut list = Self {
            year,
            last: last.id.clone(),
            done: Vec::new(),
            parts: Vec::new(),
        };
        if is_there {
            list.did(format!("edition `{year}` was there: it goes on"));
        }
        list
    }

    /// Notes what the program did itself.
    pub(super) fn did(&mut self, what: String) {
        self.done.push(what);
    }

    fn part(&mut self, title: &'static str, boxes: Vec<String>) {
        self.parts.push((title, boxes));
    }

    /// What became of the tables: those that failed, ended, or come by hand.
    pub(super) fn tables(
        &mut self,
        queries: &Queries,
        news: &[UpdateReport],
        reports: &[TableReport],
    ) {
        let fetched = reports.iter().filter(|of| of.outcome == Outcome::Fetched);
        let fetched: Vec<String> = fetched.map(|of| format!("`{}`", of.table)).collect();
        if !fetched.is_empty() {
            self.did(format!("fetched {}", fetched.join(", ")));
        }
        let mut boxes = Vec::new();
        for report in reports {
            let lists = report.lists.as_ref().and_then(|of| of.error.as_ref());
            if let Some(error) = report.error.as_ref().or(lists) {
                let hint = error
                    .hint()
                    .map_or_else(String::new, |hint| format!(" ({hint})"));
                boxes.push(format!("`{}` was not taken: {error}{hint}", report.table));
            }
        }
        let mut codes: Vec<&String> = reports.iter().flat_map(|of| &of.new_regions).collect();
        codes.sort_unstable();
        codes.dedup();
        for code in codes {
            boxes.push(format!(
                "{code} is in figures and on no list of `data/regions`"
            ));
        }
        for of in news {
            let is_held = !of.pinned.is_empty();
            if is_held && matches!(of.status, UpdateStatus::Discontinued | UpdateStatus::Gone) {
                boxes.push(format!(
                    "`{}`: {}; is there another source?",
                    of.table, of.note
                ));
            }
        }
        self.part("Tables that failed, ended or brought something new", boxes);
        let files = queries.tables.values();
        let files = files.filter(|table| table.service == Service::File);
        let mut families: BTreeMap<&str, &str> = BTreeMap::new();
        let mut in_order: Vec<_> = files.collect();
        in_order.sort_by_key(|table| table.place);
        for table in in_order {
            families.insert(table.family.as_deref().unwrap_or(&table.id), &table.id);
        }
        let boxes = families.values().map(|last| {
            format!(
                "`{last}` is a file: is there one of {}? `import` brings it",
                self.year
            )
        });
        let boxes = boxes.collect();
        self.part("Files that no program fetches", boxes);
    }

    /// Whose lists they are, how old, and which members go on in another gemeente.
    pub(super) fn networks(&mut self, inquiry: &Inquiry<'_>, last: &Edition) {
        let figures = inquiry.register.figures();
        let gemeenten = &figures.gemeenten;
        let (mut lists, mut merged) = (Vec::new(), Vec::new());
        let name = |region: RegionId, year: i32| gemeenten.regions.short_name(region, year);
        for group in figures.groups.networks() {
            let (id, date) = (&group.name.id, &group.list_date);
            let newer = gemeenten.networks.dates(id).filter(|of| *of > date);
            let newer: Vec<&str> = newer.map(String::as_str).collect();
            let newer = match newer.as_slice() {
                [] => String::new(),
                newer => format!("; there are newer lists, of {}", newer.join(", ")),
            };
            let incomplete = if group.complete {
                ""
            } else {
                ", not all known"
            };
            lists.push(format!(
                "{id}: the list of {date}, {} members{incomplete} ({}){newer}; does it still hold?",
                group.members.len(),
                group.source
            ));
            let Ok(list) = gemeenten.networks.list(id, date) else {
                continue;
            };
            let before = list.members(
                last.boundaries,
                &gemeenten.regions,
                &gemeenten.herindelingen,
            );
            for member in before {
                let (from, to) = (last.boundaries, self.year);
                let now = gemeenten.herindelingen.successor(member.region, from, to);
                if now != member.region {
                    merged.push(format!(
                        "{id}: {} ({}) goes on in {} ({now}); is that a member?",
                        name(member.region, from),
                        member.region,
                        name(now, to)
                    ));
                }
            }
        }
        self.part("Members that merged", merged);
        self.part("Lists of members", lists);
    }

    /// What has no figures, and what has none that are newer.
    pub(super) fn figures(&mut self, inquiry: &Inquiry<'_>, before: &Before) {
        let (queries, figures) = (inquiry.register.queries(), inquiry.register.figures());
        let (mut boxes, mut same) = (Vec::new(), Vec::new());
        for id in queries.indicator_ids() {
            let name = &queries[id].id;
            let used = figures.used(id);
            let was = before.years.get(name).copied().flatten();
            match (was, used.year) {
                (Some(was), None) => {
                    boxes.push(format!("`{name}` has no figures any more (was of {was})"));
                }
                (Some(was), Some(now)) if now < was => {
                    boxes.push(format!("`{name}` is of {now}, and was of {was}"));
                }
                (Some(was), Some(now)) if now == was => same.push(format!("`{name}` ({now})")),
                _ => {}
            }
            if let Some(passed) = &used.passed_over {
                boxes.push(format!("held back: {}", passed.why));
            }
        }
        for of in &figures.tidy.unfound {
            let (place, id) = (&queries[of.topic].place, &queries[of.topic].id);
            if !of.optional {
                let nearest = figures.tidy.nearest(queries, of);
                boxes.push(format!(
                    "{place}: topic `{id}` is not in {}; {nearest}",
                    of.tables
                ));
            }
        }
        for (family, table, topic) in lacking(queries, &figures.tidy) {
            if !before.lacking.contains(&topic.id) {
                boxes.push(format!(
                    "{}: topic `{}` is not in `{table}`, the newest of `{family}`, or has another unit there",
                    topic.place, topic.id
                ));
            }
        }
        if !same.is_empty() {
            boxes.push(format!(
                "no newer figures than in `{}`: {}",
                self.last,
                same.join(", ")
            ));
        }
        self.part("Figures that are lacking, held back or no newer", boxes);
    }

    /// Claims that stand otherwise than they did.
    pub(super) fn claims(&mut self, inquiry: &Inquiry<'_>, before: &Before) -> Result<(), Failure> {
        let mut boxes = Vec::new();
        for (tested, made) in inquiry.claims()? {
            let id = &tested.claim.id;
            let (was, now) = (
                before.claims.get(id).copied().unwrap_or("new"),
                tested.state.word(),
            );
            if was != now {
                let made = if made { ", and a chapter makes it" } else { "" };
                let sentence = crate::fact::plain(&tested.segments);
                boxes.push(format!(
                    "{}: claim `{id}` was `{was}` and is `{now}`{made}: {sentence}",
                    tested.claim.place
                ));
            }
        }
        self.part("Claims that turned", boxes);
        Ok(())
    }

    /// Texts that name the year of the last edition.
    pub(super) fn texts(&mut self, inquiry: &Inquiry<'_>) {
        let year = self.last.get(..4).unwrap_or_default();
        let queries = inquiry.register.queries();
        let named = queries.texts.iter().filter(|text| text.text.contains(year));
        let boxes = named.map(|text| format!("{}: {}", text.place, text.text));
        let mut boxes: Vec<String> = boxes.collect();
        for (place, line) in inquiry.chapters.lines_with(year) {
            boxes.push(format!("{place}: {line}"));
        }
        self.part("Texts that name the year of the last edition", boxes);
    }

    /// What must hold and does not.
    pub(super) fn checks(&mut self, inquiry: &Inquiry<'_>) -> Result<(), Failure> {
        let checks = inquire::check(inquiry)?.into_iter();
        let failing = checks.filter(|check| check.state == Checked::Fail);
        let boxes = failing.map(|check| {
            let (kind, id, detail) = (check.kind.word(), &check.id, &check.detail);
            format!("{kind} `{id}`: {detail}")
        });
        self.part("Checks that fail", boxes.collect());
        Ok(())
    }

    /// The list as Markdown, with what changed as `diff` tells it.
    pub(super) fn into_text(self, changed: &str) -> String {
        let (year, last) = (self.year, self.last);
        let mut text = format!("# Edition {year}, after {last}\n");
        if !self.done.is_empty() {
            text += "\nDone:\n\n";
            text.extend(self.done.iter().map(|done| format!("- {done}\n")));
        }
        for (title, boxes) in self.parts {
            text += "\n## ";
            text += title;
            text += "\n\n";
            if boxes.is_empty() {
                text += "Nothing.\n";
            }
            let lines = boxes.iter().map(|one| one.replace('\n', " "));
            text.extend(lines.map(|one| format!("- [ ] {one}\n")));
        }
        text += "\n## What changed\n\n";
        for line in changed.lines() {
            let indent = if line.is_empty() { "" } else { "    " };
            text.extend([indent, line, "\n"]);
        }
        text + &format!(
            "\nThen: `check`, `diff {last} {year} --all`, `build`, and read the paper. `new-edition {year}` makes this list again.\n"
        )
    }
}
