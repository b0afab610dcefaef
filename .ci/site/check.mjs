// Checks the web edition in a folder: `node check.mjs SITE_FOLDER [--shots DIR]`. One line per check; exit status 1 with a list of
// what failed.
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import * as files from "./files.mjs";

const { values, positionals } = parseArgs({ allowPositionals: true, options: { shots: { type: "string" } } });
const folder = resolve(positionals[0] ?? "");
if (positionals.length !== 1 || !existsSync(join(folder, "index.html"))) {
  console.error("usage: node check.mjs SITE_FOLDER [--shots DIR], where SITE_FOLDER has an index.html");
  process.exit(2);
}

const failed = [];
/** Tells how a check went, and keeps what failed. */
function tell(name, count, failures) {
  console.log(`${failures.length === 0 ? "good" : "FAIL"}  ${name}: ${count}${failures.length > 0 ? `, ${failures.length} failures` : ""}`);
  failed.push(...failures.map((failure) => `${name}: ${failure}`));
}

const pages = files.pagesOf(folder);
const whole = files.weight(folder);
console.log(`info  ${whole.files} files, ${pages.length} pages, ${(whole.bytes / 1e6).toFixed(1)} MB`);
tell("html is valid", `${pages.length} pages`, await files.validity(folder, pages));
tell("ids are unique", `${pages.length} pages`, files.ids(pages));
const { count, failures } = files.links(folder, pages);
tell("links lead somewhere", `${count} links`, failures);
tell("pages have title, language, description, picture and heads in order", `${pages.length} pages`, files.heads(folder, pages));
tell("sitemap lists the pages", `${pages.length} pages`, files.sitemap(folder, pages));

if (failed.length > 0) {
  console.log(`\n${failed.length} failures:\n${failed.join("\n")}`);
  process.exitCode = 1;
}
