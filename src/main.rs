//! The command line.
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let q = middelgroot::query::Queries::read(std::path::Path::new("queries"));
    let q = match q { Ok(q) => q, Err(e) => { eprintln!("{e}"); std::process::exit(2) } };
    println!("{} topics {} indicators", q.topics.len(), q.indicators.len());
    for f in &a[1..] {
        match middelgroot::import::import(std::path::Path::new(f), std::path::Path::new("data"), Some(&q)) {
            Ok(i) => println!("{i:?}"),
            Err(e) => eprintln!("{e} {:?}", e.hint()),
        }
    }
}
