//! What the files of a gemeente are called.
//!
//! In: code and name. Out: both, without signs. Nothing fails. The peculiarity it answers: names have signs that paths may not
//! have, and two gemeenten may have one name.

use super::region::RegionId;

/// What the files of a gemeente are called: `GM0355-zeist`.
pub fn file_stem(region: RegionId, name: &str) -> String {
    let mut stem = region.to_string();
    let mut is_apart = true;
    for letter in name.chars().flat_map(char::to_lowercase).map(plain) {
        if letter.is_ascii_alphanumeric() {
            if is_apart {
                stem.push('-');
            }
            stem.push(letter);
        }
        is_apart = !letter.is_ascii_alphanumeric();
    }
    stem
}

/// A letter without its sign.
const fn plain(letter: char) -> char {
    match letter {
        'à'..='å' => 'a',
        'ç' => 'c',
        'è'..='ë' => 'e',
        'ì'..='ï' => 'i',
        'ñ' => 'n',
        'ò'..='ö' => 'o',
        'ù'..='ü' => 'u',
        'ý' | 'ÿ' => 'y',
        letter => letter,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_called_by_code_and_name_without_signs() {
        for (code, name, stem) in [
            ("GM0355", "Zeist", "GM0355-zeist"),
            ("GM0796", "'s-Hertogenbosch", "GM0796-s-hertogenbosch"),
            ("GM1900", "Súdwest-Fryslân", "GM1900-sudwest-fryslan"),
            (
                "GM0820",
                "Nuenen, Gerwen en Nederwetten",
                "GM0820-nuenen-gerwen-en-nederwetten",
            ),
            ("GM0417", "Laren (NH.)", "GM0417-laren-nh"),
            ("GM0001", "../<b>", "GM0001-b"),
        ] {
            let region = RegionId::parse(code).unwrap();
            assert_eq!(file_stem(region, name), stem);
        }
    }
}
