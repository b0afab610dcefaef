//! The press release: `persbericht.md`, a text with facts by id, beside the chapters.
//!
//! In: the file, in which `{fact}` and `{A ~ B | higher | equal | lower}` stand as in `queries/`, and `{bewering id}` for
//! the sentence of a claim. Out: the same text with the figures filled in, and the paragraphs that are left out for want
//! of one. Fails on what is no fact or claim, with file, line and column.

use std::collections::BTreeSet;
use std::path::Path;

use super::uses::{Use, UseKind};
use crate::base::failure::Failure;
use crate::base::files;
use crate::base::located::{Place, Source};
use crate::fact::{self, Register, fill};
use crate::query::{PrintedText, Queries, Template, TextKind};

/// The file beside the chapters, and the name it is published under.
pub const PRESS: &str = "persbericht.md";

/// The press release, read.
#[derive(Debug, Default)]
pub struct Press {
    paragraphs: Vec<Paragraph>,
    /// The facts that it prints and the claims that it makes.
    pub(super) uses: Vec<Use>,
}

/// A paragraph with the text that was typed.
#[derive(Debug)]
struct Paragraph {
    template: Template,
    typed: PrintedText,
}

/// How a claim is named in the text.
const CLAIM: &str = "{bewering ";

impl Press {
    /// Reads the press release of a folder; nothing where there is none.
    ///
    /// # Errors
    /// When it cannot be read, or names what is not in `queries/`.
    pub fn read(folder: &Path, queries: &Queries) -> Result<Self, Failure> {
        let path = folder.join(PRESS);
        if !path.exists() {
            return Ok(Self::default());
        }
        let source = Source::new(path.clone(), files::read_text(&path)?);
        let mut press = Self::default();
        let mut at = 0;
        for text in source.text().split_inclusive("\n\n") {
            let paragraph = press.paragraph(&source, at, text.trim_end(), queries)?;
            press.paragraphs.push(paragraph);
            at += text.len();
        }
        Ok(press)
    }

    fn paragraph(
        &mut self,
        source: &Source,
        start: usize,
        text: &str,
        queries: &Queries,
    ) -> Result<Paragraph, Failure> {
        let (mut parts, mut rest, mut at) = (Vec::new(), text, start);
        let names = queries.names();
        let parse = |text: &str, at: usize| {
            Template::parse(text, &names)
                .map(|of| queries.settled_in(of))
                .map_err(|wrong| source.at(at + wrong.at).wrong(wrong.message, wrong.hint))
        };
        while let Some((before, behind)) = rest.split_once(CLAIM) {
            let place = at + before.len();
            let wrong = |what: String, hint: &str| source.at(place).wrong(what, hint);
            let (id, after) = behind
                .split_once('}')
                .ok_or_else(|| wrong("a `{` is not closed".to_owned(), "expected a `}`"))?;
            let claim = queries.claims.iter().find(|claim| claim.id == id.trim());
            let claim = claim.ok_or_else(|| {
                let hint = "expected the id of a `[[claim]]` of `queries/themes/`";
                wrong(format!("`{id}` is no claim"), hint)
            })?;
            parts.extend(parse(before, at)?.parts);
            parts.extend(claim.sentence.parts.iter().cloned());
            self.uses.push(Use {
                path: source.path().to_owned(),
                line: source.at(place).line,
                kind: UseKind::Claim(claim.id.clone()),
            });
            at += rest.len() - after.len();
            rest = after;
        }
        parts.extend(parse(rest, at)?.parts);
        let template = Template { parts };
        let line = source.at(start).line;
        self.uses.extend(template.facts().map(|id| Use {
            path: source.path().to_owned(),
            line,
            kind: UseKind::Fact(id.clone()),
        }));
        Ok(Paragraph {
            template,
            typed: PrintedText {
                what: "the press release".to_owned(),
                kind: TextKind::Finding,
                text: text.to_owned(),
                place: Place::line(source.path(), line),
                plain: true,
                declared: BTreeSet::new(),
            },
        })
    }

    /// What is typed in it.
    pub fn typed(&self) -> impl Iterator<Item = &PrintedText> {
        self.paragraphs.iter().map(|of| &of.typed)
    }

    /// The text with its figures, and what is left out.
    ///
    /// # Errors
    /// When a fact is not in the register.
    pub fn filled(&self, register: &Register<'_>) -> Result<(String, Vec<String>), fact::Error> {
        let (mut paragraphs, mut left_out) = (Vec::new(), Vec::new());
        for of in &self.paragraphs {
            let lacking = of.template.facts().find_map(|id| match register.fact(id) {
                Ok(fact) => fact.lacking.as_ref().map(|why| (id, why)),
                Err(_) => None,
            });
            if let Some((id, why)) = lacking {
                let place = &of.typed.place;
                left_out.push(format!(
                    "{place}: a paragraph is not printed: `{id}` has no figure ({why})"
                ));
                continue;
            }
            paragraphs.push(fact::plain(&fill(&of.template, register)?));
        }
        let mut text = paragraphs.join("\n\n");
        if !text.is_empty() {
            text.push('\n');
        }
        Ok((text, left_out))
    }
}
