//! Text in markup.
//!
//! In: any text. Out: the same, so that no sign of it means something in XML or HTML, in an attribute neither. Cannot fail.

/// Appends the text with the characters escaped that mean something in markup.
///
/// ```
/// let mut out = String::new();
/// middelgroot::base::xml::escape(&mut out, "<b>'s & \"x\"</b>");
/// assert_eq!(out, "&lt;b&gt;&#39;s &amp; &quot;x&quot;&lt;/b&gt;");
/// ```
pub fn escape(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
}
