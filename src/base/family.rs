//! The family of letters that paper and charts are set in and measured with: Noto Sans, unless the house names another.
//!
//! In: four files of TrueType, one per style. Out: [`Family`], one per process, because whatever measures a text must use
//! what draws it. Fails on a file that is no TrueType font, and on files of several families.

use std::borrow::Cow;
use std::path::Path;
use std::sync::OnceLock;

use ttf_parser::{Face, Tag, name_id};

use super::failure::Failure;
use super::files;
use super::located::Place;

/// Styles of a family: regular, bold, italic, bold italic.
pub const STYLES: usize = 4;

/// The styles of one family.
#[derive(Debug)]
pub struct Family {
    name: String,
    styles: [Cow<'static, [u8]>; STYLES],
}

static CHOSEN: OnceLock<Family> = OnceLock::new();

/// The family of this process.
pub fn family() -> &'static Family {
    CHOSEN.get_or_init(|| Family {
        name: "Noto Sans".to_owned(),
        styles: [
            ttf_noto_sans::REGULAR,
            ttf_noto_sans::BOLD,
            ttf_noto_sans::ITALIC,
            ttf_noto_sans::BOLD_ITALIC,
        ]
        .map(Cow::Borrowed),
    })
}

/// Takes the family of these files, in the order of [`STYLES`]. The first choice of a process counts: what was measured is
/// measured.
///
/// # Errors
/// When one cannot be read or is no TrueType font, or when they are of several families.
pub fn choose(paths: [&Path; STYLES]) -> Result<(), Failure> {
    let mut names = Vec::new();
    let mut styles = [const { Cow::Borrowed(b"".as_slice()) }; STYLES];
    for (path, style) in paths.into_iter().zip(&mut styles) {
        let bytes = files::at("read", path, std::fs::read(path))?;
        let name = name_of(&bytes).ok_or_else(|| {
            let message =
                "this is no TrueType font with a family name of letters, digits and blanks";
            let hint = "expected a file that ends in .ttf, of one style, not variable";
            Place::line(path, 1).wrong(message, hint)
        })?;
        names.push(name);
        *style = Cow::Owned(bytes);
    }
    if let Some(place) = names.iter().position(|name| *name != names[0]) {
        let message = format!(
            "this is of the family `{}`, not `{}`",
            names[place], names[0]
        );
        let hint = "expected four styles of one family";
        return Err(Place::line(paths[place], 1).wrong(message, hint).into());
    }
    let name = names.swap_remove(0);
    // a second choice changes nothing
    let _ = CHOSEN.set(Family { name, styles });
    Ok(())
}

/// What a font says of itself, by the number of the name.
pub fn named(face: &Face<'_>, id: u16) -> Option<String> {
    let mut names = face.names().into_iter();
    names
        .find(|name| name.name_id == id && name.is_unicode())?
        .to_string()
}

/// The family that a font says it is of.
pub fn family_of(face: &Face<'_>) -> Option<String> {
    named(face, name_id::TYPOGRAPHIC_FAMILY).or_else(|| named(face, name_id::FAMILY))
}

/// The family of a file of TrueType, where paper and drawings can ask for it by that name.
fn name_of(bytes: &[u8]) -> Option<String> {
    let face = Face::parse(bytes, 0).ok()?;
    face.raw_face().table(Tag::from_bytes(b"glyf"))?;
    let name = family_of(&face)?;
    let plain = |c: char| c.is_ascii_alphanumeric() || c == ' ' || c == '-';
    (!name.is_empty() && name.chars().all(plain)).then_some(name)
}

impl Family {
    /// The name by which drawings and paper ask for it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Regular letters.
    pub fn regular(&self) -> &[u8] {
        &self.styles[0]
    }

    /// Bold letters.
    pub fn bold(&self) -> &[u8] {
        &self.styles[1]
    }

    /// Every style, as a file.
    pub fn files(&self) -> impl Iterator<Item = (&'static str, &[u8])> {
        let names = ["regular.ttf", "bold.ttf", "italic.ttf", "bold-italic.ttf"];
        let styles = self.styles.iter().map(|bytes| &**bytes);
        names.into_iter().zip(styles)
    }
}
