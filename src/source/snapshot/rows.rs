//! Rows of a release on their way to disk, each text as the number of its word.
//!
//! In: columns of observations beside the words that they are made of. Out: arrays for a row group, whose texts are
//! dictionaries. Fails in polars only. The peculiarity it exists for: a client knows each word once, and to find that out
//! again from millions of texts took as long as it took to read them.

use polars::prelude::PolarsResult;
use polars_arrow::array::{Array, DictionaryArray, PrimitiveArray, Utf8ViewArray};
use polars_arrow::datatypes::{ArrowDataType, IntegerType};

use crate::base::observation::{Missing, Status};

/// Observations as columns of one length, sorted by topic, period and region.
pub struct Rows<'a> {
    /// Codes of regions.
    pub region: Words<'a>,
    /// Periods.
    pub period: Words<'a>,
    /// Their years.
    pub year: Vec<i32>,
    /// Keys of topics.
    pub topic: Words<'a>,
    /// Values.
    pub value: Vec<Option<f64>>,
    /// Why there is none.
    pub missing: Vec<Missing>,
    /// How final each is.
    pub status: Vec<Status>,
}

/// A column of text: the words that it has, and for each row the number of its word.
pub struct Words<'a> {
    words: Vec<&'a str>,
    numbers: Vec<u32>,
}

impl<'a> Words<'a> {
    /// A column of some of these words, by number.
    pub fn of(all: impl IntoIterator<Item = &'a str>, mut numbers: Vec<u32>) -> Self {
        let mut words: Vec<&str> = all.into_iter().collect();
        let mut places = vec![None; words.len()];
        for number in &numbers {
            places[*number as usize] = Some(0);
        }
        let used = places.iter_mut().flatten();
        used.zip(0..).for_each(|(place, number)| *place = number);
        for number in &mut numbers {
            *number = places[*number as usize].unwrap_or_default();
        }
        let mut is_used = places.iter().map(Option::is_some);
        words.retain(|_| is_used.next().unwrap_or_default());
        Self { words, numbers }
    }

    fn into_array(self) -> PolarsResult<Box<dyn Array>> {
        let words = Utf8ViewArray::from_slice_values(&self.words);
        let numbers = PrimitiveArray::from_vec(self.numbers);
        let of_words = Box::new(ArrowDataType::Utf8View);
        let kind = ArrowDataType::Dictionary(IntegerType::UInt32, of_words, false);
        Ok(DictionaryArray::try_new(kind, numbers, words.boxed())?.boxed())
    }
}

impl Rows<'_> {
    /// The columns, in the order of [`super::schema`].
    pub(super) fn into_arrays(self) -> PolarsResult<Vec<Box<dyn Array>>> {
        let missing = self.missing.iter().map(|missing| *missing as u32).collect();
        let status = self.status.iter().map(|status| *status as u32).collect();
        let missing = Words::of(Missing::ALL.iter().map(|word| word.word()), missing);
        let status = Words::of(Status::ALL.iter().map(|word| word.word()), status);
        Ok(vec![
            self.region.into_array()?,
            self.period.into_array()?,
            PrimitiveArray::from_vec(self.year).boxed(),
            self.topic.into_array()?,
            PrimitiveArray::from(self.value).boxed(),
            missing.into_array()?,
            status.into_array()?,
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_has_the_words_of_its_rows_and_no_others() {
        let all = ["GM0014", "GM0034", "GM0363", "NL01"];
        let words = Words::of(all, vec![2, 0, 2, 3, 0]);
        assert_eq!(words.words, ["GM0014", "GM0363", "NL01"]);
        assert_eq!(words.numbers, [1, 0, 1, 2, 0]);
        let none = Words::of(all, Vec::new());
        assert!(none.words.is_empty() && none.numbers.is_empty());
    }
}
