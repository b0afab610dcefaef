//! The shapes of `site.json` and `indicatoren.json`: what pages tell beside what the paper tells. Typst reads them by name.

// each field is a text of a page, named as the pages name it
#![allow(missing_docs)]

use std::collections::BTreeMap;

use serde::Serialize;

use super::places::Place;
use super::{Making, Places};
use crate::fact;
use crate::illustrate;
use crate::query::ChartKind;

/// Pages of the site itself with their titles, in the order of the list of pages; those of indicators and gemeenten follow.
const PAGES: [(&str, &str); 15] = [
    ("index.html", ""),
    ("cijfers.html", "Alle cijfers"),
    ("gemeenten.html", "Alle gemeenten"),
    ("vergelijk.html", "Vergelijk"),
    ("gegevens.html", "Gegevens en methode"),
    ("leden.html", "Tabel per gemeente"),
    ("agenda.html", "Onze eigen agenda getoetst"),
    ("standpunten.html", "Standpunten van de netwerken"),
    ("gelijken.html", "Soorten en gelijken"),
    ("veranderd.html", "Wat is veranderd"),
    ("verantwoording.html", "Verantwoording en definities"),
    ("beweringen.html", "Beweringen"),
    ("feiten.html", "Feiten en bronnen"),
    ("toegankelijkheid.html", "Toegankelijkheid"),
    ("overzicht.html", "Alle pagina's"),
];

#[derive(Debug, Serialize)]
pub struct Site {
    /// Whether a page stands alone, outside a site; then its style is in it.
    pub alone: bool,
    pub style: String,
    pub address: String,
    pub names: BTreeMap<&'static str, String>,
    pub tables: BTreeMap<String, Table>,
    pub themes: Vec<Theme>,
    pub gemeenten: Vec<Gemeente>,
    pub downloads: Vec<Download>,
    pub pictures: Vec<Sheet>,
    /// Paths of all pages.
    #[serde(skip)]
    pub pages: Vec<String>,
}

#[derive(Debug, Serialize)]
pub struct Table {
    pub title: String,
    /// The page where every gemeente is; empty where the rows are all there is.
    pub page: String,
    pub columns: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

#[derive(Debug, Serialize)]
pub struct Theme {
    pub id: String,
    pub title: String,
    pub indicators: Vec<Listed>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Listed {
    pub path: String,
    pub title: String,
    pub period: String,
    pub subject: String,
    pub nation: String,
}

#[derive(Debug, Serialize)]
pub struct Gemeente {
    pub name: String,
    pub path: String,
    /// Names of those that go on in it.
    pub earlier: Vec<String>,
}

#[derive(Debug, Serialize)]
pub struct Download {
    pub name: String,
    pub path: String,
    pub size: String,
}

/// A picture for who links to a page: the chart that leads it.
#[derive(Debug, Serialize)]
pub struct Sheet {
    pub name: String,
    pub chart: String,
    pub title: String,
    pub subtitle: String,
    pub alt: String,
}

/// What the page of an indicator tells beside its entry in `paper.json`.
#[derive(Debug, Serialize)]
pub struct Indicator {
    pub id: String,
    pub path: String,
    pub title: String,
    pub theme: String,
    /// What leads to it.
    pub listed: Listed,
    pub charts: Vec<Chart>,
    /// Groups over the years.
    pub years: Table,
    pub columns: Vec<String>,
    pub rows: Vec<Row>,
    /// How many gemeenten have no figure, as text; empty where all have one.
    pub without: String,
    pub breaks: Vec<String>,
    pub download: String,
}

/// A drawing with the words around it.
#[derive(Debug, Serialize)]
pub struct Chart {
    pub id: String,
    pub title: String,
    pub subtitle: String,
    pub source: String,
    pub alt: String,
    pub width_pt: f64,
}

#[derive(Debug, Serialize)]
pub struct Row {
    pub name: String,
    pub path: String,
    pub groups: String,
    pub cells: Vec<String>,
}

impl Site {
    /// What a page tells that stands alone.
    pub fn alone(style: String) -> Self {
        Self {
            alone: true,
            style,
            address: String::new(),
            names: BTreeMap::new(),
            tables: BTreeMap::new(),
            themes: Vec::new(),
            gemeenten: Vec::new(),
            downloads: Vec::new(),
            pictures: Vec::new(),
            pages: Vec::new(),
        }
    }

    /// What the pages tell of an edition.
    pub fn new(
        making: &Making<'_>,
        places: &Places,
        indicators: &[Indicator],
        downloads: Vec<Download>,
    ) -> Self {
        let queries = making.manuscript.register.queries();
        let edition = &making.manuscript.register.figures().edition;
        let title_of = |(path, title): &(&'static str, &str)| match *title {
            "" => (*path, edition.title.clone()),
            title => (*path, title.to_owned()),
        };
        let own = PAGES.iter().map(|(path, _)| (*path).to_owned());
        let pages = own.chain(indicators.iter().map(|of| of.path.clone()));
        let pages = pages.chain(places.gemeenten.iter().map(|of| of.path.clone()));
        Self {
            alone: false,
            style: String::new(),
            address: edition.address.clone(),
            names: PAGES.iter().map(title_of).collect(),
            tables: tables(making),
            pages: pages.collect(),
            pictures: sheets(making, indicators),
            themes: queries
                .themes
                .iter()
                .map(|theme| Theme {
                    id: theme.id.clone(),
                    title: theme.title.clone(),
                    indicators: indicators
                        .iter()
                        .filter(|of| of.theme == theme.id)
                        .map(|of| of.listed.clone())
                        .collect(),
                })
                .filter(|theme| !theme.indicators.is_empty())
                .collect(),
            gemeenten: places
                .gemeenten
                .iter()
                .map(|of| gemeente(of, places))
                .collect(),
            downloads,
        }
    }
}

fn gemeente(of: &Place, places: &Places) -> Gemeente {
    let earlier = places.earlier.iter();
    let earlier = earlier.filter(|(_, now)| *now == of.region);
    Gemeente {
        name: of.name.clone(),
        path: of.path.clone(),
        earlier: earlier.map(|(name, _)| name.clone()).collect(),
    }
}

/// The picture of the paper's page, and one of each indicator that has a chart.
fn sheets(making: &Making<'_>, indicators: &[Indicator]) -> Vec<Sheet> {
    let leading = making.manuscript.illustrations.first().map(|of| {
        let words = of.words();
        Sheet {
            name: "index".to_owned(),
            chart: of.id.clone(),
            title: words.title,
            subtitle: words.subtitle,
            alt: words.description,
        }
    });
    let of_indicators = indicators.iter().filter_map(|page| {
        let chart = page.charts.first()?;
        Some(Sheet {
            name: page.id.clone(),
            chart: chart.id.clone(),
            title: page.title.clone(),
            subtitle: chart.subtitle.clone(),
            alt: chart.alt.clone(),
        })
    });
    leading.into_iter().chain(of_indicators).collect()
}

/// The figures behind the charts of the paper, by chart.
fn tables(making: &Making<'_>) -> BTreeMap<String, Table> {
    let register = &making.manuscript.register;
    let (queries, figures) = (register.queries(), register.figures());
    let illustrations = making.manuscript.illustrations.iter();
    let tables = illustrations.filter_map(|of| {
        let chart = queries.charts.iter().find(|chart| chart.id == of.id)?;
        let table = illustrate::table(chart, queries, figures);
        let page = match chart.kind {
            ChartKind::Choropleth => page_of(&queries[*chart.indicators.first()?].id),
            _ => String::new(),
        };
        let table = Table {
            title: fact::plain(&of.title),
            page,
            columns: table.columns,
            rows: table.rows,
        };
        Some((of.id.clone(), table))
    });
    tables.collect()
}

/// The page of an indicator.
pub(super) fn page_of(indicator: &str) -> String {
    format!("indicatoren/{indicator}.html")
}
