//! The appendix: groups with their members, indicators with their definitions, facts, sources, and what is lacking.
//!
//! In: the register, and where figures come from. Out: the rows as they are printed. Cannot fail. A link of data is one only where it leads over https.

use super::super::printed;
use super::safe;
use super::table::period;
use crate::base::number;
use crate::fact::{Proven, Register};
use crate::figures::{Lacking, Provenance};
use crate::gemeente::group::Group;
use crate::gemeente::sort_name;
use crate::query::IndicatorId;

pub(super) fn groups(register: &Register<'_>) -> Vec<printed::Group> {
    let figures = register.figures();
    let group = |group: &Group| {
        let mut members: Vec<String> = group.regions().map(|region| figures.name(region)).collect();
        members.sort_by_key(|name| sort_name(name));
        let moved = group
            .members
            .iter()
            .filter(|member| member.region != member.listed);
        let remarks = moved.map(|member| {
            let now = figures.name(member.region);
            format!("{} gaat verder in {now}", member.listed_name)
        });
        printed::Group {
            id: group.name.id.clone(),
            label: group.name.label.clone(),
            list_date: group.list_date.clone(),
            source: group.source.clone(),
            complete: group.complete,
            color: group.name.look.color.hex(),
            shape: group.name.look.shape,
            n: group.members.len(),
            members: if group.is_network() {
                members
            } else {
                Vec::new()
            },
            remark: remarks.collect::<Vec<_>>().join("; "),
        }
    };
    figures.groups.all().iter().map(group).collect()
}

pub(super) fn indicators(
    register: &Register<'_>,
    provenance: &Provenance,
) -> Vec<printed::Indicator> {
    let (figures, queries) = (register.figures(), register.queries());
    let indicator = |id: IndicatorId| {
        let (asked, used) = (&queries[id], figures.used(id));
        let method = used
            .year
            .and_then(|year| provenance.get(id, used.way, year));
        let deviation = used.deviation.and_then(|of| number::round(of, 1).ok());
        printed::Indicator {
            id: asked.id.clone(),
            theme: asked.theme.clone(),
            title: asked.title.clone(),
            definition: asked.definition.clone(),
            unit: asked.unit.clone(),
            period: period(used.year),
            source: method.map(|of| of.tables.join(", ")).unwrap_or_default(),
            weight: method
                .zip(used.year)
                .map(|(of, year)| of.weight_in(year))
                .unwrap_or_default(),
            held_back: used
                .passed_over
                .as_ref()
                .map(|passed| passed.why.clone())
                .unwrap_or_default(),
            deviation: deviation.map(|of| format!("{of}%")).unwrap_or_default(),
        }
    };
    queries.indicator_ids().map(indicator).collect()
}

pub(super) fn fact_row(
    proven: &Proven,
    register: &Register<'_>,
    provenance: &Provenance,
) -> printed::FactRow {
    let figures = register.figures();
    let fact = &proven.fact;
    let method = fact
        .year
        .and_then(|year| provenance.get(fact.id.indicator, fact.way, year));
    let tables = method
        .map(|method| method.tables.as_slice())
        .unwrap_or_default();
    printed::FactRow {
        label: proven.label.clone(),
        id: fact.id.to_string(),
        text: fact.text.clone(),
        what: fact.what.clone(),
        formula: proven.formula.clone(),
        sources: tables
            .iter()
            .map(|table| printed::FactSource {
                table: table.clone(),
                url: figures
                    .tidy
                    .sidecars
                    .get(table)
                    .map(|sidecar| safe(&sidecar.link))
                    .unwrap_or_default(),
                text: table.clone(),
            })
            .collect(),
    }
}

pub(super) fn sources(register: &Register<'_>) -> Vec<printed::Source> {
    register
        .figures()
        .tidy
        .sidecars
        .values()
        .map(|sidecar| {
            let years: Vec<&str> = sidecar
                .periods
                .iter()
                .filter_map(|period| period.get(..4))
                .collect();
            let periods = match (years.first(), years.last()) {
                (Some(first), Some(last)) => number::range(first, last),
                _ => String::new(),
            };
            printed::Source {
                table: sidecar.table.clone(),
                title: sidecar.title.clone(),
                publisher: sidecar.publisher.clone(),
                release: sidecar.release.clone(),
                periods,
                licence: sidecar.license.clone(),
                url: safe(&sidecar.link),
                address: sidecar.link.clone(),
                caveats: sidecar.caveats.clone(),
            }
        })
        .collect()
}

/// What is asked and not there, in Dutch.
pub(super) fn lacking(register: &Register<'_>) -> Vec<String> {
    let figures = register.figures();
    let mut lines: Vec<String> = figures
        .tidy
        .lacking
        .iter()
        .filter_map(|lacking| match lacking {
            Lacking::Table(table) => Some(format!("Tabel {table} is nog niet opgehaald.")),
            Lacking::Topic { .. } => None,
        })
        .collect();
    for id in register.queries().indicator_ids() {
        if figures.used(id).year.is_none() {
            let title = &register.queries()[id].title;
            lines.push(format!("{title}: geen cijfers in deze editie."));
        }
    }
    lines
}
