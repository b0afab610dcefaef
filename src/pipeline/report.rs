//! What a build did, in words: what was written, what is missing, held back or provisional.
//!
//! In: the figures and what the run noted. Out: lines for whoever ran it. Nothing fails here.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::made::Told;
use crate::base::clock::Clock;
use crate::figures::{Buurten, Figures, GroupFigure, Lacking, Provenance, Tidy};
use crate::gemeente::RegionId;
use crate::publish;
use crate::query::{IndicatorId, Queries, TopicId, Way};
use crate::verify;

/// What a build did.
#[derive(Debug, Default)]
pub struct BuildReport {
    lines: Vec<String>,
    warned: Vec<String>,
    pub(super) notes: Vec<String>,
    /// What changed since the last build.
    pub(super) since: Vec<String>,
    pub(super) clock: Clock,
}

impl BuildReport {
    pub(super) fn summarise(
        &mut self,
        folder: &Path,
        queries: &Queries,
        figures: &Figures,
        used: &BTreeSet<IndicatorId>,
        verbose: bool,
    ) {
        self.lines.push(format!(
            "wrote edition `{}` to `{}`",
            figures.edition.id,
            folder.display()
        ));
        let (mut lacking, mut provisional) = (Vec::new(), Vec::new());
        let subject = figures.groups.subject().id;
        for id in queries.indicator_ids() {
            let (name, used) = (format!("`{}`", queries[id].id), figures.used(id));
            let Some(year) = used.year else {
                lacking.push(name);
                continue;
            };
            if let Some(passed) = &used.passed_over {
                self.notes.push(format!("held back: {}", passed.why));
            }
            let figure = figures.group(id, subject, year);
            if figure.is_some_and(GroupFigure::is_provisional) {
                provisional.push(name);
            }
        }
        let all = queries.indicators.len();
        let with_figures = all - lacking.len();
        self.lines
            .push(format!("{with_figures} of {all} indicators have figures"));
        self.note("missing: no figures for", &lacking);
        self.note("provisional:", &provisional);
        self.summarise_unfound(queries, figures, used);
        self.summarise_lacking(&figures.tidy.lacking, verbose);
        self.notes.extend(figures.tidy.unknown_codes());
        self.summarise_overlaps(&figures.tidy);
    }

    /// What is told of wijken and buurten, and what of them is asked and not there.
    pub(super) fn summarise_buurten(&mut self, queries: &Queries, buurten: &Buurten) {
        if queries.per_buurt.is_empty() {
            return;
        }
        let (regions, cells) = (buurten.regions.len(), buurten.figures.len());
        self.lines.push(format!(
            "{cells} figures of {regions} wijken and buurten of members, each year's counted apart"
        ));
        let lacking: Vec<String> = buurten
            .lacking
            .iter()
            .map(|table| format!("`{table}`"))
            .collect();
        self.note(
            "missing: asked per buurt and not in `data/`: table",
            &lacking,
        );
        let empty = buurten
            .empty
            .iter()
            .map(|id| format!("`{}`", queries[*id].id));
        self.note(
            "missing: no figure per buurt for",
            &empty.collect::<Vec<_>>(),
        );
        let told = |left_out: &BTreeMap<RegionId, BTreeSet<i32>>| -> Vec<String> {
            let one = |(gemeente, years): (&RegionId, &BTreeSet<i32>)| {
                let years: Vec<String> = years.iter().map(i32::to_string).collect();
                format!("{gemeente} in {}", years.join(", "))
            };
            left_out.iter().map(one).collect()
        };
        let of = "left out: wijken and buurten of gemeenten that";
        let divided = told(&buurten.divided);
        self.note(&format!("{of} were divided since:"), &divided);
        let unknown = told(&buurten.unknown);
        self.note(&format!("{of} no list of their year has:"), &unknown);
    }

    /// What is asked and not in `data/`: whole tables by name, topics by number unless all are wanted.
    fn summarise_lacking(&mut self, lacking: &[Lacking], verbose: bool) {
        let mut tables = Vec::new();
        let mut topics: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for missing in lacking {
            match missing {
                Lacking::Table(table) => tables.push(format!("`{table}`")),
                Lacking::Topic { table, topic } => {
                    topics.entry(table).or_default().push(format!("`{topic}`"));
                }
            }
        }
        self.note("missing: asked and not in `data/`: table", &tables);
        if verbose {
            for (table, names) in &topics {
                self.note(&format!("missing: table `{table}` lacks"), names);
            }
        } else if !topics.is_empty() {
            let count: usize = topics.values().map(Vec::len).sum();
            let tables = topics.len();
            self.notes.push(format!(
                "missing: {tables} tables lack {count} of the topics asked (`--verbose` names them)"
            ));
        }
    }

    /// What the paper uses and no table has, with the nearest; and what the newest table of a family lacks of it.
    fn summarise_unfound(
        &mut self,
        queries: &Queries,
        figures: &Figures,
        used: &BTreeSet<IndicatorId>,
    ) {
        let using = |topic: TopicId| {
            let mut of = used.iter().copied();
            of.find(|id| {
                queries[*id]
                    .ways
                    .iter()
                    .any(|way| way.topics().any(|of| of == topic))
            })
        };
        for unfound in &figures.tidy.unfound {
            let Some(id) = using(unfound.topic) else {
                continue;
            };
            let (topic, indicator) = (&queries[unfound.topic], &queries[id].id);
            // another way may do without what is optional
            if unfound.optional && figures.used(id).year.is_some() {
                continue;
            }
            let nearest = figures.tidy.nearest(queries, unfound);
            self.notes.push(format!(
                "missing: {}: topic `{}` of `{indicator}` is not in {}; {nearest}",
                topic.place, topic.id, unfound.tables
            ));
        }
        for (family, (table, year)) in newest(queries, &figures.tidy) {
            let behind = used.iter().filter(|id| {
                let is_older = figures.used(**id).year.is_none_or(|of| of < year);
                let mut topics = queries[**id].ways.iter().flat_map(Way::topics);
                is_older && topics.any(|topic| figures.tidy.lacks(table, &queries[topic].id))
            });
            let behind: Vec<String> = behind.map(|id| format!("`{}`", queries[*id].id)).collect();
            self.note(
                &format!("missing: `{table}`, the newest table of `{family}`, lacks topics of"),
                &behind,
            );
        }
    }

    fn summarise_overlaps(&mut self, tidy: &Tidy) {
        for of in &tidy.overlaps {
            let years: Vec<String> = of.years.iter().map(ToString::to_string).collect();
            let (topic, used, other, years) = (&of.topic, &of.used, &of.other, years.join(", "));
            self.notes.push(format!(
                "overlap: topic `{topic}` is in `{used}` and in `{other}` for {years}: the first counts"
            ));
        }
    }

    /// What stays true as long as nothing changes: all but what was done.
    pub(super) fn told(&self) -> Told {
        Told {
            lines: self.lines.iter().skip(1).cloned().collect(),
            warned: self.warned.clone(),
            notes: self.notes.clone(),
        }
    }

    /// Says that nothing need be made, and what was told when it was.
    pub(super) fn nothing_to_do(&mut self, (edition, folder): (&str, &Path), told: &Told) {
        self.lines = vec![format!(
            "edition `{edition}` in `{}` is up to date: nothing that it is made of has changed (`--force` makes it anew)",
            folder.display()
        )];
        self.lines.extend(told.lines.iter().cloned());
        for remark in &told.warned {
            self.warn(remark);
        }
        self.notes.clone_from(&told.notes);
        self.since = vec!["since the last build: no figure changed".to_owned()];
        self.clock.lap("nothing to do");
    }

    pub(super) fn note(&mut self, what: &str, names: &[String]) {
        if !names.is_empty() {
            self.notes.push(format!("{what} {}", names.join(", ")));
        }
    }

    /// Says at once what a writer should look at, also when the run fails later.
    pub(super) fn warn(&mut self, remark: &str) {
        self.clock.say(&format!("warning: {remark}"));
        self.warned.push(remark.to_owned());
    }

    /// Everything that was remarked.
    pub(super) fn remarks(&self) -> impl Iterator<Item = &String> {
        self.warned.iter().chain(&self.notes)
    }

    /// Says that a paper that stays where it is shows other figures than the open data that are made.
    pub(super) fn tell_earlier(
        &mut self,
        paper: &Path,
        queries: &Queries,
        figures: &Figures,
        provenance: &Provenance,
    ) {
        let is_other = |carried| !publish::are_of(queries, figures, provenance, &carried);
        if verify::carried(paper).is_ok_and(is_other) {
            self.notes.push(format!(
                "`{}`, its charts and its evidence are of an earlier build: they show other figures than these",
                paper.display()
            ));
        }
    }

    /// What was written, missing and provisional, and what changed since the last build.
    pub fn summary(&self) -> String {
        let lines = self.lines.iter().chain(&self.notes).chain(&self.since);
        lines.fold(String::new(), |text, line| text + line + "\n")
    }

    /// Milliseconds per stage.
    pub fn timings(&self) -> String {
        self.clock.timings()
    }
}

/// The newest table that is held of each family, with its last year.
pub(super) fn newest<'a>(queries: &'a Queries, tidy: &Tidy) -> BTreeMap<&'a str, (&'a str, i32)> {
    let mut newest: BTreeMap<&str, (&str, i32)> = BTreeMap::new();
    for table in queries.tables.values() {
        let sidecar = tidy.sidecars.get(&table.id);
        let year = sidecar.and_then(|sidecar| sidecar.years().last().copied());
        let (Some(family), Some(year)) = (table.family.as_deref(), year) else {
            continue;
        };
        let of = newest.entry(family).or_insert((&table.id, year));
        if year > of.1 {
            *of = (&table.id, year);
        }
    }
    newest
}
