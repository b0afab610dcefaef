//! Illustrations: a chart that `queries/` asks for, with its title, subtitle, source line and alt text.
//!
//! In: the chart's entry and the register. Out: [`Illustration`]. Everything printed comes from facts, so a chart, its
//! alt text and the prose can never differ. The title is a finding whose direction the figures choose; provisional
//! figures, incomplete lists and low coverage are marked in the picture itself.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::chart::{self, ChartError, Picture, Ticks};
use crate::compare::GroupId;
use crate::fact::{self, GroupRow, Register, print};
use crate::failure::{Exit, Report};
use crate::gemeente::{self, Geometry};
use crate::look::{Look, Rgb, Shape};
use crate::number::{self, Notation};
use crate::publish::Provenance;
use crate::query::{Chart, ChartKind, Indicator};
use crate::text::{self, Segment};

/// The longest alt text: a screen reader reads it in one go.
pub const MAX_ALT: usize = 250;
/// The most words of a title.
pub const MAX_TITLE_WORDS: usize = 10;
/// The mark of a group whose list is incomplete.
pub const INCOMPLETE: &str = "†";

/// A chart as the paper shows it.
#[derive(Clone, Debug)]
pub struct Illustration {
    /// Id of the chart.
    pub id: String,
    /// The drawing.
    pub picture: Picture,
    /// The finding.
    pub title: Vec<Segment>,
    /// Measure, unit, whom, when.
    pub subtitle: String,
    /// Where the figures come from.
    pub source: String,
    /// What a reader who cannot see it must know.
    pub alt: String,
}

/// Draws charts.
#[derive(Debug)]
pub struct Illustrator<'r, 'a> {
    register: &'r Register<'a>,
    provenance: &'r Provenance,
    geometry: Option<Geometry>,
}

type Drawn = Result<Picture, ChartError>;

impl<'r, 'a> Illustrator<'r, 'a> {
    /// An illustrator; borders are needed for maps only.
    pub const fn new(
        register: &'r Register<'a>,
        provenance: &'r Provenance,
        geometry: Option<Geometry>,
    ) -> Self {
        Self {
            register,
            provenance,
            geometry,
        }
    }

    /// Draws a chart; `None` when there are no figures for it in this edition.
    ///
    /// # Errors
    /// When its title is not well-formed or too long, or it cannot be drawn.
    pub fn draw(&self, chart: &Chart) -> Result<Option<Illustration>, Error> {
        let in_chart = |kind| Error {
            chart: chart.id.clone(),
            place: chart.place.clone(),
            kind: Box::new(kind),
        };
        let about = self.about(chart);
        if about.years.is_empty() {
            return Ok(None);
        }
        let picture = match chart.kind {
            ChartKind::Strip => self.strip(chart),
            ChartKind::Bars => self.bars(chart, &about),
            ChartKind::Lines => self.lines(chart, &about),
            ChartKind::Slope => self.slope(chart, &about),
            ChartKind::Ranked => self.ranked(chart, &about),
            ChartKind::Map => self.map(chart),
        };
        let picture = match picture {
            Err(ChartError::Empty(_)) => return Ok(None),
            other => other.map_err(|error| in_chart(ErrorKind::Drawing(error)))?,
        };
        let overlaps = picture.overlaps();
        if let Some(overlap) = overlaps.first() {
            return Err(in_chart(ErrorKind::Overlap(format!("{overlap:?}"))));
        }
        let title = text::fill(&chart.title, self.register)
            .map_err(|error| in_chart(ErrorKind::Text(error)))?;
        let words = text::plain(&title)
            .split([' ', '\u{a0}'])
            .filter(|word| !word.is_empty())
            .count();
        if words > MAX_TITLE_WORDS {
            return Err(in_chart(ErrorKind::Title(text::plain(&title))));
        }
        Ok(Some(Illustration {
            id: chart.id.clone(),
            picture,
            title,
            subtitle: self.subtitle(chart, &about),
            source: self.source(chart, &about),
            alt: self.alt(chart, &about),
        }))
    }

    fn indicator(&self, position: usize) -> &'a Indicator {
        &self.register.queries().indicators[position]
    }

    /// The years a chart shows of its first indicator.
    fn about(&self, chart: &Chart) -> About {
        let first = chart.indicators.first().copied().unwrap_or_default();
        let used = self
            .register
            .figures()
            .used
            .get(first)
            .and_then(|used| used.year);
        let many = matches!(chart.kind, ChartKind::Lines | ChartKind::Slope);
        let of_group = |group: &GroupId| self.register.lookup().years(first, *group);
        let all: BTreeSet<i32> = chart.groups.iter().flat_map(of_group).collect();
        let mut years: Vec<i32> = match (many, chart.kind) {
            (_, ChartKind::Map) => vec![self.register.figures().edition.boundaries],
            (false, _) => used.into_iter().collect(),
            (true, _) => {
                let shown = all.into_iter().filter(|year| {
                    chart.years.contains(*year) && used.is_some_and(|used| *year <= used)
                });
                let valued = |year: &i32| {
                    chart.groups.iter().any(|group| {
                        self.row(first, *group, *year)
                            .is_some_and(|row| row.value.is_some())
                    })
                };
                shown.filter(valued).collect()
            }
        };
        if chart.kind == ChartKind::Slope && years.len() > 2 {
            years = vec![years[0], years[years.len() - 1]];
        }
        if many && years.len() < 2 {
            years.clear();
        }
        About {
            indicator: first,
            years,
        }
    }

    fn row(&self, indicator: usize, group: GroupId, year: i32) -> Option<&GroupRow> {
        self.register.lookup().group(indicator, group, year)
    }

    fn is_incomplete(&self, group: GroupId) -> bool {
        self.register
            .figures()
            .groups
            .iter()
            .any(|known| known.id == group && !known.complete)
    }

    fn name(&self, group: GroupId) -> String {
        let mark = if self.is_incomplete(group) {
            INCOMPLETE
        } else {
            ""
        };
        format!("{}{mark}", group.label())
    }

    /// A group's value with the label that prints it.
    fn group_value(&self, indicator: usize, group: GroupId, year: i32) -> chart::GroupValue {
        let row = self.row(indicator, group, year);
        let text = row
            .and_then(|row| Some((row.value?, row.provisional)))
            .map_or_else(
                || "geen cijfer".to_owned(),
                |(value, provisional)| {
                    print(self.indicator(indicator), value, provisional).unwrap_or_default()
                },
            );
        chart::GroupValue {
            look: look(group),
            label: format!("{} {text}", self.name(group)),
            value: row.and_then(|row| row.value),
            hollow: self.is_incomplete(group)
                || row.is_some_and(|row| row.coverage.unwrap_or(100.0) < 95.0),
        }
    }

    fn members(&self, indicator: usize, year: i32) -> Vec<(String, Option<f64>, bool)> {
        let figures = self.register.figures();
        let m50 = figures.groups.iter().find(|group| group.id == GroupId::M50);
        m50.map(|group| group.members.as_slice())
            .unwrap_or_default()
            .iter()
            .map(|member| {
                let cell = self
                    .register
                    .lookup()
                    .gemeente(indicator, &member.code, year);
                let name = figures
                    .gemeenten
                    .regions
                    .short_name(&member.code)
                    .to_owned();
                (
                    name,
                    cell.and_then(|cell| cell.value),
                    cell.is_some_and(|cell| cell.provisional),
                )
            })
            .collect()
    }

    fn strip(&self, chart: &Chart) -> Drawn {
        let rows: Vec<chart::StripRow> = chart
            .indicators
            .iter()
            .filter_map(|&indicator| self.strip_row(chart, indicator))
            .collect();
        chart::strip(&chart::Strip {
            width: width(chart),
            rows,
            shared_scale: true,
            ticks: ticks(self.indicator(chart.indicators[0])),
        })
    }

    fn strip_row(&self, chart: &Chart, indicator: usize) -> Option<chart::StripRow> {
        let year = self.register.figures().used[indicator].year?;
        let members = self.members(indicator, year);
        let values = || {
            members
                .iter()
                .enumerate()
                .filter_map(|(place, (_, value, _))| Some((place, (*value)?)))
        };
        let lowest = values()
            .min_by(|a, b| a.1.total_cmp(&b.1))
            .map(|(place, _)| place);
        let highest = values()
            .max_by(|a, b| a.1.total_cmp(&b.1))
            .map(|(place, _)| place);
        let named = chart.indicators.len() == 1 && !chart.half;
        let dots = members
            .iter()
            .enumerate()
            .map(|(place, (name, value, provisional))| {
                let label =
                    (named && (Some(place) == lowest || Some(place) == highest)).then(|| {
                        let text = value.map(|value| {
                            print(self.indicator(indicator), value, *provisional)
                                .unwrap_or_default()
                        });
                        format!("{name} {}", text.unwrap_or_default())
                    });
                chart::Member {
                    name: name.clone(),
                    value: *value,
                    label,
                    hollow: false,
                }
            });
        let label = if chart.indicators.len() == 1 {
            String::new()
        } else {
            self.indicator(indicator).title.clone()
        };
        Some(chart::StripRow {
            label,
            members: dots.collect(),
            dots: look(GroupId::M50),
            groups: chart
                .groups
                .iter()
                .map(|group| self.group_value(indicator, *group, year))
                .collect(),
            ticks: None,
        })
    }

    fn bars(&self, chart: &Chart, about: &About) -> Drawn {
        let year = about.last();
        let items = chart
            .groups
            .iter()
            .filter(|group| **group != GroupId::Nederland)
            .map(|group| {
                let value = self.group_value(about.indicator, *group, year);
                let name = self.name(*group);
                let text = value
                    .label
                    .strip_prefix(&name)
                    .unwrap_or_default()
                    .trim()
                    .to_owned();
                chart::BarItem {
                    name,
                    look: value.look,
                    value: value.value,
                    text,
                    hollow: value.hollow,
                }
            });
        let reference = chart
            .groups
            .contains(&GroupId::Nederland)
            .then(|| self.group_value(about.indicator, GroupId::Nederland, year));
        chart::bars(&chart::Bars {
            width: width(chart),
            form: chart::BarForm::Bar,
            items: items.collect(),
            reference,
        })
    }

    fn lines(&self, chart: &Chart, about: &About) -> Drawn {
        let first = about.years.first().copied().unwrap_or_default();
        let periods: Vec<i32> = (first..=about.last()).collect();
        let series = chart.groups.iter().filter_map(|group| {
            let points: Vec<chart::Point> = periods
                .iter()
                .map(|year| {
                    let row = self.row(about.indicator, *group, *year);
                    chart::Point {
                        value: row.and_then(|row| row.value),
                        provisional: row.is_some_and(|row| row.provisional),
                        hollow: row.is_some_and(|row| row.coverage.unwrap_or(100.0) < 95.0),
                    }
                })
                .collect();
            let label = self
                .group_value(about.indicator, *group, about.last())
                .label;
            points
                .iter()
                .any(|point| point.value.is_some())
                .then(|| chart::Series {
                    look: look(*group),
                    label,
                    points,
                    hollow: self.is_incomplete(*group),
                })
        });
        let breaks = chart.broken.iter().map(|(before, note)| chart::Break {
            before: *before,
            note: note.clone(),
        });
        chart::lines(&chart::Lines {
            width: width(chart),
            height: None,
            series: series.collect(),
            breaks: breaks.collect(),
            from_zero: false,
            ticks: ticks(self.indicator(about.indicator)),
            periods: periods
                .iter()
                .map(|year| chart::Period {
                    year: *year,
                    label: year.to_string(),
                })
                .collect(),
        })
    }

    fn slope(&self, chart: &Chart, about: &About) -> Drawn {
        let end = |group: GroupId, year: i32| {
            let value = self.group_value(about.indicator, group, year);
            value.value.map(|number| (number, value.label))
        };
        let (from, to) = (
            about.years.first().copied().unwrap_or_default(),
            about.last(),
        );
        let items = chart.groups.iter().map(|group| chart::SlopeItem {
            look: look(*group),
            from: end(*group, from),
            to: end(*group, to),
            hollow: self.is_incomplete(*group),
        });
        chart::slope(&chart::Slope {
            width: width(chart),
            from: from.to_string(),
            to: to.to_string(),
            items: items.collect(),
        })
    }

    fn ranked(&self, chart: &Chart, about: &About) -> Drawn {
        let year = about.last();
        let members =
            self.members(about.indicator, year)
                .into_iter()
                .map(|(name, value, provisional)| {
                    let text = value.map(|value| {
                        print(self.indicator(about.indicator), value, provisional)
                            .unwrap_or_default()
                    });
                    chart::RankedMember {
                        name,
                        value,
                        text: text.unwrap_or_else(|| "geen cijfer".to_owned()),
                        strong: false,
                        hollow: false,
                    }
                });
        let references = chart
            .groups
            .iter()
            .filter(|group| matches!(group, GroupId::M50 | GroupId::Nederland));
        chart::ranked_dots(&chart::RankedDots {
            width: width(chart),
            members: members.collect(),
            dots: look(GroupId::M50),
            references: references
                .map(|group| self.group_value(about.indicator, *group, year))
                .collect(),
            ascending: false,
            columns: None,
            from_zero: true,
        })
    }

    fn map(&self, chart: &Chart) -> Drawn {
        let Some(geometry) = &self.geometry else {
            return Err(ChartError::Empty("map"));
        };
        let figures = self.register.figures();
        let codes = |id: GroupId| -> BTreeSet<&str> {
            let group = figures.groups.iter().find(|group| group.id == id);
            group
                .map(|group| {
                    group
                        .members
                        .iter()
                        .map(|member| member.code.as_str())
                        .collect()
                })
                .unwrap_or_default()
        };
        let (m50, mid_sized) = (codes(GroupId::M50), codes(GroupId::MidSized));
        let regions = figures
            .gemeenten
            .regions
            .in_year(figures.edition.boundaries)
            .map(|(code, gemeente)| {
                let class = if m50.contains(code) {
                    Some(0)
                } else {
                    mid_sized.contains(code).then_some(1)
                };
                chart::MapRegion {
                    name: gemeente.name.clone(),
                    rings: geometry.rings(code),
                    class,
                }
            });
        let class = |label: String, look: Look, pattern| chart::MapClass {
            label,
            fill: look.color,
            pattern,
        };
        chart::map(&chart::Map {
            width: width(chart),
            height: None,
            regions: regions.collect(),
            classes: vec![
                class(
                    format!("Leden van M50 ({})", m50.len()),
                    look(GroupId::M50),
                    chart::Pattern::Solid,
                ),
                class(
                    "Andere gemeenten van 30.000-80.000 inwoners".to_owned(),
                    look(GroupId::MidSized),
                    chart::Pattern::Hatch,
                ),
            ],
            labels: Vec::new(),
        })
    }

    fn subtitle(&self, chart: &Chart, about: &About) -> String {
        let indicator = self.indicator(about.indicator);
        let whom = match chart.kind {
            ChartKind::Strip => "leden van M50 (stippen) en groepen",
            ChartKind::Ranked => "leden van M50",
            ChartKind::Bars | ChartKind::Lines | ChartKind::Slope => "groepen",
            ChartKind::Map => {
                return format!(
                    "Leden van M50 en andere gemeenten van 30.000-80.000 inwoners, grenzen van {}",
                    about.last()
                );
            }
        };
        let years: BTreeSet<i32> = match chart.kind {
            ChartKind::Lines | ChartKind::Slope => about.years.iter().copied().collect(),
            _ => chart
                .indicators
                .iter()
                .filter_map(|&position| self.register.figures().used[position].year)
                .collect(),
        };
        let when = match (years.first(), years.last()) {
            (Some(first), Some(last)) => number::range(first, last),
            _ => String::new(),
        };
        let measure = if chart.indicators.len() == 1 {
            indicator.title.clone()
        } else {
            "Per onderdeel".to_owned()
        };
        let unit = match indicator.unit.as_str() {
            "%" => "in procenten".to_owned(),
            "euro" | "x 1.000 euro" => "in euro's".to_owned(),
            unit if unit.starts_with("euro per") => {
                format!("in euro's{}", unit.trim_start_matches("euro"))
            }
            "index" => "2010 = 100".to_owned(),
            "inwoners" if indicator.title.to_lowercase().contains("inwoners") => String::new(),
            unit => unit.to_owned(),
        };
        let parts = [measure, unit, whom.to_owned(), when];
        let said = |part: &String, before: &[String]| {
            before
                .iter()
                .any(|earlier| earlier.to_lowercase().contains(&part.to_lowercase()))
        };
        let mut kept: Vec<String> = Vec::new();
        for part in parts {
            if !part.is_empty() && !said(&part, &kept) {
                kept.push(part);
            }
        }
        kept.join(", ")
    }

    fn source(&self, chart: &Chart, about: &About) -> String {
        let figures = self.register.figures();
        if chart.kind == ChartKind::Map {
            return "Bron: CBS en Kadaster, gemeentegrenzen; bewerking M50.".to_owned();
        }
        let mut years: BTreeMap<String, BTreeSet<i32>> = BTreeMap::new();
        for &position in &chart.indicators {
            let of_chart: Vec<i32> = match chart.kind {
                ChartKind::Lines | ChartKind::Slope => about.years.clone(),
                _ => figures.used[position].year.into_iter().collect(),
            };
            for year in of_chart {
                let way = self
                    .row(position, GroupId::Nederland, year)
                    .map_or(0, |row| row.way);
                for table in self
                    .provenance
                    .get(position, way, year)
                    .iter()
                    .flat_map(|method| &method.tables)
                {
                    years.entry(table.clone()).or_default().insert(year);
                }
            }
        }
        format!("Bron: {}; bewerking M50.", source_list(figures, &years))
    }

    fn alt(&self, chart: &Chart, about: &About) -> String {
        let figures = self.register.figures();
        let indicator = self.indicator(about.indicator);
        let year = about.last();
        let say = |group: GroupId| {
            let row = self.row(about.indicator, group, year)?;
            let text = print(indicator, row.value?, row.provisional).ok()?;
            Some(format!("{} {text}", group.id()))
        };
        let kind = match chart.kind {
            ChartKind::Strip => "Stippenstrook",
            ChartKind::Bars => "Staven",
            ChartKind::Lines => "Lijnen",
            ChartKind::Slope => "Hellingen",
            ChartKind::Ranked => "Ranglijst",
            ChartKind::Map => {
                let members = figures
                    .groups
                    .first()
                    .map_or(0, |group| group.members.len());
                return format!(
                    "Kaart van Nederland met de {members} leden van M50 ingekleurd en de andere gemeenten van 30.000 tot 80.000 inwoners gearceerd. De leden liggen verspreid over het land."
                );
            }
        };
        let when = if about.years.len() > 1 {
            number::range(about.years[0], year)
        } else {
            year.to_string()
        };
        let mut alt = format!("{kind}: {}, {when}.", lower_first(&indicator.title));
        let values: Vec<String> = [GroupId::M50, GroupId::Nederland, GroupId::G40, GroupId::G4]
            .into_iter()
            .filter(|group| chart.groups.contains(group))
            .filter_map(say)
            .collect();
        add(&mut alt, &values.join(", "));
        if matches!(chart.kind, ChartKind::Strip | ChartKind::Ranked) {
            let extreme = |stat: &str| {
                let fact = |stat: &str| {
                    self.register
                        .fact(&format!("{}.M50.{stat}", indicator.id))
                        .ok()
                };
                Some(format!(
                    "{} {}",
                    fact(&format!("{stat}-naam"))?.text,
                    fact(stat).filter(|fact| fact.value.is_some())?.text
                ))
            };
            if let (Some(low), Some(high)) = (extreme("min"), extreme("max")) {
                add(&mut alt, &format!("Laagste lid {low}, hoogste lid {high}"));
            }
        }
        alt
    }
}

/// A title within a sentence; an abbreviation keeps its capitals.
fn lower_first(title: &str) -> String {
    let mut letters = title.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), Some(second)) if second.is_lowercase() => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => title.to_owned(),
    }
}

/// Adds a sentence when it still fits.
fn add(alt: &mut String, sentence: &str) {
    if !sentence.is_empty() && alt.chars().count() + sentence.chars().count() + 2 <= MAX_ALT {
        alt.push(' ');
        alt.push_str(sentence);
        alt.push('.');
    }
}

/// The tables of one series and the years used of them.
type Series<'a> = (Vec<&'a str>, BTreeSet<i32>);

/// Tables with titles, publishers and years, as a source line has them; the tables of one series are named once.
fn source_list(
    figures: &crate::pipeline::Figures,
    years: &BTreeMap<String, BTreeSet<i32>>,
) -> String {
    let mut series: BTreeMap<(&str, &str), Series<'_>> = BTreeMap::new();
    for (table, years) in years {
        let Some(sidecar) = figures.tidy.sidecars.get(table) else {
            continue;
        };
        let publisher = sidecar.publisher.split(" (").next().unwrap_or_default();
        let title = sidecar.title.split(';').next().unwrap_or_default();
        // KWB has a table a year, with the year at the end of its title
        let title = title
            .trim_end_matches(|c: char| c.is_ascii_digit())
            .trim_end();
        let (tables, of_series) = series.entry((publisher, title)).or_default();
        tables.push(table);
        of_series.extend(years);
    }
    let mut list = String::new();
    let mut before = "";
    for ((publisher, title), (tables, years)) in &series {
        let (Some(first), Some(last)) = (years.first(), years.last()) else {
            continue;
        };
        if !list.is_empty() {
            list.push_str("; ");
        }
        if *publisher != before {
            list.push_str(publisher);
            list.push_str(", ");
        }
        list.extend([
            *title,
            " (",
            &tables.join(", "),
            "), ",
            &number::range(first, last),
        ]);
        before = publisher;
    }
    list
}

/// What a chart is about.
struct About {
    indicator: usize,
    years: Vec<i32>,
}

impl About {
    fn last(&self) -> i32 {
        self.years.last().copied().unwrap_or_default()
    }
}

const fn width(chart: &Chart) -> chart::Width {
    if chart.half {
        chart::Width::Half
    } else {
        chart::Width::Full
    }
}

const fn look(group: GroupId) -> Look {
    let (color, text, shape) = match group {
        GroupId::M50 => (0x0012_436D, 0x0012_436D, Shape::Circle),
        GroupId::G4 => (0x00F4_6A25, 0x00A8_3C08, Shape::Diamond),
        GroupId::G40 => (0x0028_A197, 0x0015_6E67, Shape::Square),
        GroupId::P10 => (0x00A2_85D1, 0x006A_48A8, Shape::TriangleUp),
        GroupId::MidSized => (0x0076_7676, 0x0059_5959, Shape::TriangleDown),
        GroupId::MidSizedOther => (0x0076_7676, 0x0059_5959, Shape::Plus),
        GroupId::Nederland => (0x003D_3D3D, 0x003D_3D3D, Shape::Bar),
    };
    Look {
        color: rgb(color),
        text: rgb(text),
        shape,
        strong: matches!(group, GroupId::M50),
        dashed: matches!(group, GroupId::Nederland),
    }
}

const fn rgb(color: u32) -> Rgb {
    let [_, red, green, blue] = color.to_be_bytes();
    Rgb(red, green, blue)
}

/// Ticks print like values, with no more decimals than they need.
fn ticks(indicator: &Indicator) -> Ticks {
    let notation = Notation::parse(&indicator.unit);
    Ticks::Format(Arc::new(move |value| {
        let exact = |decimals: &i8| {
            number::round(value, *decimals)
                .is_ok_and(|rounded| (rounded.to_f64() - value).abs() < 1e-9)
        };
        let decimals = (0..=3).find(exact).unwrap_or(3);
        number::print(value, decimals, &notation).unwrap_or_default()
    }))
}

/// What is wrong with a chart.
#[derive(Debug, thiserror::Error)]
#[error("{place}: chart `{chart}`: {kind}")]
pub struct Error {
    /// Chart.
    pub chart: String,
    /// File and line.
    pub place: String,
    /// What.
    pub kind: Box<ErrorKind>,
}

/// What can be wrong with a chart.
#[derive(Debug, thiserror::Error)]
pub enum ErrorKind {
    /// Its title.
    #[error(transparent)]
    Text(#[from] text::Error),
    /// Its title is too long.
    #[error("the title has more than {MAX_TITLE_WORDS} words: {0}")]
    Title(String),
    /// It cannot be drawn.
    #[error(transparent)]
    Drawing(#[from] ChartError),
    /// Labels overlap.
    #[error("labels overlap: {0}")]
    Overlap(String),
    /// Borders cannot be read.
    #[error(transparent)]
    Borders(#[from] gemeente::Error),
    /// A fact.
    #[error(transparent)]
    Fact(#[from] fact::Error),
}

impl Report for Error {
    fn hint(&self) -> Option<String> {
        match &*self.kind {
            ErrorKind::Text(error) => error.hint(),
            ErrorKind::Title(_) => Some("say it in fewer words".to_owned()),
            ErrorKind::Drawing(error) => Some(error.hint().to_owned()),
            ErrorKind::Overlap(_) => Some("show fewer groups, or another kind of chart".to_owned()),
            ErrorKind::Borders(error) => error.hint(),
            ErrorKind::Fact(error) => error.hint(),
        }
    }

    fn exit(&self) -> Exit {
        match *self.kind {
            ErrorKind::Text(_) | ErrorKind::Title(_) | ErrorKind::Fact(_) => Exit::Usage,
            _ => Exit::Other,
        }
    }
}
