//! Sums of topics as query files write them: `a + b - c`, `a@2019`.

use super::misread::Misread;
use super::topic::TopicId;
use super::years;

/// The most topics in one sum.
const LONGEST: usize = 200;

/// A sum of topics.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Formula {
    /// Terms in the order they are written.
    pub terms: Vec<Term>,
    /// When set, the figures of that year stand for every year.
    pub fixed_year: Option<i32>,
}

/// One term of a formula.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Term {
    /// Topic.
    pub topic: TopicId,
    /// Taken off instead of added.
    pub negative: bool,
}

impl Term {
    /// The factor of its topic: 1, or -1 where it is taken off.
    pub const fn sign(self) -> f64 {
        if self.negative { -1.0 } else { 1.0 }
    }
}

impl From<TopicId> for Formula {
    fn from(topic: TopicId) -> Self {
        let negative = false;
        Self {
            terms: vec![Term { topic, negative }],
            fixed_year: None,
        }
    }
}

impl Formula {
    /// Parses `a + b - c` or `a@2019`; `topic` finds a topic by its id.
    ///
    /// # Errors
    /// Where the sum stops making sense, and what was expected there.
    pub fn parse(
        text: &str,
        topic: &dyn Fn(&str) -> Result<TopicId, Misread>,
    ) -> Result<Self, Misread> {
        let no_sum = |at: usize, expected: &str| {
            Misread::new(
                at,
                format!("`{text}` is no sum of topics"),
                format!("expected {expected}"),
            )
        };
        let (mut terms, mut fixed_year) = (Vec::new(), None);
        let mut sign = Some(false);
        for word in text.split_whitespace() {
            let at = word.as_ptr() as usize - text.as_ptr() as usize;
            match (word, sign) {
                ("+", None) => sign = Some(false),
                ("-", None) => sign = Some(true),
                ("+" | "-", Some(_)) => return Err(no_sum(at, "a topic before each `+` or `-`")),
                (name, Some(negative)) => {
                    let (name, year) = name
                        .split_once('@')
                        .map_or((name, None), |(name, year)| (name, Some(year)));
                    if let Some(year) = year {
                        let year = years::year(year);
                        fixed_year = Some(year.ok_or_else(|| no_sum(at, "a year after `@`"))?);
                    }
                    if terms.len() == LONGEST {
                        let message = format!("a sum of more than {LONGEST} topics");
                        let hint = "expected fewer; `keys` of a `[[topic]]` sums many at once";
                        return Err(Misread::new(at, message, hint));
                    }
                    let topic = topic(name).map_err(|wrong| wrong.after(at))?;
                    if terms.iter().any(|term: &Term| term.topic == topic) {
                        let message = format!("`{name}` twice in one sum");
                        return Err(Misread::new(at, message, "expected each topic once"));
                    }
                    terms.push(Term { topic, negative });
                    sign = None;
                }
                (_, None) => {
                    let expected = "`+` or `-`, with spaces around it, between topics";
                    return Err(no_sum(at, expected));
                }
            }
        }
        if terms.is_empty() || sign.is_some() {
            return Err(no_sum(text.len(), "a sum of topics such as `a + b - c`"));
        }
        if fixed_year.is_some() && terms.len() > 1 {
            return Err(no_sum(0, "a single topic with `@`"));
        }
        Ok(Self { terms, fixed_year })
    }

    /// The formula as it is written, with each topic by the name given.
    pub fn written<'n>(&self, name: impl Fn(TopicId) -> &'n str) -> String {
        let year = self.fixed_year.map(|year| format!("@{year}"));
        self.written_without_year(name) + &year.unwrap_or_default()
    }

    /// The sum alone.
    pub fn written_without_year<'n>(&self, name: impl Fn(TopicId) -> &'n str) -> String {
        let mut text = String::new();
        for (place, term) in self.terms.iter().enumerate() {
            text.push_str(match (place, term.negative) {
                (0, false) => "",
                (0, true) => "- ",
                (_, false) => " + ",
                (_, true) => " - ",
            });
            text.push_str(name(term.topic));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOPICS: [&str; 3] = ["a", "b", "c"];

    fn parse(text: &str) -> Result<Formula, Misread> {
        Formula::parse(text, &|name| {
            let place = TOPICS.iter().position(|known| *known == name);
            let wrong = || Misread::new(0, format!("there is no topic `{name}`"), "a, b or c");
            place.map(TopicId::new).ok_or_else(wrong)
        })
    }

    #[test]
    fn a_formula_prints_as_it_was_written() {
        for text in ["a", "a + b - c", "a@2019"] {
            let written = parse(text).unwrap().written(|topic| TOPICS[topic.place()]);
            assert_eq!(written, text);
        }
    }

    #[test]
    fn a_wrong_formula_says_where() {
        for (text, at) in [
            ("", 0),
            ("a +", 3),
            ("+ a", 0),
            ("a b", 2),
            ("a@x", 0),
            ("a@20190", 0),
            ("a@2019 + b", 0),
            ("a + d", 4),
            ("a + a", 4),
            ("a + b - a", 8),
        ] {
            assert_eq!(parse(text).unwrap_err().at, at, "{text}");
        }
        let numbered = |text: &str| {
            Formula::parse(text, &|name| {
                let place = name.parse().map_err(|_| Misread::new(0, "", ""))?;
                Ok(TopicId::new(place))
            })
        };
        let names: Vec<String> = (0..=LONGEST).map(|place| place.to_string()).collect();
        let longest = names[..LONGEST].join(" + ");
        assert!(numbered(&longest).is_ok());
        let wrong = numbered(&names.join(" + ")).unwrap_err();
        assert_eq!(
            (wrong.at, wrong.message.as_str()),
            (longest.len() + 3, "a sum of more than 200 topics")
        );
    }
}
