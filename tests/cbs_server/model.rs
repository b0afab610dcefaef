//! A table as the server holds it: dimensions, topics, and a function that gives each cell.
//!
//! The function may read a map (snapshots) or compute (tables of millions of rows): nothing is kept per row.

use std::collections::BTreeMap;
use std::sync::Arc;

/// One cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    Value(f64),
    Text(String),
    /// v4 names the reason: `Impossible`, `Confidential`, `NotAvailable`. v3 has a null or a dot.
    Empty(&'static str),
    /// v4 has no row. v3 has a null.
    Absent,
}

/// What a dimension is, in CBS's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Dimension,
    TimeDimension,
    GeoDimension,
    GeoDetail,
}

#[derive(Clone, Debug)]
pub struct Member {
    pub key: String,
    pub title: String,
    pub status: Option<String>,
}

#[derive(Clone, Debug)]
pub struct Dim {
    pub key: String,
    pub title: String,
    pub kind: Kind,
    pub members: Vec<Member>,
}

#[derive(Clone, Debug)]
pub struct Topic {
    pub key: String,
    pub code: String,
    pub groups: Vec<String>,
    pub title: String,
    pub unit: String,
    pub decimals: u8,
    pub datatype: String,
    pub default: Option<String>,
    pub presentation: String,
}

/// What CBS writes under a region, and the province whose group it is in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RegionTold {
    pub text: String,
    /// Code and name: `PV27`, `Noord-Holland`.
    pub province: Option<(String, String)>,
}

/// Gives the cell at members (one index per dimension) and topic.
pub type Cells = Arc<dyn Fn(&[usize], usize) -> Cell + Send + Sync>;

/// A table, and in which service it is.
#[derive(Clone)]
pub struct ServedTable {
    pub id: String,
    pub catalog: String,
    pub title: String,
    pub modified: String,
    pub version: u64,
    pub reason: String,
    pub period: String,
    pub map_year: Option<u16>,
    pub dims: Vec<Dim>,
    pub topics: Vec<Topic>,
    pub cells: Cells,
    pub v3: bool,
    pub v4: bool,
    /// No cell is absent: pages can be found without counting.
    pub dense: bool,
    /// What is told of regions, by code.
    pub told: BTreeMap<String, RegionTold>,
}

impl ServedTable {
    /// A table in both services without dimensions or topics.
    pub fn new(
        id: &str,
        title: &str,
        cells: impl Fn(&[usize], usize) -> Cell + Send + Sync + 'static,
    ) -> Self {
        Self {
            id: id.into(),
            catalog: "CBS".into(),
            title: title.into(),
            modified: "2026-06-23T02:00:00".into(),
            version: 202_606_230_000,
            reason: "Actualisering".into(),
            period: String::new(),
            map_year: None,
            dims: Vec::new(),
            topics: Vec::new(),
            cells: Arc::new(cells),
            v3: true,
            v4: true,
            dense: false,
            told: BTreeMap::new(),
        }
    }

    #[must_use]
    pub fn dim(mut self, key: &str, kind: Kind, members: &[(&str, &str)]) -> Self {
        let member = |(key, title): &(&str, &str)| {
            let status = (kind == Kind::TimeDimension).then(|| "Definitief".to_owned());
            Member {
                key: (*key).into(),
                title: (*title).into(),
                status,
            }
        };
        let members = members.iter().map(member).collect();
        self.dims.push(Dim {
            key: key.into(),
            title: key.into(),
            kind,
            members,
        });
        self
    }

    /// A topic: v3 key, v4 code, path with ` > `, unit.
    #[must_use]
    pub fn topic(mut self, key: &str, code: &str, path: &str, unit: &str) -> Self {
        let mut levels: Vec<String> = path.split(" > ").map(Into::into).collect();
        let title = levels.pop().expect("a title");
        self.topics.push(Topic {
            key: key.into(),
            code: code.into(),
            groups: levels,
            title,
            unit: unit.into(),
            decimals: 0,
            datatype: "Long".into(),
            default: Some("Impossible".into()),
            presentation: "Absolute".into(),
        });
        self
    }

    /// A new release.
    pub fn republish(&mut self) {
        self.version += 1;
        self.modified = format!("2026-06-23T{:02}:00:00", 3 + self.version % 20);
    }

    /// Rows of v3: every combination of members.
    pub fn rows(&self) -> usize {
        self.dims.iter().map(|dim| dim.members.len()).product()
    }
}

impl Dim {
    /// The width to which v3 pads: that of the longest key.
    pub fn width(&self) -> usize {
        self.members
            .iter()
            .map(|member| member.key.len())
            .max()
            .unwrap_or_default()
    }
}

impl Kind {
    pub fn word(self) -> &'static str {
        match self {
            Self::Dimension => "Dimension",
            Self::TimeDimension => "TimeDimension",
            Self::GeoDimension => "GeoDimension",
            Self::GeoDetail => "GeoDetail",
        }
    }
}
