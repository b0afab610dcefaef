//! What a sentence must say beside its figures: the years where they differ, and the measure that it compares.
//!
//! In: a text and the register. Out: nothing when it may be said. Fails on figures of different years of which the
//! sentence does not say the earlier ones, and on a rate or share that is called a number.

use std::collections::BTreeSet;

use super::{Error, Register, fill, plain};
use crate::query::{FactId, Indicator, IndicatorId, Template, TemplatePart};

/// Checks that a text may be said. Of the years in `told` a reader is told beside it.
///
/// # Errors
/// When it does not say its years, or calls a rate a number.
pub fn sayable(template: &Template, register: &Register<'_>, told: &[i32]) -> Result<(), Error> {
    let sentence = plain(&fill(template, register)?);
    let mut unsaid = unsaid_years(template.facts(), &sentence, register);
    unsaid.retain(|year| !told.contains(year));
    if !unsaid.is_empty() {
        let years: Vec<String> = unsaid.iter().map(ToString::to_string).collect();
        return Err(Error::Years {
            sentence,
            years: years.join(" and "),
        });
    }
    for id in compared(template) {
        let indicator = &register.queries()[id];
        let is_relative = indicator.unit == "%" || indicator.per().is_some();
        let words = sentence.to_lowercase();
        if is_relative && words.contains("aantal") && !names(&words, indicator) {
            return Err(Error::Measure {
                indicator: indicator.id.clone(),
                unit: indicator.unit.clone(),
                sentence,
            });
        }
    }
    Ok(())
}

/// The indicators that a text compares in words that the figures choose.
pub fn compared(template: &Template) -> BTreeSet<IndicatorId> {
    let choices = template.parts.iter().filter_map(|part| match part {
        TemplatePart::Choice(choice) => Some([choice.first.indicator, choice.second.indicator]),
        _ => None,
    });
    choices.flatten().collect()
}

/// Whether a sentence says what an indicator is counted per; `true` where it is no rate.
pub fn names_measure(sentence: &str, indicator: &Indicator) -> bool {
    indicator.per().is_none() || names(&sentence.to_lowercase(), indicator)
}

fn names(words: &str, indicator: &Indicator) -> bool {
    let plural = ["en", "s", "n"];
    let per = indicator.per().unwrap_or_default().to_lowercase();
    let one = plural
        .iter()
        .find_map(|end| per.strip_suffix(end))
        .unwrap_or(&per);
    let others = ["naar verhouding", "verhoudingsgewijs", "relatief"];
    let declared = indicator.measure.iter().map(|words| words.to_lowercase());
    !one.is_empty() && words.contains(one)
        || per == "km²" && words.contains("vierkante kilometer")
        || others.iter().any(|other| words.contains(other))
        || declared.into_iter().any(|phrase| words.contains(&phrase))
}

/// The years, of figures of several, that a sentence does not say. That of the edition is understood.
pub fn unsaid_years<'i>(
    facts: impl Iterator<Item = &'i FactId>,
    sentence: &str,
    register: &Register<'_>,
) -> Vec<i32> {
    let mut years = BTreeSet::new();
    for id in facts {
        let fact = register.fact(id).ok();
        years.extend(
            fact.filter(|fact| fact.value.is_some())
                .and_then(|fact| fact.year),
        );
        years.extend(id.years.first_of_change());
    }
    if years.len() < 2 {
        return Vec::new();
    }
    years.remove(&register.figures().edition.until);
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let says = |year: &i32| {
        let year = year.to_string();
        sentence.match_indices(&year).any(|(at, _)| {
            !digit(sentence[..at].chars().next_back())
                && !digit(sentence[at + year.len()..].chars().next())
        })
    };
    years.into_iter().filter(|year| !says(year)).collect()
}
