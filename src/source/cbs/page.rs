//! The envelope of an answer: is it whole, how many rows has it, where does it go on, and what does an error page say.
//!
//! In go bytes, out come a [`Summary`] or the typed rows of a list; nothing is built but what is asked for. CBS
//! peculiarity: v3 writes `odata.nextLink`, v4 `@odata.nextLink`; behind an outage stands HTML with status 200.

use std::collections::BTreeSet;
use std::fmt;

use serde::Deserialize;
use serde::de::{
    DeserializeOwned, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};

/// The byte order mark that .NET likes to send.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// What an answer that was read to its end consists of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, serde::Serialize)]
pub struct Summary {
    /// Elements of `value`.
    pub rows: u64,
    /// The next link, as sent.
    pub next: Option<String>,
}

/// The body without a byte order mark.
pub(super) fn plain(body: &[u8]) -> &[u8] {
    body.strip_prefix(MARK).unwrap_or(body)
}

/// Reads a whole answer and keeps nothing of its rows.
pub(super) fn summary(body: &[u8]) -> serde_json::Result<Summary> {
    let found: Scan = serde_json::from_slice(plain(body))?;
    let rows = found
        .rows
        .ok_or_else(|| serde::de::Error::custom("no rows"))?;
    Ok(Summary {
        rows,
        next: found.next,
    })
}

/// A list of CBS, typed.
#[derive(Deserialize)]
#[serde(bound = "T: Deserialize<'de>")]
pub(super) struct List<T> {
    pub(super) value: Vec<T>,
    #[serde(rename = "odata.nextLink", alias = "@odata.nextLink")]
    pub(super) next: Option<String>,
}

/// The answer as a whole, typed.
pub(super) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, String> {
    serde_json::from_slice(plain(body)).map_err(|error| explained(&error, body, body.len() as u64))
}

/// Why an answer cannot be read, from the error, its first bytes and its length.
pub(super) fn explained(error: &serde_json::Error, start: &[u8], bytes: u64) -> String {
    match plain(start).trim_ascii_start().first() {
        Some(b'<') => format!("HTML or XML instead of JSON: {}", said(start)),
        _ if error.is_eof() => format!("truncated after {bytes} bytes"),
        _ if error.is_data() => format!("{error}: {}", said(start)),
        _ => format!("malformed JSON: {error}"),
    }
}

/// The bare number that v4 gives for `$count`.
pub(super) fn count(body: &[u8]) -> Result<u64, String> {
    std::str::from_utf8(plain(body))
        .ok()
        .and_then(|text| text.trim().parse().ok())
        .ok_or_else(|| format!("no count: {}", said(body)))
}

/// The count that v4 gives with a page, if it does.
pub(super) fn count_within(body: &[u8]) -> Result<Option<u64>, String> {
    #[derive(Deserialize)]
    struct Counted {
        #[serde(rename = "@odata.count")]
        count: Option<u64>,
    }
    parse::<Counted>(body).map(|page| page.count)
}

/// What an error page says, short and on one line.
pub(super) fn said(body: &[u8]) -> String {
    let text = serde_json::from_slice::<Fault>(plain(body))
        .ok()
        .and_then(Fault::message)
        .unwrap_or_else(|| String::from_utf8_lossy(plain(body)).into_owned());
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.is_empty() {
        "no text".into()
    } else {
        line.chars().take(200).collect()
    }
}

/// Whether an error page says that there are more records than the service gives, however many those are.
pub(super) fn tells_a_limit(body: &[u8]) -> bool {
    let text = String::from_utf8_lossy(body).to_lowercase();
    text.split("more than").skip(1).any(|rest| {
        let rest = rest.trim_start();
        let words =
            rest.trim_start_matches(|sign: char| sign.is_ascii_digit() || "., ".contains(sign));
        words.len() < rest.len()
            && ["record", "row", "cell"]
                .iter()
                .any(|word| words.starts_with(word))
    })
}

/// The error bodies of OData v3 and v4.
#[derive(Deserialize)]
struct Fault {
    #[serde(alias = "odata.error")]
    error: Option<FaultBody>,
}

#[derive(Deserialize)]
struct FaultBody {
    message: FaultText,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum FaultText {
    V3 { value: String },
    V4(String),
}

impl Fault {
    fn message(self) -> Option<String> {
        self.error.map(|body| match body.message {
            FaultText::V3 { value } | FaultText::V4(value) => value,
        })
    }
}

/// What is said of a key that an object has twice: which of the two is meant, nobody knows.
pub(super) fn twice(key: &str) -> String {
    format!("key `{key}` twice in one object")
}

struct Scan {
    rows: Option<u64>,
    next: Option<String>,
}

impl<'de> Deserialize<'de> for Scan {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ScanVisitor)
    }
}

struct ScanVisitor;

impl<'de> Visitor<'de> for ScanVisitor {
    type Value = Scan;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an OData answer")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Scan, A::Error> {
        let mut scan = Scan {
            rows: None,
            next: None,
        };
        let mut seen = BTreeSet::new();
        while let Some(key) = map.next_key::<std::borrow::Cow<'de, str>>()? {
            if !seen.insert(key.clone()) {
                return Err(A::Error::custom(twice(&key)));
            }
            match key.as_ref() {
                "value" => scan.rows = Some(map.next_value::<Count>()?.0),
                "odata.nextLink" | "@odata.nextLink" => scan.next = map.next_value()?,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(scan)
    }
}

/// Counts elements without keeping them.
struct Count(u64);

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Counter;
        impl<'de> Visitor<'de> for Counter {
            type Value = Count;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of rows")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Count, A::Error> {
                let mut rows = 0;
                while seq.next_element::<IgnoredAny>()?.is_some() {
                    rows += 1;
                }
                Ok(Count(rows))
            }
        }
        deserializer.deserialize_seq(Counter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn summaries_count_rows_and_carry_the_next_link() {
        let v3 = br#"{"odata.metadata":"x","value":[{"a":1},{"a":null}],"odata.nextLink":"n"}"#;
        assert_eq!(
            summary(v3).unwrap(),
            Summary {
                rows: 2,
                next: Some("n".into())
            }
        );
        assert_eq!(
            summary(b"\xef\xbb\xbf{\"value\":[],\"@odata.nextLink\":null}").unwrap(),
            Summary::default()
        );
    }

    #[test]
    fn every_cut_of_an_answer_is_noticed() {
        let whole = br#"{"odata.metadata":"x","value":[{"a":1.5,"b":"c"}],"odata.nextLink":"n"}"#;
        for end in 0..whole.len() {
            assert!(summary(&whole[..end]).is_err(), "cut at {end}");
        }
    }

    #[test]
    fn a_doubled_key_is_no_answer() {
        for body in [
            r#"{"value":[1],"value":[]}"#,
            r#"{"value":[],"odata.nextLink":"a","odata.nextLink":"b"}"#,
            r#"{"a":1,"value":[],"a":1}"#,
        ] {
            let error = summary(body.as_bytes()).unwrap_err().to_string();
            assert!(error.contains("twice in one object"), "{error}");
        }
    }

    #[test]
    fn any_number_of_records_is_a_limit() {
        for said in [
            "query returns more than 10000 records",
            "More than 100 records.",
            "<html>… more than 5.000 cells …</html>",
            r#"{"odata.error":{"message":{"value":"returns more than 250000 rows"}}}"#,
        ] {
            assert!(tells_a_limit(said.as_bytes()), "{said}");
        }
        assert!(!tells_a_limit(b"no more than usual") && !tells_a_limit(b"more than 10 seconds"));
    }

    #[test]
    fn error_pages_are_quoted_shortly() {
        let v3 =
            br#"{"odata.error":{"code":"","message":{"lang":"en-US","value":"no  such\nthing"}}}"#;
        assert_eq!(said(v3), "no such thing");
        assert_eq!(
            said(br#"{"error":{"message":"bad filter","details":[]}}"#),
            "bad filter"
        );
        let explained =
            |body: &[u8]| explained(&summary(body).unwrap_err(), body, body.len() as u64);
        assert!(explained(v3).contains("no such thing"));
        assert!(explained(b"<html><body>Storing</body></html>").contains("HTML"));
        assert_eq!(explained(b"{\"value\":[{"), "truncated after 11 bytes");
    }
}
