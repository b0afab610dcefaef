//! A chapter made ready for Typst: what Typst would take otherwise than it was meant, and sentences without a figure.
//!
//! In: a chapter, and which of its calls have nothing to print. Out: its text for Typst, line for line the same, with the
//! years that earlier years came to, and the sentences that were left out. Cannot fail. What it answers: Typst swallows a `;` behind a call and turns the
//! apostrophe of 's, 't and '90 into an opening quote; and a sentence that says "geen cijfer" says nothing.

use std::collections::BTreeSet;
use std::ops::Range;

use super::markup::Call;
use super::scan::Chapter;
use super::uses::UseKind;

/// A chapter made ready.
#[derive(Debug)]
pub(super) struct Prepared {
    /// For Typst.
    pub(super) text: String,
    /// Where each sentence stood that was left out, and its words.
    pub(super) left_out: Vec<(usize, String)>,
    /// Calls without a figure that are printed all the same, as the cell of a table is.
    pub(super) empty: Vec<usize>,
}

/// Makes a chapter ready; `lacks` says whether a call has no figure to print.
pub(super) fn prepare(chapter: &Chapter, lacks: &dyn Fn(usize) -> bool) -> Prepared {
    let text = chapter.source.text();
    let mut edits = apostrophes(chapter);
    let settled = chapter.settled.iter();
    edits.extend(settled.map(|(at, id)| (at.clone(), id.to_string())));
    let uses: BTreeSet<usize> = chapter.calls.iter().map(|(place, _)| *place).collect();
    for (place, call) in chapter.markup.calls.iter().enumerate() {
        let is_of_sentence = uses.contains(&place) || LOOKS.contains(&call.name.as_str());
        let end = call.range.end;
        if is_of_sentence && call.in_prose && text[end..].starts_with(';') {
            edits.push((end..end + 1, "\\;".to_owned()));
        }
    }
    let (mut left_out, mut empty) = (Vec::<Range<usize>>::new(), Vec::new());
    for (place, kind) in &chapter.calls {
        let is_printed = matches!(kind, UseKind::Fact(_) | UseKind::Choice(..));
        let call = &chapter.markup.calls[*place];
        if is_printed && lacks(*place) && is_shown(chapter, call, lacks) {
            match sentence(chapter, call) {
                Some(range) => left_out.push(range),
                None => empty.push(*place),
            }
        }
    }
    left_out.sort_by_key(|range| range.start);
    left_out.dedup_by(|next, kept| {
        let overlaps = next.start < kept.end;
        if overlaps {
            kept.end = kept.end.max(next.end);
        }
        overlaps
    });
    edits.retain(|(at, _)| !left_out.iter().any(|range| range.contains(&at.start)));
    let words = |range: &Range<usize>| {
        let words: Vec<&str> = text[range.clone()].split_whitespace().collect();
        (range.start, words.join(" "))
    };
    let said = left_out.iter().map(words).collect();
    edits.extend(left_out.into_iter().map(|range| {
        let lines = text[range.clone()].matches('\n').count();
        (range, "\n".repeat(lines))
    }));
    edits.sort_by_key(|(at, _)| std::cmp::Reverse(at.start));
    let mut ready = text.to_owned();
    for (at, new) in edits {
        ready.replace_range(at, &new);
    }
    Prepared {
        text: ready,
        left_out: said,
        empty,
    }
}

/// Words of which an apostrophe took the first letters.
const SHORTENED: [&str; 8] = ["s", "t", "n", "m", "k", "r", "d", "er"];

/// Every apostrophe at the start of a word or of a decade, which Typst would take for an opening quote.
fn apostrophes(chapter: &Chapter) -> Vec<(Range<usize>, String)> {
    let text = chapter.source.text();
    let is_one = |at: usize| {
        let before = text[..at].chars().next_back();
        let opens = |c: char| c.is_whitespace() || "([{“„\"‘—–/~".contains(c);
        let after = &text[at + 1..];
        let end = after
            .find(|c: char| !c.is_alphanumeric())
            .unwrap_or(after.len());
        let word = after[..end].to_lowercase();
        let decade = word.len() == 2 && word.bytes().all(|byte| byte.is_ascii_digit());
        let known = decade || SHORTENED.contains(&word.as_str());
        before.is_none_or(opens) && known && !after[end..].starts_with('\'')
    };
    let marks = text.match_indices('\'').map(|(at, _)| at);
    marks
        .filter(|at| chapter.markup.prose_at(*at).is_some() && is_one(*at))
        .map(|at| (at..at + 1, "\u{2019}".to_owned()))
        .collect()
}

/// Whether what stands around a call lets it be seen.
fn is_shown(chapter: &Chapter, call: &Call, lacks: &dyn Fn(usize) -> bool) -> bool {
    let at = call.range.start;
    chapter.calls.iter().all(|(place, kind)| {
        let other = &chapter.markup.calls[*place];
        let is_choosing = matches!(kind, UseKind::Condition(_) | UseKind::Claim(_));
        if !is_choosing || at <= other.range.start || other.range.end <= at {
            return true;
        }
        let before = &chapter.source.text()[other.range.start..at];
        let otherwise = at < other.closed && before.contains("anders:");
        lacks(*place) == otherwise
    })
}

/// Functions that only give words of a sentence another look.
const LOOKS: [&str; 9] = [
    "text",
    "strong",
    "emph",
    "link",
    "highlight",
    "underline",
    "box",
    "super",
    "sub",
];

/// The sentence that a call in prose is part of; none for what stands in code, such as a table.
pub(super) fn sentence(chapter: &Chapter, call: &Call) -> Option<Range<usize>> {
    let (markup, mut call) = (&chapter.markup, call);
    while let Some(around) = markup.contents[call.content].of.map(|of| &markup.calls[of])
        && LOOKS.contains(&around.name.as_str())
    {
        call = around;
    }
    if !call.in_prose {
        return None;
    }
    let text = chapter.source.text();
    let bounds = markup.contents[call.content].range.clone();
    let is_prose = |at: usize| markup.prose_at(at) == Some(call.content);
    // a claim is a sentence of its own
    let is_claim = |at: usize| {
        let mut claims = markup.calls.iter().filter(|of| of.name == "bewering");
        claims.any(|of| {
            of.in_prose
                && of.content == call.content
                && (of.range.start - 1..of.range.end).contains(&at)
        })
    };
    let is_item = |line: &str| line.trim_start().starts_with(['-', '+', '=', '/']);
    let ends_line = |at: usize| {
        let rest = text[at..bounds.end].strip_prefix('\n');
        let next = rest.map(|rest| rest.split('\n').next().unwrap_or_default());
        next.is_some_and(|next| next.trim().is_empty() || is_item(next))
    };
    let ends = |at: usize, letter: char| {
        let next = text[at + letter.len_utf8()..bounds.end].chars().next();
        matches!(letter, '.' | '!' | '?')
            && next.is_none_or(|next| next.is_whitespace() || next == '#')
    };
    let mut start = call.range.start - 1;
    while let Some(letter) = text[bounds.start..start].chars().next_back() {
        let at = start - letter.len_utf8();
        if is_claim(at) || is_prose(at) && (ends(at, letter) || ends_line(at)) {
            break;
        }
        start = at;
    }
    let mut end = call.range.end;
    while let Some(letter) = text[end..bounds.end].chars().next() {
        if is_claim(end) || is_prose(end) && ends_line(end) {
            break;
        }
        end += letter.len_utf8();
        if is_prose(end - letter.len_utf8()) && ends(end - letter.len_utf8(), letter) {
            break;
        }
    }
    let gap = |text: &str| text.len() - text.trim_start().len();
    start += gap(&text[start..end]);
    let is_whole_line = text[end..bounds.end].starts_with('\n') || end == bounds.end;
    if is_item(&text[start..end]) && !is_whole_line {
        start += 1 + gap(&text[start + 1..end]);
    }
    Some(start..end)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::base::located::Source;
    use crate::query::Queries;

    /// What Typst gets when `x` has no figure and `a` and `b` have one; `c` and `d` are claims.
    fn ready(text: &str) -> (String, Vec<String>) {
        let queries = Queries::read(Path::new("queries")).unwrap();
        let claims = [&queries.claims[0].id, &queries.claims[1].id];
        let ids = [
            ("\"x\"", "misdrijven.P10"),
            ("\"a\"", "misdrijven.M50"),
            ("\"b\"", "misdrijven.G40"),
            ("\"c\"", claims[0]),
            ("\"d\"", claims[1]),
        ];
        let long =
            |text: String, (short, id): &(&str, &str)| text.replace(short, &format!("\"{id}\""));
        let short =
            |text: String, (short, id): &(&str, &str)| text.replace(&format!("\"{id}\""), short);
        let source = Source::new("a.typ", ids.iter().fold(text.to_owned(), long));
        let chapter = Chapter::read(source, &queries).unwrap();
        let lacks = |call: usize| {
            let strings = &chapter.markup.calls[call].strings;
            strings.iter().any(|(_, id)| id == "misdrijven.P10")
        };
        let prepared = prepare(&chapter, &lacks);
        assert_eq!(
            prepared.text.matches('\n').count(),
            text.matches('\n').count()
        );
        let left_out = prepared
            .left_out
            .into_iter()
            .map(|(_, words)| ids.iter().fold(words, short));
        (ids.iter().fold(prepared.text, short), left_out.collect())
    }

    #[test]
    fn a_semicolon_behind_a_call_is_printed_and_one_that_ends_code_is_not() {
        let (text, _) = ready("#f(\"a\"); en #let b = 1; c #text(red)[d]; e #v(1em); f");
        assert_eq!(
            text,
            "#f(\"a\")\\; en #let b = 1; c #text(red)[d]\\; e #v(1em); f"
        );
    }

    #[test]
    fn an_apostrophe_before_a_shortened_word_is_no_quote() {
        let (text, _) = ready(
            "'s-Gravenhage, 't Gooi ('n huis), jaren '90 'zo heten ze' auto's 't' #text(\"'s\")",
        );
        assert_eq!(
            text,
            "’s-Gravenhage, ’t Gooi (’n huis), jaren ’90 'zo heten ze' auto's 't' #text(\"'s\")"
        );
    }

    #[test]
    fn a_sentence_without_a_figure_is_left_out_whole() {
        for (text, expected, left_out) in [
            (
                "Een. Twee #f(\"x\") drie,\nvier 1.000 vijf. Zes.",
                "Een. \n Zes.",
                "Twee #f(\"x\") drie, vier 1.000 vijf.",
            ),
            (
                "#agenda[Een #f(\"a\"). #text(red)[Twee #f(\"x\")] drie]",
                "#agenda[Een #f(\"a\"). ]",
                "#text(red)[Twee #f(\"x\")] drie",
            ),
            (
                "#bewering(\"c\") Er zijn #f(\"x\") dingen. #bewering(\"d\")",
                "#bewering(\"c\")  #bewering(\"d\")",
                "Er zijn #f(\"x\") dingen.",
            ),
            (
                "- een\n- twee #f(\"x\")\n- drie",
                "- een\n\n- drie",
                "- twee #f(\"x\")",
            ),
            (
                "Een\n\nM50 telt #keuze(\"x\", \"b\", \"m\", \"g\", \"l\") dan.\n\nDrie",
                "Een\n\n\n\nDrie",
                "M50 telt #keuze(\"x\", \"b\", \"m\", \"g\", \"l\") dan.",
            ),
        ] {
            let found = ready(text);
            assert_eq!(
                found.0.replace(" \n", "\n"),
                expected.replace(" \n", "\n"),
                "{text}"
            );
            assert_eq!(found.1, [left_out]);
        }
    }

    #[test]
    fn what_is_not_shown_or_stands_in_a_table_stays() {
        for text in [
            "#als(\"x\", anders: [niets])[Er zijn #f(\"x\") dingen.]",
            "#als(\"a\", anders: [Er zijn #f(\"x\") dingen.])[wel]",
            "#bewering(\"c\", anders: [Er zijn #f(\"x\") dingen.])",
            "#tabel((1fr,), ([Kop],), (([rij], f(\"x\")),))",
            "Er zijn #f(\"a\") dingen.",
        ] {
            assert_eq!(ready(text), (text.to_owned(), Vec::new()));
        }
        let (text, left_out) = ready("#als(\"x\", anders: [Er zijn #f(\"x\") dingen. Zo.])[wel]");
        assert_eq!(
            (text.as_str(), left_out.len()),
            ("#als(\"x\", anders: [ Zo.])[wel]", 1)
        );
    }
}
