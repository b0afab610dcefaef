//! `editions.toml`: one yearly publication each.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{YEARS, date, is_name, name, names, once, required};
use crate::base::located::{At, Complaint, Pair, Source, nearest};
use crate::gemeente::group::{GroupId, GroupKind, GroupNames, GroupPlan, SizeClass};
use crate::query::{Edition, Error};

/// Editions: yearly publications, each with its boundaries and membership lists.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct EditionsFile {
    /// An edition. Example: `[[edition]]`.
    #[serde(default)]
    edition: Vec<EditionEntry>,
}

/// One yearly publication.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct EditionEntry {
    /// Id, also the name of its folder in `output/`. Example: `id = "2026"`.
    id: At<String>,
    /// Title of the paper. Example: `title = "De Kracht van Middelgroot 2026"`.
    title: At<String>,
    /// Whether it is the one that is built when none is named: exactly one edition is. Example: `default = true`.
    default: Option<At<bool>>,
    /// Year of whose 1 January the boundaries are. Example: `boundaries = 2026`.
    boundaries: At<i32>,
    /// Last period that may be used, no later than `boundaries`. Example: `until = 2026`.
    until: At<i32>,
    /// The year since which it tells how things went, which fact ids call `basis`. Example: `base = 2019`.
    base: Option<At<i32>>,
    /// Date printed on the paper. Example: `date = "2026-11-01"`.
    date: At<String>,
    /// The network whose paper it is. Example: `subject = "M50"`.
    subject: At<String>,
    /// Smallest and largest number of inhabitants of its size class. Example: `size-class = [30_000, 80_000]`.
    size_class: At<Pair>,
    /// Date of the membership list per network. Example: `lists = { M50 = "2019-01-01", G4 = "1995-01-01" }`.
    lists: BTreeMap<At<String>, At<String>>,
    /// What the first page says of it, in Dutch. Example: `note = "Deze editie kijkt terug."`.
    note: String,
    /// Where its web edition will stand: the address of the folder, for links that must be whole (canonical address, pictures,
    /// sitemap). Example: `address = "https://www.example.org/middelgroot/2026/"`.
    address: Option<At<String>>,
    /// The edition before it, of which the paper tells what changed. Example: `previous = "2021"`.
    previous: Option<At<String>>,
}

pub(super) fn read(folder: &Path, groups: &GroupNames) -> Result<Vec<Edition>, Error> {
    let file = required(folder.join("editions.toml"))?;
    let (mut editions, mut seen) = (Vec::new(), BTreeSet::new());
    let mut default = None;
    let entries = file.toml::<EditionsFile>()?.edition;
    let ids: BTreeSet<String> = entries.iter().map(|entry| entry.id.to_string()).collect();
    for entry in entries {
        previous(&file, &entry, &ids)?;
        once(&file, &mut seen, &entry.id, "edition")?;
        let is_default = entry.default.as_ref().filter(|is_default| ***is_default);
        if let (Some(at), Some(first)) = (is_default, &default) {
            let message = format!("edition `{}` is a second default", *entry.id);
            let hint = format!("the default is `{first}`: take `default` away at one of them");
            return Err(file.wrong(at, message, hint).into());
        }
        default = default.or_else(|| is_default.map(|_| entry.id.to_string()));
        editions.push(edition(&file, entry, groups)?);
    }
    if default.is_none() {
        let hint = "expected `default = true` at exactly one edition";
        return Err(file.at(0).wrong("no edition is the default", hint).into());
    }
    Ok(editions)
}

fn edition(file: &Source, entry: EditionEntry, groups: &GroupNames) -> Result<Edition, Complaint> {
    let id = entry.id.to_string();
    is_name(file, &entry.id, "edition")?;
    let boundaries = file.bounded(&entry.boundaries, "boundaries", YEARS)?;
    let until = file.bounded(&entry.until, "until", YEARS)?;
    if until > boundaries {
        let message = format!("edition `{id}` uses periods after its boundaries of {boundaries}");
        let hint = "expected `until` no later than `boundaries`";
        return Err(file.wrong(&entry.until, message, hint));
    }
    let base = entry.base.as_ref();
    let base = base.map(|at| file.bounded(at, "base", *YEARS.start()..=until));
    date(file, &entry.date)?;
    name(file, &entry.title, "title")?;
    let address = entry.address.as_ref();
    let address = address.map(|at| folder_address(file, at)).transpose()?;
    let at_list =
        |(id, of): (&At<String>, &At<String>)| Some((groups.parse(id)?, file.at(of.start())));
    let list_places = entry.lists.iter().filter_map(at_list).collect();
    Ok(Edition {
        groups: group_plan(file, &entry, groups)?,
        id,
        title: entry.title.into_inner(),
        place: file.at(entry.boundaries.start()),
        list_places,
        default: entry.default.is_some_and(At::into_inner),
        boundaries,
        until,
        base: base.transpose()?,
        date: entry.date.into_inner(),
        note: entry.note,
        address: address.unwrap_or_default(),
        previous: entry.previous.map(At::into_inner),
    })
}

/// The address of a folder on the web, of plain letters and signs only.
fn folder_address(file: &Source, at: &At<String>) -> Result<String, Complaint> {
    let is_plain = |sign: char| sign.is_ascii_alphanumeric() || "-._~/:%".contains(sign);
    let rest = at.strip_prefix("https://");
    let is_host = |rest: &str| rest.starts_with(|sign: char| sign.is_ascii_alphanumeric());
    if rest.is_some_and(is_host) && at.ends_with('/') && at.chars().all(is_plain) {
        return Ok(at.to_string());
    }
    let message = format!("`{}` is no address of a folder", **at);
    let hint = "expected `https://…/`, of letters, digits and `-._~/:%`, with `/` at its end";
    Err(file.wrong(at, message, hint))
}

/// Tests that the edition before is another one of the file.
fn previous(file: &Source, entry: &EditionEntry, ids: &BTreeSet<String>) -> Result<(), Complaint> {
    let Some(of) = entry.previous.as_ref() else {
        return Ok(());
    };
    if ids.contains(&**of) && **of != *entry.id {
        return Ok(());
    }
    let message = format!("`{}` is no edition before `{}`", **of, *entry.id);
    let others = ids
        .iter()
        .filter(|id| **id != *entry.id)
        .map(String::as_str);
    Err(file.wrong(of, message, nearest(of, others)))
}

fn group_plan(
    file: &Source,
    entry: &EditionEntry,
    groups: &GroupNames,
) -> Result<GroupPlan, Complaint> {
    let mut lists = BTreeMap::new();
    for (id, of) in &entry.lists {
        date(file, of)?;
        lists.insert(network(file, id, groups)?, of.to_string());
    }
    for group in groups.of_kind(GroupKind::Network) {
        if !lists.contains_key(&group) {
            let (edition, network) = (&*entry.id, &groups.get(group).id);
            let message = format!("edition `{edition}` names no list of {network}");
            return Err(file.wrong(&entry.id, message, "expected a list date"));
        }
    }
    let (from, to) = file.span_of(&entry.size_class, "size class", "[smallest, largest]")?;
    if from < 0.0 {
        let hint = "expected numbers of inhabitants";
        return Err(file.wrong(&entry.size_class, "the size class starts below 0", hint));
    }
    Ok(GroupPlan {
        subject: network(file, &entry.subject, groups)?,
        size: SizeClass { from, to },
        lists,
    })
}

fn network(file: &Source, id: &At<String>, groups: &GroupNames) -> Result<GroupId, Complaint> {
    let group = names::group(file, id, groups)?;
    if groups.get(group).kind == GroupKind::Network {
        return Ok(group);
    }
    let hint = "expected a group of `kind = \"network\"` in `house.toml`";
    Err(file.wrong(id, format!("`{}` is no network", **id), hint))
}
