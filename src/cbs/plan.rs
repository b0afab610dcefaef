//! From a question and a description to requests, and to what the cells of the answers mean.
//!
//! In go a [`TableAsk`] and the table's [`Description`]; out comes a [`Plan`]. Fails when a topic, member, period or
//! region cannot be told. Only what is asked is requested: one member of every other dimension, gemeenten and Nederland,
//! the periods, the topics. CBS peculiarity: filter keys are taken verbatim from the table's lists, because an unpadded
//! key gives an empty answer without an error.

use super::ask::{TableAsk, TopicAsk};
use super::choice::{Choice, Wanted, choices, dimension_of, is_nederland, member};
use super::config::Config;
use super::describe::{Description, Member, Place, Topic};
use super::error::{Error, Kind, Result};
use super::query::{Chain, Query};
use super::rows::{Axis, Layout};
use super::sink::{PeriodMeta, TopicMeta};
use super::topics;
use crate::observation::{Missing, Status};

/// v4's reasons for a missing value that are known, in the order of their numbers.
pub(super) const ATTRIBUTES: [&str; 4] = ["None", "Impossible", "Confidential", "NotAvailable"];

/// All that follows from a question.
pub(super) struct Plan {
    pub(super) layout: Layout,
    pub(super) v4: bool,
    /// Whether the second axis is that of the periods.
    pub(super) has_periods: bool,
    /// How many members were asked of each other dimension.
    pub(super) others: Vec<usize>,
    pub(super) regions: Vec<String>,
    pub(super) periods: Vec<PeriodMeta>,
    pub(super) topics: Vec<TopicMeta>,
    /// What an empty v3 cell of a column means; `None` for zero.
    pub(super) empty: Vec<Option<Missing>>,
    /// For each combination of members and column: the topic.
    pub(super) targets: Vec<Option<usize>>,
    pub(super) columns: usize,
    pub(super) chains: Vec<Chain>,
}

impl Plan {
    pub(super) fn new(
        config: &Config,
        place: &Place,
        table: &Description,
        ask: &TableAsk,
    ) -> Result<Self> {
        let wanted = wanted(table, ask)?;
        let (regions, periods, others) = choices(table, ask, &wanted)?;
        let columns = columns(&wanted);
        let chains = Query {
            config,
            place,
            regions: &regions,
            periods: periods.as_ref(),
            others: &others,
            columns: columns.iter().map(|topic| topic.key.as_str()).collect(),
            whole: columns.len() == table.topics.len(),
        }
        .chains();
        Ok(Self {
            v4: place.v4,
            layout: layout(
                place.v4,
                table,
                (&regions, periods.as_ref(), &others),
                &columns,
            ),
            others: others.iter().map(|choice| choice.members.len()).collect(),
            has_periods: periods.is_some(),
            regions: regions
                .members
                .iter()
                .map(|member| normal(&member.key))
                .collect(),
            periods: period_meta(table, ask, &regions, periods.as_ref())?,
            topics: wanted
                .iter()
                .map(|one| meta(one.topic, one.member.map(|(_, member)| member)))
                .collect(),
            empty: columns
                .iter()
                .map(|topic| meaning(&topic.default))
                .collect(),
            targets: targets(&wanted, &others, &columns)?,
            columns: columns.len(),
            chains,
        })
    }
}

/// What the keys of a row mean: regions, periods if any, other dimensions; in v4 also measure and attribute.
fn layout(
    v4: bool,
    table: &Description,
    (regions, periods, others): (&Choice<'_>, Option<&Choice<'_>>, &[Choice<'_>]),
    columns: &[&Topic],
) -> Layout {
    let mut dimensions: Vec<_> = std::iter::once(regions)
        .chain(periods)
        .chain(others)
        .map(Choice::axis)
        .collect();
    if !v4 {
        return Layout {
            dimensions,
            cells: columns.iter().map(|topic| topic.key.clone()).collect(),
        };
    }
    let number = |key: &str| {
        columns
            .iter()
            .zip(0..)
            .find(|(topic, _)| topic.key == key)
            .map(|(_, number)| number)
    };
    let members = table
        .topics
        .iter()
        .map(|topic| (topic.key.clone(), number(&topic.key)))
        .collect();
    dimensions.push(Axis {
        key: "Measure".into(),
        members,
        other: None,
    });
    let members = ATTRIBUTES
        .iter()
        .zip(0..)
        .map(|(word, number)| ((*word).to_owned(), Some(number)))
        .collect();
    dimensions.push(Axis {
        key: "ValueAttribute".into(),
        members,
        other: Some(u32::MAX),
    });
    Layout {
        dimensions,
        cells: vec!["Value".into(), "StringValue".into()],
    }
}

/// KWB calls the Netherlands `NL00`, everything else `NL01`.
fn normal(key: &str) -> String {
    if is_nederland(key) {
        "NL01".into()
    } else {
        key.to_owned()
    }
}

/// A topic as the answer calls it.
fn meta(topic: &Topic, member: Option<&Member>) -> TopicMeta {
    let (mut key, mut title) = (topic.key.clone(), topic.path.clone());
    if let Some(member) = member {
        key = format!("{}:{key}", member.key);
        title = format!("{} > {title}", member.title);
    }
    TopicMeta {
        key,
        title,
        unit: topic.unit.clone(),
        decimals: topic.decimals,
        presentation: topic.presentation.clone(),
    }
}

/// What CBS says an empty cell of a topic means.
fn meaning(default: &str) -> Option<Missing> {
    match default {
        "Zero" => None,
        "Impossible" => Some(Missing::Impossible),
        _ => Some(Missing::Unknown),
    }
}

fn wanted<'a>(table: &'a Description, ask: &'a TableAsk) -> Result<Vec<Wanted<'a>>> {
    let one = |asked: &'a TopicAsk| {
        let member = match &asked.member {
            Some((dimension, key)) => {
                let found = member(dimension_of(table, dimension)?, key)
                    .map_err(|error| error.of_topic(&asked.title))?;
                Some((dimension.as_str(), found))
            }
            None => None,
        };
        let topic = topics::find(
            &table.topics,
            asked,
            member.map(|(_, member)| member.title.as_str()),
        )?;
        Ok(Wanted { topic, member })
    };
    if ask.topics.is_empty() {
        return Err(Kind::Config("no topics are asked of the table".into()).into());
    }
    ask.topics.iter().map(one).collect()
}

/// The topics' own columns, each once, in the order of the question.
fn columns<'a>(wanted: &[Wanted<'a>]) -> Vec<&'a Topic> {
    let mut columns: Vec<&Topic> = Vec::new();
    for one in wanted {
        if !columns.iter().any(|column| column.key == one.topic.key) {
            columns.push(one.topic);
        }
    }
    columns
}

fn period_meta(
    table: &Description,
    ask: &TableAsk,
    regions: &Choice<'_>,
    periods: Option<&Choice<'_>>,
) -> Result<Vec<PeriodMeta>> {
    if let Some(periods) = periods {
        let meta = |member: &&Member| PeriodMeta {
            key: member.key.clone(),
            title: member.title.clone(),
            status: member.status,
        };
        return Ok(periods.members.iter().map(meta).collect());
    }
    let year = || {
        regions
            .dimension
            .map_year
            .filter(|year| *year > 1900)
            .or_else(|| year_in(&table.title))
    };
    let key = ask
        .period
        .clone()
        .or_else(|| year().map(|year| format!("{year}JJ00")));
    let key = key.ok_or_else(|| {
        Kind::Shape("the table has no periods, and the query does not say which it is of".into())
    })?;
    Ok(vec![PeriodMeta {
        title: key[..key.len().min(4)].to_owned(),
        key,
        status: Status::Unknown,
    }])
}

/// The last year in a title.
pub(super) fn year_in(title: &str) -> Option<u16> {
    let numbers = title
        .split(|sign: char| !sign.is_ascii_digit())
        .filter(|number| number.len() == 4);
    numbers
        .filter_map(|number| number.parse().ok())
        .rfind(|year| (1900..2100).contains(year))
}

/// For each combination of members (the last dimension fastest) and column the topic that was asked.
fn targets(
    wanted: &[Wanted<'_>],
    others: &[Choice<'_>],
    columns: &[&Topic],
) -> Result<Vec<Option<usize>>> {
    let combinations: usize = others.iter().map(|choice| choice.members.len()).product();
    let mut targets = vec![None; combinations * columns.len()];
    for (number, one) in wanted.iter().enumerate() {
        let at = others.iter().fold(0, |at, choice| {
            at * choice.members.len() + choice.at[number]
        });
        let column = columns
            .iter()
            .position(|column| column.key == one.topic.key)
            .unwrap_or_default();
        if targets[at * columns.len() + column]
            .replace(number)
            .is_some()
        {
            let twice = Error::from(Kind::Config("the topic is asked twice".into()));
            return Err(
                twice.of_topic(&meta(one.topic, one.member.map(|(_, member)| member)).title)
            );
        }
    }
    Ok(targets)
}
