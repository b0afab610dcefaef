//! The words of the requests for rows: `$filter`, `$select`, in as many requests as the length of an address allows.
//!
//! In go the chosen members and columns; out come [`RowRequest`]s. Cannot fail. CBS peculiarities: `eq`, `or`, `and`, `ge`,
//! `le` and `startswith` are the words that both services are known to understand; keys go verbatim, with their padding;
//! IIS refuses long addresses; the v3 API stops at 10,000 rows, the feed never.

use std::fmt::Write as _;
use std::ops::Range;

use reqwest::Url;

use super::choice::{Choice, DETAILED, is_nederland, is_wijk_or_buurt};
use super::config::Config;
use super::description::Member;
use super::endpoint::Endpoint;

/// Members of one dimension in one request; more are asked in several.
const MEMBERS_AT_ONCE: usize = 15;
/// Periods that are listed one by one; more are asked as a range, and those not asked are passed over.
const PERIODS_LISTED: usize = 12;

/// One request for rows, answered in pages.
#[derive(Clone, Debug)]
pub(super) struct RowRequest {
    /// The first page.
    pub(super) first: Url,
    /// The same through the feed, when `first` is the v3 API.
    pub(super) feed: Option<Url>,
    /// Where its rows are counted.
    pub(super) count: Option<Count>,
    /// No more rows than this, unless the table's lists lie.
    pub(super) bound: u64,
    /// The columns that it brings.
    pub(super) columns: Range<usize>,
}

/// CBS's own count of rows.
#[derive(Clone, Debug)]
pub(super) enum Count {
    /// v4 counts what meets the filter, at an address of its own or within a page.
    Observations { count: Url, within: Url },
    /// v3 counts whole tables only, in its catalog, which was asked with the lists.
    Catalog(u64),
}

/// What is read of a table: members and columns.
pub(super) struct Selection<'a> {
    pub(super) config: &'a Config,
    pub(super) endpoint: &'a Endpoint,
    /// Rows of the whole table, as v3's catalog counts them for this release.
    pub(super) rows: Option<u64>,
    pub(super) regions: &'a Choice<'a>,
    pub(super) periods: Option<&'a Choice<'a>>,
    pub(super) others: &'a [Choice<'a>],
    /// Keys of the columns.
    pub(super) columns: Vec<&'a str>,
    /// Whether those are all that the table has.
    pub(super) whole: bool,
    /// Whether one of them may hold its figures as text, which v4 sends in a field of its own.
    pub(super) has_text: bool,
}

/// Bytes of an address for the names of options and of the columns that every v4 request selects.
const SELECTED: usize = 80;

/// A condition on one dimension, if any, and how many of its members meet it.
type Condition = (Option<String>, u64);

impl Selection<'_> {
    /// The requests: topics in groups that an address can hold, members in groups of fifteen.
    pub(super) fn requests(&self) -> Vec<RowRequest> {
        let mut shared = vec![regions(self.regions)];
        shared.extend(self.periods.map(periods));
        let filters: Vec<_> = self
            .members()
            .into_iter()
            .map(|own| joined(own, &shared))
            .collect();
        let longest = filters
            .iter()
            .map(|(text, _)| encode(text).len())
            .max()
            .unwrap_or_default();
        let room = self
            .config
            .max_query
            .saturating_sub(longest + SELECTED + self.dimensions().len());
        let groups = self.groups(room);
        let pairs = groups
            .iter()
            .flat_map(|range| filters.iter().map(move |filter| (range, filter)));
        pairs
            .map(|(range, (filter, rows))| self.request(range.clone(), filter, *rows))
            .collect()
    }

    fn request(&self, columns: Range<usize>, filter: &str, rows: u64) -> RowRequest {
        let all = self.whole && columns.len() == self.columns.len();
        let keys = &self.columns[columns.clone()];
        if self.endpoint.v4 {
            let measures = if all {
                String::new()
            } else {
                any_of("Measure", keys.iter().copied())
            };
            let filter = option("$filter", &and([filter, &measures]));
            let text = if self.has_text { ",StringValue" } else { "" };
            let select = format!("Measure,ValueAttribute,Value{text},{}", self.dimensions());
            let query = join([filter.as_str(), option("$select", &select).as_str()]);
            let bound = rows * keys.len() as u64;
            return RowRequest {
                first: self.endpoint.at("Observations", &query),
                feed: None,
                count: Some(Count::Observations {
                    count: self.endpoint.at("Observations/$count", &filter),
                    within: self.endpoint.at(
                        "Observations",
                        &join([filter.as_str(), "$count=true", "$top=1"]),
                    ),
                }),
                bound,
                columns,
            };
        }
        let select = if all {
            String::new()
        } else {
            format!("{},{}", self.dimensions(), keys.join(","))
        };
        let options = [option("$filter", filter), option("$select", &select)];
        let query = join(options.iter().map(String::as_str));
        let feed = self.endpoint.at("TypedDataSet", &query);
        let counted = self.rows.filter(|_| filter.is_empty());
        let count = counted.map(Count::Catalog);
        if rows <= self.config.api_rows {
            let first = self.endpoint.in_api("TypedDataSet", &query);
            return RowRequest {
                first,
                feed: Some(feed),
                count,
                bound: rows,
                columns,
            };
        }
        RowRequest {
            first: feed,
            feed: None,
            count,
            bound: rows,
            columns,
        }
    }

    /// The keys of all dimensions, as `$select` needs them.
    fn dimensions(&self) -> String {
        let choices = std::iter::once(self.regions)
            .chain(self.periods)
            .chain(self.others);
        choices
            .map(|choice| choice.dimension.key.as_str())
            .collect::<Vec<_>>()
            .join(",")
    }

    /// Conditions on the other dimensions; the one with the most members is asked in parts.
    fn members(&self) -> Vec<Vec<Condition>> {
        let widest = self
            .others
            .iter()
            .map(|choice| choice.members.len())
            .max()
            .unwrap_or_default();
        let wide = self
            .others
            .iter()
            .position(|choice| choice.members.len() == widest);
        let parts = wide.map_or(1, |_| widest.div_ceil(MEMBERS_AT_ONCE));
        let part = |number: usize| {
            let one = |(position, choice): (usize, &Choice<'_>)| {
                let first = if wide == Some(position) {
                    number * MEMBERS_AT_ONCE
                } else {
                    0
                };
                let last = if wide == Some(position) {
                    first + MEMBERS_AT_ONCE
                } else {
                    widest
                };
                others(
                    choice,
                    &choice.members[first..last.min(choice.members.len())],
                )
            };
            self.others.iter().enumerate().map(one).collect()
        };
        (0..parts).map(part).collect()
    }

    /// Columns in groups that fit into the room that an address has left. All that the table has are asked at once: then
    /// nothing need be said of them.
    fn groups(&self, room: usize) -> Vec<Range<usize>> {
        if self.whole {
            return std::iter::once(0..self.columns.len()).collect();
        }
        let around = if self.endpoint.v4 {
            encode("Measure eq '' or ").len() + 4
        } else {
            1
        };
        let (mut groups, mut start, mut length) = (Vec::new(), 0, 0);
        for (number, key) in self.columns.iter().enumerate() {
            let own = encode(key).len() + around;
            if number > start && length + own > room {
                groups.push(start..number);
                (start, length) = (number, 0);
            }
            length += own;
        }
        groups.push(start..self.columns.len());
        groups
    }
}

/// All conditions as one filter, and the rows that meet it.
fn joined(own: Vec<Condition>, shared: &[Condition]) -> (String, u64) {
    let all: Vec<_> = own.into_iter().chain(shared.iter().cloned()).collect();
    let rows = all.iter().map(|(_, members)| members).product();
    (
        and(all.iter().filter_map(|(text, _)| text.as_deref())),
        rows,
    )
}

/// Wijken and buurten, or gemeenten and Nederland.
fn regions(choice: &Choice<'_>) -> Condition {
    let key = &choice.dimension.key;
    let all = &choice.dimension.members;
    let is_detailed = |member: &&Member| is_wijk_or_buurt(&member.key);
    if choice.members.iter().any(is_detailed) {
        let starts = DETAILED.map(|start| format!("startswith({key},'{start}')"));
        let text = format!("({})", starts.join(" or "));
        let is_some = choice.members.len() < all.len();
        return (is_some.then_some(text), choice.members.len() as u64);
    }
    let country = choice
        .members
        .iter()
        .find(|member| is_nederland(&member.key));
    let kept = all
        .iter()
        .filter(|member| member.key.starts_with("GM"))
        .count()
        + usize::from(country.is_some());
    if kept == all.len() {
        return (None, kept as u64);
    }
    let gemeenten = format!("startswith({key},'GM')");
    let text = country.map_or(gemeenten.clone(), |member| {
        format!("({gemeenten} or {})", any_of(key, [member.raw.as_str()]))
    });
    (Some(text), kept as u64)
}

fn periods(choice: &Choice<'_>) -> Condition {
    let keys = || choice.members.iter().map(|member| member.raw.as_str());
    if choice.members.len() <= PERIODS_LISTED {
        return others(choice, &choice.members);
    }
    let (Some(first), Some(last)) = (keys().min(), keys().max()) else {
        return (None, 0);
    };
    let within = choice
        .dimension
        .members
        .iter()
        .filter(|member| (first..=last).contains(&member.raw.as_str()))
        .count();
    let key = &choice.dimension.key;
    let text = format!("{key} ge {} and {key} le {}", quoted(first), quoted(last));
    (
        Some(text).filter(|_| within < choice.dimension.members.len()),
        within as u64,
    )
}

fn others(choice: &Choice<'_>, members: &[&Member]) -> Condition {
    let text = any_of(
        &choice.dimension.key,
        members.iter().map(|member| member.raw.as_str()),
    );
    (
        Some(text).filter(|_| members.len() < choice.dimension.members.len()),
        members.len() as u64,
    )
}

/// `(Key eq 'a ' or Key eq 'b ')`.
fn any_of<'a>(key: &str, members: impl IntoIterator<Item = &'a str>) -> String {
    let each: Vec<_> = members
        .into_iter()
        .map(|member| format!("{key} eq {}", quoted(member)))
        .collect();
    if each.len() == 1 {
        each.concat()
    } else {
        format!("({})", each.join(" or "))
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn and<'a>(conditions: impl IntoIterator<Item = &'a str>) -> String {
    conditions
        .into_iter()
        .filter(|text| !text.is_empty())
        .collect::<Vec<_>>()
        .join(" and ")
}

/// Options of a query that are not empty.
fn join<'a>(options: impl IntoIterator<Item = &'a str>) -> String {
    let options = options.into_iter().filter(|text| !text.is_empty());
    options.collect::<Vec<_>>().join("&")
}

fn option(name: &str, text: &str) -> String {
    if text.is_empty() {
        String::new()
    } else {
        format!("{name}={}", encode(text))
    }
}

/// Text as the value of an option: what has a meaning in a query is escaped.
fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~(),".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}
