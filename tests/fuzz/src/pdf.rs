//! PDFs of objects that an input gives, with a table of their offsets; and PDFs that carry files.

use std::collections::BTreeMap;

use middelgroot::base::files::sha256;
use middelgroot::evidence::attachments::{ALL, CHECKSUMS};

/// A PDF of objects, one behind the other with a line `endobj` after each; the first is the catalog.
pub fn of(input: &[u8]) -> Vec<u8> {
    let mut objects = Vec::new();
    let mut rest = input;
    while !rest.is_empty() {
        let end = find(rest, b"\nendobj\n");
        objects.push(&rest[..end.unwrap_or(rest.len())]);
        rest = end.map_or(&[][..], |end| &rest[end + b"\nendobj\n".len()..]);
    }
    assembled(&objects)
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}

fn assembled(objects: &[impl AsRef<[u8]>]) -> Vec<u8> {
    let mut file = b"%PDF-1.7\n".to_vec();
    let size = objects.len() + 1;
    let mut table = format!("xref\n0 {size}\n0000000000 65535 f \n");
    for (number, object) in (1..).zip(objects) {
        table += &format!("{:010} 00000 n \n", file.len());
        file.extend(format!("{number} 0 obj\n").into_bytes());
        file.extend_from_slice(object.as_ref());
        file.extend_from_slice(b"\nendobj\n");
    }
    let start = file.len();
    let end = format!("trailer\n<</Size {size}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n");
    file.extend((table + &end).into_bytes());
    file
}

/// A PDF of one page that carries these files, of those that the program attaches, with their checksums.
pub fn carrying(files: &[(&str, &[u8])]) -> Vec<u8> {
    let given: BTreeMap<&str, &[u8]> = files.iter().copied().collect();
    let names = ALL.map(|of| of.name);
    let mut carried: BTreeMap<&str, Vec<u8>> = names
        .into_iter()
        .filter_map(|name| Some((name, given.get(name)?.to_vec())))
        .collect();
    let sums: String = carried
        .iter()
        .filter(|(name, _)| **name != CHECKSUMS)
        .map(|(name, bytes)| format!("{}  {name}\n", sha256(bytes)))
        .collect();
    carried.insert(CHECKSUMS, sums.into_bytes());
    let page = given.get("page").copied().unwrap_or(b"q Q");
    let (mut all, mut specs) = (Vec::new(), Vec::new());
    for (at, (name, bytes)) in carried.iter().enumerate() {
        let (spec, data) = (8 + 2 * at, 9 + 2 * at);
        specs.push((name, spec));
        let spec = format!("<</Type/Filespec/F({name})/UF({name})/EF<</F {data} 0 R>>>>");
        all.push(spec.into_bytes());
        all.push(stream("/Type/EmbeddedFile", bytes));
    }
    let list = |of: &dyn Fn(&(&&str, usize)) -> String| -> String {
        specs.iter().map(of).collect::<Vec<_>>().join(" ")
    };
    let named = list(&|(name, spec)| format!("({name}) {spec} 0 R"));
    let associated = list(&|(_, spec)| format!("{spec} 0 R"));
    let catalog = format!(
        "<</Type/Catalog/Pages 2 0 R/AF[{associated}]/Names<</EmbeddedFiles<</Names[{named}]>>>>>>"
    );
    let sheet = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R\
                 /Resources<</Font<</f 5 0 R>>>>>>";
    let mut objects = vec![
        catalog.into_bytes(),
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>".to_vec(),
        sheet.as_bytes().to_vec(),
        stream("", page),
        b"<</Type/Font/Subtype/Type0/BaseFont/AAAAAA+NotoSans-Regular/Encoding/Identity-H\
          /DescendantFonts[6 0 R]/ToUnicode 7 0 R>>"
            .to_vec(),
        b"<</Type/Font/Subtype/CIDFontType2/BaseFont/AAAAAA+NotoSans-Regular/DW 500/W[1[500 600]]>>"
            .to_vec(),
        stream("", LETTERS),
    ];
    objects.extend(all);
    assembled(&objects)
}

/// Code and letter are the same.
const LETTERS: &[u8] = b"begincmap\n1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n\
1 beginbfrange\n<0020> <00FF> <0020>\nendbfrange\nendcmap";

fn stream(keys: &str, bytes: &[u8]) -> Vec<u8> {
    let head = format!("<</Length {}{keys}>>\nstream\n", bytes.len());
    [head.as_bytes(), bytes, b"\nendstream"].concat()
}

/// What is said of a stranger's file goes to a terminal, a line each.
pub fn is_tame(differences: &[String]) {
    for line in differences {
        assert!(!line.trim().is_empty(), "a difference without words");
        assert!(!line.contains(char::is_control), "{line:?}");
    }
}
