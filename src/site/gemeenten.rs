//! A page per gemeente: its sheet, for the web.
//!
//! In: what sheets tell. Out: files for Typst, one per run, so that each core has a run. Fails when a figure cannot be printed or
//! a file written.

use std::path::Path;

use serde::Serialize;

use super::beside::write;
use super::{Error, Making, Places};
use crate::base::failure::Failure;
use crate::base::hands::in_parts;
use crate::figures::Figures;
use crate::gemeente::RegionId;
use crate::sheet::{self, Ground, Sheet, Strip};

/// Runs of Typst that set the pages.
pub(super) const PARTS: usize = 4;

/// A page, as Typst reads it.
#[derive(Serialize)]
struct Page {
    #[serde(flatten)]
    sheet: Sheet,
    strips: Vec<Option<Strip>>,
    /// Its place in the site.
    path: String,
    /// Its sheet as PDF, from the page; empty where there is none.
    pdf: String,
    /// Its picture for who links to it, in the site.
    picture: String,
    /// Groups that it is compared with when the reader asks.
    compared: Vec<String>,
}

/// Writes what Typst needs to set the pages, in parts.
pub(super) fn write_parts(
    making: &Making<'_>,
    places: &Places,
    work: &Path,
) -> Result<(), Failure> {
    let ground = Ground::new(&making.manuscript.register);
    let all = &places.gemeenten;
    let size = all.len().div_ceil(PARTS);
    let written = in_parts(
        PARTS,
        || (),
        |(), part| {
            let own = all.iter().skip(part * size).take(size);
            let pages: Result<Vec<Page>, Failure> = own
                .map(|of| page(making, &ground, of.region, &of.path))
                .collect();
            let name = format!("gemeenten-{}.json", part + 1);
            let bytes = serde_json::to_vec(&pages?).map_err(|source| Error::Json {
                name: name.clone(),
                source,
            })?;
            write(work, &name, &bytes)
        },
    );
    written.into_iter().collect()
}

fn page(
    making: &Making<'_>,
    ground: &Ground<'_>,
    region: RegionId,
    path: &str,
) -> Result<Page, Failure> {
    let sheet = sheet::tell(ground, region)?.sheet;
    Ok(Page {
        strips: sheet.strips.clone(),
        path: path.to_owned(),
        pdf: if making.sheets {
            sheet::pdf_name(&sheet.stem)
        } else {
            String::new()
        },
        picture: "beeld/index.png".to_owned(),
        compared: compared(making.manuscript.register.figures(), region),
        sheet,
    })
}

/// The networks of a gemeente, else that whose paper it is, and Nederland.
fn compared(figures: &Figures, region: RegionId) -> Vec<String> {
    let groups = &figures.groups;
    let is_in = |group: &&crate::gemeente::group::Group| group.regions().any(|of| of == region);
    let mut own: Vec<_> = groups.networks().filter(is_in).collect();
    if own.is_empty() {
        own.push(groups.subject());
    }
    own.push(groups.nation());
    own.iter().map(|group| group.name.id.clone()).collect()
}
