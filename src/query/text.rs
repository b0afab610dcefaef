//! The texts of `queries/` that the paper prints or that choose what it prints, each with where it stands.

use std::collections::BTreeSet;

use crate::base::located::Place;

/// What a text is for, as far as its words are held to other rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextKind {
    /// A finding: no predicate tests its words, so what compares must be chosen by the figures.
    Finding,
    /// A sentence that a predicate tests.
    Tested,
    /// An amount or a date that has a dated source of its own.
    Sourced,
    /// Words that compare nothing: a name, a definition, what is asked.
    Other,
    /// Fact ids that are not printed: what must hold, and what supports an ask.
    Rule,
    /// The years of a chart.
    Years,
}

/// A text of `queries/` that the paper prints, or that chooses what it prints.
#[derive(Clone, Debug)]
pub struct PrintedText {
    /// What it is, such as ``title of chart `kaart` ``.
    pub what: String,
    /// What its words are held to.
    pub kind: TextKind,
    /// The text as it is written.
    pub text: String,
    /// Where it starts.
    pub place: Place,
    /// Whether its characters stand as they are written from there on, behind a quote where the place has a column.
    pub plain: bool,
    /// Years that its entry says in keys of its own: what they name may be said.
    pub declared: BTreeSet<i32>,
}

impl PrintedText {
    /// The words that are typed, without facts; of a word that the figures choose all that it may be.
    ///
    /// Each fact is one sign, [`FACT`], so that what stands on both sides of it stays apart.
    pub fn typed(&self) -> String {
        let (mut out, mut rest) = (String::new(), self.text.as_str());
        while let Some((before, inside)) = rest.split_once('{') {
            let Some((inside, after)) = inside.split_once('}') else {
                break;
            };
            out.push_str(before);
            match inside.split_once('|') {
                None => out.push(FACT),
                Some((_, words)) => out.push_str(words),
            }
            rest = after;
        }
        out + rest
    }

    /// The words that are typed, each where it stands: facts, and all about a choice but its words, are blanks.
    pub fn in_place(&self) -> String {
        let (mut out, mut inside, mut chosen) =
            (String::with_capacity(self.text.len()), false, false);
        for letter in self.text.chars() {
            match letter {
                '{' => (inside, chosen) = (true, false),
                '}' => inside = false,
                '|' if inside => chosen = true,
                _ if !inside || chosen => {
                    out.push(letter);
                    continue;
                }
                _ => {}
            }
            out.push_str(&" ".repeat(letter.len_utf8()));
        }
        out
    }

    /// The place of a byte of it, as close as is known.
    pub fn at(&self, offset: usize) -> Place {
        let mut place = self.place.clone();
        let before = self.text.get(..offset).unwrap_or(&self.text);
        match &mut place.column {
            Some(column) if self.plain => *column += 1 + before.chars().count(),
            None if self.plain => place.line += before.matches('\n').count(),
            _ => {}
        }
        place
    }

    /// The words that are typed, without those that the figures choose.
    pub fn fixed(&self) -> String {
        let typed = self.text.split('{').enumerate();
        let fixed = typed.map(|(nth, part)| match part.split_once('}') {
            Some((_, after)) if nth > 0 => format!("{FACT}{after}"),
            _ => part.to_owned(),
        });
        fixed.collect()
    }
}

/// Stands for a fact in typed words.
pub const FACT: char = '\u{fffc}';

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_and_chosen_words_are_told_from_typed_ones() {
        let text = PrintedText {
            what: String::new(),
            kind: TextKind::Finding,
            text: "M50 telt {a.M50} en {a.M50 ~ a.G4 | meer dan | gelijk | minder dan} de rest"
                .to_owned(),
            place: Place {
                column: Some(8),
                ..Place::line("x.toml", 1)
            },
            plain: true,
            declared: BTreeSet::new(),
        };
        let typed = text.in_place();
        assert_eq!(typed.len(), text.text.len());
        let words: Vec<&str> = typed.split_whitespace().collect();
        assert_eq!(
            words.join(" "),
            "M50 telt en meer dan gelijk minder dan de rest"
        );
        assert_eq!(
            text.at(typed.find("telt").unwrap()).to_string(),
            "x.toml:1:13"
        );
        assert_eq!(
            text.typed(),
            "M50 telt \u{fffc} en  meer dan | gelijk | minder dan de rest"
        );
        assert_eq!(text.fixed(), "M50 telt \u{fffc} en \u{fffc} de rest");
    }
}
