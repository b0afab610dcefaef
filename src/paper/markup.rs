//! A chapter read as Typst reads it: what is prose, what is code, and which calls stand in it.
//!
//! In: the text of a chapter. Out: [`Markup`]. Nothing fails: a chapter that is no Typst is Typst's to refuse. Comments,
//! raw text, strings, formulas and addresses are told apart, calls may run over lines, and brackets may nest as deep as
//! anyone likes, for the stack is a list.

use std::ops::Range;

/// A stretch of a chapter in which prose stands: the whole file, or a pair of square brackets.
#[derive(Debug)]
pub(super) struct Content {
    /// What is between its ends.
    pub(super) range: Range<usize>,
    /// The call that it is an argument of, behind the parentheses.
    pub(super) of: Option<usize>,
}

/// A call with parentheses.
#[derive(Debug)]
pub(super) struct Call {
    /// Name of the function.
    pub(super) name: String,
    /// From its name to the end of what is handed to it, contents behind the parentheses included.
    pub(super) range: Range<usize>,
    /// Where its parentheses are closed.
    pub(super) closed: usize,
    /// The literal strings with which its arguments start, each with its place.
    pub(super) strings: Vec<(usize, String)>,
    /// The content it stands in.
    pub(super) content: usize,
    /// Whether it stands in the prose itself, behind a `#`.
    pub(super) in_prose: bool,
}

/// A chapter, read.
#[derive(Debug)]
pub(super) struct Markup {
    /// Contents by where they start.
    pub(super) contents: Vec<Content>,
    /// Calls by where they start.
    pub(super) calls: Vec<Call>,
    /// Literal strings in code, each with its place.
    pub(super) strings: Vec<(usize, String)>,
    /// Comments.
    pub(super) comments: Vec<Range<usize>>,
    /// Names that stand for another: `#let v = f`.
    aliases: Vec<(String, String)>,
    /// Per byte the content whose prose it is; none for code, strings and comments.
    prose: Vec<Option<u32>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Frame {
    /// The file, or `[…]`: place among contents.
    Prose(usize),
    /// `(…)`, with its call where it has one.
    Parens(Option<usize>),
    Braces,
    /// `#let …` and the like, to the end of the line.
    Statement,
}

const STATEMENTS: [&str; 10] = [
    "let", "set", "show", "if", "for", "while", "import", "include", "return", "context",
];

struct Reader<'t> {
    text: &'t str,
    at: usize,
    stack: Vec<Frame>,
    /// The contents around, the innermost last, each with how many brackets of its prose are open.
    within: Vec<(usize, usize)>,
    /// The call whose arguments ended last, and where.
    ended: Option<(usize, usize)>,
    read: Markup,
}

impl Markup {
    /// Reads a chapter.
    pub(super) fn read(text: &str) -> Self {
        let file = Content {
            range: 0..text.len(),
            of: None,
        };
        let mut reader = Reader {
            text,
            at: 0,
            stack: vec![Frame::Prose(0)],
            within: vec![(0, 0)],
            ended: None,
            read: Self {
                contents: vec![file],
                calls: Vec::new(),
                strings: Vec::new(),
                comments: Vec::new(),
                aliases: Vec::new(),
                prose: vec![None; text.len()],
            },
        };
        while reader.at < text.len() {
            match reader.stack.last() {
                Some(Frame::Prose(content)) => reader.prose(*content),
                _ => reader.code(),
            }
        }
        let mut read = reader.read;
        for call in &mut read.calls {
            let meant = read.aliases.iter().find(|(alias, _)| *alias == call.name);
            if let Some((_, meant)) = meant {
                call.name.clone_from(meant);
            }
        }
        read
    }

    /// The content whose prose a byte is.
    pub(super) fn prose_at(&self, at: usize) -> Option<usize> {
        self.prose.get(at).copied().flatten().map(|of| of as usize)
    }

    /// The text with everything that is no prose as spaces, but for line ends: places stay.
    pub(super) fn only_prose(&self, text: &str) -> String {
        let shown = text.char_indices().map(|(at, letter)| {
            let width = letter.len_utf8();
            match self.prose_at(at) {
                Some(_) => letter.to_string(),
                None if letter == '\n' => "\n".to_owned(),
                None => " ".repeat(width),
            }
        });
        shown.collect()
    }
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn skip(&mut self, bytes: usize) {
        self.at = (self.at + bytes).min(self.text.len());
        while !self.text.is_char_boundary(self.at) {
            self.at += 1;
        }
    }

    /// Comments and raw text, which look alike everywhere; whether there was one.
    fn aside(&mut self) -> bool {
        let rest = self.rest();
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            block_comment(rest)
        } else if rest.starts_with('`') {
            raw(rest)
        } else {
            return false;
        };
        if rest.starts_with('/') {
            self.read.comments.push(self.at..self.at + length);
        }
        self.skip(length);
        true
    }

    fn prose(&mut self, content: usize) {
        if self.aside() {
            return;
        }
        let rest = self.rest();
        let letter = rest.chars().next().unwrap_or_default();
        let length = match letter {
            '\\' => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
            'h' if rest.starts_with("https://") || rest.starts_with("http://") => rest
                .find(|c: char| c.is_whitespace() || matches!(c, ']' | ')' | '"'))
                .unwrap_or(rest.len()),
            '$' => {
                let end = rest[1..].find('$').map_or(rest.len(), |end| end + 2);
                self.skip(end);
                return;
            }
            '[' => {
                self.nest(1);
                1
            }
            // brackets within prose are prose
            ']' if self.within.last().is_some_and(|(_, open)| *open > 0) => {
                self.nest(-1);
                1
            }
            ']' if content > 0 => return self.close(content),
            '#' => return self.expression(content),
            other => other.len_utf8(),
        };
        for at in self.at..self.at + length {
            self.read.prose[at] = Some(content as u32);
        }
        self.skip(length);
    }

    /// `#…` within prose.
    fn expression(&mut self, content: usize) {
        self.skip(1);
        let name = name_at(self.rest());
        if STATEMENTS.contains(&name) {
            self.alias();
            self.stack.push(Frame::Statement);
            self.skip(name.len());
            return;
        }
        let start = self.at;
        self.skip(name.len());
        self.open(start, Some(content));
    }

    /// `let v = f`: another name for a function.
    fn alias(&mut self) {
        let line = self.rest().lines().next().unwrap_or_default();
        let Some((name, meant)) = line.strip_prefix("let ").and_then(|of| of.split_once('='))
        else {
            return;
        };
        let meant = meant.trim_start();
        let (alias, function) = (name.trim(), name_at(meant));
        let is_whole = !meant[function.len()..].starts_with(['(', '[', '.']);
        if !function.is_empty() && is_whole && name_at(alias) == alias {
            let pair = (alias.to_owned(), function.to_owned());
            self.read.aliases.push(pair);
        }
    }

    /// What opens directly behind a name or an argument; `name` is where the name starts.
    fn open(&mut self, name: usize, content: Option<usize>) {
        loop {
            let rest = self.rest();
            match rest.chars().next() {
                Some('(') => return self.open_parens(name, content.is_some()),
                Some('[') => return self.open_content(),
                Some('{') if name == self.at => return self.push(Frame::Braces),
                Some('"') if name == self.at => return self.string(),
                Some('.') if !name_at(&rest[1..]).is_empty() => {
                    let field = name_at(&rest[1..]).len();
                    self.skip(1 + field);
                }
                _ => return,
            }
        }
    }

    fn push(&mut self, frame: Frame) {
        self.stack.push(frame);
        self.skip(1);
    }

    fn open_parens(&mut self, start: usize, in_prose: bool) {
        let name = &self.text[start..self.at];
        // `data.claims.at(…)` calls `at`
        let own = name.rsplit('.').next().unwrap_or_default();
        let call = (!own.is_empty()).then(|| {
            self.read.calls.push(Call {
                name: own.to_owned(),
                range: self.at - own.len()..self.text.len(),
                closed: self.text.len(),
                strings: strings(self.text, self.at + 1),
                content: self.content(),
                in_prose,
            });
            self.read.calls.len() - 1
        });
        self.push(Frame::Parens(call));
    }

    fn open_content(&mut self) {
        let of = self.ended.filter(|(_, end)| *end == self.at);
        self.read.contents.push(Content {
            range: self.at + 1..self.text.len(),
            of: of.map(|(call, _)| call),
        });
        let content = self.read.contents.len() - 1;
        self.within.push((content, 0));
        self.push(Frame::Prose(content));
    }

    /// The innermost content around.
    fn content(&self) -> usize {
        self.within.last().map_or(0, |(content, _)| *content)
    }

    /// Opens or closes a bracket within prose.
    fn nest(&mut self, by: isize) {
        if let Some((_, open)) = self.within.last_mut() {
            *open = open.saturating_add_signed(by);
        }
    }

    /// Ends a content.
    fn close(&mut self, content: usize) {
        self.read.contents[content].range.end = self.at;
        self.stack.pop();
        self.within.pop();
        self.skip(1);
        let of = self.read.contents[content].of;
        self.after(of);
    }

    /// Behind an argument another may follow.
    fn after(&mut self, call: Option<usize>) {
        if let Some(call) = call {
            self.read.calls[call].range.end = self.at;
            self.ended = Some((call, self.at));
        }
        if let Some(Frame::Prose(content)) = self.stack.last().copied() {
            self.open(self.at, Some(content));
        }
    }

    fn string(&mut self) {
        let (start, text) = (self.at + 1, string(self.rest()));
        self.skip(text + 2);
        let inside = self.text.get(start..start + text).unwrap_or_default();
        self.read.strings.push((start, inside.to_owned()));
    }

    fn code(&mut self) {
        if self.aside() {
            return;
        }
        let rest = self.rest();
        let letter = rest.chars().next().unwrap_or_default();
        let top = self.stack.last().copied();
        match letter {
            '"' => self.string(),
            '(' => {
                let start = self.at - trailing_name(&self.text[..self.at]);
                self.open_parens(start, false);
            }
            '{' => self.push(Frame::Braces),
            '[' => self.open_content(),
            ')' | '}' => {
                // a statement within a content ends with what is around it
                let mut call = None;
                if let Some(Frame::Parens(of)) = top {
                    self.stack.pop();
                    call = of;
                    if let Some(call) = call {
                        self.read.calls[call].closed = self.at;
                    }
                } else if top == Some(Frame::Braces) {
                    self.stack.pop();
                }
                self.skip(1);
                self.after(call);
            }
            ']' | '\n' | ';' if top == Some(Frame::Statement) => {
                self.stack.pop();
                if letter != ']' {
                    self.skip(1);
                }
            }
            _ if is_of_name(letter) => {
                let name = name_at(rest);
                if name == "let" {
                    self.alias();
                }
                let length = name.len().max(letter.len_utf8());
                self.skip(length);
            }
            other => self.skip(other.len_utf8()),
        }
    }
}

fn is_of_name(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '-' | '_')
}

/// The name that a text starts with.
fn name_at(text: &str) -> &str {
    let end = text.find(|c| !is_of_name(c)).unwrap_or(text.len());
    let name = &text[..end];
    if name.starts_with(|c: char| c.is_alphabetic() || c == '_') {
        name
    } else {
        ""
    }
}

/// How long the name is that a text ends with, dots included.
fn trailing_name(text: &str) -> usize {
    let name = text.trim_end_matches(|c| is_of_name(c) || c == '.');
    text.len() - name.len()
}

/// How long a comment is, with those in it.
fn block_comment(text: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        if rest.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

/// How long raw text is, with the marks around it.
fn raw(text: &str) -> usize {
    let ticks = text.len() - text.trim_start_matches('`').len();
    if ticks == 2 {
        return 2;
    }
    let mark = "`".repeat(ticks);
    let end = text[ticks..].find(&mark);
    end.map_or(text.len(), |end| end + 2 * ticks)
}

/// How long the inside of a string is.
fn string(text: &str) -> usize {
    let mut escaped = false;
    for (at, letter) in text.char_indices().skip(1) {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at - 1,
            _ => {}
        }
    }
    text.len() - 1
}

/// The literal strings with which a list of arguments starts, over lines and comments.
fn strings(text: &str, from: usize) -> Vec<(usize, String)> {
    let (mut found, mut at) = (Vec::new(), from);
    let skip = |mut at: usize| loop {
        at = text.len() - text[at..].trim_start().len();
        let rest = &text[at..];
        if rest.starts_with("//") {
            at += rest.find('\n').unwrap_or(rest.len());
        } else if rest.starts_with("/*") {
            at += block_comment(rest);
        } else {
            return at;
        }
    };
    loop {
        let start = skip(at);
        if !text[start..].starts_with('"') {
            return found;
        }
        let length = string(&text[start..]);
        let inside = text.get(start + 1..start + 1 + length).unwrap_or_default();
        found.push((start + 1, inside.to_owned()));
        let after = skip((start + length + 2).min(text.len()));
        if !text[after..].starts_with([',', ')']) {
            // a part of something that is computed
            found.pop();
            return found;
        }
        if !text[after..].starts_with(',') {
            return found;
        }
        at = after + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calls(text: &str) -> Vec<(String, Vec<String>, bool)> {
        let read = Markup::read(text);
        let call = |call: Call| {
            let strings = call.strings.into_iter().map(|(_, text)| text);
            (call.name, strings.collect(), call.in_prose)
        };
        read.calls.into_iter().map(call).collect()
    }

    fn call(name: &str, strings: &[&str], in_prose: bool) -> (String, Vec<String>, bool) {
        let strings = strings.iter().map(ToString::to_string).collect();
        (name.to_owned(), strings, in_prose)
    }

    #[test]
    fn calls_are_found_behind_addresses_and_over_lines() {
        let text = "#link(\"https://x.nl\")[site] en https://x.nl/a: #f(\"a.M50\").\n#keuze(\n  \"a\", // eerst\n  \"b\",\n) #f(\"a.\" + g)";
        let expected = [
            call("link", &["https://x.nl"], true),
            call("f", &["a.M50"], true),
            call("keuze", &["a", "b"], true),
            call("f", &[], true),
        ];
        assert_eq!(calls(text), expected);
    }

    #[test]
    fn comments_raw_text_and_prose_hold_no_calls() {
        let text = "/* #f(\"a\") /* b */ #f(\"c\") */ `#f(\"d\")` ```x #f(\"e\")``` \\#f(\"g\") // #f(\"h\")\nf(\"i\")";
        assert_eq!(calls(text), []);
    }

    #[test]
    fn another_name_is_the_function_it_stands_for() {
        let text = "#let v = f\n#v(\"a\")[b #f(\"c\")] #{ let w = keuze; w(\"d\", \"e\") }";
        let expected = [
            call("f", &["a"], true),
            call("f", &["c"], true),
            call("keuze", &["d", "e"], false),
        ];
        assert_eq!(calls(text), expected);
    }

    #[test]
    fn prose_is_told_from_code() {
        let text = "Een *zin* met #f(\"a\") en #let x = [diep]\nnog een // weg\n#tabel(([kop],), \"niet\")";
        let read = Markup::read(text);
        let prose = read.only_prose(text);
        let words: Vec<&str> = prose.split_whitespace().collect();
        assert_eq!(
            words,
            ["Een", "*zin*", "met", "en", "diep", "nog", "een", "kop"]
        );
        assert_eq!(prose.len(), text.len());
    }

    #[test]
    fn brackets_within_prose_are_prose() {
        let text = "#als(\"a\")[b [c] d #f(\"x\")] [e] ] f";
        let read = Markup::read(text);
        let inside: Vec<&str> = read
            .contents
            .iter()
            .map(|of| &text[of.range.clone()])
            .collect();
        assert_eq!(inside, [text, "b [c] d #f(\"x\")"]);
    }

    #[test]
    fn what_is_handed_to_a_call_belongs_to_it() {
        let text = "#als(\"a\", anders: [b])[c #f(\"d\")] e";
        let read = Markup::read(text);
        assert_eq!(
            &text[read.calls[0].range.clone()],
            "als(\"a\", anders: [b])[c #f(\"d\")]"
        );
        let inside: Vec<(&str, Option<usize>)> = read
            .contents
            .iter()
            .skip(1)
            .map(|content| (&text[content.range.clone()], content.of))
            .collect();
        assert_eq!(inside, [("b", None), ("c #f(\"d\")", Some(0))]);
    }

    #[test]
    fn nothing_is_too_deep_or_too_broken() {
        for text in [
            "#f(".repeat(50_000),
            "[".repeat(50_000),
            "#a[".repeat(50_000),
        ] {
            Markup::read(&text);
        }
        for text in [
            "#f(\"a", "/* a", "`a", "$a", "#", "\\", "é\\é", "#é(\"é", "]", ")", "#{", "#let",
        ] {
            Markup::read(text);
        }
    }
}
