//! One thing that does not fit, gathered over columns.
//!
//! In: per column how many figures of how many, and an example. Out: one line that tells all. Cannot fail. The peculiarity
//! it exists for: what went wrong with one delivery shows in hundreds of columns, and is one thing.

/// What was found of one kind.
#[derive(Default)]
pub struct Tally {
    figures: usize,
    columns: usize,
    worst: Option<(usize, String)>,
}

impl Tally {
    /// Adds a column in which so many figures are of this kind.
    pub fn add(&mut self, figures: usize, of: usize, label: &str, example: &str) {
        self.figures += figures;
        self.columns += 1;
        if self
            .worst
            .as_ref()
            .is_none_or(|(worst, _)| figures > *worst)
        {
            let text = format!("{label}: {figures} of {of}, such as {example}");
            self.worst = Some((figures, text));
        }
    }

    /// The line; none where nothing was found.
    pub fn told(&self, what: &str) -> Option<String> {
        let (_, worst) = self.worst.as_ref()?;
        Some(match self.columns {
            1 => format!("{what} in {worst}"),
            columns => format!(
                "{what}: {} figures in {columns} columns, most in {worst}",
                self.figures
            ),
        })
    }
}
