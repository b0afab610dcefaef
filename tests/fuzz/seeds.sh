#!/bin/sh
# Fills `corpus/` with what the targets begin with: the small files of `seeds/`, and those of the tests in the form that a target
# takes them in, several in one (`tail` prints `==> name <==` above each). A PDF that is named goes to those of `pdf`.
set -eu
cd "$(dirname "$0")"

for folder in seeds/*; do
    target=${folder#seeds/}
    mkdir -p "corpus/$target"
    cp "$folder"/* "corpus/$target/"
done

mkdir -p corpus/table corpus/queries
for table in ../made/tables/*; do
    (cd "$table" && tail -n +1 source.toml topics.csv observations.csv) > "corpus/table/$(basename "$table").txt"
done

# one theme alone is enough to begin with, and is called as the target calls it
queries() {
    work=$(mktemp -d)
    mkdir "$work/themes"
    cp "$1"/*.toml "$work/"
    cp "$2" "$work/themes/a.toml"
    (cd "$work" && tail -n +1 ./*.toml themes/a.toml | sed 's|^==> \./|==> |') > "corpus/queries/$3.txt"
    rm -r "$work"
}
queries ../made/queries ../made/queries/themes/proef.toml made
for theme in ../../queries/themes/*.toml; do
    queries ../../queries "$theme" "$(basename "$theme" .toml)"
done

mkdir -p corpus/lists
(cd ../made/data && tail -n +1 regions/gemeenten.csv regions/herindelingen.csv networks.csv | sed 's|^==> regions/|==> |') > corpus/lists/made.txt

for pdf in "$@"; do
    cp "$pdf" corpus/pdf/
done
