//! Themes: the chapters of the paper.

/// A theme: a chapter of the paper.
#[derive(Clone, Debug)]
pub struct Theme {
    /// Id.
    pub id: String,
    /// Pijler it belongs to.
    pub pijler: String,
    /// Title.
    pub title: String,
    /// Place in the paper.
    pub order: i32,
    /// What the paper says when there are no figures.
    pub note: Option<String>,
}
