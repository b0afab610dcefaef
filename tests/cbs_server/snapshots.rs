//! The snapshots of a project in CBS's own shapes, so that all that was fetched can be fetched again.
//!
//! In: a folder with `queries/` and `data/`. Out: a [`ServedTable`] per pinned table that is in OData. What a snapshot
//! leaves out is made up around it, so that a client that does not ask for it exactly gets something wrong: another
//! member beside each fixed one, provinces, wijken and buurten.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;

use middelgroot::query::{Queries, Service, Table};
use middelgroot::source::snapshot::{Snapshot, Store, TopicMeta};

use super::model::{Cell, Dim, Kind, Member, ServedTable, Topic};
use super::regions;

/// The table in whose list of regions CBS writes its log of herindelingen.
const POPULATION: &str = "03759ned";

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
            let mut served = served(table, &store.read(&table.id, release).expect("a snapshot"));
            let folder = root.join("data/regions");
            if table.id == POPULATION && folder.exists() {
                regions::tell(&mut served, &folder);
            }
            Some(served)
        })
        .collect()
}

/// What a cell of a snapshot is, by topic, region and period.
type Known = HashMap<(usize, usize, usize), Cell>;

fn served(table: &Table, snapshot: &Snapshot) -> ServedTable {
    let sidecar = &snapshot.sidecar;
    let own = table.catalog == "CBS";
    let detailed = !own || table.period.is_some();
    let mut names = Names::of(&sidecar.topics);
    let figures = Figures::of(snapshot, &mut names);

    let mut dims = Vec::new();
    for (key, member) in &table.fixed {
        dims.push(dim(
            key,
            Kind::Dimension,
            &[(member, "Totaal"), ("X99", "Iets anders")],
        ));
    }
    let (fixed, of_members) = (dims.len(), names.of_members);
    dims.extend(of_members.then(|| names.dim()));
    dims.push(figures.regions_dim(detailed));
    if table.period.is_none() {
        dims.push(figures.periods_dim());
    }

    let periods = &sidecar.periods;
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
        topics: names.topics,
        cells: Arc::new(move |at: &[usize], topic: usize| {
            figures.cell(&at[..fixed], &at[fixed..], of_members, topic)
        }),
        v3: table.service != Service::V4,
        v4: own && table.service != Service::V3,
        ..ServedTable::new(&table.id, &sidecar.title, |_, _| Cell::Absent)
    }
}

/// The topics of a snapshot as CBS has them: members of a further dimension stand in front of key and title.
struct Names {
    of_members: bool,
    /// Code and title of each member.
    members: Vec<(String, String)>,
    topics: Vec<Topic>,
    /// Member and topic by the snapshot's key.
    places: HashMap<String, (usize, usize)>,
}

impl Names {
    fn of(all: &[TopicMeta]) -> Self {
        let of_members = all.iter().all(|topic| topic.key.contains(':'));
        let split = |text: &str, at: &str| {
            text.split_once(at)
                .filter(|_| of_members)
                .map_or((String::new(), text.to_owned()), |(member, rest)| {
                    (member.to_owned(), rest.to_owned())
                })
        };
        let mut names = Self {
            of_members,
            members: Vec::new(),
            topics: Vec::new(),
            places: HashMap::new(),
        };
        for known in all {
            let ((code, key), (name, path)) = (split(&known.key, ":"), split(&known.title, " > "));
            let member = position(&mut names.members, (code, name), |a, b| a.0 == b.0);
            let topic = topic(known, &key, &path, names.topics.len() + 1);
            let same = |a: &Topic, b: &Topic| {
                (&a.groups, &a.title, &a.unit) == (&b.groups, &b.title, &b.unit)
            };
            let topic = position(&mut names.topics, topic, same);
            names.places.insert(known.key.clone(), (member, topic));
        }
        names
    }

    fn dim(&self) -> Dim {
        let codes: Vec<String> = self
            .members
            .iter()
            .map(|(key, _)| key.replace('-', ""))
            .collect();
        let titles = self.members.iter().map(|(_, title)| title.as_str());
        let all: Vec<_> = codes.iter().map(String::as_str).zip(titles).collect();
        dim(
            "Soort",
            Kind::Dimension,
            &[all, vec![("X99", "Iets anders")]].concat(),
        )
    }
}

fn topic(known: &TopicMeta, key: &str, path: &str, number: usize) -> Topic {
    let mut levels: Vec<String> = path.split(" > ").map(str::to_owned).collect();
    let title = levels.pop().expect("a title");
    Topic {
        key: v3_key(key, &title, number),
        code: v4_code(key, number),
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
    }
}

/// The figures of a snapshot by member, and what they are of.
struct Figures {
    regions: Vec<String>,
    periods: Vec<String>,
    /// How final each period is.
    statuses: BTreeMap<String, String>,
    cells: HashMap<usize, Known>,
}

impl Figures {
    fn of(snapshot: &Snapshot, names: &mut Names) -> Self {
        let column = |name: &str| {
            let column = snapshot.observations.column(name).expect("a column");
            column
                .str()
                .expect("text")
                .iter()
                .map(|text| text.expect("a text").to_owned())
                .collect::<Vec<_>>()
        };
        let [region_of, period_of, topic_of, missing_of, status_of] =
            ["region", "period", "topic", "missing", "status"].map(column);
        let values = snapshot.observations.column("value").expect("values");
        let mut figures = Self {
            regions: BTreeSet::from_iter(&region_of)
                .into_iter()
                .cloned()
                .collect(),
            periods: snapshot.sidecar.periods.clone(),
            statuses: BTreeMap::new(),
            cells: HashMap::new(),
        };
        let (region_at, period_at) = (numbered(&figures.regions), numbered(&figures.periods));
        for (row, value) in values.f64().expect("numbers").iter().enumerate() {
            let (member, topic) = names.places[&topic_of[row]];
            let cell = match (value, missing_of[row].as_str()) {
                (Some(value), _) => Cell::Value(value),
                (None, "impossible") => Cell::Empty("Impossible"),
                (None, "confidential") => Cell::Empty("Confidential"),
                (None, "unknown") => {
                    names.topics[topic].default = Some("Missing".to_owned());
                    Cell::Empty("NotAvailable")
                }
                _ => Cell::Absent,
            };
            let at = (
                topic,
                region_at[&region_of[row]],
                period_at[&period_of[row]],
            );
            figures.cells.entry(member).or_default().insert(at, cell);
            figures
                .statuses
                .insert(period_of[row].clone(), status_of[row].clone());
        }
        figures
    }

    /// The cell at these members of the fixed dimensions and of the others.
    fn cell(&self, fixed: &[usize], others: &[usize], of_members: bool, topic: usize) -> Cell {
        let (member, rest) = if of_members {
            (others[0], &others[1..])
        } else {
            (0, others)
        };
        let region = rest[0];
        if fixed.iter().any(|member| *member > 0) || region >= self.regions.len() {
            return Cell::Value(-1.0);
        }
        let period = rest.get(1).copied().unwrap_or_default();
        let found = self
            .cells
            .get(&member)
            .and_then(|known| known.get(&(topic, region, period)));
        found.cloned().unwrap_or(Cell::Absent)
    }

    fn regions_dim(&self, detailed: bool) -> Dim {
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
        let written = |code| match code {
            "NL01" if detailed => ("NL00", "NL00"),
            code => (code, code),
        };
        let all: Vec<(&str, &str)> = self.regions.iter().map(|code| written(code)).collect();
        dim(key, kind, &[all, others].concat())
    }

    fn periods_dim(&self) -> Dim {
        let all: Vec<(&str, &str)> = self
            .periods
            .iter()
            .map(|key| (key.as_str(), &key[..4]))
            .collect();
        let mut time = dim("Perioden", Kind::TimeDimension, &all);
        for member in &mut time.members {
            member.status = match self.statuses.get(&member.key).map(String::as_str) {
                Some("definitief") => Some("Definitief".to_owned()),
                Some("nader-voorlopig") => Some("NaderVoorlopig".to_owned()),
                Some("voorlopig") => Some("Voorlopig".to_owned()),
                _ => None,
            };
        }
        time
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
