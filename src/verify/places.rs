//! What of the program stands on which page, held against what Typst was asked to print there.
//!
//! In: the text of a paper, `teksten.json` and `plaatsen.json`. Out: what stands too often or not where it was printed. Cannot fail. The
//! peculiarity it exists for: a sentence that is true stands on many pages of a paper, and whoever takes one away, or puts one more
//! where it says something else, leaves all figures as they are.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::backcheck::{linked, standing_with, words};
use super::known::{Known, pieces};
use super::numerals::squeeze;
use super::text::{Place, Printed};
use crate::base::wording::{NO_FIGURE, nearly};
use crate::evidence::{Put, Stands, Texts};

/// Differences that are told.
const TOLD: usize = 10;
/// A text of fewer letters, squeezed, may be typed as well.
const TYPED: usize = 24;

/// So many of each thing on each page.
type Counted<'a> = BTreeMap<(usize, &'a str), usize>;

/// What stands elsewhere, too often or not at all.
pub(super) fn check(
    printed: &Printed,
    known: &Known,
    texts: &Texts,
    list: &[Stands],
) -> Vec<String> {
    let held = Held::new(printed, known, texts, list);
    let mut wrong = held.sentences();
    let facts = held.facts();
    // where one is missing the others are of another place
    if facts.is_empty() {
        wrong.extend(held.order());
        wrong.extend(held.choices());
    }
    wrong.extend(facts);
    if wrong.len() > TOLD {
        let more = wrong.len() - TOLD;
        wrong.truncate(TOLD);
        wrong.push(format!(
            "and {more} more stand elsewhere than the program printed them"
        ));
    }
    wrong
}

/// Reads the list.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Stands>, serde_json::Error> {
    serde_json::from_slice(bytes)
}

struct Held<'a> {
    printed: &'a Printed,
    known: &'a Known,
    texts: &'a Texts,
    list: &'a [Stands],
    /// The text of each page, squeezed.
    pages: Vec<String>,
    /// The links to facts: page and id.
    links: BTreeMap<usize, (usize, &'a str)>,
}

impl<'a> Held<'a> {
    fn new(printed: &'a Printed, known: &'a Known, texts: &'a Texts, list: &'a [Stands]) -> Self {
        let pages = words(printed);
        Self {
            printed,
            known,
            texts,
            list,
            pages: pages.iter().map(|text| squeeze(text).0).collect(),
            links: linked(printed, known),
        }
    }

    /// Sentences and charts.
    fn sentences(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        let asked = self.asked(&mut wrong);
        let all: BTreeMap<&str, &str> = asked
            .iter()
            .map(|(_, text, said)| (text.as_str(), *said))
            .collect();
        let texts: Vec<(String, String)> = all
            .keys()
            .map(|text| ((*text).to_owned(), (*text).to_owned()))
            .collect();
        let claims = claims(self.texts);
        let is_fact = |link: usize| self.links.contains_key(&link);
        let found = standing_with(self.printed, &texts, is_fact);
        for (text, said) in all {
            // one may stand within another
            let within = asked
                .iter()
                .flat_map(|(page, of, _)| std::iter::repeat_n(*page, of.matches(text).count()));
            let within: Vec<usize> = within.collect();
            let found = found.get(text).map_or(&[][..], Vec::as_slice);
            let is_claim = claims.contains(text);
            wrong.extend(of_sentence((text, said, is_claim), &within, found));
        }
        wrong
    }

    /// The sentences and charts that were printed: page, text squeezed, text; what was not given to be printed is wrong.
    fn asked(&self, wrong: &mut Vec<String>) -> Vec<(usize, String, &'a str)> {
        let beyond = self.list.iter().map(|of| of.page).max().unwrap_or_default();
        if beyond > self.printed.pages {
            wrong.push(format!(
                "page {beyond} is not there, on which something was printed"
            ));
        }
        let (mut given, charts) = (BTreeSet::new(), &self.texts.pictures);
        gather(&self.texts.paper, &self.texts.paper["facts"], &mut given);
        let mut asked = Vec::new();
        for Stands { page, put } in self.list {
            let (text, is_given) = match put {
                Put::Sentence(text) => (text.as_str(), given.contains(&squeeze(text).0)),
                Put::Chart(id) => {
                    let text = charts.get(id);
                    (text.map_or("", String::as_str), text.is_some())
                }
                Put::Fact(_) | Put::Choice { .. } => continue,
            };
            if !is_given || text.is_empty() {
                wrong.push(format!(
                    "page {page}: `teksten.json` does not hold what was printed there: \"{text}\""
                ));
            }
            let squeezed = squeeze(text).0;
            if !squeezed.is_empty() {
                asked.push((*page, squeezed, text));
            }
        }
        asked
    }

    /// Figures: a link to each that was printed, and no more.
    fn facts(&self) -> Vec<String> {
        let texts: BTreeMap<&str, &str> = self
            .known
            .facts
            .iter()
            .map(|fact| (fact.id.as_str(), fact.text.as_str()))
            .collect();
        let asked = self.list.iter().filter_map(|of| match &of.put {
            Put::Fact(id) => Some((of.page, id.as_str())),
            _ => None,
        });
        // without a figure there is nothing to link to
        let asked = asked.filter(|(_, id)| texts.get(id) != Some(&NO_FIGURE));
        let (asked, found) = (count(asked), count(self.links.values().copied()));
        let mut wrong = Vec::new();
        let both: BTreeSet<&(usize, &str)> = asked.keys().chain(found.keys()).collect();
        for of in both {
            let (page, id) = *of;
            let number = |counted: &Counted<'_>| counted.get(of).copied().unwrap_or_default();
            let (was, is) = (number(&asked), number(&found));
            let text = texts.get(id).copied().unwrap_or_default();
            if is > was {
                wrong.push(format!(
                    "page {page}: prints `{text}` for `{id}` where the program did not"
                ));
            } else if is + self.in_contents(page, text) < was {
                wrong.push(format!(
                    "page {page}: does not print `{text}` for `{id}`, as the program did"
                ));
            }
        }
        wrong
    }

    /// How often a text stands among the contents of a page, where an entry is one link.
    fn in_contents(&self, page: usize, text: &str) -> usize {
        let text = squeeze(text).0;
        let blocks = self.printed.blocks.iter();
        let contents = blocks.filter(|of| of.place == Place::Contents && of.runs[0].page == page);
        let said = contents.map(|of| {
            let runs: String = of.runs.iter().map(|run| run.text.as_str()).collect();
            squeeze(&runs).0.matches(text.as_str()).count()
        });
        said.sum()
    }

    /// Words that two facts choose: each is said between the figures that it was printed between.
    fn choices(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        for page in 1..=self.pages.len() {
            let mut asked: BTreeMap<(usize, String), usize> = BTreeMap::new();
            let mut figures = 0;
            for stands in self.list.iter().filter(|of| of.page == page) {
                match &stands.put {
                    Put::Fact(id) => figures += usize::from(self.has_figure(id)),
                    Put::Choice { pair, words } => match self.chosen(pair, words) {
                        Some(word) => *asked.entry((figures, word)).or_default() += 1,
                        None => wrong.push(format!(
                            "page {page}: `teksten.json` does not choose by `{pair}`"
                        )),
                    },
                    Put::Sentence(_) | Put::Chart(_) => {}
                }
            }
            let stretches = self.stretches(page);
            for ((figures, word), was) in asked {
                let said = squeeze(&word).0;
                let text = stretches.get(figures).map_or("", String::as_str);
                if text.matches(said.as_str()).count() < was {
                    wrong.push(format!(
                        "page {page}: does not say \"{word}\" where the figures chose it"
                    ));
                }
            }
        }
        wrong
    }

    /// What a page says before, between and behind the figures that link to a fact, squeezed.
    fn stretches(&self, page: usize) -> Vec<String> {
        let (mut stretches, mut last) = (vec![String::new()], None);
        let runs = self.printed.blocks.iter().flat_map(|block| &block.runs);
        for run in runs.filter(|run| run.page == page) {
            let link = run.link.filter(|link| self.links.contains_key(link));
            if link.is_some() && link != last {
                stretches.push(String::new());
            }
            last = link.or(last);
            if link.is_none()
                && let Some(stretch) = stretches.last_mut()
            {
                stretch.push_str(&run.text);
            }
        }
        let squeezed = stretches.iter().map(|text| squeeze(text).0);
        squeezed.collect()
    }

    /// Whether a fact has a figure, and so is a link.
    fn has_figure(&self, id: &str) -> bool {
        let mut facts = self.known.facts.iter();
        facts.any(|fact| fact.id == id && fact.text != NO_FIGURE)
    }

    /// Figures that have changed places.
    fn order(&self) -> Vec<String> {
        let is_other = |page: &usize| {
            let asked = self.list.iter().filter(|of| of.page == *page);
            let asked = asked.filter_map(|of| match &of.put {
                Put::Fact(id) if self.has_figure(id) => Some(id.as_str()),
                _ => None,
            });
            let found = self.links.values().filter(|(of, _)| of == page);
            !asked.eq(found.map(|(_, id)| *id))
        };
        let pages = (1..=self.pages.len()).filter(is_other);
        pages
            .map(|page| {
                format!("page {page}: prints its figures in another order than the program did")
            })
            .collect()
    }

    /// The word that two facts choose.
    fn chosen(&self, pair: &str, [higher, equal, lower]: &'a [String; 3]) -> Option<String> {
        let near = self.texts.paper["nearly"].as_array().into_iter().flatten();
        let is_near = near.into_iter().any(|of| of == pair);
        Some(match self.texts.paper["signs"][pair].as_i64()? {
            1.. => higher.clone(),
            0 if is_near => nearly(equal),
            0 => equal.clone(),
            _ => lower.clone(),
        })
    }
}

/// Where a sentence, squeezed and as it is told, lacks or stands too often: pages where it was printed, and where it is, whether
/// with a figure that links to its fact. A title with such a figure may be said by a chapter too, whose figures are counted; a claim
/// or an ask is printed by the program alone.
fn of_sentence(
    (text, said, is_claim): (&str, &str, bool),
    printed: &[usize],
    found: &[(usize, bool)],
) -> Vec<String> {
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    let is_telling = text.chars().count() >= TYPED;
    let pages: BTreeSet<usize> = printed
        .iter()
        .chain(found.iter().map(|(page, _)| page))
        .copied()
        .collect();
    let mut wrong = Vec::new();
    for page in pages {
        let was = printed.iter().filter(|of| **of == page).count();
        let is = found.iter().filter(|(of, _)| *of == page).count();
        let is_own = is_claim || found.contains(&(page, false));
        if is < was {
            wrong.push(format!(
                "page {page}: does not print what the program printed there: \"{said}\""
            ));
        } else if is > was && is_own && is_telling {
            wrong.push(format!(
                "page {page}: prints what the program did not print there: \"{said}\""
            ));
        }
    }
    wrong
}

/// The sentences of claims and asks, squeezed.
fn claims(texts: &Texts) -> BTreeSet<String> {
    let claims = texts.paper["claims"].as_object().into_iter().flatten();
    let claims =
        claims.filter_map(|(_, of)| pieces(of["segments"].as_array()?, &texts.paper["facts"]));
    let asks = texts.paper["asks"].as_array().into_iter().flatten();
    let asks = asks.filter_map(|of| of["text"].as_str().map(str::to_owned));
    claims.chain(asks).map(|text| squeeze(&text).0).collect()
}

/// Every text of a value, squeezed; pieces as the sentence that they make.
fn gather(value: &Value, facts: &Value, texts: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => drop(texts.insert(squeeze(text).0)),
        Value::Array(items) => {
            if let Some(sentence) = pieces(items, facts) {
                texts.insert(squeeze(&sentence).0);
            }
            for item in items {
                gather(item, facts, texts);
            }
        }
        Value::Object(fields) => {
            for field in fields.values() {
                gather(field, facts, texts);
            }
        }
        _ => {}
    }
}

fn count<'a>(of: impl IntoIterator<Item = (usize, &'a str)>) -> Counted<'a> {
    let mut counted = Counted::new();
    for one in of {
        *counted.entry(one).or_default() += 1;
    }
    counted
}
