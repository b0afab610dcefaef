//! Figures for the script of the pages, as scripts: `namen.js` with who and what there is, `cijfers/ID.js` per indicator.
//!
//! In: the figures. Out: calls of a function of the page with JSON, each text as the paper prints it, so that the script
//! formats no number. Fails when a file cannot be written. The order of gemeenten is that of `namen.js` everywhere.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use super::beside::write;
use super::told::page_of;
use super::{Error, Making, Places};
use crate::base::failure::Failure;
use crate::fact::{Register, print};
use crate::figures::{Cell, GroupFigure};
use crate::gemeente::group::{Group, GroupKind};
use crate::query::IndicatorId;

/// Code, name, page, places of its groups and of its type.
type Gemeente<'a> = (String, &'a str, &'a str, Vec<usize>, Option<usize>);

/// Who and what there is.
#[derive(Serialize)]
struct Names<'a> {
    gemeenten: Vec<Gemeente<'a>>,
    /// Name of one that was, and the place of the gemeente that it goes on in.
    vroeger: Vec<(&'a str, usize)>,
    /// Id, title, theme, page.
    cijfers: Vec<(&'a str, &'a str, &'a str, String)>,
    /// Id, name and colour.
    groepen: Vec<(&'a str, &'a str, String)>,
    /// Name.
    soorten: Vec<&'a str>,
    /// Title by id.
    themas: BTreeMap<&'a str, &'a str>,
}

/// All figures of an indicator.
#[derive(Serialize)]
struct Figures<'a> {
    titel: &'a str,
    eenheid: &'a str,
    jaren: Vec<i32>,
    /// The year that the paper uses.
    gebruikt: Option<i32>,
    /// A text per year for each group.
    groepen: Vec<Vec<String>>,
    /// A text per year for each gemeente.
    gemeenten: Vec<Vec<String>>,
}

/// Writes all scripts.
pub(super) fn write_all(making: &Making<'_>, places: &Places, made: &Path) -> Result<(), Failure> {
    let register = &making.manuscript.register;
    write_call(made, "namen.js", "namen", &names(register, places))?;
    let queries = register.queries();
    for id in queries.indicator_ids() {
        let of = figures(register, id, places);
        let name = format!("cijfers/{}.js", queries[id].id);
        write_call(
            made,
            &name,
            &format!("cijfers[\"{}\"]", queries[id].id),
            &of,
        )?;
    }
    Ok(())
}

/// A script that gives the page a value; `<` is written so that no text ends the script where it stands in a page.
fn write_call(made: &Path, name: &str, of: &str, value: &impl Serialize) -> Result<(), Failure> {
    let json = serde_json::to_string(value).map_err(|source| Error::Json {
        name: name.to_owned(),
        source,
    })?;
    let json = json.replace('<', "\\u003c");
    write(
        made,
        name,
        format!("middelgroot.{of} = {json};\n").as_bytes(),
    )
}

/// The groups that pages compare with.
fn groups<'a>(register: &'a Register<'_>) -> impl Iterator<Item = &'a Group> {
    let all = register.figures().groups.all().iter();
    all.filter(|group| group.name.kind != GroupKind::OthersOfSize)
}

fn names<'a>(register: &'a Register<'_>, places: &'a Places) -> Names<'a> {
    let (figures, queries) = (register.figures(), register.queries());
    let types = &figures.types;
    let gemeenten = places.gemeenten.iter().map(|of| {
        let groups = groups(register).enumerate();
        let own = groups.filter(|(_, group)| {
            group.name.kind != GroupKind::Nation
                && group.regions().any(|region| region == of.region)
        });
        let typed = types.of_region(of.region).map(|(typed, _)| typed.of);
        let code = of.region.to_string();
        (
            code,
            &*of.name,
            &*of.path,
            own.map(|(place, _)| place).collect(),
            typed,
        )
    });
    let earlier = places.earlier.iter().filter_map(|(name, now)| {
        let mut all = places.gemeenten.iter();
        Some((&**name, all.position(|of| of.region == *now)?))
    });
    Names {
        gemeenten: gemeenten.collect(),
        vroeger: earlier.collect(),
        cijfers: queries
            .indicator_ids()
            .map(|id| &queries[id])
            .map(|of| (&*of.id, &*of.title, &*of.theme, page_of(&of.id)))
            .collect(),
        groepen: groups(register)
            .map(|of| (&*of.name.id, &*of.name.label, of.name.look.color.hex()))
            .collect(),
        soorten: types.types.iter().map(|of| &*of.name).collect(),
        themas: queries
            .themes
            .iter()
            .map(|of| (&*of.id, &*of.title))
            .collect(),
    }
}

fn figures<'a>(register: &'a Register<'_>, id: IndicatorId, places: &Places) -> Figures<'a> {
    let (figures, asked) = (register.figures(), &register.queries()[id]);
    let block = figures.block(id);
    let years: Vec<i32> = block.periods().iter().map(|period| period.year).collect();
    let text = |value: Option<f64>, provisional: bool| {
        let printed = value.and_then(|value| print(asked, value, provisional).ok());
        printed.unwrap_or_default()
    };
    let of_group = |group: &Group| {
        let figure = |year: &i32| figures.group(id, group.id, *year);
        let texts = years.iter().map(figure).map(|of| {
            let provisional = of.is_some_and(GroupFigure::is_provisional);
            text(of.and_then(|of| of.value), provisional)
        });
        texts.collect()
    };
    let of_gemeente = |place: &super::places::Place| {
        let cell = |year: &i32| figures.cell(id, place.region, *year);
        let texts = years.iter().map(cell).map(|of| {
            let provisional = of.is_some_and(Cell::is_provisional);
            text(of.and_then(Cell::value), provisional)
        });
        texts.collect()
    };
    Figures {
        titel: &asked.title,
        eenheid: &asked.unit,
        gebruikt: figures.used(id).year,
        groepen: groups(register).map(of_group).collect(),
        gemeenten: places.gemeenten.iter().map(of_gemeente).collect(),
        jaren: years,
    }
}
