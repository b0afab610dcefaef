//! From `queries/` to the request that the client understands.
//!
//! In: a table and everything that asks for it, and the release that is pinned. Out: a [`TableRequest`]. Fails on a source
//! that is found by patterns of keys, which only imported files have. CBS peculiarity: the tables of a family (KWB of
//! each year) do not all have the same topics, so a topic of a family may be lacking, as may one that is optional, unless
//! the pinned release has it: then CBS has renamed it, and that must be seen.

use super::Error;
use crate::base::files;
use crate::query::{Find, Level, Queries, Service, Table};
use crate::source::cbs::{Periods, RegionLevel, Service as Cbs, TableRequest, TopicRequest};
use crate::source::snapshot::Sidecar;
use crate::source::topics;

/// What is asked of a table, and whether the queries call all of it optional (also when no topic is asked).
pub fn request(
    queries: &Queries,
    table: &Table,
    pinned: Option<&Sidecar>,
) -> Result<(TableRequest, bool), Error> {
    let mut request = of_table(table, pinned);
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
        all_optional &= source.optional || table.optional;
        let of_family = source.table != table.at_cbs();
        let was_there = match pinned {
            Some(pinned) => !asked.keys(&pinned.topics)?.is_empty(),
            None => false,
        };
        let topic = TopicRequest {
            title: one_line(path),
            unit: source.unit.clone(),
            key: key.clone(),
            member: None,
            optional: (source.optional || of_family || table.optional) && !was_there,
        };
        match request
            .topics
            .iter_mut()
            .find(|known| known.title == topic.title && known.unit == topic.unit)
        {
            None => request.topics.push(topic),
            Some(known) => {
                known.optional &= topic.optional;
                known.key = known.key.take().or(topic.key);
            }
        }
    }
    request.periods = Periods::Years {
        from: u16::try_from(from).ok(),
        to: u16::try_from(to).ok(),
    };
    Ok((request, all_optional))
}

/// What is asked of a table but for its topics and periods.
fn of_table(table: &Table, pinned: Option<&Sidecar>) -> TableRequest {
    TableRequest {
        id: table.at_cbs().to_owned(),
        name: table.id.clone(),
        level: match table.level {
            Level::Gemeente => RegionLevel::Gemeente,
            Level::Buurt => RegionLevel::Buurt,
        },
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
        fixed_where_there: table.fixed_where_there.clone(),
        sum_months: table.sum_months,
        period: table.period.map(|year| format!("{year}JJ00")),
        held: pinned
            .and_then(|pinned| pinned.fetched.as_ref())
            .map(|held| match held.service.as_str() {
                "v4" => Cbs::V4,
                _ => Cbs::V3,
            }),
        ..TableRequest::default()
    }
}

/// What is asked, in short: the same for the same question, whatever is held.
pub fn fingerprint(request: &TableRequest) -> String {
    let topics: Vec<_> = request
        .topics
        .iter()
        .map(|topic| (&topic.title, &topic.unit, &topic.key, &topic.member))
        .collect();
    let asked = (
        (request.service, &request.catalog),
        (&request.fixed, &request.fixed_where_there),
        (&request.periods, &request.period, request.sum_months),
        topics,
    );
    files::sha256(format!("{asked:?}").as_bytes())
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
