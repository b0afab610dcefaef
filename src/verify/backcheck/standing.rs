//! Where things stand in a PDF: its words page by page, and the pages of given texts.
//!
//! In: the text of a PDF. Out: words, and pages by name. Cannot fail. The peculiarity it exists for: a paragraph may run
//! over two pages, and a text stands where it ends.

use std::collections::BTreeMap;

use super::line::Line;
use crate::verify::numerals::squeeze;
use crate::verify::text::Printed;
use crate::verify::wanted::Wanted;

/// The words of each page in reading order, parted by single spaces.
pub fn words(printed: &Printed) -> Vec<String> {
    let mut pages = vec![String::new(); printed.pages];
    for block in &printed.blocks {
        for (page, text) in Line::new(block).by_page() {
            if let Some(words) = pages.get_mut(page.saturating_sub(1)) {
                for word in text.split_whitespace() {
                    if !words.is_empty() {
                        words.push(' ');
                    }
                    words.push_str(word);
                }
            }
        }
    }
    pages
}

/// The pages on which each text ends, once for each time.
pub fn standing(printed: &Printed, texts: &[(String, String)]) -> BTreeMap<String, Vec<usize>> {
    let found = standing_with(printed, texts, |_| false).into_iter();
    found
        .map(|(name, pages)| (name, pages.into_iter().map(|(page, _)| page).collect()))
        .collect()
}

/// The same, and whether a link of some kind is within it.
pub fn standing_with(
    printed: &Printed,
    texts: &[(String, String)],
    is_meant: impl Fn(usize) -> bool,
) -> BTreeMap<String, Vec<(usize, bool)>> {
    let mut found: BTreeMap<String, Vec<(usize, bool)>> = BTreeMap::new();
    let squeezed = texts.iter().map(|(_, text)| squeeze(text).0);
    let wanted = Wanted::new(squeezed.collect());
    for block in &printed.blocks {
        let line = Line::new(block);
        let places = squeeze(&line.text).1;
        for (which, at) in wanted.within(&line.squeezed) {
            let within = &places[at..at + wanted.length(which)];
            let page = line.page_at(within[within.len() - 1]);
            let is_linked = within
                .iter()
                .any(|place| line.link_at(*place).is_some_and(&is_meant));
            let pages = found.entry(texts[which].0.clone()).or_default();
            pages.push((page, is_linked));
        }
    }
    for pages in found.values_mut() {
        pages.sort_unstable();
    }
    found
}
