//! The stages of a build of the default edition, each alone: `cargo bench --bench stages`.
//!
//! A stage is measured as a ratio against `parquet`, which only reads the snapshots and unpacks them: what no way of
//! computing can do without. Numbers of two runs on a busy machine do not compare; ratios within one run do.

// a benchmark stops where something is wrong
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use divan::{Bencher, black_box};
use middelgroot::base::clock::Clock;
use middelgroot::base::files::all_files;
use middelgroot::base::project::Project;
use middelgroot::fact::Evidence;
use middelgroot::figures::{Buurten, Figures, Provenance, Scope, indicator, tidy};
use middelgroot::gemeente::{Gemeenten, Geometry};
use middelgroot::paper::{Chapters, Manuscript, Sources};
use middelgroot::pipeline::{BuildOptions, build};
use middelgroot::publish;
use middelgroot::query::{Edition, Queries};
use middelgroot::source::agendas::Agendas;
use middelgroot::source::snapshot::{Lock, Store};

fn main() {
    divan::main();
}

/// What every stage starts from.
struct Ground {
    project: Project,
    queries: Queries,
    gemeenten: Gemeenten,
    store: Store,
    lock: Lock,
    figures: Figures,
    provenance: Provenance,
    geometry: Option<Geometry>,
    agendas: Agendas,
}

fn ground() -> &'static Ground {
    static GROUND: OnceLock<Ground> = OnceLock::new();
    GROUND.get_or_init(|| {
        let project = Project::new(Path::new(env!("CARGO_MANIFEST_DIR")));
        let queries = Queries::read(&project.queries()).unwrap();
        let edition = queries.edition(None).unwrap();
        let figures = Figures::compute(&project.data(), &queries, edition, &mut Clock::default());
        let figures = figures.unwrap_or_else(|error| panic!("{error}"));
        let store = Store::new(&project.data());
        Ground {
            gemeenten: Gemeenten::read(&project.data()).unwrap_or_else(|error| panic!("{error}")),
            lock: store.lock().unwrap(),
            provenance: Provenance::new(&queries, &figures.tidy),
            geometry: Geometry::read(&project.data().join("geometry"), edition.boundaries).unwrap(),
            agendas: Agendas::read(&project.data().join("agendas.csv"), &queries).unwrap(),
            project,
            queries,
            store,
            figures,
        }
    })
}

impl Ground {
    fn edition(&self) -> &Edition {
        &self.figures.edition
    }

    fn scope(&self) -> Scope<'_> {
        Scope {
            queries: &self.queries,
            edition: self.edition(),
            gemeenten: &self.gemeenten,
        }
    }

    fn sources(&self) -> Sources<'_> {
        Sources {
            queries: &self.queries,
            figures: &self.figures,
            provenance: &self.provenance,
            geometry: self.geometry.as_ref(),
            agendas: &self.agendas,
        }
    }

    fn manuscript(&self) -> Manuscript<'_> {
        let chapters = Chapters::read(&self.project.paper(), &self.queries);
        let chapters = chapters.unwrap_or_else(|error| panic!("{error}"));
        Manuscript::new(chapters, self.sources()).unwrap_or_else(|error| panic!("{error}"))
    }
}

/// What no way of computing can do without: every pinned snapshot, read and unpacked by one hand.
#[divan::bench]
fn parquet(bencher: Bencher<'_, '_>) {
    let ground = ground();
    let edition = &ground.edition().id;
    bencher.bench_local(|| {
        let tables = ground.queries.tables.keys();
        let pinned = tables.filter_map(|id| Some((id, ground.lock.release(edition, id)?)));
        pinned
            .map(|(id, release)| {
                ground
                    .store
                    .read(id, release)
                    .unwrap()
                    .observations
                    .height()
            })
            .sum::<usize>()
    });
}

#[divan::bench]
fn queries(bencher: Bencher<'_, '_>) {
    let folder: PathBuf = ground().project.queries();
    bencher.bench_local(|| Queries::read(black_box(&folder)).unwrap());
}

#[divan::bench]
fn tidy_figures(bencher: Bencher<'_, '_>) {
    let ground = ground();
    bencher.bench_local(|| {
        let tidy = tidy::read(ground.scope(), &ground.store, &ground.lock);
        tidy.unwrap_or_else(|error| panic!("{error}"))
    });
}

#[divan::bench]
fn indicators(bencher: Bencher<'_, '_>) {
    let (ground, figures) = (ground(), &ground().figures);
    bencher.bench_local(|| {
        indicator::compute(
            ground.scope(),
            &figures.tidy,
            black_box(&figures.population),
        )
    });
}

#[divan::bench]
fn compare(bencher: Bencher<'_, '_>) {
    let ground = ground();
    bencher.bench_local(|| black_box(&ground.figures).compare(&ground.queries));
}

#[divan::bench]
fn provenance(bencher: Bencher<'_, '_>) {
    let ground = ground();
    bencher.bench_local(|| Provenance::new(&ground.queries, black_box(&ground.figures.tidy)));
}

/// Facts, claims with their variants, and charts.
#[divan::bench]
fn manuscript(bencher: Bencher<'_, '_>) {
    let ground = ground();
    bencher.bench_local(|| ground.manuscript().illustrations.len());
}

#[divan::bench]
fn evidence(bencher: Bencher<'_, '_>) {
    let manuscript = ground().manuscript();
    bencher.bench_local(|| Evidence::new(black_box(&manuscript.register)).unwrap());
}

/// A build that finds nothing changed, without a paper: what looking at every file and its record takes.
#[divan::bench]
fn nothing_to_do(bencher: Bencher<'_, '_>) {
    let (own, folder) = (&ground().project, tempfile::tempdir().unwrap());
    let copy = Project::new(folder.path());
    for (from, to) in [(own.queries(), copy.queries()), (own.data(), copy.data())] {
        for name in all_files(&from).unwrap() {
            let place = to.join(&name);
            fs::create_dir_all(place.parent().unwrap()).unwrap();
            fs::copy(from.join(&name), place).unwrap();
        }
    }
    let options = BuildOptions {
        data_only: true,
        ..BuildOptions::of(None, None)
    };
    let build = || build(black_box(&copy), &options).unwrap_or_else(|error| panic!("{error}"));
    build();
    bencher.bench_local(build);
}

#[divan::bench]
fn open_data(bencher: Bencher<'_, '_>) {
    let ground = ground();
    let folder = tempfile::tempdir().unwrap();
    bencher.bench_local(|| {
        let written = publish::write(
            folder.path(),
            &ground.queries,
            (&ground.figures, &ground.provenance, &Buurten::default()),
            publish::Dialect::Plain,
        );
        written.unwrap_or_else(|error| panic!("{error}"));
    });
}
