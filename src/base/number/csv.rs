//! Numbers for machines: CSV and JSON.
//!
//! In: a value. Out: the shortest decimal that reads back as it. Cannot fail. The peculiarity it exists for: tables of
//! millions of cells, nearly all with at most three decimals.

use std::io::Write as _;

/// The number for CSV and JSON: the shortest decimal that round-trips, with a point, without exponent, `0` for
/// negative zero. What is not finite prints as `NaN` or `inf`, to be seen.
///
/// ```
/// use middelgroot::base::number::csv_number;
/// assert_eq!(csv_number(1234.5), "1234.5");
/// assert_eq!(csv_number(-0.0), "0");
/// ```
pub fn csv_number(value: f64) -> String {
    // Adding zero drops the sign of negative zero.
    (value + 0.0).to_string()
}

/// Appends what [`csv_number`] gives, without allocating, for tables of millions of cells.
///
/// ```
/// use middelgroot::base::number::push_csv_number;
/// let mut row = b"GM0363,".to_vec();
/// push_csv_number(&mut row, 12.5);
/// assert_eq!(row, b"GM0363,12.5");
/// ```
pub fn push_csv_number(out: &mut Vec<u8>, value: f64) {
    const SCALE: f64 = 1000.0;
    let scaled = value * SCALE;
    // Nearly all figures have at most three decimals. Of at most 15 digits just one decimal text reads back as
    // `value`, so a whole number of thousandths that does is the shortest, and far quicker to write.
    if scaled.abs() < 1e15 {
        let thousandths = (scaled + 0.5_f64.copysign(scaled)) as i64;
        if (thousandths as f64 / SCALE).to_bits() == value.to_bits() {
            return push_thousandths(out, thousandths);
        }
    }
    // Writing to a vector cannot fail; adding zero is as above.
    let _ = write!(out, "{}", value + 0.0);
}

fn push_thousandths(out: &mut Vec<u8>, thousandths: i64) {
    if thousandths < 0 {
        out.push(b'-');
    }
    let (mut rest, mut places) = (thousandths.unsigned_abs(), 3);
    while places > 0 && rest.is_multiple_of(10) {
        (rest, places) = (rest / 10, places - 1);
    }
    // From the last digit to the first, with at least one before the point.
    let (mut buffer, mut start, mut written) = ([0; 20], 20, 0);
    while rest > 0 || written <= places {
        if written == places && places > 0 {
            start -= 1;
            buffer[start] = b'.';
        }
        start -= 1;
        buffer[start] = b'0' + (rest % 10) as u8;
        (rest, written) = (rest / 10, written + 1);
    }
    out.extend_from_slice(&buffer[start..]);
}
