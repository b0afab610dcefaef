//! The form of dates and names, wherever a person or another program wrote them.
//!
//! A date is `YYYY-MM-DD` and a day that was or will be. A name is one line of text as it is seen: what reads the same
//! must be the same, so that it is found again.

/// The longest text that is a name.
const LONGEST: usize = 500;

/// Whether a text is a real date as `YYYY-MM-DD`, between 1900 and 2100.
///
/// ```
/// use middelgroot::base::form::is_date;
/// assert!(is_date("2024-02-29"));
/// for wrong in ["2023-02-29", "2023-1-1", "1-1-2023", "2023/01/01", "2023-01-01 00:00:00", "0023-01-01", "unknown", ""] {
///     assert!(!is_date(wrong), "{wrong}");
/// }
/// ```
pub fn is_date(text: &str) -> bool {
    let fits = |(at, byte): (usize, u8)| match at {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    };
    text.len() == 10
        && text.bytes().enumerate().all(fits)
        && ("1900".."2101").contains(&&text[..4])
        && jiff::civil::Date::strptime("%Y-%m-%d", text).is_ok()
}

/// What is wrong with a name, as the end of a sentence; none where nothing is.
///
/// ```
/// use middelgroot::base::form::fault;
/// for name in ["'s-Gravenhage", "Súdwest-Fryslân", "Bergen (NH.)", "G4, “unchanged”", "ÅRHUS »"] {
///     assert_eq!(fault(name), None, "{name}");
/// }
/// assert_eq!(fault("SÃºdwest-FryslÃ¢n"), Some("was read in another encoding than it was written in"));
/// assert_eq!(fault("Su\u{301}dwest"), Some("is not NFC: it has an accent apart from its letter"));
/// for name in ["", " Gouda", "Goud\na", "Bergen  op Zoom", "Gouda\u{202E}", "Gou\u{AD}da", "Goud\u{FFFD}"] {
///     assert!(fault(name).is_some(), "{name:?}");
/// }
/// ```
pub fn fault(name: &str) -> Option<&'static str> {
    if name.trim().is_empty() {
        Some("is empty")
    } else if name.chars().nth(LONGEST).is_some() {
        Some("is longer than 500 signs")
    } else if name.chars().any(char::is_control) {
        Some("has a line break or another control sign")
    } else if name.trim() != name || name.contains("  ") {
        Some("has white space around it or two blanks together")
    } else if name.chars().any(is_unseen) {
        Some("has a sign that is not seen, or could not be read")
    } else if name.chars().any(is_apart) {
        Some("is not NFC: it has an accent apart from its letter")
    } else if is_read_wrong(name) {
        Some("was read in another encoding than it was written in")
    } else {
        None
    }
}

/// Signs that show nothing or turn the direction of text, blanks that look like another, and the sign for none.
fn is_unseen(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFF0}'..='\u{FFFF}'
        | '\u{E000}'..='\u{F8FF}' | '\u{E0000}'..='\u{10FFFF}')
        || (c.is_whitespace() && c != ' ')
}

/// Accents that stand apart from their letter, and letters of which NFC makes another.
fn is_apart(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36F}' | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}' | '\u{20D0}'..='\u{20FF}'
        | '\u{FE20}'..='\u{FE2F}' | '\u{2126}' | '\u{212A}' | '\u{212B}')
}

/// Whether a text shows what letters of UTF-8 become when each byte is taken for a letter: `Ã¢` for `â`.
fn is_read_wrong(text: &str) -> bool {
    let of_byte = |c: char| {
        // what bytes from 0x80 to 0xBF are in Latin-1 and in Windows-1252
        ('\u{80}'..='\u{BF}').contains(&c) || "€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ".contains(c)
    };
    let signs: Vec<char> = text.chars().collect();
    signs
        .windows(2)
        .enumerate()
        .any(|(at, pair)| match pair[0] {
            'Â'..='Å' => of_byte(pair[1]),
            'à'..='ï' => of_byte(pair[1]) && signs.get(at + 2).copied().is_some_and(of_byte),
            _ => false,
        })
}
