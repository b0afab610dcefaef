//! What every room uses: errors, files and their hashes, numbers, the words of an observation, the form of names, CSV, markup, the letters, the project's
//! folders, time.

pub mod clock;
pub mod csv;
pub mod failure;
pub mod family;
pub mod files;
pub mod form;
pub mod guard;
pub mod hands;
pub mod hashes;
pub mod located;
pub mod look;
pub mod number;
pub mod observation;
pub mod project;
pub mod sum;
pub mod wording;
pub mod words;
pub mod xml;
