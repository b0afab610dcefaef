//! Files that were made to do harm: small ones that ask for gigabytes, that lead back to themselves, that nest, that are locked or cut.
//!
//! Each ends, with a word on what is wrong, in the process that the system limits; a test that hangs has failed.

use std::fmt::Write as _;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use lopdf::{Document, EncryptionState, EncryptionVersion, Permissions};
use tempfile::tempdir;

use super::built;
use super::support::{self, Run};

const MEGABYTE: usize = 1 << 20;

/// What `verify` says of a file with such objects; the first is the catalog.
fn said(objects: &[Vec<u8>]) -> Run {
    let mut file = b"%PDF-1.7\n".to_vec();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (number, object) in (1..).zip(objects) {
        let _ = writeln!(table, "{:010} 00000 n ", file.len());
        file.extend(format!("{number} 0 obj\n").into_bytes());
        file.extend_from_slice(object);
        file.extend_from_slice(b"\nendobj\n");
    }
    let start = file.len();
    let size = objects.len() + 1;
    let trailer =
        format!("{table}trailer\n<</Size {size}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n");
    file.extend(trailer.into_bytes());
    said_of(&file)
}

/// Everything that it printed counts as said.
fn said_of(file: &[u8]) -> Run {
    let folder = tempdir().unwrap();
    std::fs::write(folder.path().join("file.pdf"), file).unwrap();
    let mut command = support::program();
    command
        .args(["verify", "file.pdf"])
        .current_dir(folder.path());
    let run = Run::of(&mut command);
    Run {
        stderr: run.stdout.clone() + &run.stderr,
        ..run
    }
}

/// A catalog, a page with a content, and more.
fn page(catalog: &str, resources: &str, content: Vec<u8>, more: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    let page = format!(
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R/Resources<<{resources}>>>>"
    );
    let mut all = vec![
        format!("<</Type/Catalog/Pages 2 0 R{catalog}>>").into_bytes(),
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>".to_vec(),
        page.into_bytes(),
        content,
    ];
    all.extend(more);
    all
}

fn stream(keys: &str, bytes: &[u8]) -> Vec<u8> {
    let head = format!("<</Length {}{keys}>>\nstream\n", bytes.len());
    [head.as_bytes(), bytes, b"\nendstream"].concat()
}

/// So many megabytes, packed so many times.
fn bomb(megabytes: usize, times: usize, keys: &str) -> Vec<u8> {
    let pack = |chunks: &mut dyn Iterator<Item = &[u8]>| {
        let mut packer = ZlibEncoder::new(Vec::new(), Compression::best());
        chunks.for_each(|chunk| packer.write_all(chunk).unwrap());
        packer.finish().unwrap()
    };
    let chunk = vec![b'0'; MEGABYTE];
    let mut bytes = pack(&mut std::iter::repeat_n(chunk.as_slice(), megabytes));
    for _ in 1..times {
        bytes = pack(&mut std::iter::once(bytes.as_slice()));
    }
    let filters = "/FlateDecode".repeat(times);
    stream(&format!("/Filter[{filters}]{keys}"), &bytes)
}

#[test]
fn what_unpacks_to_gigabytes_ends() {
    let content = bomb(3_000, 3, "");
    assert!(content.len() < 1_000, "{}", content.len());
    said(&page("", "", content, Vec::new()))
        .ends(1)
        .says("content that cannot be read");
    let objects = bomb(500, 2, "/Type/ObjStm/N 9/First 99");
    said(&page("", "", stream("", b"q"), vec![objects]))
        .ends(4)
        .says("file.pdf");
    // one by one each may be there, and all together may not
    let files: Vec<String> = (0..40).map(|place| format!("{} 0 R", 6 + place)).collect();
    let files = files.join(" ");
    let mut more = vec![bomb(200, 2, "/Type/EmbeddedFile")];
    more.extend((0..40).map(|place| {
        format!("<</Type/Filespec/F({place})/UF({place})/EF<</F 5 0 R>>>>").into_bytes()
    }));
    let attached = page(&format!("/AF[{files}]"), "", stream("", b"q Q"), more);
    said(&attached).ends(4).says("asks for more memory or time");
}

#[test]
fn what_leads_back_or_doubles_ends() {
    let form = |next: usize| {
        let keys = format!("/Type/XObject/Subtype/Form/Resources<</XObject<</x {next} 0 R>>>>");
        stream(&keys, b"/x Do /x Do")
    };
    // each draws the next one twice, and the last one itself
    let forms = (0..40).map(|place| form(6 + place.min(38))).collect();
    let drawn = page("", "/XObject<</x 5 0 R>>", stream("", b"/x Do"), forms);
    said(&drawn)
        .ends(1)
        .says("a form that the program did not draw");
    let twice = |kind: &str| -> Vec<Vec<u8>> {
        let node = |next: usize| format!("<<{kind}[{next} 0 R {next} 0 R]>>").into_bytes();
        (6..66).map(node).chain([b"<<>>".to_vec()]).collect()
    };
    for (catalog, kind) in [
        ("/StructTreeRoot 5 0 R", "/Type/StructElem/S/P/K"),
        ("/Names<</EmbeddedFiles 5 0 R>>", "/Kids"),
    ] {
        said(&page(catalog, "", stream("", b"q Q"), twice(kind)))
            .ends(1)
            .says("is missing");
    }
    let mut pages = page("", "", stream("", b"q Q"), twice("/Type/Pages/Kids"));
    pages[1] = b"<</Type/Pages/Kids[5 0 R 5 0 R]>>".to_vec();
    said(&pages)
        .ends(1)
        .says("was there before in the list of pages");
}

#[test]
fn what_nests_without_end_ends() {
    let deep = |open: &str, close: &str| {
        (open.repeat(200_000) + close + &"]".repeat(200_000)).into_bytes()
    };
    for content in [deep("[", "1"), deep("(", ""), deep("<</A ", "1")] {
        said(&page("", "", stream("", &content), Vec::new()))
            .ends(1)
            .says("content that cannot be read");
        said(&page("", "", stream("", b"q Q"), vec![content]))
            .ends(1)
            .says("the seal is missing");
    }
}

#[test]
fn widths_beyond_the_last_code_are_none() {
    let font =
        "<</Type/Font/Subtype/Type0/Encoding/Identity-H/ToUnicode 7 0 R/DescendantFonts[6 0 R]>>";
    let glyphs = "<</Type/Font/Subtype/CIDFontType2/W[65535[1 2 3]65534 65535 4]>>";
    let more = vec![font.into(), glyphs.into(), stream("", b"")];
    let shown = stream("", b"BT /f 9 Tf <0001> Tj ET");
    let run = said(&page("", "/Font<</f 5 0 R>>", shown, more)).ends(1);
    run.says("is not one that the program uses");
}

#[test]
fn what_is_locked_or_cut_off_is_said() {
    let mut document = Document::load(built().project.paper()).unwrap();
    let version = EncryptionVersion::V2 {
        document: &document,
        owner_password: "eigenaar",
        user_password: "lezer",
        key_length: 128,
        permissions: Permissions::all(),
    };
    let state = EncryptionState::try_from(version).unwrap();
    document.encrypt(&state).unwrap();
    let mut locked = Vec::new();
    document.save_to(&mut locked).unwrap();
    said_of(&locked).ends(4).says("it is encrypted");
    let whole = std::fs::read(built().project.paper()).unwrap();
    for part in [10, 50, 90] {
        said_of(&whole[..whole.len() * part / 100])
            .ends(4)
            .says("file.pdf");
    }
    said_of(&whole[..whole.len() - 2_000])
        .ends(1)
        .says("damaged or cut off");
    said_of(b"").ends(4).says("file.pdf");
}
