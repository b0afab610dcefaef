//! The door: what is typed and not computed, in chapters and in `queries/`, before any of it is printed.
//!
//! In: the manuscript and what may be typed. Out: remarks, each with file and line, for whoever writes. Fails on a number
//! typed into `queries/` (one typed into a chapter is found in the PDF itself) and on a sign that the font lacks. Words
//! that say a number or compare are remarks only: no program knows what they mean.

use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::OnceLock;

use serde_json::Value;
use ttf_parser::Face;

use super::Error;
use super::content::Content;
use super::manuscript::Manuscript;
use super::prepare::sentence;
use super::scan::Chapter;
use super::uses::UseKind;
use super::years::{self, around};
use crate::base::family::family;
use crate::base::located::{Place, Source};
use crate::base::words;
use crate::evidence::Texts;
use crate::fact;
use crate::query::{IndicatorId, PrintedText, Queries, TextKind};
use crate::verify::numerals::numerals;
use crate::verify::{Known, Listed};

/// Looks at everything that is typed; remarks for the writer, each with file and line.
///
/// # Errors
/// When a number is typed into `queries/`, a year of a figure anywhere, or the font lacks a sign.
pub fn admit(
    manuscript: &Manuscript<'_>,
    content: &Content,
    listed: &Listed,
) -> Result<Vec<String>, Error> {
    let queries = manuscript.register.queries();
    let chapters: Vec<&Chapter> = manuscript.chapters.printed().collect();
    let known = known(&listed.numerals);
    let written = queries.texts.iter();
    let written = written.filter(|text| text.kind != TextKind::Sourced);
    let typed: Vec<String> = written
        .chain(manuscript.chapters.press.typed())
        .flat_map(|text| typed(text, queries, &known))
        .collect();
    if !typed.is_empty() {
        return Err(Error::Typed(typed));
    }
    let years = years::typed(
        manuscript,
        &self::known(&[&*listed.numerals, &listed.years].concat()),
    );
    if !years.is_empty() {
        return Err(Error::Years(years));
    }
    let mut signs = Vec::new();
    for chapter in &chapters {
        signs.extend(lacking_in_chapter(chapter));
    }
    let content = content.to_value()?;
    lacking_in_content(&content, &mut Vec::new(), queries, &mut signs);
    if !signs.is_empty() {
        return Err(Error::Signs(signs));
    }
    let mut remarks: Vec<String> = Vec::new();
    let apart = manuscript.chapters.apart.iter();
    remarks.extend(apart.map(|path| {
        format!(
            "{}: no document includes it, so nothing of it is printed",
            path.display()
        )
    }));
    let comparisons = self::known(&listed.comparisons);
    for text in &queries.texts {
        let place = text.place.to_string();
        let numbers = words_of(&text.typed(), words::numbers, &known);
        remarks.extend(
            numbers
                .iter()
                .map(|(_, said)| remark(&place, said, NUMBER, &text.what)),
        );
        if text.kind == TextKind::Finding {
            let found = words_of(&text.fixed(), words::comparisons, &comparisons);
            remarks.extend(
                found
                    .iter()
                    .map(|(_, said)| remark(&place, said, COMPARISON, &text.what)),
            );
        }
    }
    remarks.extend(measures(manuscript)?);
    for chapter in &chapters {
        remarks.extend(of_chapter(chapter, &known, &comparisons));
        remarks.extend(figures(chapter, manuscript));
    }
    Ok(remarks)
}

const NUMBER: &str = "says a number that no figure gives";
const COMPARISON: &str = "compares, and is no claim and no word that the figures choose";

fn remark(place: &str, said: &str, what: &str, whose: &str) -> String {
    format!("{place}: {whose}: `{said}` {what}")
}

/// Texts that may be typed, to be found in others.
fn known(listed: &[String]) -> Known {
    Known::new(&Texts {
        paper: Value::Null,
        pictures: BTreeMap::new(),
        numerals: listed.to_vec(),
    })
}

/// Words that a text says and that are not listed.
fn words_of(
    text: &str,
    find: impl Fn(&str) -> Vec<Range<usize>>,
    known: &Known,
) -> Vec<(Range<usize>, String)> {
    // few texts have such a word
    let covered = LazyCell::new(|| known.covered(text));
    let is_listed = |at: &Range<usize>| {
        covered
            .iter()
            .any(|(from, to)| *from <= at.start && at.end <= *to)
    };
    let found = find(text).into_iter().filter(|at| !is_listed(at));
    found.map(|at| (at.clone(), text[at].to_owned())).collect()
}

/// Numbers that a text of `queries/` types.
fn typed(text: &PrintedText, queries: &Queries, known: &Known) -> Vec<String> {
    let words = text.typed();
    let covered = LazyCell::new(|| known.covered(&words));
    let is_listed = |start: usize, end: usize| {
        covered
            .iter()
            .any(|(from, to)| *from <= start && end <= *to)
    };
    let is_power_of_ten = |core: &str| {
        let digits = core.replace('.', "");
        digits.len() > 1 && digits.trim_end_matches('0') == "1"
    };
    let found = numerals(&words);
    let wrong = found.iter().filter(|numeral| {
        // a name such as M50, or the id of a table
        let is_name = numeral.is_name
            && (numeral.core.starts_with(char::is_alphabetic)
                || queries.tables.contains_key(numeral.core));
        // `per 1.000 inwoners` is a unit
        let is_unit = is_power_of_ten(numeral.core)
            && words[..numeral.start]
                .trim_end()
                .to_lowercase()
                .ends_with("per");
        !(is_name
            || is_unit
            || numeral.is_year()
            || numeral.is_date()
            || numeral.is_part(usize::MAX)
            || is_listed(numeral.start, numeral.end))
    });
    wrong
        .map(|numeral| {
            format!(
                "  {}: {}: `{}` is no fact: \"{}\"",
                text.place,
                text.what,
                numeral.printed,
                around(&words, numeral.start)
            )
        })
        .collect()
}

/// Words of a chapter that say a number or compare.
fn of_chapter(chapter: &Chapter, numbers: &Known, comparisons: &Known) -> Vec<String> {
    let prose = chapter.markup.only_prose(chapter.source.text());
    let say = |found: Vec<(Range<usize>, String)>, what: &str| -> Vec<String> {
        let each = found.into_iter().map(|(at, said)| {
            let place = line(&chapter.source, at.start);
            let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
            remark(
                &place,
                &said,
                what,
                &format!("\"{}\"", around(&prose, at.start)),
            )
        });
        each.collect()
    };
    let mut found = say(words_of(&prose, words::numbers, numbers), NUMBER);
    found.extend(say(
        words_of(&prose, words::comparisons, comparisons),
        COMPARISON,
    ));
    found
}

fn line(source: &Source, at: usize) -> String {
    Place::line(source.path(), source.at(at).line).to_string()
}

/// The facts of a chapter by the sentence that they stand in.
fn sentences(chapter: &Chapter) -> Vec<(Range<usize>, Vec<&UseKind>)> {
    let mut found: BTreeMap<usize, (Range<usize>, Vec<&UseKind>)> = BTreeMap::new();
    for (call, kind) in &chapter.calls {
        if !matches!(kind, UseKind::Fact(_) | UseKind::Choice(..)) {
            continue;
        }
        if let Some(range) = sentence(chapter, &chapter.markup.calls[*call]) {
            let (_, kinds) = found.entry(range.start).or_insert((range, Vec::new()));
            kinds.push(kind);
        }
    }
    found.into_values().collect()
}

/// Sentences of a chapter that print figures of different years without saying the years, or compare a rate without
/// saying per what.
fn figures(chapter: &Chapter, manuscript: &Manuscript<'_>) -> Vec<String> {
    let register = &manuscript.register;
    let prose = chapter.markup.only_prose(chapter.source.text());
    let mut found = Vec::new();
    for (range, kinds) in sentences(chapter) {
        let (mut text, mut facts) = (prose[range.clone()].to_owned(), Vec::new());
        let mut compared = BTreeSet::new();
        for kind in kinds {
            match kind {
                UseKind::Fact(id) => facts.push(id),
                UseKind::Choice(first, second) => {
                    facts.extend([first, second]);
                    compared.extend([first.indicator, second.indicator]);
                }
                _ => {}
            }
        }
        // a year that a fact prints is said, as is a name
        for id in &facts {
            if let Ok(fact) = register.fact(id)
                && fact.value.is_none()
            {
                text = format!("{text} {}", fact.text);
            }
        }
        let start = range.end - prose[range.clone()].trim_start().len();
        let place = line(&chapter.source, start);
        let said = around(&prose, start);
        let rates = unnamed(compared, &text, register.queries());
        found.extend(rates.map(|which| format!("{place}: a sentence {which}: \"{said}\"")));
        let unsaid = fact::unsaid_years(facts.into_iter(), &text, register);
        if !unsaid.is_empty() {
            let years: Vec<String> = unsaid.iter().map(ToString::to_string).collect();
            found.push(format!(
                "{place}: a sentence prints figures of different years and does not say {}: \"{said}\"",
                years.join(" and ")
            ));
        }
    }
    found
}

/// Sentences of `queries/` that compare a rate and do not say per what.
fn measures(manuscript: &Manuscript<'_>) -> Result<Vec<String>, Error> {
    let queries = manuscript.register.queries();
    let claims = queries.claims.iter().map(|of| {
        let when = of.when.facts().into_iter().map(|id| id.indicator);
        (
            format!("{}: claim `{}`", of.place, of.id),
            &of.sentence,
            when.collect(),
        )
    });
    let charts = queries.charts.iter();
    let charts = charts.filter(|of| {
        manuscript
            .illustrations
            .iter()
            .any(|drawn| drawn.id == of.id)
    });
    let charts = charts.map(|of| {
        (
            format!("{}: chart `{}`", of.place, of.id),
            &of.title,
            Vec::new(),
        )
    });
    let asks = manuscript.asks.iter();
    let asks = asks.map(|of| {
        (
            format!("{}: ask `{}`", of.place, of.id),
            &of.why,
            Vec::new(),
        )
    });
    let mut found = Vec::new();
    for (what, template, tested) in claims.chain(charts).chain(asks) {
        let tested: Vec<IndicatorId> = tested;
        let sentence = fact::plain(&fact::fill(template, &manuscript.register)?);
        let compared: BTreeSet<IndicatorId> =
            fact::compared(template).into_iter().chain(tested).collect();
        found.extend(
            unnamed(compared, &sentence, queries)
                .map(|which| format!("{what} {which}: {sentence}")),
        );
    }
    Ok(found)
}

/// Rates that a sentence compares and of which it does not say per what they are.
fn unnamed(
    compared: BTreeSet<IndicatorId>,
    sentence: &str,
    queries: &Queries,
) -> impl Iterator<Item = String> {
    let of = compared.into_iter().map(|id| &queries[id]);
    let unnamed = of.filter(|indicator| !fact::names_measure(sentence, indicator));
    unnamed.map(|of| {
        format!(
            "compares `{}` and does not say that it is {}",
            of.id, of.unit
        )
    })
}

/// Whether every style of the font has a sign; what shows nothing needs none, and ASCII is all there.
fn has(sign: char) -> bool {
    sign.is_ascii() || is_drawn(sign)
}

fn is_drawn(sign: char) -> bool {
    static FACES: OnceLock<Vec<Face<'static>>> = OnceLock::new();
    let faces = FACES.get_or_init(|| {
        let faces = family()
            .files()
            .map(|(_, bytes)| Face::parse(bytes, 0).ok());
        faces.flatten().collect()
    });
    sign.is_control()
        || sign.is_whitespace()
        || matches!(sign, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
        || faces.iter().all(|face| face.glyph_index(sign).is_some())
}

fn lacks(sign: char, place: &str, text: &str) -> String {
    format!("  {place}: `{sign}` (U+{:04X}): \"{text}\"", sign as u32)
}

/// Signs in the prose and the texts of a chapter that the font lacks.
fn lacking_in_chapter(chapter: &Chapter) -> Vec<String> {
    let (text, markup) = (chapter.source.text(), &chapter.markup);
    let in_text = |at: usize| {
        let mut texts = markup.strings.iter();
        texts.any(|(start, inside)| (*start..start + inside.len()).contains(&at))
    };
    text.char_indices()
        .filter(|(at, sign)| !has(*sign) && (markup.prose_at(*at).is_some() || in_text(*at)))
        .map(|(at, sign)| lacks(sign, &chapter.source.at(at).to_string(), &around(text, at)))
        .collect()
}

/// Signs in what the program gives the paper that the font lacks, each with where its text comes from.
fn lacking_in_content(
    value: &Value,
    path: &mut Vec<String>,
    queries: &Queries,
    found: &mut Vec<String>,
) {
    match value {
        Value::String(text) => {
            let signs: BTreeSet<char> = text.chars().filter(|sign| !has(*sign)).collect();
            for sign in signs {
                let mut texts = queries.texts.iter();
                // what the program makes of a text of `queries/` is mended there
                let line = match texts.find(|asked| asked.text.contains(sign)) {
                    Some(asked) => lacks(
                        sign,
                        &format!("{}: {}", asked.place, asked.what),
                        &asked.text,
                    ),
                    None => lacks(sign, &format!("from `data/`: {}", path.join(" ")), text),
                };
                if !found.contains(&line) {
                    found.push(line);
                }
            }
        }
        Value::Array(items) => {
            for item in items {
                lacking_in_content(item, path, queries, found);
            }
        }
        Value::Object(fields) => {
            // what an entry calls itself tells more than its number
            let names = ["table", "id", "name", "label", "title"];
            let own = names.iter().find_map(|key| fields.get(*key)?.as_str());
            for (key, field) in fields {
                path.push(own.map_or_else(|| key.clone(), |own| format!("{key} of {own}")));
                lacking_in_content(field, path, queries, found);
                path.pop();
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_font_has_all_of_ascii() {
        assert!((0..=127).map(char::from).all(is_drawn));
        assert!(!has('\u{4e00}'));
    }
}
