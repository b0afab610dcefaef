//! `kracht-van-middelgroot.xlsx`: the figures for who works in Excel or LibreOffice, in Dutch.
//!
//! In: the figures. Out: the bytes of a workbook of five sheets: Samenvatting (the period that the paper uses), Vergelijking
//! (every period), Gemeenten (a row each, with the period used of every indicator), Definities and Bronnen. A figure leads
//! to its definition, and that to its source. The same figures give the same bytes: it is dated by the edition. Fails only on
//! more than a sheet can hold. It is written beside Typst, and holds what a person can look at: all periods of all gemeenten
//! are in `gemeenten.csv`.

mod page;

use std::collections::BTreeMap;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, XlsxError};

use super::Unwritable;
use super::codes;
use super::ground::{Ground, Series};
use super::identity::{Identity, WORKBOOK};
use super::tables::lists::province;
use crate::figures::Cell;
use crate::gemeente::group::GroupId;
use crate::query::IndicatorId;
use page::{Looks, Page};

type Done = Result<(), XlsxError>;

/// The workbook.
///
/// # Errors
/// When there is more than it can hold.
pub(super) fn workbook(identity: &Identity, ground: &Ground<'_>) -> Result<Vec<u8>, Unwritable> {
    let made = Making::new(identity, ground).make();
    made.map_err(|error| Unwritable {
        path: WORKBOOK.into(),
        message: error.to_string(),
    })
}

/// How numbers of an indicator look: final ones, and provisional ones.
type Numbers = BTreeMap<IndicatorId, [Format; 2]>;

struct Making<'a> {
    identity: &'a Identity,
    ground: &'a Ground<'a>,
    looks: Looks,
    numbers: Numbers,
    /// Where the definition of an indicator stands.
    definitions: BTreeMap<IndicatorId, String>,
    /// Where a table stands among the sources.
    sources: BTreeMap<&'a str, String>,
}

impl<'a> Making<'a> {
    fn new(identity: &'a Identity, ground: &'a Ground<'a>) -> Self {
        let at = |sheet: &str, place: usize| format!("internal:'{sheet}'!A{}", place + 2);
        let indicators = ground.indicators();
        let numbers = indicators.map(|(id, asked)| {
            let look = |provisional| Looks::number(asked, provisional);
            (id, [look(false), look(true)])
        });
        let rgb = ground.queries.house.color;
        Self {
            identity,
            ground,
            looks: Looks::new(u32::from_be_bytes([0, rgb.0, rgb.1, rgb.2])),
            numbers: numbers.collect(),
            definitions: ground
                .indicators()
                .enumerate()
                .map(|(place, (id, _))| (id, at("Definities", place)))
                .collect(),
            sources: ground
                .releases
                .keys()
                .enumerate()
                .map(|(place, table)| (*table, at("Bronnen", place)))
                .collect(),
        }
    }

    fn make(&self) -> Result<Vec<u8>, XlsxError> {
        let mut workbook = Workbook::new();
        let mut about = DocProperties::new()
            .set_title(&self.identity.title)
            .set_author(&self.identity.publisher)
            .set_comment(&self.identity.descriptions[1]);
        if let Ok(date) = ExcelDateTime::parse_from_str(&self.identity.date) {
            about = about.set_creation_datetime(&date);
        }
        workbook.set_properties(&about);
        workbook.push_worksheet(self.summary()?.sheet);
        workbook.push_worksheet(self.comparison()?.sheet);
        workbook.push_worksheet(self.gemeenten()?.sheet);
        workbook.push_worksheet(self.definitions()?.sheet);
        workbook.push_worksheet(self.sources()?.sheet);
        workbook.save_to_buffer()
    }

    /// The groups of tables, each with the width of its column.
    fn group_columns(&self) -> impl Iterator<Item = (String, f64)> + '_ {
        let groups = self.ground.figures.groups.all().iter();
        groups.map(|group| (group.name.label.clone(), 13.0))
    }

    /// The values of all groups.
    fn groups(&self, page: &mut Page<'_>, series: &Series<'_>) -> Done {
        for group in self.ground.figures.groups.all() {
            let year = series.period.year;
            let figure = self.ground.figures.group(series.id, group.id, year);
            let provisional = figure.is_some_and(|of| of.status.is_provisional());
            let look = &self.numbers[&series.id][usize::from(provisional)];
            let why = figure.map_or("", |of| codes::dutch(of.withheld.word()));
            page.number(figure.and_then(|of| of.value), look, why)?;
        }
        Ok(())
    }

    fn summary(&self) -> Result<Page<'_>, XlsxError> {
        let (ground, identity) = (self.ground, self.identity);
        let groups = &ground.figures.groups;
        let (subject, nation) = (groups.subject(), groups.nation());
        let mut page = Page::new("Samenvatting", &self.looks)?;
        page.title(&ground.edition().title)?;
        page.end_row()?;
        let lines = [
            identity.descriptions[1].clone(),
            ground.edition().note.clone(),
            format!("Versie {}. Naamsvermelding: {}", identity.version, identity.citation()),
            "Per indicator het jaar dat het stuk gebruikt. Een * achter een cijfer: voorlopig. Waar een cijfer ontbreekt staat een woord, uitgelegd onder Definities.".to_owned(),
        ];
        for line in &lines {
            page.text(line)?;
            page.end_row()?;
        }
        let mut columns = named(&[
            ("Thema", 26.0),
            ("Indicator", 44.0),
            ("Eenheid", 22.0),
            ("Jaar", 7.0),
        ]);
        columns.extend(self.group_columns());
        let (subject_name, nation_name) = (&subject.name.label, &nation.name.label);
        columns.push((format!("{subject_name} t.o.v. {nation_name}"), 14.0));
        columns.push((
            format!("Plaats van {subject_name} onder de netwerken (1: hoogste)"),
            16.0,
        ));
        let heading = page.row;
        page.heading(&columns, 62.0, 2)?;
        let difference = Looks::difference();
        for (id, asked) in ground.indicators() {
            let Some(series) = ground.used(id) else {
                continue;
            };
            let theme = ground
                .queries
                .themes
                .iter()
                .find(|theme| theme.id == asked.theme);
            page.text(theme.map_or("", |theme| &theme.title))?;
            page.link(&asked.title, self.definitions.get(&id).map(String::as_str))?;
            page.text(&asked.unit)?;
            page.whole(Some(series.period.year))?;
            self.groups(&mut page, series)?;
            page.number(self.against(series, subject.id, nation.id), &difference, "")?;
            let own = ground.figures.group(id, subject.id, series.period.year);
            page.whole(own.and_then(|of| i32::try_from(of.rank?).ok()))?;
            page.end_row()?;
        }
        page.filter(heading, columns.len())?;
        Ok(page)
    }

    /// By how many percent a group differs from another: of a ratio, for of sums the larger group has more.
    fn against(&self, series: &Series<'_>, one: GroupId, other: GroupId) -> Option<f64> {
        if !series.way().is_ratio() {
            return None;
        }
        let value = |group| {
            let figure = self
                .ground
                .figures
                .group(series.id, group, series.period.year);
            figure?.value
        };
        let (one, other) = (value(one)?, value(other)?);
        (other != 0.0).then(|| (one - other) / other.abs() * 100.0)
    }

    fn comparison(&self) -> Result<Page<'_>, XlsxError> {
        let mut page = Page::new("Vergelijking", &self.looks)?;
        let mut columns = named(&[
            ("Indicator", 44.0),
            ("Code", 28.0),
            ("Eenheid", 22.0),
            ("Jaar", 7.0),
        ]);
        columns.extend(self.group_columns());
        columns.push(("Breuk met het jaar ervoor".to_owned(), 40.0));
        page.heading(&columns, 34.0, 1)?;
        for series in &self.ground.series {
            let place = self.definitions.get(&series.id);
            page.link(&series.asked.title, place.map(String::as_str))?;
            page.text(&series.asked.id)?;
            page.text(&series.asked.unit)?;
            page.whole(Some(series.period.year))?;
            self.groups(&mut page, series)?;
            page.text(&series.breaks)?;
            page.end_row()?;
        }
        page.filter(0, columns.len())?;
        Ok(page)
    }

    fn gemeenten(&self) -> Result<Page<'_>, XlsxError> {
        let ground = self.ground;
        let used = ground.indicators().filter_map(|(id, _)| ground.used(id));
        let used = used.filter(|series| series.way().is_of_gemeenten());
        let used: Vec<&Series<'_>> = used.collect();
        let mut page = Page::new("Gemeenten", &self.looks)?;
        let mut columns = named(&[
            ("Code", 9.0),
            ("Gemeente", 24.0),
            ("Provincie", 16.0),
            ("Netwerken", 12.0),
        ]);
        let fixed = columns.len();
        columns.extend(used.iter().map(|series| {
            let (asked, year) = (series.asked, series.period.year);
            (format!("{} ({}, {year})", asked.title, asked.unit), 17.0)
        }));
        // above each column: a link in the heading itself would not be broken over lines
        for _ in 0..fixed {
            page.text("")?;
        }
        for series in &used {
            page.link(
                "definitie",
                self.definitions.get(&series.id).map(String::as_str),
            )?;
        }
        page.end_row()?;
        page.heading(&columns, 92.0, 2)?;
        for gemeente in &ground.gemeenten {
            let networks = ground.figures.groups.networks();
            let networks = networks.filter(|group| group.regions().any(|of| of == gemeente.region));
            let networks: Vec<&str> = networks.map(|group| group.name.id.as_str()).collect();
            page.text(&gemeente.code)?;
            page.text(&gemeente.of.name)?;
            page.text(province(&gemeente.of.province))?;
            page.text(&networks.join(" "))?;
            for series in &used {
                let cell = ground
                    .figures
                    .cell(series.id, gemeente.region, series.period.year);
                let provisional = cell.is_some_and(Cell::is_provisional);
                let look = &self.numbers[&series.id][usize::from(provisional)];
                let why = cell.map_or("", |of| codes::dutch(of.observation.missing.word()));
                page.number(cell.and_then(Cell::value), look, why)?;
            }
            page.end_row()?;
        }
        page.filter(1, columns.len())?;
        Ok(page)
    }

    fn definitions(&self) -> Result<Page<'_>, XlsxError> {
        let ground = self.ground;
        let mut page = Page::new("Definities", &self.looks)?;
        let mut columns = named(&[
            ("Indicator", 44.0),
            ("Code", 28.0),
            ("Definitie", 70.0),
            ("Eenheid", 22.0),
            ("Jaar", 7.0),
            ("Gunstig", 9.0),
            ("Berekening", 50.0),
            ("Methode", 18.0),
            ("Noemer of gewicht", 30.0),
        ]);
        let tables = |series: &Series<'a>| series.method.map_or(&[][..], |method| &method.tables);
        let most = ground.indicators().filter_map(|(id, _)| ground.used(id));
        let most = most.map(|series| tables(series).len()).max().unwrap_or(0);
        columns.extend((1..=most).map(|place| (format!("Bron {place}"), 18.0)));
        page.heading(&columns, 20.0, 1)?;
        for (id, asked) in ground.indicators() {
            let used = ground.used(id);
            let method = used.and_then(|series| series.method);
            page.wrapped(&asked.title)?;
            page.text(&asked.id)?;
            page.wrapped(&asked.definition)?;
            page.text(&asked.unit)?;
            page.whole(used.map(|series| series.period.year))?;
            page.text(codes::dutch(asked.direction.word()))?;
            page.wrapped(&used.map_or_else(String::new, |series| {
                ground.queries.describe(series.way()).0
            }))?;
            page.text(codes::dutch(used.map_or("", Series::method)))?;
            page.text(
                &method
                    .zip(used)
                    .map_or_else(String::new, |(of, series)| of.weight_in(series.period.year)),
            )?;
            for table in used.map_or(&[][..], |series| tables(series)) {
                page.link(table, self.sources.get(table.as_str()).map(String::as_str))?;
            }
            page.end_row()?;
        }
        page.filter(0, columns.len())?;
        page.end_row()?;
        page.bold("Woorden")?;
        page.end_row()?;
        for entry in codes::entries() {
            page.text(codes::dutch(entry.word))?;
            page.text(&entry.of)?;
            page.wrapped(&entry.meanings[1])?;
            page.end_row()?;
        }
        Ok(page)
    }

    fn sources(&self) -> Result<Page<'_>, XlsxError> {
        let mut page = Page::new("Bronnen", &self.looks)?;
        let columns = named(&[
            ("Tabel", 24.0),
            ("Titel", 60.0),
            ("Uitgever", 30.0),
            ("Release", 26.0),
            ("Gewijzigd", 12.0),
            ("Opgehaald", 12.0),
            ("Licentie", 40.0),
            ("Adres", 50.0),
            ("SHA-256", 68.0),
            ("Let op", 90.0),
        ]);
        page.heading(&columns, 20.0, 1)?;
        for (table, of) in &self.ground.releases {
            let sidecar = of.sidecar;
            page.text(table)?;
            page.wrapped(&sidecar.title)?;
            page.text(&sidecar.publisher)?;
            page.text(of.release)?;
            page.text(&sidecar.modified)?;
            page.text(&sidecar.retrieved)?;
            page.text(&sidecar.license)?;
            page.link(&sidecar.link, of.link())?;
            page.text(&sidecar.sha256)?;
            page.wrapped(&sidecar.caveats.join(" "))?;
            page.end_row()?;
        }
        page.filter(0, columns.len())?;
        Ok(page)
    }
}

fn named(columns: &[(&str, f64)]) -> Vec<(String, f64)> {
    let named = columns.iter();
    named
        .map(|(name, width)| ((*name).to_owned(), *width))
        .collect()
}
