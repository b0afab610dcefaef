//! The snapshots as they came in: what a check looks at and what a fact is traced back to.
//!
//! In: the frame of a snapshot. Out: a [`Raw`], by row. Fails where a column is lacking. The peculiarity it answers: as frames
//! they would be a third of all that is held, nearly all of it words that repeat row after row. So each word is kept once.

use std::collections::{BTreeMap, HashMap};
use std::iter::{repeat_n, zip};

use polars::prelude::*;

/// The snapshots in use, by table.
pub type CameIn = BTreeMap<String, Raw>;

/// A snapshot, sorted by topic, period and region.
#[derive(Debug)]
pub struct Raw {
    topic: Runs,
    period: Runs,
    /// The year of each period.
    years: Vec<i32>,
    region: Words,
    /// Which region each row is of.
    regions: Vec<u32>,
    value: Float64Chunked,
    missing: Runs,
    status: Runs,
}

/// Words of a column, each once; none where there is none.
pub type Words = Vec<Option<Box<str>>>;

/// A column of words that stand in many rows on end.
#[derive(Debug, Default)]
struct Runs {
    words: Words,
    /// From which row on which of them stands.
    starts: Vec<(usize, usize)>,
    rows: usize,
}

/// A row, with the place of each word among those of its column.
#[derive(Clone, Copy, Debug)]
pub struct RawRow {
    /// Topic.
    pub topic: usize,
    /// Period.
    pub period: usize,
    /// Region.
    pub region: usize,
    /// Year of the period.
    pub year: i32,
    /// Value in the unit of the source.
    pub value: Option<f64>,
    /// Kind of missing.
    pub missing: usize,
    /// Status.
    pub status: usize,
}

/// What reading has seen of the words of a column.
#[derive(Default)]
struct Seen<'f> {
    words: Vec<Option<&'f str>>,
    places: HashMap<Option<&'f str>, usize>,
    last: usize,
}

impl<'f> Seen<'f> {
    /// The place of a word: most often that of the row before, or the next, for many rows go through the same regions.
    fn place(&mut self, word: Option<&'f str>) -> usize {
        let near = [self.last, self.last + 1];
        let near = near
            .into_iter()
            .find(|at| self.words.get(*at) == Some(&word));
        self.last = near.unwrap_or_else(|| {
            *self.places.entry(word).or_insert_with(|| {
                self.words.push(word);
                self.words.len() - 1
            })
        });
        self.last
    }

    fn words(self) -> Words {
        let words = self.words.into_iter();
        words.map(|word| word.map(Into::into)).collect()
    }
}

impl Runs {
    fn new(column: &StringChunked) -> Self {
        let (mut seen, mut starts) = (Seen::default(), Vec::new());
        for (row, word) in column.iter().enumerate() {
            let place = seen.place(word);
            if starts.last().is_none_or(|(_, last)| *last != place) {
                starts.push((row, place));
            }
        }
        Self {
            words: seen.words(),
            starts,
            rows: column.len(),
        }
    }

    /// The place of the word of a row.
    fn place(&self, row: usize) -> Option<usize> {
        let run = self.starts.partition_point(|(start, _)| *start <= row);
        let (_, place) = self.starts.get(run.checked_sub(1)?)?;
        Some(*place)
    }

    fn get(&self, row: usize) -> Option<&str> {
        self.words[self.place(row)?].as_deref()
    }

    /// The place of the word of each row.
    fn each(&self) -> impl Iterator<Item = usize> + '_ {
        let ends = self.starts.iter().skip(1).map(|(start, _)| *start);
        let runs = zip(&self.starts, ends.chain([self.rows]));
        runs.flat_map(|((start, place), end)| repeat_n(*place, end - start))
    }
}

impl Raw {
    pub(super) fn new(frame: &DataFrame) -> PolarsResult<Self> {
        let text = |name: &str| frame.column(name)?.str();
        let period = Runs::new(text("period")?);
        let mut years = vec![0; period.words.len()];
        // a period that is no year, or stands in that of another, is refused where snapshots are read
        for (place, year) in zip(period.each(), frame.column("year")?.i32()?.iter()) {
            years[place] = year.unwrap_or_default();
        }
        let mut seen = Seen::default();
        let regions = text("region")?.iter().map(|code| seen.place(code) as u32);
        Ok(Self {
            topic: Runs::new(text("topic")?),
            years,
            period,
            regions: regions.collect(),
            region: seen.words(),
            value: frame.column("value")?.f64()?.rechunk().into_owned(),
            missing: Runs::new(text("missing")?),
            status: Runs::new(text("status")?),
        })
    }

    /// How many rows it has.
    pub fn height(&self) -> usize {
        self.regions.len()
    }

    /// Every row.
    pub fn rows(&self) -> impl Iterator<Item = RawRow> + '_ {
        let of = zip(self.topic.each(), self.period.each());
        let how = zip(self.missing.each(), self.status.each());
        let rows = zip(zip(of, &self.regions), zip(how, self.value.iter()));
        rows.map(
            |(((topic, period), region), ((missing, status), value))| RawRow {
                topic,
                period,
                region: *region as usize,
                year: self.years[period],
                value,
                missing,
                status,
            },
        )
    }

    /// Its topics.
    pub fn topics(&self) -> &Words {
        &self.topic.words
    }

    /// Its periods.
    pub fn periods(&self) -> &Words {
        &self.period.words
    }

    /// Codes of its regions.
    pub fn regions(&self) -> &Words {
        &self.region
    }

    /// Its kinds of missing.
    pub fn kinds_of_missing(&self) -> &Words {
        &self.missing.words
    }

    /// Its statuses.
    pub fn statuses(&self) -> &Words {
        &self.status.words
    }

    /// The topic of a row.
    pub fn topic(&self, row: usize) -> Option<&str> {
        self.topic.get(row)
    }

    /// The period of a row.
    pub fn period(&self, row: usize) -> Option<&str> {
        self.period.get(row)
    }

    /// The code of the region of a row.
    pub fn region(&self, row: usize) -> Option<&str> {
        let place = *self.regions.get(row)?;
        self.region[place as usize].as_deref()
    }

    /// The value of a row, in the unit of the source.
    pub fn value(&self, row: usize) -> Option<f64> {
        self.value.get(row)
    }

    /// The kind of missing of a row.
    pub fn missing(&self, row: usize) -> Option<&str> {
        self.missing.get(row)
    }

    /// The status of a row.
    pub fn status(&self, row: usize) -> Option<&str> {
        self.status.get(row)
    }

    /// The rows of a topic and year.
    pub fn of(&self, topic: &str, year: i32) -> std::ops::Range<usize> {
        let key = |row: usize| (self.topic(row).unwrap_or_default(), self.year(row));
        let (all, wanted) = (0..self.height(), (topic, year));
        first_from(all.clone(), |row| key(row) < wanted)..first_from(all, |row| key(row) <= wanted)
    }

    fn year(&self, row: usize) -> i32 {
        let period = self.period.place(row);
        period.map_or(0, |period| self.years[period])
    }
}

/// The first place of a range for which `before` does not hold, by halving.
pub fn first_from(range: std::ops::Range<usize>, before: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (range.start, range.end);
    while low < high {
        let middle = usize::midpoint(low, high);
        if before(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}
