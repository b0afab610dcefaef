//! A CSV file by column.

use std::collections::BTreeMap;
use std::path::Path;

/// A CSV file, read whole.
pub struct Sheet {
    pub header: Vec<String>,
    pub rows: Vec<csv::StringRecord>,
}

impl Sheet {
    pub fn read(path: &Path) -> Self {
        let mut reader = csv::ReaderBuilder::new()
            .from_path(path)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let header = reader
            .headers()
            .expect("a header")
            .iter()
            .map(str::to_owned)
            .collect();
        let rows = reader
            .records()
            .map(|row| row.unwrap_or_else(|error| panic!("{}: {error}", path.display())))
            .collect();
        Self { header, rows }
    }

    /// The members of groups in a folder of open data, with what other tables say of the gemeente and of the group.
    pub fn members(folder: &Path) -> Self {
        let read = |name: &str| Self::read(&folder.join(name));
        read("groepen.csv")
            .joined(&read("regios.csv"), "region")
            .joined(&read("groepslijsten.csv"), "group")
    }

    /// The same rows with what another table says of a key, which it has once.
    pub fn joined(mut self, other: &Self, key: &str) -> Self {
        let (own, column) = (self.column(key), other.column(key));
        let by_key: BTreeMap<&str, &csv::StringRecord> =
            other.rows.iter().map(|row| (&row[column], row)).collect();
        self.header.extend(other.header.iter().cloned());
        for row in &mut self.rows {
            let key = row[own].to_owned();
            let said = by_key
                .get(key.as_str())
                .unwrap_or_else(|| panic!("no `{key}`"));
            row.extend(said.iter());
        }
        self
    }

    /// The position of a column.
    pub fn column(&self, name: &str) -> usize {
        self.header
            .iter()
            .position(|column| column == name)
            .unwrap_or_else(|| panic!("there is no column `{name}`"))
    }

    /// The cell of a row.
    pub fn cell<'a>(&self, row: &'a csv::StringRecord, name: &str) -> &'a str {
        &row[self.column(name)]
    }

    /// The cell of a row as a number; none where it is empty.
    pub fn number(&self, row: &csv::StringRecord, name: &str) -> Option<f64> {
        let text = self.cell(row, name);
        (!text.is_empty()).then(|| {
            text.parse()
                .unwrap_or_else(|_| panic!("`{text}` in {name} is no number"))
        })
    }

    /// Rows in which all these columns hold these texts.
    pub fn of<'a>(&'a self, wanted: &[(&str, &str)]) -> Vec<&'a csv::StringRecord> {
        let wanted: Vec<(usize, &str)> = wanted
            .iter()
            .map(|(name, text)| (self.column(name), *text))
            .collect();
        self.rows
            .iter()
            .filter(|row| wanted.iter().all(|(column, text)| &row[*column] == *text))
            .collect()
    }

    /// The one row in which all these columns hold these texts.
    pub fn one<'a>(&'a self, wanted: &[(&str, &str)]) -> &'a csv::StringRecord {
        let rows = self.of(wanted);
        assert_eq!(rows.len(), 1, "rows with {wanted:?}");
        rows[0]
    }
}
