//! Cells of a CSV file, quoted where needed and never a formula.

use crate::number::push_csv_number;

/// A CSV file while it is written.
pub(crate) struct Sheet {
    bytes: Vec<u8>,
    at_start: bool,
}

impl Sheet {
    /// Rows without a header, to go after others.
    pub(crate) fn part(rows: usize) -> Self {
        Self {
            bytes: Vec::with_capacity(rows * 192),
            at_start: true,
        }
    }

    pub(crate) fn new(header: &[&str], rows: usize) -> Self {
        let mut sheet = Self::part(rows + 1);
        for name in header {
            sheet.text(name);
        }
        sheet.end_row();
        sheet
    }

    fn separate(&mut self) {
        if !std::mem::take(&mut self.at_start) {
            self.bytes.push(b',');
        }
    }

    /// A text. Signs with which a spreadsheet starts a formula are led by an apostrophe.
    pub(crate) fn text(&mut self, text: &str) {
        self.separate();
        let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
        let needs_quotes = is_formula
            || text
                .bytes()
                .any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r'));
        if !needs_quotes {
            self.bytes.extend_from_slice(text.as_bytes());
            return;
        }
        self.bytes.push(b'"');
        if is_formula {
            self.bytes.push(b'\'');
        }
        for byte in text.bytes() {
            if byte == b'"' {
                self.bytes.push(b'"');
            }
            self.bytes.push(byte);
        }
        self.bytes.push(b'"');
    }

    /// A cell that was made ready with [`quoted`], or several with commas between.
    pub(crate) fn ready(&mut self, text: &[u8]) {
        self.separate();
        self.bytes.extend_from_slice(text);
    }

    pub(crate) fn number(&mut self, value: Option<f64>) {
        self.separate();
        if let Some(value) = value {
            push_csv_number(&mut self.bytes, value);
        }
    }

    pub(crate) fn integer(&mut self, value: Option<i32>) {
        self.separate();
        if let Some(value) = value {
            push_integer(&mut self.bytes, value);
        }
    }

    pub(crate) fn end_row(&mut self) {
        self.bytes.push(b'\n');
        self.at_start = true;
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

fn push_integer(out: &mut Vec<u8>, value: i32) {
    if value < 0 {
        out.push(b'-');
    }
    // from the last digit to the first; an i32 has at most ten
    let (mut rest, mut buffer, mut start) = (value.unsigned_abs(), [b'0'; 10], 10);
    while rest > 0 || start == 10 {
        start -= 1;
        buffer[start] = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    out.extend_from_slice(&buffer[start..]);
}

/// A text as its cell, to write it many times.
pub(crate) fn quoted(text: &str) -> Vec<u8> {
    let mut sheet = Sheet::part(0);
    sheet.text(text);
    sheet.bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_never_a_formula() {
        for text in ["=1+1", "+cmd", "-2", "@SUM(A1)", "\t=1"] {
            let cell = String::from_utf8(quoted(text)).unwrap();
            assert!(cell.starts_with("\"'"), "{cell}");
        }
    }

    #[test]
    fn integers_are_written_whole() {
        for value in [0, 7, 10, -1, 2026, i32::MAX, i32::MIN] {
            let mut out = Vec::new();
            push_integer(&mut out, value);
            assert_eq!(String::from_utf8(out).unwrap(), value.to_string());
        }
    }

    #[test]
    fn separators_and_quotes_are_quoted() {
        assert_eq!(quoted("a,b"), b"\"a,b\"");
        assert_eq!(quoted("a \"b\""), b"\"a \"\"b\"\"\"");
        assert_eq!(quoted("'s-Gravenhage"), b"'s-Gravenhage");
    }
}
