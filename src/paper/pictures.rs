//! The pictures of the house style: whatever lies in `beeld/` beside the chapters, such as `logo.svg` or `omslag.jpg`.
//!
//! In: the folder. Out: the files by name; none where there is no folder. Fails on a file that is no picture that Typst
//! can set.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::base::failure::Failure;
use crate::base::files;
use crate::base::located::Place;
use crate::verify;

/// The folder beside the chapters.
pub const FOLDER: &str = "beeld";
/// Endings of the files that Typst can set, and accessible without further ado.
const ENDINGS: [&str; 4] = ["svg", "png", "jpg", "jpeg"];

/// The pictures, by the name of their file.
#[derive(Clone, Debug, Default)]
pub struct Pictures(pub(super) BTreeMap<String, Vec<u8>>);

impl Pictures {
    /// Reads the pictures of a folder of chapters.
    ///
    /// # Errors
    /// When one cannot be read, or is no picture.
    pub fn read(chapters: &Path) -> Result<Self, Failure> {
        let folder = chapters.join(FOLDER);
        let mut pictures = Self::default();
        if !folder.is_dir() {
            return Ok(pictures);
        }
        for entry in files::at("read", &folder, fs::read_dir(&folder))? {
            let path = files::at("read", &folder, entry)?.path();
            let name = path.file_name().and_then(|name| name.to_str());
            let Some(name) = name.filter(|name| !name.starts_with('.')) else {
                continue;
            };
            let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
            if !ENDINGS.contains(&ending.to_lowercase().as_str()) {
                let message = "this is no picture that the paper can show".to_owned();
                let hint = format!("expected a file that ends in {}", ENDINGS.join(", "));
                return Err(Place::line(&path, 1).wrong(message, hint).into());
            }
            let bytes = files::at("read", &path, fs::read(&path))?;
            pictures.0.insert(name.to_owned(), bytes);
        }
        Ok(pictures)
    }

    /// The path beside `main.typ` of the picture with this name, whatever it ends in.
    pub fn named(&self, stem: &str) -> Option<String> {
        let is_it = |name: &&String| name.rsplit_once('.').is_some_and(|(of, _)| of == stem);
        let name = self.0.keys().find(is_it)?;
        Some(format!("{FOLDER}/{name}"))
    }

    /// The texts of those that are drawings.
    pub fn texts(&self) -> impl Iterator<Item = (String, String)> {
        let is_drawing = |name: &str| {
            let ending = Path::new(name).extension();
            ending.is_some_and(|ending| ending.eq_ignore_ascii_case("svg"))
        };
        let drawings = self.0.iter().filter(move |(name, _)| is_drawing(name));
        drawings.map(|(name, bytes)| {
            let svg = String::from_utf8_lossy(bytes);
            (name.clone(), verify::text_of_svg(&svg))
        })
    }
}
