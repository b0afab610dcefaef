//! Where things stand in a PDF: its words page by page, and the pages of given texts.
//!
//! In: the text of a PDF. Out: words, and pages by name. Cannot fail. The peculiarity it exists for: a paragraph may run
//! over two pages, and a text stands where it starts.

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

/// The pages on which each text starts, once for each time.
pub fn standing(printed: &Printed, texts: &[(String, String)]) -> BTreeMap<String, Vec<usize>> {
    let mut found: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let squeezed = texts.iter().map(|(_, text)| squeeze(text).0);
    let wanted = Wanted::new(squeezed.collect());
    for block in &printed.blocks {
        let line = Line::new(block);
        for (which, at) in wanted.within(&line.squeezed) {
            let place = squeeze(&line.text).1[at];
            let pages = found.entry(texts[which].0.clone()).or_default();
            pages.push(line.page_at(place));
        }
    }
    for pages in found.values_mut() {
        pages.sort_unstable();
    }
    found
}
