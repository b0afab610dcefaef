//! The folders of a project: where what is asked, what came in, the paper's sources and what goes out lie.

use std::path::{Path, PathBuf};

/// The folder within `data/` in which is kept what is known of earlier runs.
pub const CACHE: &str = ".cache";

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

    /// Its own folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// What is asked.
    pub fn queries(&self) -> PathBuf {
        self.root.join("queries")
    }

    /// What came in.
    pub fn data(&self) -> PathBuf {
        self.root.join("data")
    }

    /// What is known of earlier runs: it may be deleted at any time. What goes elsewhere is no earlier run of the project.
    pub fn cache(&self) -> PathBuf {
        let within = || self.data();
        self.elsewhere.clone().unwrap_or_else(within).join(CACHE)
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
