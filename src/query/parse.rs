//! From TOML to [`Queries`]: the shape is checked by serde, the sense (every name exists, no id twice) here.
//!
//! Every complaint carries the line it is about; `toml::Spanned` remembers where a name stood.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use toml::Spanned;

use crate::base::look::Look;
use crate::gemeente::group::{GroupId, GroupKind, GroupName, GroupNames, GroupPlan, SizeClass};

use super::{
    Ask, Chart, ChartKind, Claim, Column, Direction, Edition, Error, FactId, Find, Formula,
    GEMEENTEN, INHABITANTS, Indicator, IndicatorId, Misread, Names, Predicate, Queries, Service,
    Table, Template, Theme, Topic, TopicId, TopicSource, Way, Years, nearest,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct TablesFile {
    table: Vec<TableEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct TableEntry {
    id: Spanned<String>,
    family: Option<String>,
    period: Option<i32>,
    kind: Option<Kind>,
    service: Option<ServiceWord>,
    catalog: Option<String>,
    #[serde(default)]
    fixed: BTreeMap<String, String>,
    all_zero: Option<AllZero>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    File,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum ServiceWord {
    Auto,
    V3,
    V4,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum AllZero {
    NotDelivered,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct GroupsFile {
    group: Vec<GroupEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct GroupEntry {
    id: Spanned<String>,
    label: Option<String>,
    kind: Spanned<GroupKindWord>,
    look: Look,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum GroupKindWord {
    Network,
    SizeClass,
    OthersOfSize,
    Nation,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct EditionsFile {
    edition: Vec<EditionEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct EditionEntry {
    id: Spanned<String>,
    title: String,
    #[serde(default)]
    default: bool,
    boundaries: i32,
    until: i32,
    date: String,
    subject: Spanned<String>,
    size_class: Spanned<[f64; 2]>,
    lists: BTreeMap<Spanned<String>, String>,
    note: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct ThemeFile {
    id: String,
    pijler: String,
    title: String,
    order: i32,
    note: Option<String>,
    #[serde(default)]
    topic: Vec<TopicEntry>,
    #[serde(default)]
    indicator: Vec<IndicatorEntry>,
    #[serde(default)]
    chart: Vec<ChartEntry>,
    #[serde(default)]
    claim: Vec<ClaimEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct ChartEntry {
    id: Spanned<String>,
    kind: KindWord,
    indicators: Vec<Spanned<String>>,
    groups: Option<Vec<Spanned<String>>>,
    title: Spanned<String>,
    years: Option<Spanned<String>>,
    #[serde(default)]
    size: Size,
    broken: Option<Break>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Break {
    before: i32,
    note: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum KindWord {
    Strip,
    Bars,
    Lines,
    Slope,
    Ranked,
    Map,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Size {
    #[default]
    Full,
    Half,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct ClaimEntry {
    id: Spanned<String>,
    sentence: Spanned<String>,
    when: Spanned<String>,
    #[serde(default)]
    summary: bool,
    #[serde(default)]
    needs: usize,
    agenda: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct AsksFile {
    #[serde(default)]
    ask: Vec<AskEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct TableFile {
    column: Vec<ColumnEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct ColumnEntry {
    indicator: Spanned<String>,
    title: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct AskEntry {
    id: Spanned<String>,
    theme: Spanned<String>,
    text: String,
    agenda: String,
    fact: Vec<Spanned<String>>,
    why: Spanned<String>,
    state: State,
    #[serde(default)]
    core: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum State {
    Concept,
    Agreed,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct TopicEntry {
    id: Spanned<String>,
    title: String,
    #[serde(default = "one")]
    scale: f64,
    #[serde(default = "yes")]
    additive: bool,
    split: Option<Split>,
    absent: Option<Absent>,
    source: Vec<SourceEntry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Split {
    Dwellings,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Absent {
    Zero,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct SourceEntry {
    table: Spanned<String>,
    periods: Option<Spanned<String>>,
    title: Option<String>,
    key: Option<String>,
    #[serde(default)]
    keys: Vec<String>,
    #[serde(default)]
    except: Vec<String>,
    unit: String,
    #[serde(default)]
    optional: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct IndicatorEntry {
    id: Spanned<String>,
    title: String,
    definition: String,
    unit: String,
    decimals: i32,
    direction: Option<DirectionWord>,
    #[serde(default = "eighty")]
    coverage: f64,
    range: Spanned<[f64; 2]>,
    periods: Option<Spanned<String>>,
    way: Vec<Spanned<WayEntry>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum DirectionWord {
    Higher,
    Lower,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct WayEntry {
    numerator: Option<Spanned<String>>,
    denominator: Option<Spanned<String>>,
    of: Option<Of>,
    scale: Option<f64>,
    minus: Option<f64>,
    mean: Option<Spanned<String>>,
    weight: Option<Spanned<String>>,
    total: Option<Spanned<String>>,
    distribution: Option<Spanned<String>>,
    size_class: Option<Spanned<String>>,
    from: Option<f64>,
    to: Option<f64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Of {
    Nederland,
}

const fn one() -> f64 {
    1.0
}
const fn yes() -> bool {
    true
}
const fn eighty() -> f64 {
    80.0
}

/// One file with its text, to turn places into lines.
struct File {
    path: PathBuf,
    text: String,
}

impl File {
    fn read(path: PathBuf) -> Result<Self, Error> {
        match std::fs::read_to_string(&path) {
            Ok(text) => Ok(Self { path, text }),
            Err(source) => Err(Error::Unreadable { path, source }),
        }
    }

    fn parse<T: DeserializeOwned>(&self) -> Result<T, Error> {
        toml::from_str(&self.text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start);
            // serde says `unknown field x, expected one of …` in one line: the second half is the hint
            let message = error.message().replace('\n', " ");
            let (message, expected) = message
                .split_once(", expected ")
                .unwrap_or((&message, "valid TOML"));
            self.wrong_at(start, message.to_owned(), expected.to_owned())
        })
    }

    fn wrong_at(&self, start: usize, message: String, expected: String) -> Error {
        let before = self.text.get(..start).unwrap_or_default();
        Error::Wrong {
            path: self.path.clone(),
            line: before.matches('\n').count() + 1,
            message,
            expected,
        }
    }

    fn wrong<T>(
        &self,
        at: &Spanned<T>,
        message: impl Into<String>,
        expected: impl Into<String>,
    ) -> Error {
        self.wrong_at(at.span().start, message.into(), expected.into())
    }

    /// A text in the file that cannot be read.
    fn misread(&self, at: &Spanned<String>, wrong: Misread) -> Error {
        // a string begins with a quotation mark
        let start = at.span().start + 1 + wrong.at;
        self.wrong_at(start, wrong.message, wrong.expected)
    }

    fn template(&self, text: &Spanned<String>, names: &Names<'_>) -> Result<Template, Error> {
        Template::parse(text.get_ref(), names).map_err(|wrong| self.misread(text, wrong))
    }

    fn predicate(&self, text: &Spanned<String>, names: &Names<'_>) -> Result<Predicate, Error> {
        Predicate::parse(text.get_ref(), names).map_err(|wrong| self.misread(text, wrong))
    }

    fn fact(&self, text: &Spanned<String>, names: &Names<'_>) -> Result<FactId, Error> {
        FactId::parse(text.get_ref(), names).map_err(|wrong| self.misread(text, wrong))
    }

    /// Where a name stands, for messages that come later.
    fn place<T>(&self, at: &Spanned<T>) -> String {
        let before = self.text.get(..at.span().start).unwrap_or_default();
        format!(
            "{}:{}",
            self.path.display(),
            before.matches('\n').count() + 1
        )
    }

    fn years(&self, text: Option<&Spanned<String>>) -> Result<Years, Error> {
        text.map_or(Ok(Years::default()), |text| {
            Years::parse(text.get_ref()).map_err(|expected| {
                self.wrong(
                    text,
                    format!("`{}` is no range of years", text.get_ref()),
                    expected,
                )
            })
        })
    }
}

pub(super) fn read(folder: &Path) -> Result<Queries, Error> {
    let tables_file = File::read(folder.join("tables.toml"))?;
    let tables = tables(&tables_file, tables_file.parse::<TablesFile>()?.table)?;
    let groups_file = File::read(folder.join("groups.toml"))?;
    let groups = groups(&groups_file, groups_file.parse::<GroupsFile>()?.group)?;
    let editions_file = File::read(folder.join("editions.toml"))?;
    let editions = editions(
        &editions_file,
        editions_file.parse::<EditionsFile>()?.edition,
        &groups,
    )?;

    let mut files = Vec::new();
    for path in theme_paths(folder)? {
        let file = File::read(path)?;
        let theme: ThemeFile = file.parse()?;
        files.push((file, theme));
    }
    files.sort_by_key(|(_, theme)| theme.order);

    let mut queries = Queries {
        tables,
        topics: Vec::new(),
        gemeenten: TopicId::new(0),
        inhabitants: TopicId::new(0),
        groups,
        themes: Vec::new(),
        indicators: Vec::new(),
        charts: Vec::new(),
        claims: Vec::new(),
        asks: Vec::new(),
        columns: Vec::new(),
        editions,
    };
    let mut parsed = Vec::new();
    let mut ids = BTreeSet::from([GEMEENTEN.to_owned()]);
    for (file, theme) in files {
        for entry in theme.topic {
            if !ids.insert(entry.id.get_ref().clone()) {
                return Err(file.wrong(
                    &entry.id,
                    format!("topic `{}` twice", entry.id.get_ref()),
                    "one topic per id",
                ));
            }
            queries.topics.push(topic(&file, entry, &queries.tables)?);
        }
        queries.themes.push(Theme {
            id: theme.id.clone(),
            pijler: theme.pijler,
            title: theme.title,
            order: theme.order,
            note: theme.note,
        });
        parsed.push((file, theme.id, theme.indicator, theme.chart, theme.claim));
    }
    queries.topics.push(one_per_gemeente());
    let topics: BTreeMap<String, TopicId> = queries
        .topics
        .iter()
        .enumerate()
        .map(|(place, topic)| (topic.id.clone(), TopicId::new(place)))
        .collect();
    let known = |id: &str| {
        let wrong = || Error::NoTopic {
            id: id.to_owned(),
            folder: folder.to_owned(),
        };
        topics.get(id).copied().ok_or_else(wrong)
    };
    (queries.gemeenten, queries.inhabitants) = (known(GEMEENTEN)?, known(INHABITANTS)?);
    let mut told = Vec::new();
    let mut seen = BTreeSet::new();
    for (file, theme, entries, charts, claims) in parsed {
        for entry in entries {
            once(&file, &mut seen, &entry.id, "indicator")?;
            queries
                .indicators
                .push(indicator(&file, entry, &theme, &topics)?);
        }
        told.push((file, theme, charts, claims));
    }
    let (mut chart_ids, mut claim_ids) = (BTreeSet::new(), BTreeSet::new());
    for (file, theme, charts, claims) in told {
        for entry in charts {
            once(&file, &mut chart_ids, &entry.id, "chart")?;
            queries.charts.push(chart(
                &file,
                entry,
                &theme,
                &Names::new(&queries.indicators, &queries.groups),
            )?);
        }
        for entry in claims {
            once(&file, &mut claim_ids, &entry.id, "claim")?;
            let names = Names::new(&queries.indicators, &queries.groups);
            queries.claims.push(Claim {
                place: file.place(&entry.id),
                id: entry.id.into_inner(),
                theme: theme.clone(),
                sentence: file.template(&entry.sentence, &names)?,
                when: file.predicate(&entry.when, &names)?,
                summary: entry.summary,
                needs: entry.needs,
                agenda: entry.agenda,
            });
        }
    }
    queries.asks = asks(folder, &queries.themes, &queries.names())?;
    let table = File::read(folder.join("table.toml"))?;
    for column in table.parse::<TableFile>()?.column {
        let indicator = indicator_id(&table, &column.indicator, &queries.names())?;
        queries.columns.push(Column {
            indicator,
            title: column.title,
        });
    }
    Ok(queries)
}

/// Refuses an id that was there before.
fn once(
    file: &File,
    seen: &mut BTreeSet<String>,
    id: &Spanned<String>,
    kind: &str,
) -> Result<(), Error> {
    if seen.insert(id.get_ref().clone()) {
        return Ok(());
    }
    Err(file.wrong(
        id,
        format!("{kind} `{}` twice", id.get_ref()),
        format!("one {kind} per id"),
    ))
}

fn indicator_id(
    file: &File,
    id: &Spanned<String>,
    names: &Names<'_>,
) -> Result<IndicatorId, Error> {
    names
        .indicator(id.get_ref())
        .map_err(|wrong| file.misread(id, wrong))
}

fn group_id(file: &File, id: &Spanned<String>, groups: &GroupNames) -> Result<GroupId, Error> {
    groups.parse(id.get_ref()).ok_or_else(|| {
        let known: Vec<&str> = groups.ids().map(|id| groups.get(id).id.as_str()).collect();
        let message = format!("there is no group `{}`", id.get_ref());
        file.wrong(id, message, known.join(", "))
    })
}

fn one_per_gemeente() -> Topic {
    Topic {
        id: GEMEENTEN.to_owned(),
        title: GEMEENTEN.to_owned(),
        scale: 1.0,
        additive: true,
        by_dwellings: false,
        absent_is_zero: false,
        sources: Vec::new(),
    }
}

fn chart(file: &File, entry: ChartEntry, theme: &str, names: &Names<'_>) -> Result<Chart, Error> {
    let mut indicators = Vec::new();
    for id in &entry.indicators {
        indicators.push(indicator_id(file, id, names)?);
    }
    let mut groups = Vec::new();
    for id in entry.groups.iter().flatten() {
        groups.push(group_id(file, id, names.groups)?);
    }
    if entry.groups.is_none() {
        groups.extend(names.groups.of_kind(GroupKind::Network));
        groups.extend(names.groups.of_kind(GroupKind::Nation));
    }
    // the id becomes a file name and a name in Typst
    if !entry
        .id
        .get_ref()
        .chars()
        .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    {
        let message = format!("`{}` is no id of a chart", entry.id.get_ref());
        return Err(file.wrong(&entry.id, message, "small letters, digits and `-`"));
    }
    Ok(Chart {
        place: file.place(&entry.id),
        years: file.years(entry.years.as_ref())?,
        id: entry.id.into_inner(),
        theme: theme.to_owned(),
        kind: match entry.kind {
            KindWord::Strip => ChartKind::Strip,
            KindWord::Bars => ChartKind::Bars,
            KindWord::Lines => ChartKind::Lines,
            KindWord::Slope => ChartKind::Slope,
            KindWord::Ranked => ChartKind::Ranked,
            KindWord::Map => ChartKind::Map,
        },
        indicators,
        groups,
        title: file.template(&entry.title, names)?,
        half: matches!(entry.size, Size::Half),
        broken: entry.broken.map(|broken| (broken.before, broken.note)),
    })
}

fn asks(folder: &Path, themes: &[Theme], names: &Names<'_>) -> Result<Vec<Ask>, Error> {
    let path = folder.join("asks.toml");
    if !path.exists() {
        return Ok(Vec::new());
    }
    let file = File::read(path)?;
    let mut seen = BTreeSet::new();
    let mut asks = Vec::new();
    for entry in file.parse::<AsksFile>()?.ask {
        once(&file, &mut seen, &entry.id, "ask")?;
        if !themes
            .iter()
            .any(|theme| theme.id == *entry.theme.get_ref())
        {
            let message = format!("there is no theme `{}`", entry.theme.get_ref());
            return Err(file.wrong(&entry.theme, message, "the id of a theme file"));
        }
        asks.push(Ask {
            place: file.place(&entry.id),
            id: entry.id.into_inner(),
            theme: entry.theme.into_inner(),
            text: entry.text,
            agenda: entry.agenda,
            facts: entry
                .fact
                .iter()
                .map(|id| file.fact(id, names))
                .collect::<Result<_, _>>()?,
            why: file.template(&entry.why, names)?,
            agreed: matches!(entry.state, State::Agreed),
            core: entry.core,
        });
    }
    Ok(asks)
}

fn theme_paths(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let unreadable = |source| Error::Unreadable {
        path: folder.to_owned(),
        source,
    };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let is_theme = !matches!(
            &*name,
            "tables.toml"
                | "table.toml"
                | "groups.toml"
                | "editions.toml"
                | "asks.toml"
                | "checks.toml"
                | "numerals.toml"
                | "fetch.toml"
        );
        if path
            .extension()
            .is_some_and(|extension| extension == "toml")
            && is_theme
        {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

fn tables(file: &File, entries: Vec<TableEntry>) -> Result<BTreeMap<String, Table>, Error> {
    let mut tables = BTreeMap::new();
    for entry in entries {
        let id = entry.id.get_ref().clone();
        // the id becomes a folder and part of an address
        if id.is_empty() || !id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
            return Err(file.wrong(
                &entry.id,
                format!("`{id}` is no table id"),
                "letters, digits and `-`",
            ));
        }
        let table = Table {
            id: id.clone(),
            family: entry.family,
            period: entry.period,
            service: match (entry.kind, entry.service) {
                (Some(Kind::File), _) => Service::File,
                (None, None | Some(ServiceWord::Auto)) => Service::Auto,
                (None, Some(ServiceWord::V3)) => Service::V3,
                (None, Some(ServiceWord::V4)) => Service::V4,
            },
            catalog: entry.catalog.unwrap_or_else(|| "CBS".to_owned()),
            fixed: entry.fixed,
            all_zero_is_not_delivered: matches!(entry.all_zero, Some(AllZero::NotDelivered)),
        };
        if tables.insert(id.clone(), table).is_some() {
            return Err(file.wrong(
                &entry.id,
                format!("table `{id}` twice"),
                "one entry per table",
            ));
        }
    }
    Ok(tables)
}

fn groups(file: &File, entries: Vec<GroupEntry>) -> Result<GroupNames, Error> {
    let (mut names, mut seen) = (Vec::new(), BTreeSet::new());
    let mut nation = None;
    for entry in entries {
        once(file, &mut seen, &entry.id, "group")?;
        let kind = match entry.kind.get_ref() {
            GroupKindWord::Network => GroupKind::Network,
            GroupKindWord::SizeClass => GroupKind::SizeClass,
            GroupKindWord::OthersOfSize => GroupKind::OthersOfSize,
            GroupKindWord::Nation => GroupKind::Nation,
        };
        if kind != GroupKind::Network && names.iter().any(|known: &GroupName| known.kind == kind) {
            let message = "a second group of this kind";
            return Err(file.wrong(
                &entry.kind,
                message,
                "several networks, and one of each other kind",
            ));
        }
        nation = nation.or((kind == GroupKind::Nation).then_some(()));
        let id = entry.id.into_inner();
        names.push(GroupName {
            label: entry.label.unwrap_or_else(|| id.clone()),
            id,
            kind,
            look: entry.look,
        });
    }
    if nation.is_none() {
        let message = "no group is the nation".to_owned();
        return Err(file.wrong_at(
            0,
            message,
            "a `[[group]]` with `kind = \"nation\"`".to_owned(),
        ));
    }
    Ok(GroupNames::new(names))
}

fn group_plan(file: &File, entry: &EditionEntry, groups: &GroupNames) -> Result<GroupPlan, Error> {
    let network = |id: &Spanned<String>| {
        let group = group_id(file, id, groups)?;
        if groups.get(group).kind == GroupKind::Network {
            return Ok(group);
        }
        Err(file.wrong(
            id,
            format!("`{}` is no network", id.get_ref()),
            "the id of a network",
        ))
    };
    let mut lists = BTreeMap::new();
    for (id, date) in &entry.lists {
        lists.insert(network(id)?, date.clone());
    }
    for group in groups.of_kind(GroupKind::Network) {
        if !lists.contains_key(&group) {
            let (edition, network) = (entry.id.get_ref(), &groups.get(group).id);
            let message = format!("edition `{edition}` names no list of {network}");
            return Err(file.wrong(&entry.id, message, "a list date"));
        }
    }
    let [from, to] = *entry.size_class.get_ref();
    if from >= to {
        let message = "the size class is empty";
        return Err(file.wrong(&entry.size_class, message, "`[smallest, largest]`"));
    }
    Ok(GroupPlan {
        subject: network(&entry.subject)?,
        size: SizeClass { from, to },
        lists,
    })
}

fn editions(
    file: &File,
    entries: Vec<EditionEntry>,
    groups: &GroupNames,
) -> Result<Vec<Edition>, Error> {
    let mut editions: Vec<Edition> = Vec::new();
    for entry in entries {
        let id = entry.id.get_ref().clone();
        if editions.iter().any(|edition| edition.id == id) {
            return Err(file.wrong(
                &entry.id,
                format!("edition `{id}` twice"),
                "one entry per edition",
            ));
        }
        // the id becomes a folder in output/
        if id.is_empty()
            || !id
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        {
            return Err(file.wrong(
                &entry.id,
                format!("`{id}` is no edition id"),
                "small letters, digits and `-`",
            ));
        }
        if entry.until > entry.boundaries {
            let message = format!(
                "edition `{id}` uses periods after its boundaries of {}",
                entry.boundaries
            );
            return Err(file.wrong(&entry.id, message, "`until` no later than `boundaries`"));
        }
        if !is_iso_date(&entry.date) {
            let message = format!("`{}` is no date", entry.date);
            return Err(file.wrong(&entry.id, message, "a date such as `2026-11-01`"));
        }
        editions.push(Edition {
            groups: group_plan(file, &entry, groups)?,
            id,
            title: entry.title,
            default: entry.default,
            boundaries: entry.boundaries,
            until: entry.until,
            date: entry.date,
            note: entry.note,
        });
    }
    Ok(editions)
}

fn is_iso_date(text: &str) -> bool {
    jiff::civil::Date::strptime("%Y-%m-%d", text).is_ok()
}

fn topic(file: &File, entry: TopicEntry, tables: &BTreeMap<String, Table>) -> Result<Topic, Error> {
    let mut sources = Vec::new();
    for source in entry.source {
        let name = source.table.get_ref().clone();
        if !tables
            .values()
            .any(|table| table.id == name || table.family.as_ref() == Some(&name))
        {
            let message = format!("there is no table or family `{name}`");
            return Err(file.wrong(&source.table, message, "an id or family of `tables.toml`"));
        }
        let find = match (source.title, source.keys.is_empty()) {
            (Some(path), true) => Find::Title {
                path,
                key: source.key,
            },
            (None, false) => Find::Keys {
                keys: source.keys,
                except: source.except,
            },
            _ => {
                return Err(file.wrong(
                    &source.table,
                    "a source is found in two ways or none",
                    "`title` or `keys`",
                ));
            }
        };
        sources.push(TopicSource {
            table: name,
            years: file.years(source.periods.as_ref())?,
            find,
            unit: source.unit,
            optional: source.optional,
        });
    }
    Ok(Topic {
        id: entry.id.into_inner(),
        title: entry.title,
        scale: entry.scale,
        additive: entry.additive,
        by_dwellings: matches!(entry.split, Some(Split::Dwellings)),
        absent_is_zero: matches!(entry.absent, Some(Absent::Zero)),
        sources,
    })
}

fn indicator(
    file: &File,
    entry: IndicatorEntry,
    theme: &str,
    topics: &BTreeMap<String, TopicId>,
) -> Result<Indicator, Error> {
    let [low, high] = *entry.range.get_ref();
    if low >= high {
        return Err(file.wrong(&entry.range, "the range is empty", "`[lowest, highest]`"));
    }
    let mut ways = Vec::new();
    for way in entry.way {
        ways.push(self::way(file, way, topics)?);
    }
    Ok(Indicator {
        place: file.place(&entry.id),
        id: entry.id.into_inner(),
        theme: theme.to_owned(),
        title: entry.title,
        definition: entry.definition,
        unit: entry.unit,
        decimals: entry.decimals,
        direction: match entry.direction {
            None => Direction::None,
            Some(DirectionWord::Higher) => Direction::Higher,
            Some(DirectionWord::Lower) => Direction::Lower,
        },
        coverage: entry.coverage,
        range: (low, high),
        years: file.years(entry.periods.as_ref())?,
        ways,
    })
}

fn way(
    file: &File,
    entry: Spanned<WayEntry>,
    topics: &BTreeMap<String, TopicId>,
) -> Result<Way, Error> {
    let topic = |name: &str| {
        topics.get(name).copied().ok_or_else(|| Misread {
            at: 0,
            message: format!("there is no topic `{name}`"),
            expected: format!(
                "one that `queries/` knows, such as {}",
                nearest(name, topics.keys().map(String::as_str))
            ),
        })
    };
    let formula = |text: &Spanned<String>| {
        Formula::parse(text.get_ref(), &topic).map_err(|wrong| file.misread(text, wrong))
    };
    let name =
        |text: &Spanned<String>| topic(text.get_ref()).map_err(|wrong| file.misread(text, wrong));
    let span = entry.span();
    let way = entry.into_inner();
    match way {
        WayEntry { numerator: Some(numerator), denominator: Some(denominator), mean: None, total: None, .. } => {
            Ok(Way::Quotient {
                numerator: formula(&numerator)?,
                denominator: formula(&denominator)?,
                of_nederland: matches!(way.of, Some(Of::Nederland)),
                scale: way.scale.unwrap_or(1.0),
                minus: way.minus.unwrap_or(0.0),
            })
        }
        WayEntry { mean: Some(mean), weight: Some(weight), total: None, .. } => {
            Ok(Way::Mean { ratio: name(&mean)?, weight: formula(&weight)? })
        }
        WayEntry { total: Some(total), .. } => Ok(Way::Total { total: formula(&total)? }),
        WayEntry { distribution: Some(topic), .. } => Ok(Way::Distribution { topic: name(&topic)? }),
        WayEntry { size_class: Some(topic), from: Some(from), to: Some(to), scale, .. } => {
            Ok(Way::SizeClass { topic: name(&topic)?, from, to, scale: scale.unwrap_or(1.0) })
        }
        _ => Err(file.wrong_at(
            span.start,
            "a way that is none of those known".to_owned(),
            "`numerator` and `denominator`, `mean` and `weight`, `total`, `distribution`, or `size-class`, `from` and `to`"
                .to_owned(),
        )),
    }
}
