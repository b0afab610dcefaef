//! Names that one entry gives another: what they mean, or a complaint with the nearest there are.

use std::collections::BTreeMap;

use crate::compare::GroupId;
use crate::located::{At, Complaint, Source, nearest};
use crate::query::{Formula, GEMEENTEN, Indicator, Table, Theme, Topic};

/// A table or family of `tables.toml`, named at the start of a text.
pub(super) fn table(
    file: &Source,
    at: &At<String>,
    name: &str,
    tables: &BTreeMap<String, Table>,
) -> Result<String, Complaint> {
    let is_meant = |table: &Table| table.id == name || table.family.as_deref() == Some(name);
    if tables.values().any(is_meant) {
        return Ok(name.to_owned());
    }
    let known = tables
        .values()
        .flat_map(|table| [Some(table.id.as_str()), table.family.as_deref()])
        .flatten();
    let message = format!("there is no table or family `{name}` in `tables.toml`");
    Err(file.within(at, 0).wrong(message, nearest(name, known)))
}

/// The topic that a whole text names; none is [`GEMEENTEN`], which no table holds.
pub(super) fn topic<'a>(
    file: &Source,
    at: &At<String>,
    topics: &'a [Topic],
) -> Result<Option<&'a Topic>, Complaint> {
    of_term(file, at, at, topics)
}

/// A sum of topics that all exist, with each of them.
pub(super) fn sum<'a>(
    file: &Source,
    at: &At<String>,
    topics: &'a [Topic],
) -> Result<(Formula, Vec<Option<&'a Topic>>), Complaint> {
    let formula = Formula::parse(at).map_err(|expected| {
        let message = format!("`{}` is no sum of topics", **at);
        file.wrong(at, message, format!("expected {expected}"))
    })?;
    let named = formula
        .terms
        .iter()
        .map(|term| of_term(file, at, &term.topic, topics))
        .collect::<Result<_, _>>()?;
    Ok((formula, named))
}

fn of_term<'a>(
    file: &Source,
    at: &At<String>,
    name: &str,
    topics: &'a [Topic],
) -> Result<Option<&'a Topic>, Complaint> {
    if name == GEMEENTEN {
        return Ok(None);
    }
    let found = topics.iter().find(|topic| topic.id == name);
    found.map(Some).ok_or_else(|| {
        let known = topics.iter().map(|topic| topic.id.as_str());
        let message = format!("there is no topic `{name}`");
        let hint = nearest(name, known.chain([GEMEENTEN]));
        file.within(at, offset(at, name)).wrong(message, hint)
    })
}

/// Where a name starts within a sum of topics, in bytes.
pub(super) fn offset(text: &str, name: &str) -> usize {
    let mut end = 0;
    text.split(' ')
        .find_map(|word| {
            let start = end;
            end += word.len() + 1;
            (word.split('@').next() == Some(name)).then_some(start)
        })
        .unwrap_or(0)
}

/// The position of an indicator.
pub(super) fn indicator(
    file: &Source,
    at: &At<String>,
    indicators: &[Indicator],
) -> Result<usize, Complaint> {
    let found = indicators.iter().position(|known| known.id == **at);
    found.ok_or_else(|| {
        let known = indicators.iter().map(|known| known.id.as_str());
        let message = format!("there is no indicator `{}`", **at);
        file.wrong(at, message, nearest(at, known))
    })
}

/// A group.
pub(super) fn group(file: &Source, at: &At<String>) -> Result<GroupId, Complaint> {
    GroupId::parse(at).ok_or_else(|| {
        let message = format!("there is no group `{}`", **at);
        file.wrong(at, message, nearest(at, GroupId::ALL.map(GroupId::id)))
    })
}

/// The id of a theme.
pub(super) fn theme(file: &Source, at: &At<String>, themes: &[Theme]) -> Result<String, Complaint> {
    if themes.iter().any(|theme| theme.id == **at) {
        return Ok(at.to_string());
    }
    let known = themes.iter().map(|theme| theme.id.as_str());
    let message = format!("there is no theme `{}`", **at);
    Err(file.wrong(at, message, nearest(at, known)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_as_a_whole_word() {
        assert_eq!(offset("inwoners-kwb + inwoners", "inwoners"), 15);
        assert_eq!(offset("inwoners@2019", "inwoners"), 0);
        assert_eq!(offset("a  - b", "b"), 5);
    }
}
