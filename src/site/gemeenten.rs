//! A page per gemeente: its sheet, for the web.
//!
//! In: what sheets tell. Out: files for Typst, one per run, so that each core has a run. Fails when a figure cannot be printed or
//! a file written.

use std::path::Path;

use serde::Serialize;
use serde_json::Value;

use super::beside::write;
use super::{Error, Making};
use crate::base::failure::Failure;
use crate::base::hands::in_parts;
use crate::figures::Figures;
use crate::gemeente::RegionId;
use crate::gemeente::group::Group;
use crate::sheet::{self, Ground};

/// Pages that are set in one run of Typst.
const PART: usize = 86;

/// How many runs set the pages of so many gemeenten.
pub(super) const fn parts(regions: &[RegionId]) -> usize {
    regions.len().div_ceil(PART)
}

/// A page, as Typst reads it.
#[derive(Serialize)]
struct Page {
    #[serde(flatten)]
    sheet: Value,
    /// Its place in the site.
    path: String,
    /// Its sheet as PDF, from the page; empty where there is none.
    pdf: String,
    /// Its picture for who links to it, in the site.
    picture: String,
    /// Groups that it is compared with when the reader asks.
    compared: Vec<String>,
}

/// Writes what Typst needs to set the pages of gemeenten within a folder, in parts.
pub(super) fn write_parts(
    making: &Making<'_>,
    regions: &[RegionId],
    within: &str,
    work: &Path,
) -> Result<(), Failure> {
    let ground = Ground::new(&making.manuscript.register);
    let chunks: Vec<&[RegionId]> = regions.chunks(PART).collect();
    let written = in_parts(
        chunks.len(),
        || (),
        |(), part| {
            let own = chunks[part].iter();
            let pages = own.map(|region| page(making, &ground, *region, within));
            let pages = pages.collect::<Result<Vec<Page>, Failure>>()?;
            let name = format!("gemeenten-{}.json", part + 1);
            let bytes = serde_json::to_vec(&pages).map_err(|source| Error::Json {
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
    within: &str,
) -> Result<Page, Failure> {
    let sheet = sheet::tell(ground, region)?.sheet;
    Ok(Page {
        path: format!("{within}{}.html", sheet.stem),
        pdf: if making.sheets {
            sheet::pdf_name(&sheet.stem)
        } else {
            String::new()
        },
        picture: format!("beeld/{}.png", sheet.stem),
        compared: compared(making.manuscript.register.figures(), region),
        sheet: sheet::ready(&sheet).map_err(|source| Error::Json {
            name: sheet.stem.clone(),
            source,
        })?,
    })
}

/// The networks of a gemeente, else that whose paper it is, and Nederland.
fn compared(figures: &Figures, region: RegionId) -> Vec<String> {
    let groups = &figures.groups;
    let is_in = |group: &&Group| group.regions().any(|of| of == region);
    let mut own: Vec<_> = groups.networks().filter(is_in).collect();
    if own.is_empty() {
        own.push(groups.subject());
    }
    own.push(groups.nation());
    own.iter().map(|group| group.name.id.clone()).collect()
}
