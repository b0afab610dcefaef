//! From what is asked of a table and its description to requests for rows, and to what the cells of the answers mean.
//!
//! In go a [`TableRequest`] and the table's [`Description`]; out comes a [`Plan`]. Fails when a topic, member, period or
//! region cannot be told. Only what is asked is requested: one member of every other dimension, gemeenten and Nederland,
//! the periods, the topics. CBS peculiarity: filter keys are taken verbatim from the table's lists, because an unpadded
//! key gives an empty answer without an error.

use super::choice::{
    Choice, Wanted, choices, dimension_of, is_nederland, is_wijk_or_buurt, member, shown,
};
use super::config::Config;
use super::description::{Description, DimensionKind, Member, Topic, one_line};
use super::endpoint::Endpoint;
use super::error::{Error, ErrorKind, Result};
use super::request::{TableRequest, TopicRequest};
use super::rows::{Axis, Layout};
use super::selection::{RowRequest, Selection};
use super::sink::{AnsweredTopic, Lacking, PeriodMeta, RegionMeta};
use super::topics;
use super::years::{self, Years};
use crate::base::observation::{Missing, Status};
use crate::query::title_fits;

/// v4's reasons for a missing value that are known, in the order of their numbers.
pub(super) const ATTRIBUTES: [&str; 4] = ["None", "Impossible", "Confidential", "NotAvailable"];

/// All that follows from what is asked.
pub(super) struct Plan {
    pub(super) layout: Layout,
    pub(super) v4: bool,
    /// Whether the second axis is that of the periods.
    pub(super) has_periods: bool,
    /// How many members were asked of each other dimension.
    pub(super) others: Vec<usize>,
    pub(super) regions: Vec<RegionMeta>,
    /// Periods as they are read, by key.
    pub(super) read: Vec<String>,
    /// Periods as they come out.
    pub(super) years: Years,
    pub(super) topics: Vec<AnsweredTopic>,
    pub(super) lacking: Vec<Lacking>,
    pub(super) map_year: Option<u16>,
    /// What an empty v3 cell of a column means.
    pub(super) empty: Vec<Missing>,
    /// For each combination of members and column: the topic.
    pub(super) targets: Vec<Option<usize>>,
    pub(super) columns: usize,
    pub(super) requests: Vec<RowRequest>,
    /// What was chosen without being asked.
    pub(super) notes: Vec<String>,
    /// What does not fit in the table's description.
    pub(super) warnings: Vec<String>,
}

impl Plan {
    pub(super) fn new(
        config: &Config,
        endpoint: &Endpoint,
        table: &Description,
        request: &TableRequest,
    ) -> Result<Self> {
        let (wanted, lacking) = wanted(table, request)?;
        let (regions, periods, others) = choices(table, request, &wanted)?;
        let columns = columns(&wanted);
        let read = period_meta(table, request, &regions, periods.as_ref())?;
        let keys = read.iter().map(|period| period.key.clone()).collect();
        let years = Years::of(read, request.sum_months);
        if years.has_sums() {
            columns.iter().try_for_each(|topic| years::may_sum(topic))?;
        }
        let requests = Selection {
            config,
            endpoint,
            rows: table.rows,
            regions: &regions,
            periods: periods.as_ref(),
            others: &others,
            columns: columns.iter().map(|topic| topic.key.as_str()).collect(),
            whole: columns.len() == table.topics.len(),
            has_text: columns.iter().any(|topic| !is_numeric(&topic.datatype)),
        }
        .requests();
        Ok(Self {
            v4: endpoint.v4,
            layout: layout(
                endpoint.v4,
                table,
                (&regions, periods.as_ref(), &others),
                &columns,
            ),
            others: others.iter().map(|choice| choice.members.len()).collect(),
            has_periods: periods.is_some(),
            regions: regions.members.iter().copied().map(normal).collect(),
            read: keys,
            years,
            notes: others.iter().filter_map(at_total).collect(),
            warnings: periods
                .iter()
                .filter_map(|periods| too_few(table, periods))
                .collect(),
            topics: wanted.iter().map(meta).collect(),
            lacking,
            map_year: map_year(&regions),
            empty: columns
                .iter()
                .map(|topic| meaning(&topic.default))
                .collect(),
            targets: targets(&wanted, &others, &columns)?,
            columns: columns.len(),
            requests,
        })
    }
}

/// Whether figures of a type come as numbers; a type that is not known may hold text.
fn is_numeric(datatype: &str) -> bool {
    let types = ["Short", "Integer", "Long", "Float", "Double", "Decimal"];
    types.contains(&datatype)
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
    let measures = table.topics.iter();
    let measures = measures.map(|topic| (topic.key.clone(), number(&topic.key)));
    dimensions.push(Axis::new("Measure", measures, None));
    let attributes = ATTRIBUTES.iter().zip(0..);
    let attributes = attributes.map(|(word, number)| ((*word).to_owned(), Some(number)));
    dimensions.push(Axis::new("ValueAttribute", attributes, Some(u32::MAX)));
    Layout {
        dimensions,
        cells: vec!["Value".into(), "StringValue".into()],
    }
}

/// The year of a list of wijken and buurten, which is that of one year; other regions follow their periods.
fn map_year(regions: &Choice<'_>) -> Option<u16> {
    let dimension = regions.dimension;
    let detailed = || dimension.members.iter().any(|it| is_wijk_or_buurt(&it.key));
    dimension.map_year.filter(|year| *year > 1900 && detailed())
}

/// KWB calls the Netherlands `NL00`, everything else `NL01`.
fn normal(member: &Member) -> RegionMeta {
    let key = if is_nederland(&member.key) {
        "NL01"
    } else {
        &member.key
    };
    RegionMeta {
        key: key.to_owned(),
        title: member.title.clone(),
    }
}

/// A topic as the answer calls it.
fn meta(wanted: &Wanted<'_>) -> AnsweredTopic {
    let topic = wanted.topic;
    let (mut key, mut title) = (topic.key.clone(), topic.path.clone());
    if let Some((_, member)) = wanted.member {
        key = format!("{}:{key}", member.key);
        title = format!("{} > {title}", member.title);
    }
    AnsweredTopic {
        key,
        title,
        unit: topic.unit.clone(),
        decimals: topic.decimals,
        presentation: topic.presentation.clone(),
        asked: wanted.asked,
    }
}

/// What CBS says an empty cell of a topic means. Zeros are sent as zeros, also where the default is one: in 8,100 captured
/// cells of such topics none is empty. A cell that is may be confidential, and never is a zero.
fn meaning(default: &str) -> Missing {
    match default {
        "Impossible" => Missing::Impossible,
        _ => Missing::Unknown,
    }
}

/// The topics that the table has, and the optional ones that it lacks.
fn wanted<'a>(
    table: &'a Description,
    request: &'a TableRequest,
) -> Result<(Vec<Wanted<'a>>, Vec<Lacking>)> {
    if request.topics.is_empty() {
        return Err(ErrorKind::Config("no topics are asked of the table".into()).into());
    }
    let (mut wanted, mut lacking) = (Vec::new(), Vec::new());
    for (number, asked) in request.topics.iter().enumerate() {
        match one_wanted(table, request, asked) {
            Ok((topic, member)) => wanted.push(Wanted {
                topic,
                member,
                asked: number,
            }),
            Err(error) if asked.optional => match *error.kind {
                ErrorKind::NoTopic { nearest } | ErrorKind::NoMember { nearest, .. } => {
                    lacking.push(Lacking {
                        asked: number,
                        nearest,
                    });
                }
                _ => return Err(error),
            },
            Err(error) => return Err(error),
        }
    }
    match (wanted.is_empty(), lacking.first(), request.topics.first()) {
        (true, Some(first), Some(asked)) => Err(Error::from(ErrorKind::NoTopic {
            nearest: first.nearest.clone(),
        })
        .of_topic(&asked.title)),
        _ => Ok((wanted, lacking)),
    }
}

/// A topic, and the dimension and member it is of, where that is another than the fixed one.
type Found<'a> = (&'a Topic, Option<(&'a str, &'a Member)>);

fn one_wanted<'a>(
    table: &'a Description,
    request: &TableRequest,
    asked: &'a TopicRequest,
) -> Result<Found<'a>> {
    if let Some((dimension, key)) = &asked.member {
        let member = member(dimension_of(table, dimension)?, key)
            .map_err(|error| error.of_topic(&asked.title))?;
        let topic = topics::find(&table.topics, asked, Some(&member.title))?;
        return Ok((topic, Some((dimension, member))));
    }
    let plain = topics::find(&table.topics, asked, None);
    if plain
        .as_ref()
        .is_ok_and(|topic| title_fits(&asked.title, &topic.path))
    {
        return plain.map(|topic| (topic, None));
    }
    match (of_member(table, request, asked), plain) {
        (Some((topic, member)), _) => Ok((topic, Some(member))),
        (None, plain) => plain.map(|topic| (topic, None)),
    }
}

/// The topic of which the first level is the title of a member, or the key of which starts with one.
fn of_member<'a>(
    table: &'a Description,
    request: &TableRequest,
    asked: &TopicRequest,
) -> Option<(&'a Topic, (&'a str, &'a Member))> {
    let title = one_line(&asked.title);
    let (head, rest) = title.split_once(" > ")?;
    let code = asked.key.as_deref().and_then(|key| key.split_once(':'));
    let free = table.dimensions.iter().filter(|dimension| {
        dimension.kind == DimensionKind::Plain
            && !request.fixed.contains_key(&dimension.key)
            && !request.fixed_where_there.contains_key(&dimension.key)
    });
    let members = |fits: &dyn Fn(&Member) -> bool| -> Vec<(&'a str, &'a Member)> {
        free.clone()
            .flat_map(|dimension| {
                dimension
                    .members
                    .iter()
                    .map(|member| (dimension.key.as_str(), member))
            })
            .filter(|(_, member)| fits(member))
            .collect()
    };
    let mut found = members(&|member| member.title == head);
    if found.len() != 1 {
        found = members(&|member| code.is_some_and(|(code, _)| code == member.key));
    }
    let [one] = found.as_slice() else {
        return None;
    };
    let rest = TopicRequest {
        title: rest.to_owned(),
        ..asked.clone()
    };
    let topic = topics::find(&table.topics, &rest, None).ok()?;
    Some((topic, *one))
}

/// The topics' own columns, each once, in the order in which they are asked.
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
    request: &TableRequest,
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
    let key = request
        .period
        .clone()
        .or_else(|| year().map(|year| format!("{year}JJ00")));
    let key = key.ok_or_else(|| {
        ErrorKind::Shape(
            "the table has no periods, and the query does not say which it is of".into(),
        )
    })?;
    Ok(vec![PeriodMeta {
        title: key[..key.len().min(4)].to_owned(),
        key,
        status: Status::Unknown,
    }])
}

/// What is said of a dimension that was taken at its total.
fn at_total(choice: &Choice<'_>) -> Option<String> {
    let (dimension, total) = (&choice.dimension.key, shown(choice.total?));
    Some(format!(
        "dimension {dimension} is not fixed in the query: taken at {total}"
    ))
}

/// What is said when the table speaks of a year that its list of periods does not reach: the list may be cut.
fn too_few(table: &Description, periods: &Choice<'_>) -> Option<String> {
    let said = year_in(&table.period)?;
    let years = periods.dimension.members.iter();
    let last: u16 = years
        .filter_map(|member| member.key.get(..4)?.parse().ok())
        .max()?;
    (last < said).then(|| {
        let period = &table.period;
        format!("CBS speaks of `{period}`, and its list of periods ends with {last}")
    })
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
            let twice = Error::from(ErrorKind::Config("the topic is asked twice".into()));
            return Err(twice.of_topic(&meta(one).title));
        }
    }
    Ok(targets)
}
