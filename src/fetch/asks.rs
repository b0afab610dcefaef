//! From `queries/` to the question that the client understands.
//!
//! In: a table and everything that asks for it, and the snapshot that is held. Out: a [`TableAsk`]. Fails on a source
//! that is found by patterns of keys, which only imported files have. CBS peculiarity: the tables of a family (KWB of
//! each year) do not all have the same topics, so a topic of a family may be lacking, unless the release that is held
//! has it: then CBS has renamed it, and that must be seen.

use super::Error;
use crate::cbs::{Periods, Service as Cbs, TableAsk, TopicAsk};
use crate::query::{Find, Queries, Service, Table};
use crate::snapshot::Sidecar;
use crate::topics;

/// What is asked of a table, and whether the queries call all of it optional (also when no topic is asked).
pub fn ask(
    queries: &Queries,
    table: &Table,
    held: Option<&Sidecar>,
) -> Result<(TableAsk, bool), Error> {
    let mut ask = TableAsk {
        id: table.id.clone(),
        service: match table.service {
            Service::V3 => Cbs::V3,
            Service::V4 => Cbs::V4,
            Service::Auto | Service::File => Cbs::Auto,
        },
        catalog: table.catalog.clone(),
        fixed: table
            .fixed
            .iter()
            .map(|(dimension, member)| (dimension.clone(), vec![member.clone()]))
            .collect(),
        period: table.period.map(|year| format!("{year}JJ00")),
        ..TableAsk::default()
    };
    let (mut from, mut to) = (i32::MAX, i32::MIN);
    let mut all_optional = true;
    for asked in topics::asked_of(queries, table) {
        let source = asked.source;
        let Find::Title { path, key } = &source.find else {
            return Err(Error::Patterns {
                table: table.id.clone(),
                topic: asked.of.id.clone(),
            });
        };
        (from, to) = (from.min(source.years.from), to.max(source.years.to));
        all_optional &= source.optional;
        let of_family = source.table != table.id;
        let was_there = match held {
            Some(held) => !asked.keys(&held.topics)?.is_empty(),
            None => false,
        };
        let topic = TopicAsk {
            title: one_line(path),
            unit: source.unit.clone(),
            key: key.clone(),
            member: None,
            optional: source.optional || of_family && !was_there,
        };
        match ask
            .topics
            .iter_mut()
            .find(|known| known.title == topic.title && known.unit == topic.unit)
        {
            None => ask.topics.push(topic),
            Some(known) => {
                known.optional &= topic.optional;
                known.key = known.key.take().or(topic.key);
            }
        }
    }
    ask.periods = Periods::Years {
        from: u16::try_from(from).ok(),
        to: u16::try_from(to).ok(),
    };
    Ok((ask, all_optional))
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
