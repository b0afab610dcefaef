//! The folders of a project: where what is asked, what came in, the paper's sources and what goes out lie.

use std::path::{Path, PathBuf};

/// The folders of a project.
#[derive(Clone, Debug)]
pub struct Project {
    root: PathBuf,
    /// Where outputs go instead of into the project.
    elsewhere: Option<PathBuf>,
}

impl Project {
    /// The project in a folder.
    pub fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            elsewhere: None,
        }
    }

    /// The same project with its outputs in a folder outside it.
    #[must_use]
    pub fn writing_to(&self, folder: &Path) -> Self {
        Self {
            root: self.root.clone(),
            elsewhere: Some(folder.to_owned()),
        }
    }

    /// What is asked.
    pub fn queries(&self) -> PathBuf {
        self.root.join("queries")
    }

    /// What came in.
    pub fn data(&self) -> PathBuf {
        self.root.join("data")
    }

    /// The paper's own sources.
    pub fn paper(&self) -> PathBuf {
        self.root.join("src/paper")
    }

    /// What goes out.
    pub fn output(&self) -> PathBuf {
        let within = || self.root.join("output");
        self.elsewhere.clone().unwrap_or_else(within)
    }
}
