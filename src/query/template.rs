//! Texts with facts in them: `{fact}` and `{A ~ B | higher | equal | lower}`, as query files write them.
//!
//! In: a text of a query file. Out: a [`Template`], whose facts are known before any is resolved. The word for a
//! direction is chosen by the figures, never by the author. With `~~` instead of `~` the words for higher and lower get
//! their strength too: `iets`, `duidelijk` or `veel`, by the rules of [`crate::base::wording`].

use super::fact_id::FactId;
use super::misread::Misread;
use super::names::Names;
use super::years::Series;

/// A text with places for facts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Template {
    /// Its parts in order.
    pub parts: Vec<TemplatePart>,
}

/// A part of a text.
#[derive(Clone, Debug, PartialEq)]
pub enum TemplatePart {
    /// As it stands.
    Text(String),
    /// The text of a fact.
    Fact(FactId),
    /// A word that two facts choose.
    Choice(Box<Choice>),
}

/// Three texts of which the figures choose one.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// The fact that is higher, equal or lower …
    pub first: FactId,
    /// … than this one.
    pub second: FactId,
    /// Whether the text for higher or lower says how much.
    pub with_strength: bool,
    /// Where the first is higher.
    pub higher: String,
    /// Where both are the same.
    pub equal: String,
    /// Where the first is lower.
    pub lower: String,
}

impl Template {
    /// Parses a text.
    ///
    /// # Errors
    /// Where a brace is not closed, a choice has not three texts, or a fact is unknown.
    pub fn parse(text: &str, names: &Names<'_>) -> Result<Self, Misread> {
        let mut parts = Vec::new();
        let mut at = 0;
        while let Some(open) = text[at..].find('{').map(|open| at + open) {
            push(&mut parts, &text[at..open]);
            let Some(close) = text[open..].find('}').map(|close| open + close) else {
                return Err(Misread::new(
                    open,
                    "a `{` is not closed",
                    "expected a `}` for each `{`",
                ));
            };
            let inside = &text[open + 1..close];
            parts.push(part(inside, names).map_err(|wrong| wrong.after(open + 1))?);
            at = close + 1;
        }
        push(&mut parts, &text[at..]);
        Ok(Self { parts })
    }

    /// Puts the year that it comes to in the place of every earlier year.
    pub(super) fn settle(&mut self, series: &[Series]) {
        for part in &mut self.parts {
            match part {
                TemplatePart::Text(_) => {}
                TemplatePart::Fact(fact) => *fact = fact.settled(series),
                TemplatePart::Choice(choice) => {
                    choice.first = choice.first.settled(series);
                    choice.second = choice.second.settled(series);
                }
            }
        }
    }

    /// The facts in it, in order.
    pub fn facts(&self) -> impl Iterator<Item = &FactId> {
        self.parts
            .iter()
            .flat_map(|part| match part {
                TemplatePart::Text(_) => [None, None],
                TemplatePart::Fact(fact) => [Some(fact), None],
                TemplatePart::Choice(choice) => [Some(&choice.first), Some(&choice.second)],
            })
            .flatten()
    }
}

fn push(parts: &mut Vec<TemplatePart>, text: &str) {
    if !text.is_empty() {
        parts.push(TemplatePart::Text(text.to_owned()));
    }
}

fn part(inside: &str, names: &Names<'_>) -> Result<TemplatePart, Misread> {
    let fact = |text: &str| {
        let at = text.as_ptr() as usize - inside.as_ptr() as usize;
        FactId::parse(text, names).map_err(|wrong| wrong.after(at))
    };
    let Some((pair, texts)) = inside.split_once('|') else {
        return Ok(TemplatePart::Fact(fact(inside.trim())?));
    };
    let wrong = || {
        Misread::new(
            0,
            format!("`{{{inside}}}` is no choice"),
            "expected `{A ~ B | higher | equal | lower}`, or `~~` to say how much",
        )
    };
    let (first, second) = pair.split_once('~').ok_or_else(wrong)?;
    let (second, with_strength) = second
        .strip_prefix('~')
        .map_or((second, false), |second| (second, true));
    let texts: Vec<&str> = texts.split('|').map(str::trim).collect();
    let [higher, equal, lower] = texts[..] else {
        return Err(wrong());
    };
    Ok(TemplatePart::Choice(Box::new(Choice {
        first: fact(first.trim())?,
        second: fact(second.trim())?,
        with_strength,
        higher: higher.to_owned(),
        equal: equal.to_owned(),
        lower: lower.to_owned(),
    })))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::names::tests::sample;

    #[test]
    fn facts_are_found_where_they_stand() {
        let (indicators, groups) = sample();
        let names = Names::new(&indicators, &groups);
        let text = "x {a.A} y {a.A ~~ a.Nederland | meer | evenveel | minder} z";
        let template = Template::parse(text, &names).unwrap();
        let facts: Vec<String> = template.facts().map(ToString::to_string).collect();
        assert_eq!(facts, ["a.A", "a.A", "a.Nederland"]);
        assert!(matches!(&template.parts[3], TemplatePart::Choice(choice) if choice.with_strength));
    }

    #[test]
    fn a_wrong_text_says_where() {
        let (indicators, groups) = sample();
        let names = Names::new(&indicators, &groups);
        for (text, at) in [
            ("x {a.A", 2),
            ("x {b.A}", 3),
            ("{ a.C }", 4),
            ("{a.A ~ a.B2 | meer | minder}", 1),
            ("{a.A | b}", 1),
            ("{a.A ~ a.C | x | y | z}", 9),
        ] {
            assert_eq!(Template::parse(text, &names).unwrap_err().at, at, "{text}");
        }
    }
}
