//! Many texts looked for in one go.
//!
//! In: texts, and a text to look through. Out: which of them stand where, each as it would be found alone. Cannot fail. The
//! peculiarity it answers: a paper has hundreds of sentences and thousands of cells, and to make ready to look for one takes
//! longer than to look.

use std::collections::BTreeMap;

/// Texts to look for.
#[derive(Debug)]
pub(super) struct Wanted {
    texts: Vec<String>,
    /// Places of texts by their first byte.
    by_first: BTreeMap<u8, Vec<usize>>,
    /// Whether one starts with two bytes.
    starts: Vec<bool>,
}

impl Default for Wanted {
    fn default() -> Self {
        Self::new(Vec::new())
    }
}

const fn pair(first: u8, second: u8) -> usize {
    (first as usize) << 8 | second as usize
}

impl Wanted {
    /// Makes ready to look for some texts. An empty one stands nowhere.
    pub(super) fn new(texts: Vec<String>) -> Self {
        let mut by_first: BTreeMap<u8, Vec<usize>> = BTreeMap::new();
        let mut starts = vec![false; 1 << 16];
        for (place, text) in texts.iter().enumerate() {
            match *text.as_bytes() {
                [] => continue,
                [first] => starts[pair(first, 0)..=pair(first, u8::MAX)].fill(true),
                [first, second, ..] => starts[pair(first, second)] = true,
            }
            by_first.entry(text.as_bytes()[0]).or_default().push(place);
        }
        Self {
            texts,
            by_first,
            starts,
        }
    }

    /// Which of them stand within a text, and at which of its bytes; one does not overlap itself.
    pub(super) fn within(&self, text: &str) -> Vec<(usize, usize)> {
        let (mut found, mut ends) = (Vec::new(), BTreeMap::new());
        let bytes = text.as_bytes();
        for (at, &first) in bytes.iter().enumerate() {
            let second = bytes.get(at + 1).copied().unwrap_or_default();
            if !self.starts[pair(first, second)] {
                continue;
            }
            for &place in self.by_first.get(&first).into_iter().flatten() {
                let wanted = self.texts[place].as_bytes();
                let is_past = ends.get(&place).is_none_or(|end| *end <= at);
                if is_past && bytes[at..].starts_with(wanted) {
                    ends.insert(place, at + wanted.len());
                    found.push((place, at));
                }
            }
        }
        found
    }

    /// The length of one of them, in bytes.
    pub(super) fn length(&self, place: usize) -> usize {
        self.texts[place].len()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn each_is_found_as_it_would_be_alone(
            texts in prop::collection::vec("[ab€]{0,3}", 0..6),
            text in "[ab€]{0,20}",
        ) {
            let alone = texts.iter().enumerate().filter(|(_, wanted)| !wanted.is_empty());
            let alone = alone.flat_map(|(place, wanted)| {
                text.match_indices(wanted.as_str()).map(move |(at, _)| (place, at))
            });
            let mut alone: Vec<(usize, usize)> = alone.collect();
            let mut together = Wanted::new(texts.clone()).within(&text);
            alone.sort_unstable();
            together.sort_unstable();
            prop_assert_eq!(alone, together);
        }
    }
}
