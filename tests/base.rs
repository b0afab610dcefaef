//! Protects rule 9: numbers are rounded once, in decimal, and printed in Dutch; what is printed reads back.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use middelgroot::base::files;
use middelgroot::base::number::{
    Decimal, Kind, Notation, NumberError, Style, capitalise, count_in_words, csv_number, parse,
    print, print_difference, print_scaled, print_with_unit, push_csv_number, range, round,
};
use proptest::prelude::*;

fn rounded(value: f64, decimals: i8) -> String {
    round(value, decimals).unwrap().to_string()
}

/// With no-break spaces shown as `_`.
fn shown(text: Result<String, NumberError>) -> String {
    text.unwrap().replace('\u{a0}', "_")
}

fn with_unit(value: f64, decimals: i8, unit: &str) -> String {
    shown(print_with_unit(value, decimals, &Notation::parse(unit)))
}

fn difference(value: f64, decimals: i8, unit: &str) -> String {
    shown(print_difference(value, decimals, &Notation::parse(unit)))
}

fn scaled(value: f64, decimals: i8, unit: &str) -> String {
    shown(print_scaled(value, decimals, &Notation::parse(unit)))
}

fn pushed(value: f64) -> String {
    let mut out = Vec::new();
    push_csv_number(&mut out, value);
    String::from_utf8(out).unwrap()
}

#[test]
fn halves_go_away_from_zero_in_decimal() {
    for (value, decimals, text) in [
        (41.25, 1, "41,3"),
        (0.285, 2, "0,29"),
        (1.005, 2, "1,01"),
        (-1.005, 2, "−1,01"),
        (2.5, 0, "3"),
        (-0.5, 0, "−1"),
        (0.049, 1, "0,0"),
        (999.95, 1, "1.000,0"),
        (1e18, 2, "1.000.000.000.000.000.000,00"),
        (1234.0, 0, "1.234"),
        (5e-324, 6, "0,000000"),
        (1e-7, 7, "0,0000001"),
        (1500.0, -3, "2.000"),
        (499.0, -3, "0"),
    ] {
        assert_eq!(rounded(value, decimals), text, "{value} at {decimals}");
    }
}

#[test]
fn negative_zero_is_zero() {
    assert_eq!(round(-0.04, 1).unwrap(), Decimal::from(0));
    assert_eq!(rounded(-0.04, 1), "0,0");
    assert_eq!(csv_number(-0.0), "0");
    assert_eq!(pushed(-0.0), "0");
}

#[test]
fn decimals_compare_by_value() {
    assert_eq!(round(1.5, 1).unwrap(), round(1.5, 4).unwrap());
    assert!(round(-1.5, 1).unwrap() < round(-1.49, 2).unwrap());
    assert!(round(1e15, 6).unwrap() > round(999.0, 0).unwrap());
    assert_eq!(
        round(41.25, 1).unwrap().to_f64().to_bits(),
        41.3_f64.to_bits()
    );
}

#[test]
fn what_cannot_be_rounded_is_an_error() {
    assert_eq!(round(f64::NAN, 1), Err(NumberError::NotFinite));
    assert_eq!(round(f64::NEG_INFINITY, 1), Err(NumberError::NotFinite));
    assert_eq!(round(1e40, 0), Err(NumberError::TooLarge));
    assert_eq!(round(0.0, 39), Err(NumberError::TooLarge));
    assert_eq!(round(1e300, i8::MIN), Err(NumberError::TooLarge));
    assert_eq!(rounded(1e30, i8::MIN), "0");
}

#[test]
fn every_unit_prints_as_readers_expect() {
    for (value, decimals, unit, text) in [
        (1234.5, 1, "aantal", "1.234,5"),
        (12.34, 1, "%", "12,3%"),
        (3.2, 1, "procentpunt", "3,2_procentpunt"),
        (1234.0, 0, "euro", "€_1.234"),
        (512.4, 0, "euro per inwoner", "€_512_per inwoner"),
        (-512.4, 0, "euro per inwoner", "€_−512_per inwoner"),
        (321.456, 0, "x 1 000 euro", "€_321.000"),
        (321.456, 1, "1 000 euro", "€_321.500"),
        (321.4567, 4, "x 1.000 euro", "€_321.456,7"),
        (1.005, 2, "x 1 000", "1.010"),
        (12.0, 0, "1 000 banen", "12.000_banen"),
        (1.25, 1, "mld euro", "€_1,3_miljard"),
        (14.0, 0, "mln uren", "14_miljoen uren"),
        (6.14, 1, "per 1 000 inwoners", "6,1_per 1.000_inwoners"),
        (6.14, 1, "per 1.000 inwoners", "6,1_per 1.000_inwoners"),
        (2.5, 1, "km", "2,5_km"),
        (1234.0, 0, "kWh", "1.234_kWh"),
        (1030.0, 0, "m³", "1.030_m³"),
        (1030.0, 0, "per km²", "1.030_per km²"),
        (
            1030.0,
            0,
            "aantal inwoners per km²",
            "1.030_inwoners per km²",
        ),
        (2.17, 1, "ratio", "2,2"),
        (2024.0, 0, "jaartal", "2024"),
        (42.3, 0, "jaar", "42_jaar"),
    ] {
        assert_eq!(with_unit(value, decimals, unit), text, "{value} {unit}");
    }
}

#[test]
fn without_words_only_signs_stay() {
    let bare = |value, unit| shown(print(value, 0, &Notation::parse(unit)));
    assert_eq!(bare(512.0, "euro per inwoner"), "€_512");
    assert_eq!(bare(1234.0, "kWh"), "1.234");
    assert_eq!(bare(12.0, "%"), "12%");
    assert_eq!(bare(2024.0, "jaar"), "2024");
    assert_eq!(Notation::parse("%").kind(), Kind::Percent);
}

#[test]
fn differences_are_signed() {
    assert_eq!(difference(3.2, 1, "%"), "+3,2_procentpunt");
    assert_eq!(difference(-3.2, 1, "%"), "−3,2_procentpunt");
    assert_eq!(difference(-0.04, 1, "%"), "0,0_procentpunt");
    assert_eq!(difference(12.0, 0, "euro"), "€_+12");
    assert_eq!(difference(0.0, 0, "aantal"), "0");
}

#[test]
fn provisional_figures_carry_a_star() {
    let notation = Notation::parse("kWh");
    let number = notation.round(1234.0, 0).unwrap();
    let style = Style {
        provisional: true,
        ..Style::WITH_UNIT
    };
    let text = notation.text(number, style);
    assert_eq!(text, "1.234*\u{a0}kWh");
    assert_eq!(parse(&text), Ok(number));
}

#[test]
fn large_numbers_take_a_scale_word() {
    assert_eq!(scaled(18_123_456.0, 1, "aantal"), "18,1_miljoen");
    assert_eq!(scaled(18_123.4, 1, "x 1 000 euro"), "€_18,1_miljoen");
    assert_eq!(scaled(999_960_000.0, 1, "euro"), "€_1,0_miljard");
    assert_eq!(scaled(999_999.0, 1, "inwoners"), "999.999_inwoners");
    assert_eq!(scaled(-2_500_000.0, 0, "inwoners"), "−3_miljoen inwoners");
}

#[test]
fn prose_has_words_for_small_counts_and_capitals() {
    assert_eq!(count_in_words(0), "nul");
    assert_eq!(count_in_words(12), "twaalf");
    assert_eq!(count_in_words(1300), "1.300");
    assert_eq!(capitalise(&count_in_words(3)), "Drie");
    assert_eq!(capitalise("één"), "Één");
    assert_eq!(capitalise("ijsselmeer"), "IJsselmeer");
    assert_eq!(capitalise(""), "");
    assert_eq!(range(2020, 2024), "2020-2024");
    assert_eq!(range(2024, 2024), "2024");
}

#[test]
fn parse_reads_what_is_dutch_and_nothing_else() {
    for (text, value) in [
        ("1.234,5", 1234.5),
        ("1234,5", 1234.5),
        (" -12,3%* ", -12.3),
        ("€\u{a0}−1.234 per inwoner", -1234.0),
        ("−€ 12", -12.0),
        ("+3,2\u{a0}procentpunt", 3.2),
        ("€ 18,1 miljoen", 18_100_000.0),
        ("1,25 miljard euro", 1_250_000_000.0),
        ("6,1 per 1.000 inwoners", 6.1),
    ] {
        assert_eq!(parse(text), round(value, 6), "{text}");
    }
    for text in [
        "",
        "-",
        "€",
        "1.5",
        "1234.567",
        "1.2345",
        "1,",
        ",5",
        "1.,5",
        "1,2,3",
        "1,2.3",
        "--1",
        "-€ -1",
        "2020-2024",
        "12 345",
        "12kWh",
        "1.234.",
        "12miljoen",
        "kWh 3",
        "½",
    ] {
        assert_eq!(parse(text), Err(NumberError::NotANumber(text.to_owned())));
    }
    assert_eq!(parse(&"9".repeat(40)), Err(NumberError::TooLarge));
}

/// Values over all magnitudes, and decimals as CBS publishes them, where halves lie.
fn values() -> impl Strategy<Value = f64> {
    prop_oneof![
        -1e15..1e15,
        -1e4..1e4,
        (-1_000_000_i64..1_000_000, 0..6_i32)
            .prop_map(|(digits, places)| { format!("{digits}e-{places}").parse().unwrap() }),
    ]
}

proptest! {
    #[test]
    fn printed_numbers_read_back(
        value in values(),
        decimals in 0..=6_i8,
        unit in prop::sample::select(vec![
            "aantal", "%", "euro", "euro per inwoner", "x 1 000 euro", "per 1 000 inwoners", "kWh", "jaar",
        ]),
        words: bool,
        difference: bool,
        provisional: bool,
    ) {
        let notation = Notation::parse(unit);
        let number = notation.round(value, decimals).unwrap();
        let text = notation.text(number, Style { words, difference, provisional });
        prop_assert_eq!(parse(&text), Ok(number), "{}", text);
        let bare = parse(&print(value, decimals, &Notation::default()).unwrap());
        prop_assert_eq!(bare, round(value, decimals));
    }

    #[test]
    fn rounding_moves_by_half_a_unit_at_most_and_stays(value in values(), decimals in 0..=6_i8) {
        let once = round(value, decimals).unwrap();
        let tolerance = 0.5 / 10_f64.powi(decimals.into());
        prop_assert!((once.to_f64() - value).abs() <= tolerance + value.abs() * f64::EPSILON);
        // Doubles near 1e15 stand an eighth apart: only there may a second rounding see other digits.
        if value.abs() < 1e9 {
            prop_assert_eq!(round(once.to_f64(), decimals).unwrap(), once);
        }
    }

    #[test]
    fn order_of_decimals_is_that_of_values(a in values(), b in values(), p in 0..=6_i8, q in 0..=6_i8) {
        let (x, y) = (round(a, p).unwrap(), round(b, p).unwrap());
        prop_assert!((a <= b) <= (x <= y));
        // Against another number of decimals: the order of what the numbers stand for.
        let z = round(b, q).unwrap();
        if x.to_f64() < z.to_f64() {
            prop_assert!(x < z);
        }
    }

    #[test]
    fn halves_of_any_decimal_go_away_from_zero(digits in 0..1_000_000_000_i64, places in 0..=6_u8) {
        let half: f64 = format!("{digits}5e-{}", places + 1).parse().unwrap();
        let up: f64 = format!("{}e-{places}", digits + 1).parse().unwrap();
        let decimals = i8::try_from(places).unwrap();
        prop_assert_eq!(round(half, decimals).unwrap().to_f64().to_bits(), up.to_bits());
        prop_assert_eq!(round(-half, decimals).unwrap().to_f64().to_bits(), (-up).to_bits());
    }

    #[test]
    fn csv_numbers_read_back_and_the_fast_way_agrees(any in any::<f64>(), near in values()) {
        for value in [any, near, near.trunc(), (near * 1000.0).round() / 1000.0] {
            let text = csv_number(value);
            prop_assert_eq!(&pushed(value), &text);
            prop_assert!(!text.contains(['e', 'E', ',']) && text != "-0");
            if value.is_finite() {
                prop_assert!(text.parse::<f64>() == Ok(value));
            }
        }
    }

    #[test]
    fn parse_never_panics(text in "[€+−-]{0,2} ?[0-9.,]{0,50}[%*]{0,2}[ \u{a0}a-z]{0,9}") {
        let _ = parse(&text);
    }
}

#[test]
fn an_error_names_the_place_and_not_the_folder_that_was_filled_beside_it() {
    let project = tempfile::tempdir().unwrap();
    let place = project.path().join("output/2026-leden");
    let new = files::NewFolder::beside(&place).unwrap();
    let path = new.path().join("data/gemeenten.csv");
    assert!(!path.starts_with(&place));
    let said = files::at("write", &path, std::fs::read(&path)).unwrap_err();
    let expected = format!(
        "cannot write `{}`",
        place.join("data/gemeenten.csv").display()
    );
    assert!(said.to_string().starts_with(&expected), "{said}");
    assert_eq!(said.path, path);
}
