//! Names that one entry gives another: what they mean, or a complaint with the nearest there are.

use std::collections::BTreeMap;

use crate::base::located::{At, Complaint, Source, nearest};
use crate::gemeente::group::{GroupId, GroupNames};
use crate::query::{
    FactId, Formula, IndicatorId, Misread, Names, Predicate, Table, Template, Theme, Topic, TopicId,
};

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

/// The topic that a whole text names.
pub(super) fn topic(
    file: &Source,
    at: &At<String>,
    topics: &[Topic],
) -> Result<TopicId, Complaint> {
    of_name(at, topics).map_err(|wrong| misread(file, at, wrong))
}

/// A sum of topics that all exist.
pub(super) fn sum(file: &Source, at: &At<String>, topics: &[Topic]) -> Result<Formula, Complaint> {
    let topic = |name: &str| of_name(name, topics);
    Formula::parse(at, &topic).map_err(|wrong| misread(file, at, wrong))
}

fn of_name(name: &str, topics: &[Topic]) -> Result<TopicId, Misread> {
    let found = topics.iter().position(|topic| topic.id == name);
    found.map(TopicId::new).ok_or_else(|| {
        let known = topics.iter().map(|topic| topic.id.as_str());
        let message = format!("there is no topic `{name}`");
        Misread::new(0, message, nearest(name, known))
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

/// An indicator.
pub(super) fn indicator(
    file: &Source,
    at: &At<String>,
    names: &Names<'_>,
) -> Result<IndicatorId, Complaint> {
    let found = names.indicator(at);
    found.map_err(|wrong| misread(file, at, wrong))
}

/// A group.
pub(super) fn group(
    file: &Source,
    at: &At<String>,
    groups: &GroupNames,
) -> Result<GroupId, Complaint> {
    groups.parse(at).ok_or_else(|| {
        let known = groups.ids().map(|group| groups.get(group).id.as_str());
        let message = format!("there is no group `{}`", **at);
        file.wrong(at, message, nearest(at, known))
    })
}

/// A fact.
pub(super) fn fact(file: &Source, at: &At<String>, names: &Names<'_>) -> Result<FactId, Complaint> {
    FactId::parse(at, names).map_err(|wrong| misread(file, at, wrong))
}

/// A text with facts in it.
pub(super) fn template(
    file: &Source,
    at: &At<String>,
    names: &Names<'_>,
) -> Result<Template, Complaint> {
    Template::parse(at, names).map_err(|wrong| misread(file, at, wrong))
}

/// A predicate over facts.
pub(super) fn predicate(
    file: &Source,
    at: &At<String>,
    names: &Names<'_>,
) -> Result<Predicate, Complaint> {
    Predicate::parse(at, names).map_err(|wrong| misread(file, at, wrong))
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

/// A text in a file that cannot be read, where it stops making sense.
fn misread(file: &Source, at: &At<String>, wrong: Misread) -> Complaint {
    file.within(at, wrong.at).wrong(wrong.message, wrong.hint)
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
