//! Each chart alone as pictures for slides and the press, set by Typst in one run.
//!
//! In: the illustrations and `figuren.typ`. Out: two PNG files of each, 1920 by 1080 and square, the same bytes for the same
//! input. Fails when Typst fails or warns. The peculiarity it answers: a bundle is experimental, and Typst says so each
//! time; that is the one warning that passes.

use std::fs;
use std::path::Path;

use serde::Serialize;

use super::{Error, Typst};
use crate::base::failure::Failure;
use crate::base::family::family;
use crate::base::files;
use crate::illustrate::Illustration;

/// The source of the pictures, beside the paper's own.
pub(super) const SOURCE: &str = "figuren.typ";

/// A chart as `figuren.typ` reads it.
#[derive(Serialize)]
struct Figure {
    id: String,
    file: String,
    title: String,
    subtitle: String,
    foot: Vec<String>,
    alt: String,
    width_pt: f64,
    height_pt: f64,
}

/// Sets two pictures of every chart into a folder; `work` is left as Typst had it.
///
/// # Errors
/// When something cannot be written, or Typst fails or warns.
pub fn set_figures(
    typst: &Typst,
    sources: &Path,
    work: &Path,
    illustrations: &[Illustration],
    made: &Path,
) -> Result<(), Failure> {
    let write = |name: &str, bytes: &[u8]| {
        let path = work.join(name);
        files::at("write", &path, fs::write(&path, bytes))
    };
    for folder in ["fonts", "charts"] {
        let path = work.join(folder);
        files::at("make", &path, fs::create_dir_all(&path))?;
    }
    for (name, bytes) in family().files() {
        write(&format!("fonts/{name}"), bytes)?;
    }
    let mut figures = Vec::new();
    for of in illustrations {
        let file = format!("charts/{}.svg", of.id);
        write(&file, of.picture.svg.as_bytes())?;
        let words = of.words();
        figures.push(Figure {
            id: of.id.clone(),
            file,
            title: words.title,
            subtitle: words.subtitle,
            foot: words.foot,
            alt: words.description,
            width_pt: of.picture.width_pt,
            height_pt: of.picture.height_pt,
        });
    }
    let Some(first) = figures.first() else {
        return Ok(());
    };
    let first = made.join(format!("{}.png", first.id));
    let json = serde_json::to_vec(&figures).map_err(Error::from)?;
    write("figuren.json", &json)?;
    let source = sources.join(SOURCE);
    let text = files::at("read", &source, fs::read(&source))?;
    write(SOURCE, &text)?;
    let child = typst.start_bundle(work, SOURCE, made, &[])?;
    typst.wait(child, work, &first, sources)?;
    Ok(())
}
