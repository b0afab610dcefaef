// Checks the web edition in a folder: `node check.mjs SITE_FOLDER [--shots DIR]`. One line per check; exit status 1 with a list of
// what failed.
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import * as browser from "./browser.mjs";
import * as files from "./files.mjs";

const { values, positionals } = parseArgs({ allowPositionals: true, options: { shots: { type: "string" } } });
const folder = resolve(positionals[0] ?? "");
if (positionals.length !== 1 || !existsSync(join(folder, "index.html"))) {
  console.error("usage: node check.mjs SITE_FOLDER [--shots DIR], where SITE_FOLDER has an index.html");
  process.exit(2);
}

/** The most failures of one check that are listed. */
const MOST = 25;

const failed = [];
/** Tells how a check went, and keeps what failed. */
function tell(name, count, failures) {
  console.log(`${failures.length === 0 ? "good" : "FAIL"}  ${name}: ${count}${failures.length > 0 ? `, ${failures.length} failures` : ""}`);
  failed.push(...failures.slice(0, MOST).map((failure) => `${name}: ${failure}`));
  if (failures.length > MOST) failed.push(`${name}: and ${failures.length - MOST} more`);
}

const pages = files.pagesOf(folder);
const whole = files.weight(folder);
console.log(`info  ${whole.files} files, ${pages.length} pages, ${(whole.bytes / 1e6).toFixed(1)} MB`);
// the slowest check that needs no browser goes on beside those that do
const validity = new Promise((done, failed) => {
  const worker = new Worker(new URL("./validity.mjs", import.meta.url), { workerData: folder });
  worker.once("message", done);
  worker.once("error", failed);
});
tell("ids are unique", `${pages.length} pages`, files.ids(pages));
const { count, failures } = files.links(folder, pages);
tell("links lead somewhere", `${count} links`, failures);
tell("pages have title, language, description, picture and heads in order", `${pages.length} pages`, files.heads(folder, pages));
tell("sitemap lists the pages", `${pages.length} pages`, files.sitemap(folder, pages));

const paths = browser.kinds(pages.map((page) => page.path));
const ofEach = `${paths.length} pages`;
const heard = [];
const chromium = await browser.start();
const server = await browser.serve(folder);
const disk = browser.ofDisk(folder);
try {
  const axe = await browser.accessible(chromium, server.base, paths, heard);
  tell("axe-core finds nothing", `${axe.count} states`, axe.failures);
  tell("nothing is wider than a narrow screen", ofEach, await browser.narrow(chromium, disk, paths, heard));
  tell("all works by keyboard, from disk", ofEach, await browser.keyboard(chromium, disk, paths, heard));
  tell("all is there without scripts, still, and printed", ofEach, await browser.plain(chromium, disk, paths, heard));
  const { bytes, files: loaded, load, elements, lcp, cls } = await browser.cost(chromium, server.base, "index.html");
  const large = bytes > 500_000 ? [`index.html and what it loads are ${bytes} bytes`] : [];
  tell("the first page is light", `${loaded} files, ${Math.round(bytes / 1000)} kB`, large);
  console.log(`info  index.html: loaded in ${Math.round(load)} ms, ${elements} elements, LCP ${Math.round(lcp)} ms, CLS ${cls.toFixed(3)}`);
  tell("no page complains or asks for anything elsewhere", ofEach, [...new Set(heard)]);
  if (values.shots) console.log(`info  ${await browser.shots(chromium, disk, paths, values.shots)} pictures in ${values.shots}`);
} finally {
  await chromium.close();
  server.close();
}
tell("html is valid", `${pages.length} pages`, await validity);

if (failed.length > 0) {
  console.log(`\nwhat failed:\n${failed.join("\n")}`);
  process.exitCode = 1;
}
