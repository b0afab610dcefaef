//! The snapshots of a project in CBS's own shapes, so that all that was fetched can be fetched again.
//!
//! In: a folder with `queries/` and `data/`. Out: a [`ServedTable`] per pinned table that is in OData. What a snapshot
//! leaves out is made up around it, so that a client that does not ask for it exactly gets something wrong: another
//! member beside each fixed one, provinces, wijken and buurten.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;

use middelgroot::query::{Queries, Service, Table};
use middelgroot::source::snapshot::{Snapshot, Store};

use super::model::{Cell, Dim, Kind, Member, ServedTable, Topic};

/// Every pinned table of a project that is not a file.
pub fn project(root: &Path) -> Vec<ServedTable> {
    let queries = Queries::read(&root.join("queries")).expect("queries");
    let store = Store::new(&root.join("data"));
    let lock = store.lock().expect("a lock");
    queries
        .tables
        .values()
        .filter(|table| table.service != Service::File)
        .filter_map(|table| {
            let release = lock.tables.get(&table.id)?;
            Some(served(
                table,
                &store.read(&table.id, release).expect("a snapshot"),
            ))
        })
        .collect()
}

/// What a cell of a snapshot is, by topic, region and period.
type Known = HashMap<(usize, usize, usize), Cell>;

fn served(table: &Table, snapshot: &Snapshot) -> ServedTable {
    let sidecar = &snapshot.sidecar;
    let own = table.catalog == "CBS";
    let detailed = !own || table.period.is_some();
    let of_members = sidecar.topics.iter().all(|topic| topic.key.contains(':'));
    // members of a further dimension stand in front of key and title
    let split = |text: &str, at: &str| {
        text.split_once(at)
            .filter(|_| of_members)
            .map_or((String::new(), text.to_owned()), |(member, rest)| {
                (member.to_owned(), rest.to_owned())
            })
    };
    let (mut members, mut topics): (Vec<(String, String)>, Vec<Topic>) = (Vec::new(), Vec::new());
    let mut places = HashMap::new();
    for known in &sidecar.topics {
        let ((code, key), (name, path)) = (split(&known.key, ":"), split(&known.title, " > "));
        let member = position(&mut members, (code, name), |a, b| a.0 == b.0);
        let mut levels: Vec<String> = path.split(" > ").map(str::to_owned).collect();
        let title = levels.pop().expect("a title");
        let number = topics.len() + 1;
        let topic = Topic {
            key: v3_key(&key, &title, number),
            code: v4_code(&key, number),
            groups: levels,
            title,
            unit: known.unit.clone(),
            decimals: known.decimals as u8,
            datatype: if known.decimals == 0 {
                "Long"
            } else {
                "Double"
            }
            .to_owned(),
            default: Some("Impossible".to_owned()),
            presentation: String::new(),
        };
        let same =
            |a: &Topic, b: &Topic| (&a.groups, &a.title, &a.unit) == (&b.groups, &b.title, &b.unit);
        let topic = position(&mut topics, topic, same);
        places.insert(known.key.as_str(), (member, topic));
    }

    let column = |name: &str| {
        let column = snapshot.observations.column(name).expect("a column");
        column
            .str()
            .expect("text")
            .iter()
            .map(|text| text.expect("a text").to_owned())
            .collect::<Vec<_>>()
    };
    let (region_of, period_of, topic_of, missing_of, status_of) = (
        column("region"),
        column("period"),
        column("topic"),
        column("missing"),
        column("status"),
    );
    let values = snapshot
        .observations
        .column("value")
        .expect("values")
        .f64()
        .expect("numbers");
    let regions: Vec<String> = BTreeSet::from_iter(&region_of)
        .into_iter()
        .cloned()
        .collect();
    let periods: Vec<String> = sidecar.periods.clone();
    let (region_at, period_at) = (numbered(&regions), numbered(&periods));
    let mut known: HashMap<usize, Known> = HashMap::new();
    let mut statuses: BTreeMap<&str, &str> = BTreeMap::new();
    for (row, value) in values.iter().enumerate() {
        let (member, topic) = places[topic_of[row].as_str()];
        let cell = match (value, missing_of[row].as_str()) {
            (Some(value), _) => Cell::Value(value),
            (None, "impossible") => Cell::Empty("Impossible"),
            (None, "confidential") => Cell::Empty("Confidential"),
            (None, "unknown") => {
                topics[topic].default = Some("Missing".to_owned());
                Cell::Empty("NotAvailable")
            }
            _ => Cell::Absent,
        };
        let at = (
            topic,
            region_at[region_of[row].as_str()],
            period_at[period_of[row].as_str()],
        );
        known.entry(member).or_default().insert(at, cell);
        statuses.insert(&period_of[row], &status_of[row]);
    }

    let mut dims = Vec::new();
    for (key, member) in &table.fixed {
        dims.push(dim(
            key,
            Kind::Dimension,
            &[(member, "Totaal"), ("X99", "Iets anders")],
        ));
    }
    let (fixed, of_member) = (dims.len(), usize::from(of_members));
    if of_members {
        let all: Vec<_> = members
            .iter()
            .map(|(key, title)| (key.replace('-', ""), title.clone()))
            .collect();
        let all: Vec<_> = all
            .iter()
            .map(|(key, title)| (key.as_str(), title.as_str()))
            .collect();
        dims.push(dim(
            "Soort",
            Kind::Dimension,
            &[all, vec![("X99", "Iets anders")]].concat(),
        ));
    }
    let (kind, key, others) = if detailed {
        (
            Kind::GeoDetail,
            "WijkenEnBuurten",
            vec![("WK168000", "Wijk 00"), ("BU16800000", "Annen")],
        )
    } else {
        (
            Kind::GeoDimension,
            "RegioS",
            vec![("PV20", "Groningen (PV)"), ("GM0999", "Gemeente onbekend")],
        )
    };
    let written: Vec<&str> = regions
        .iter()
        .map(|code| {
            if detailed && code == "NL01" {
                "NL00"
            } else {
                code
            }
        })
        .collect();
    let all: Vec<(&str, &str)> = written.iter().map(|code| (*code, *code)).collect();
    dims.push(dim(key, kind, &[all, others].concat()));
    if table.period.is_none() {
        let all: Vec<(&str, &str)> = periods
            .iter()
            .map(|key| (key.as_str(), &key[..4]))
            .collect();
        let mut time = dim("Perioden", Kind::TimeDimension, &all);
        for member in &mut time.members {
            member.status = match statuses.get(member.key.as_str()).copied() {
                Some("definitief") => Some("Definitief".to_owned()),
                Some("nader-voorlopig") => Some("NaderVoorlopig".to_owned()),
                Some("voorlopig") => Some("Voorlopig".to_owned()),
                _ => None,
            };
        }
        dims.push(time);
    }

    let count = regions.len();
    let cells = move |at: &[usize], topic: usize| {
        let region = at[fixed + of_member];
        let member = if of_members { at[fixed] } else { 0 };
        if at[..fixed].iter().any(|member| *member > 0) || region >= count {
            return Cell::Value(-1.0);
        }
        let period = at.get(fixed + of_member + 1).copied().unwrap_or_default();
        let found = known
            .get(&member)
            .and_then(|known| known.get(&(topic, region, period)));
        found.cloned().unwrap_or(Cell::Absent)
    };
    let day = Some(sidecar.modified.as_str())
        .filter(|date| date.len() == 10)
        .unwrap_or("2026-09-01");
    ServedTable {
        catalog: table.catalog.clone(),
        modified: format!("{day}T02:00:00"),
        version: day.replace('-', "").parse::<u64>().expect("a date") * 10_000,
        period: format!(
            "{} - {}",
            &periods[0][..4],
            &periods[periods.len() - 1][..4]
        ),
        map_year: sidecar.boundaries.parse().ok().filter(|_| detailed),
        dims,
        topics,
        cells: Arc::new(cells),
        v3: table.service != Service::V4,
        v4: own && table.service != Service::V3,
        ..ServedTable::new(&table.id, &sidecar.title, |_, _| Cell::Absent)
    }
}

/// The place of a thing in a list, which it joins when it is new.
fn position<T>(all: &mut Vec<T>, one: T, same: impl Fn(&T, &T) -> bool) -> usize {
    all.iter()
        .position(|known| same(known, &one))
        .unwrap_or_else(|| {
            all.push(one);
            all.len() - 1
        })
}

fn numbered(all: &[String]) -> HashMap<String, usize> {
    all.iter().cloned().zip(0..).collect()
}

fn dim(key: &str, kind: Kind, members: &[(&str, &str)]) -> Dim {
    let member = |(key, title): &(&str, &str)| Member {
        key: (*key).to_owned(),
        title: (*title).to_owned(),
        status: None,
    };
    Dim {
        key: key.to_owned(),
        title: key.to_owned(),
        kind,
        members: members.iter().map(member).collect(),
    }
}

/// A v3 key: the snapshot's where it is one, else made of the title.
fn v3_key(key: &str, title: &str, number: usize) -> String {
    let is_key = key.contains('_')
        && key
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if is_key {
        return key.to_owned();
    }
    let stem: String = title
        .split(|sign: char| !sign.is_ascii_alphanumeric())
        .collect();
    format!("{stem}_{number}")
}

/// A v4 code: the snapshot's where it is one.
fn v4_code(key: &str, number: usize) -> String {
    if key.starts_with('M') && key[1..].bytes().all(|byte| byte.is_ascii_digit()) {
        return key.to_owned();
    }
    format!("T{number:06}")
}
