//! What stands beside the pages: sources for Typst, drawings of borders made lighter, style with its letters, the list of pages.
//!
//! In: the folders that it copies from and the illustrations. Out: files. Fails when one cannot be read or written. The
//! peculiarity it answers: a map of all gemeenten weighs more than all other charts of the paper together.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::letters::letters;
use super::{Making, SOURCES};
use crate::base::failure::Failure;
use crate::base::files;
use crate::chart;
use crate::illustrate::Illustration;

/// The style, in the folder of the sources; scripts are all that lie there.
const STYLE: &str = "site.css";

/// Writes a file of a folder, and the folders that it lies in.
pub(super) fn write(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), Failure> {
    let path = folder.join(name);
    let parent = path.parent().unwrap_or(folder);
    files::at("make", parent, fs::create_dir_all(parent))?;
    Ok(files::at("write", &path, fs::write(&path, bytes))?)
}

/// The files of a folder with such an end.
fn ending_in(end: &str, folder: &Path) -> Result<Vec<String>, Failure> {
    let mut names = files::names(folder)?;
    names.retain(|name| Path::new(name).extension().is_some_and(|of| of == end));
    Ok(names)
}

/// Copies the pages' own sources to where Typst works.
pub(super) fn copy_sources(from: &Path, to: &Path) -> Result<(), Failure> {
    files::at("make", to, fs::create_dir_all(to))?;
    for name in ending_in("typ", from)? {
        let (from, to) = (from.join(&name), to.join(&name));
        files::at("copy", &from, fs::copy(&from, to))?;
    }
    Ok(())
}

/// Puts lighter drawings in the place of the paper's, where they draw borders.
pub(super) fn coarsen(work: &Path, illustrations: &[Illustration]) -> Result<(), Failure> {
    for of in illustrations {
        if let Some(svg) = chart::lighter(&of.picture.svg) {
            write(work, &format!("charts/{}.svg", of.id), svg.as_bytes())?;
        }
    }
    Ok(())
}

/// The style in the colours of the house, without letters of its own.
pub(super) fn style(making: &Making<'_>) -> Result<String, Failure> {
    let house = &making.manuscript.register.queries().house;
    let (color, accent) = (house.color.hex(), house.accent.hex());
    let rules = files::read_text(&making.sources.join(SOURCES).join(STYLE))?;
    Ok(format!(
        ":root{{--huis:{color};--accent:{accent}}}\n{rules}"
    ))
}

/// Writes style, scripts and letters.
pub(super) fn write_style(making: &Making<'_>, made: &Path) -> Result<(), Failure> {
    let folder = making.sources.join(SOURCES);
    let mut faces = String::new();
    for letter in letters()? {
        // writing to a string cannot fail
        let _ = writeln!(
            faces,
            "@font-face{{font-family:\"{}\";font-weight:{};font-display:optional;src:url({})}}",
            letter.family, letter.weight, letter.path
        );
        write(made, &letter.path, &letter.bytes)?;
    }
    write(made, STYLE, (faces + &style(making)?).as_bytes())?;
    for name in ending_in("js", &folder)? {
        write(
            made,
            &name,
            files::read_text(&folder.join(&name))?.as_bytes(),
        )?;
    }
    Ok(())
}

/// Writes the list of pages that search engines read, where it is known under which address they stand.
pub(super) fn sitemap(address: &str, pages: &[String], made: &Path) -> Result<(), Failure> {
    if address.is_empty() {
        return Ok(());
    }
    let mut text = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n",
    );
    for page in pages {
        // the page of the paper is the folder itself
        let page = if page == "index.html" { "" } else { page };
        let _ = writeln!(text, "<url><loc>{address}{page}</loc></url>");
    }
    text += "</urlset>\n";
    write(made, "sitemap.xml", text.as_bytes())
}
