// The web edition as its readers meet it: `node check.mjs SITE [--shots FOLDER]`. A line per check; ends with 1 when one fails.
// Pages are opened from disk, as a folder that was handed over is, and from a server, as a website is.
import fs from "node:fs";
import http from "node:http";
import path from "node:path";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { HtmlValidate } from "html-validate";

const site = path.resolve(process.argv[2]);
const shots = process.argv[3] === "--shots" ? process.argv[4] : null;
const axe = fs.readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const failures = [];

function check(what, found) {
  console.log(`${found.length === 0 ? "ok  " : "FAIL"} ${what}${found.length === 0 ? "" : `: ${found.length}`}`);
  failures.push(...found.slice(0, 12).map((of) => `${what}: ${of}`));
}

const files = fs.readdirSync(site, { recursive: true }).map((name) => name.split(path.sep).join("/")).filter((name) => fs.statSync(path.join(site, name)).isFile());
const pages = files.filter((name) => name.endsWith(".html"));
const text = new Map(pages.map((name) => [name, fs.readFileSync(path.join(site, name), "utf8")]));

// One page of each kind, and of gemeenten those that differ: a member, the largest, the smallest, one that is merged, one with a
// long name.
const some = (folder, wanted) => pages.filter((name) => name.startsWith(folder) && wanted.some((part) => name.includes(part)));
const kinds = pages.filter((name) => !name.includes("/")).concat(
  some("indicatoren/", ["/misdrijven.html", "/inwoners.html", "/aandeel-30-80.html", "/woonlasten.html"]),
  some("gemeenten/", ["GM0355", "GM0363", "GM0088", "GM1980", "GM0820"]),
);

// ---- files

async function validate() {
  const rules = new HtmlValidate({
    extends: ["html-validate:recommended"],
    rules: {
      // Typst writes elements without `/`, and empty SVG elements with an end
      "void-style": "off",
      "no-trailing-whitespace": "off",
      "long-title": "off",
      // the width of a drawing, and what Typst displays as a block
      "no-inline-style": "off",
      // lists without marks lose their role in one browser otherwise
      "no-redundant-role": "off",
      // a region is named where it can be moved sideways
      "prefer-native-element": ["error", { exclude: ["region", "img", "search", "group", "list"] }],
      "wcag/h63": "error",
      "no-raw-characters": "off",
    },
  });
  const wrong = [];
  for (const [name, html] of text) {
    const report = await rules.validateString(html);
    for (const result of report.results) for (const message of result.messages) wrong.push(`${name}:${message.line}:${message.column} ${message.ruleId}: ${message.message}`);
  }
  check(`valid HTML (${text.size} files)`, wrong);
}

function links() {
  const known = new Set(files);
  const ids = new Map([...text].map(([name, html]) => [name, [...html.matchAll(/\sid="([^"]*)"/g)].map((of) => of[1])]));
  const wrong = [];
  let count = 0;
  for (const [name, html] of text) {
    const own = ids.get(name);
    if (new Set(own).size !== own.length) wrong.push(`${name}: an id twice`);
    for (const [, link] of html.matchAll(/\s(?:href|src)="([^"]*)"/g)) {
      count += 1;
      if (link.startsWith("https://") || link.startsWith("data:")) continue;
      const [file, id] = link.replaceAll("&amp;", "&").split("#");
      const target = file === "" ? name : path.posix.normalize(path.posix.join(path.posix.dirname(name), file));
      if (!known.has(target)) wrong.push(`${name}: ${link}`);
      else if (id && !id.includes("=") && !ids.get(target)?.includes(id)) wrong.push(`${name}: ${link}`);
    }
  }
  check(`links lead somewhere (${count})`, wrong);
}

function heads() {
  const wrong = [];
  const titles = new Map();
  for (const [name, html] of text) {
    const one = (what) => (html.match(what) || []).length === 1;
    if (!one(/<html lang="nl">/g)) wrong.push(`${name}: language`);
    if (!one(/<h1[ >]/g)) wrong.push(`${name}: one h1`);
    if (!one(/<meta name="description" content="[^"]{20,}"/g)) wrong.push(`${name}: description`);
    const levels = [...html.matchAll(/<h([1-6])[ >]/g)].map((of) => Number(of[1]));
    if (levels.some((level, n) => level > (levels[n - 1] || 0) + 1)) wrong.push(`${name}: headings ${levels.join("")}`);
    const title = html.match(/<title>([^<]+)/)?.[1];
    if (!title || titles.has(title)) wrong.push(`${name}: title as ${titles.get(title)}`);
    titles.set(title, name);
    const picture = html.match(/property="og:image" content="([^"]+)"/)?.[1];
    if (!picture || !(picture.startsWith("https://") || files.includes(path.posix.normalize(path.posix.join(path.posix.dirname(name), picture))))) wrong.push(`${name}: picture ${picture}`);
  }
  check("language, title, description, headings, picture", wrong);
  if (files.includes("sitemap.xml")) {
    const listed = [...fs.readFileSync(path.join(site, "sitemap.xml"), "utf8").matchAll(/<loc>([^<]+)/g)].map((of) => of[1]);
    check("the sitemap lists the pages", listed.length === pages.length ? [] : [`${listed.length} of ${pages.length}`]);
  }
}

// ---- a browser

const types = { html: "text/html; charset=utf-8", css: "text/css", js: "text/javascript", png: "image/png", ttf: "font/ttf", svg: "image/svg+xml" };
const server = http.createServer((request, response) => {
  const name = decodeURIComponent(new URL(request.url, "http://x").pathname.slice(1)) || "index.html";
  if (!files.includes(name)) return response.writeHead(404).end();
  response.writeHead(200, { "content-type": types[name.split(".").pop()] || "application/octet-stream" });
  fs.createReadStream(path.join(site, name)).pipe(response);
});
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const served = `http://127.0.0.1:${server.address().port}/`;
const disk = pathToFileURL(site + "/").href;
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});

/** A tab that tells of every message on the console and every request to elsewhere. */
async function open(options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  page.said = [];
  page.on("console", (message) => { if (["error", "warning"].includes(message.type())) page.said.push(message.text()); });
  page.on("pageerror", (error) => page.said.push(String(error)));
  page.on("request", (request) => { if (![disk, served, "data:"].some((own) => request.url().startsWith(own))) page.said.push(`request to ${request.url()}`); });
  return page;
}

async function accessible() {
  for (const [look, options] of [["light", {}], ["dark", { colorScheme: "dark" }], ["320 pixels", { viewport: { width: 320, height: 700 } }]]) {
    const page = await open(options);
    const [wrong, wide] = [[], []];
    for (const name of kinds) {
      await page.goto(disk + name);
      if (name === "vergelijk.html") await page.waitForSelector("#uitkomst table");
      if (look !== "320 pixels") await page.evaluate(() => document.querySelectorAll("details").forEach((of) => { of.open = true; }));
      await page.evaluate(axe);
      const found = await page.evaluate(() => axe.run({ preload: false, runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
      for (const of of found.violations) wrong.push(`${name}: ${of.id}: ${of.nodes.slice(0, 3).map((node) => node.target.join(" ")).join(", ")}`);
      const width = await page.evaluate(() => document.scrollingElement.scrollWidth - innerWidth);
      if (width > 0) wide.push(`${name}: ${width} pixels too wide`);
      if (shots) {
        fs.mkdirSync(shots, { recursive: true });
        await page.screenshot({ path: path.join(shots, `${name.replaceAll("/", "_")}-${look.replace(" ", "-")}.png`), clip: { x: 0, y: 0, width: page.viewportSize().width, height: 2400 }, fullPage: true });
      }
    }
    check(`axe-core, ${look} (${kinds.length} pages)`, wrong);
    check(`no sideways scrolling, ${look}`, wide);
    check(`nothing on the console and no request to elsewhere, ${look}`, page.said);
    await page.context().close();
  }
}

/** The keys of a reader without a mouse. */
async function keyboard() {
  const page = await open();
  const wrong = [];
  const must = (what, is) => { if (!is) wrong.push(what); };
  const focused = () => page.evaluate(() => ({ text: document.activeElement.textContent.trim().slice(0, 40), id: document.activeElement.id, outline: getComputedStyle(document.activeElement).outlineStyle }));
  await page.goto(served + "index.html");
  await page.keyboard.press("Tab");
  must("the first stop is the way to the content", (await focused()).text === "Naar de inhoud");
  await page.keyboard.press("Enter");
  must("it leads to the content", (await focused()).id === "inhoud");
  await page.goto(served + "index.html");
  for (let n = 0; n < 12 && (await focused()).id !== "zoek"; n += 1) {
    await page.keyboard.press("Tab");
    must(`focus is seen at ${(await focused()).text}`, (await focused()).outline !== "none");
  }
  must("the search field is reached", (await focused()).id === "zoek");
  await page.keyboard.type("heerhu");
  await page.waitForSelector("#zoek-keuzes li");
  await page.keyboard.press("ArrowDown");
  must("a choice is pointed at", (await page.getAttribute("#zoek", "aria-activedescendant")) === "zoek-keuzes-0");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/GM1980-dijk-en-waard.html");

  await page.goto(served + "indicatoren/misdrijven.html");
  const column = (n) => page.$$eval("table[data-sorteren] tbody tr", (rows, n) => rows.map((row) => row.cells[n].textContent), n);
  await page.focus("table[data-sorteren] th:nth-child(2) button");
  await page.keyboard.press("Enter");
  const number = (of) => Number(of.replaceAll(".", "").replace(",", ".").replace("*", "")) || -Infinity;
  const high = (await column(1)).map(number);
  must("a column sorts from high to low", high.every((of, n) => n === 0 || of <= high[n - 1]) && (await page.getAttribute("table[data-sorteren] th:nth-child(2)", "aria-sort")) === "descending");
  await page.keyboard.press("Space");
  const low = (await column(1)).map(number).filter((of) => of !== -Infinity);
  must("and from low to high", low.every((of, n) => n === 0 || of >= low[n - 1]));
  await page.focus(".filter input");
  await page.keyboard.type("zeist");
  must("a table keeps the rows of a name", (await page.$$eval("table[data-sorteren] tbody tr", (rows) => rows.filter((row) => !row.hidden).length)) === 1);

  await page.goto(served + "vergelijk.html");
  await page.waitForSelector("#uitkomst table");
  await page.focus("#erbij");
  await page.keyboard.type("zeist");
  await page.waitForSelector("#erbij-keuzes li");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.querySelector("#uitkomst").textContent.includes("Zeist"));
  await page.focus(".vinkjes input:not(:checked)");
  await page.keyboard.press("Space");
  await page.waitForFunction(() => location.hash.includes("GM0355"));
  const address = page.url();
  const before = await page.textContent("#uitkomst");
  const again = await open();
  await again.goto(address);
  await again.waitForFunction((wanted) => document.querySelector("#uitkomst")?.textContent === wanted, before, { timeout: 5000 }).catch(() => wrong.push("an address does not give the same again"));
  must("there are charts", (await page.$$("#uitkomst svg")).length > 0);
  check("with the keyboard alone: search, sorting, filtering, comparing", wrong);
  check("nothing on the console", page.said.concat(again.said));
  await page.context().close();
  await again.context().close();
}

async function otherwise() {
  const wrong = [];
  const bare = await open({ javaScriptEnabled: false });
  for (const name of kinds) {
    await bare.goto(disk + name);
    const words = (await bare.locator("main").innerText()).length;
    if (words < 200) wrong.push(`${name}: ${words} letters`);
  }
  await bare.goto(disk + "vergelijk.html");
  if ((await bare.locator("main table tbody tr:visible").count()) < 30) wrong.push("vergelijk.html: no table without script");
  check("everything is there without script", wrong);
  const page = await open({ viewport: { width: 320, height: 256 } });
  const wide = [];
  for (const name of kinds) {
    await page.goto(disk + name);
    const hidden = await page.evaluate(() => document.scrollingElement.scrollWidth - innerWidth);
    if (hidden > 0) wide.push(name);
  }
  check("1280 by 1024 at 400%", wide);
  const printed = [];
  await page.emulateMedia({ media: "print" });
  for (const name of kinds) {
    await page.goto(disk + name);
    if (await page.locator("nav[aria-label=Hoofdmenu]").isVisible()) printed.push(`${name}: the menu is printed`);
    if (!(await page.locator("main").isVisible())) printed.push(`${name}: nothing is printed`);
  }
  check("on paper", printed);
}

async function weight() {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  let bytes = 0;
  page.on("request", (request) => {
    const name = request.url().slice(served.length).split("#")[0];
    if (request.url().startsWith(served)) bytes += fs.statSync(path.join(site, name)).size;
  });
  await page.goto(served + "index.html", { waitUntil: "networkidle" });
  const told = await page.evaluate(async () => {
    const seen = (type) => new Promise((ready) => { const found = []; new PerformanceObserver((list) => found.push(...list.getEntries())).observe({ type, buffered: true }); setTimeout(() => ready(found), 300); });
    const paint = await seen("largest-contentful-paint");
    const shift = (await seen("layout-shift")).reduce((sum, of) => sum + of.value, 0);
    const [navigation] = performance.getEntriesByType("navigation");
    return { paint: Math.round(paint.at(-1)?.startTime || 0), shift: shift.toFixed(3), loaded: Math.round(navigation.loadEventEnd), elements: document.querySelectorAll("*").length };
  });
  const whole = files.reduce((sum, name) => sum + fs.statSync(path.join(site, name)).size, 0);
  console.log(`     the first page: ${(bytes / 1000).toFixed(0)} kB, ${told.elements} elements, largest paint ${told.paint} ms, loaded ${told.loaded} ms, layout shift ${told.shift}`);
  console.log(`     the whole site: ${(whole / 1e6).toFixed(1)} MB in ${files.length} files, ${pages.length} of them pages`);
  check("the first page is below 500 kB", bytes < 500_000 && bytes > 100_000 ? [] : [`${bytes} bytes`]);
}

await validate();
links();
heads();
await accessible();
await keyboard();
await otherwise();
await weight();
await browser.close();
server.close();
for (const of of failures) console.error(of);
process.exit(failures.length === 0 ? 0 : 1);
