// What a reader meets: the site in Chromium, from disk and from a server on loopback.
import { createReadStream, existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const TYPES = { html: "text/html; charset=utf-8", css: "text/css; charset=utf-8", js: "text/javascript; charset=utf-8", png: "image/png", svg: "image/svg+xml", pdf: "application/pdf", ttf: "font/ttf", csv: "text/csv; charset=utf-8" };

// nothing but the pages: no updates, no reports, no look-ups of the browser's own
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

/** A server of the folder on a free port of loopback. */
export async function serve(folder) {
  const server = createServer((request, response) => {
    const name = decodeURIComponent(new URL(request.url, "http://127.0.0.1").pathname);
    const path = join(folder, name);
    if (!path.startsWith(folder + sep) || !existsSync(path) || !statSync(path).isFile()) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { "content-type": TYPES[path.split(".").pop()] ?? "application/octet-stream", "content-length": statSync(path).size });
    createReadStream(path).pipe(response);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return { base: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() };
}

export function start() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: FLAGS });
}

/** A folder as an address. */
export function ofDisk(folder) {
  return pathToFileURL(folder).href + "/";
}

/** One page of every kind; of figures and gemeenten those that differ: counts, shares and one without figures; a member, the
 * largest, the smallest, one that is merged. Where none of them is there, the first ones. */
export function kinds(paths) {
  const some = (folder, wanted) => {
    const of = paths.filter((path) => path.startsWith(folder));
    const found = of.filter((path) => wanted.some((part) => path.startsWith(folder + part)));
    return found.length > 0 ? found : of.slice(0, wanted.length);
  };
  return [
    ...paths.filter((path) => !path.includes("/")),
    ...some("indicatoren/", ["misdrijven.", "inwoners.", "aandeel-30-80.", "woonlasten."]),
    ...some("gemeenten/", ["GM0355", "GM0363", "GM0088", "GM1980"]),
  ];
}

/** A page whose console, errors and requests are kept. What goes elsewhere is broken off. */
async function open(browser, base, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(15000);
  const heard = [];
  const loaded = new Set();
  await page.route("**", (route) => {
    const address = route.request().url();
    if (address.startsWith(base) || address.startsWith("data:") || address.startsWith("blob:")) return route.continue();
    heard.push(`asks for ${address}`);
    return route.abort();
  });
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && heard.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => heard.push(`error: ${error.message}`));
  // a page that is left breaks off what it still loads: that is no fault of the page, and a file that is not there says so otherwise
  page.on("requestfailed", (request) => request.failure()?.errorText !== "net::ERR_ABORTED" && heard.push(`cannot load ${request.url()}: ${request.failure()?.errorText}`));
  page.on("response", (response) => {
    loaded.add(response.url());
    if (response.status() >= 400) heard.push(`${response.status()} for ${response.url()}`);
  });
  const go = async (path) => {
    await page.goto(base + path, { waitUntil: "load" });
    await page.waitForTimeout(path.startsWith("vergelijk") ? 300 : 30);
  };
  return { page, go, heard, loaded, context };
}

async function violations(page, where) {
  await page.evaluate(AXE);
  const found = await page.evaluate((tags) => globalThis.axe.run(document, { runOnly: { type: "tag", values: tags }, resultTypes: ["violations"] }), TAGS);
  return found.violations.flatMap((of) => of.nodes.slice(0, 5).map((node) => `${where}: ${of.id}: ${of.help}: ${node.target.join(" ")}: ${node.failureSummary?.split("\n")[1]?.trim() ?? ""}`));
}

/** axe-core over every kind, in light and dark and on a narrow screen, and after what a reader does. */
export async function accessible(browser, base, paths, heard) {
  const failures = [];
  let count = 0;
  for (const [name, options] of [
    ["light", { colorScheme: "light" }],
    ["dark", { colorScheme: "dark" }],
    ["320 px", { colorScheme: "light", viewport: { width: 320, height: 700 } }],
  ]) {
    const view = await open(browser, base, options);
    for (const path of paths) {
      await view.go(path);
      await view.page.evaluate(() => document.querySelectorAll("main details").forEach((of) => { of.open = true; }));
      failures.push(...(await violations(view.page, `${path} (${name})`)));
      count += 1;
      const sort = view.page.locator("th button").first();
      if ((await sort.count()) > 0 && (await sort.isVisible())) {
        await sort.click();
        failures.push(...(await violations(view.page, `${path} (${name}, sorted)`)));
        count += 1;
      }
      if (path === "vergelijk.html") {
        await view.page.locator("#vergelijker input[type=checkbox]").last().check({ force: true });
        await view.page.waitForTimeout(300);
        failures.push(...(await violations(view.page, `${path} (${name}, all years)`)));
        count += 1;
      }
    }
    const field = view.page.locator("form.zoek input");
    await field.fill("heer");
    await view.page.waitForTimeout(400);
    failures.push(...(await violations(view.page, `search (${name})`)));
    heard.push(...view.heard);
    await view.context.close();
  }
  return { count: count + 3, failures: [...new Set(failures)] };
}

/** No page is wider than the screen: at 320 px, and at 1280 px magnified four times, which is as wide as 320 px. */
export async function narrow(browser, base, paths, heard) {
  const failures = [];
  for (const [name, options] of [
    ["320 px", { viewport: { width: 320, height: 640 } }],
    ["1280 px at 400 %", { viewport: { width: 320, height: 256 }, deviceScaleFactor: 4 }],
  ]) {
    const view = await open(browser, base, options);
    for (const path of paths) {
      await view.go(path);
      const [wide, screen, what] = await view.page.evaluate(() => {
        const screen = innerWidth;
        const over = [...document.querySelectorAll("main *")].find((of) => of.getBoundingClientRect().right > screen + 1 && !of.closest(".tabel, .plaat, .beweegt"));
        return [document.scrollingElement.scrollWidth, screen, over ? `${over.tagName}.${over.className}` : ""];
      });
      if (wide > screen) failures.push(`${path} is ${wide} px wide (${name}) ${what}`);
    }
    heard.push(...view.heard);
    await view.context.close();
  }
  return failures;
}

/** Whether the focus can be seen, and what has it. */
function focused(page) {
  return page.evaluate(() => {
    const of = document.activeElement;
    const style = getComputedStyle(of);
    const box = of.getBoundingClientRect();
    const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1;
    return { name: `${of.tagName.toLowerCase()}${of.id ? "#" + of.id : ""} "${of.textContent.trim().slice(0, 30)}"`, seen: outlined && box.width > 0 && box.bottom > 0 && box.top < innerHeight, body: of === document.body, href: of.getAttribute("href") };
  });
}

/** Tabs through a whole page: every stop is seen, and it ends where it began. */
async function walk(view, path) {
  const failures = [];
  await view.go(path);
  const most = 60;
  const stops = await view.page.evaluate(() => document.querySelectorAll("a[href], button, input, select, summary, [tabindex='0']").length);
  let last = "";
  for (let n = 0; n < Math.min(stops + 2, most); n += 1) {
    await view.page.keyboard.press("Tab");
    const at = await focused(view.page);
    if (at.body) break;
    if (n === 0 && at.href !== "#inhoud") failures.push(`${path}: the first stop is ${at.name}, not the way to the contents`);
    if (!at.seen) failures.push(`${path}: the focus on ${at.name} cannot be seen`);
    const own = await view.page.evaluate(() => { const all = [...document.querySelectorAll("*")]; return String(all.indexOf(document.activeElement)); });
    if (own === last) failures.push(`${path}: the focus stays on ${at.name}`);
    last = own;
  }
  return failures;
}

/** Presses Tab until an element has the focus. */
async function tabTo(page, selector, most = 400) {
  for (let n = 0; n < most; n += 1) {
    if (await page.evaluate((selector) => document.activeElement?.matches(selector), selector)) return true;
    await page.keyboard.press("Tab");
  }
  return false;
}

async function search(view) {
  const { page } = view;
  await view.go("index.html");
  if (!(await tabTo(page, "form.zoek input", 40))) return ["Tab does not come to the search field"];
  await page.keyboard.type("heerhu", { delay: 20 });
  await page.waitForFunction(() => document.activeElement.getAttribute("aria-expanded") === "true").catch(() => {});
  await page.keyboard.press("ArrowDown");
  const chosen = await page.evaluate(() => document.getElementById(document.activeElement.getAttribute("aria-activedescendant") ?? "")?.textContent ?? "");
  const failures = /Dijk en Waard/.test(chosen) ? [] : [`"heerhu" and an arrow choose "${chosen}", not Dijk en Waard`];
  await page.keyboard.press("Enter");
  await page.waitForURL(/dijk-en-waard/, { timeout: 5000 }).catch(() => {});
  const title = await page.title();
  if (!/Dijk en Waard/.test(title)) failures.push(`"heerhu" and Enter lead to "${title}" (${page.url()})`);
  return failures;
}

async function sorting(view, paths) {
  const { page } = view;
  let path;
  for (path of paths.filter((path) => path.startsWith("indicatoren/"))) {
    await view.go(path);
    if ((await page.locator("table[data-sorteren] th.getal button").count()) > 0) break;
    path = undefined;
  }
  if (!path) return ["no page of a figure has a table that sorts"];
  // a column of figures, to be sorted as numbers
  const place = await page.evaluate(() => [...document.querySelector("table[data-sorteren]").tHead.rows[0].cells].findIndex((cell) => cell.classList.contains("getal")));
  if (place < 0) return [`${path}: no column of figures can be sorted`];
  await page.evaluate((place) => document.querySelector("table[data-sorteren]").tHead.rows[0].cells[place].querySelector("button").setAttribute("data-check", ""), place);
  if (!(await tabTo(page, "[data-check]"))) return [`${path}: Tab does not come to the head of a column`];
  const failures = [];
  const state = () => page.evaluate((place) => {
    const table = document.querySelector("table[data-sorteren]");
    const values = [...table.tBodies[0].rows].map((row) => row.cells[place].textContent.replace(/\u2212/g, "-").replace(/[^\d,-]/g, "").replace(",", ".")).filter((text) => /\d/.test(text)).map(Number);
    return { sort: table.tHead.rows[0].cells[place].getAttribute("aria-sort"), values };
  }, place);
  for (const key of ["Enter", "Space"]) {
    const before = await state();
    await page.keyboard.press(key);
    const { sort, values } = await state();
    const way = sort === "ascending" ? 1 : -1;
    if (!["ascending", "descending"].includes(sort) || sort === before.sort) failures.push(`${path}: ${key} on the head of a column leaves aria-sort at ${sort}`);
    else if (values.length < 2 || values.some((value, n) => n > 0 && way * (value - values[n - 1]) < 0)) failures.push(`${path}: sorted ${sort}, the rows are in another order`);
  }
  // the field above it keeps the rows with a name
  if (!(await tabTo(page, ".filter input"))) {
    await page.evaluate(() => document.activeElement.blur());
    if (!(await tabTo(page, ".filter input"))) return [...failures, `${path}: Tab does not come to the field above the table`];
  }
  await page.keyboard.type("zeist");
  const kept = await page.evaluate(() => [...document.querySelector("table[data-sorteren]").tBodies[0].rows].filter((row) => row.checkVisibility()).map((row) => row.textContent));
  if (kept.length !== 1 || !kept[0].includes("Zeist")) failures.push(`${path}: "zeist" keeps ${kept.length} rows`);
  return failures;
}

async function comparing(view, base) {
  const { page } = view;
  await view.go("vergelijk.html");
  const failures = [];
  const outcome = () => page.evaluate(() => ({ heads: document.querySelectorAll("#uitkomst thead th").length, rows: [...document.querySelectorAll("#uitkomst tbody th")].map((of) => of.textContent), bars: document.querySelectorAll("#uitkomst svg").length, hash: location.hash + location.search }));
  const before = await outcome();
  // a gemeente, by its name
  if (!(await tabTo(page, "#erbij"))) return ["vergelijk.html: Tab does not come to the field for a gemeente"];
  await page.keyboard.type("zeist", { delay: 20 });
  await page.waitForTimeout(300);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.waitForTimeout(300);
  const zeist = await outcome();
  if (!zeist.rows.includes("Zeist")) failures.push(`vergelijk.html: Zeist was picked and the table has ${zeist.rows.join(", ")}`);
  if (zeist.hash === before.hash) failures.push("vergelijk.html: the address stays the same after a pick");
  // a network and a figure, by the next boxes that are not ticked
  for (const [name, selector] of [["network", "#vergelijker fieldset:first-of-type input[type=checkbox]:not(:checked)"], ["figure", "#vergelijker fieldset:nth-of-type(2) details[open] input[type=checkbox]:not(:checked)"]]) {
    await view.page.evaluate(() => document.activeElement.blur());
    const last = await outcome();
    if (!(await tabTo(page, selector))) {
      failures.push(`vergelijk.html: Tab does not come to a box of a ${name}`);
      continue;
    }
    await page.keyboard.press("Space");
    await page.waitForTimeout(400);
    const now = await outcome();
    if (now.rows.length + now.heads <= last.rows.length + last.heads) failures.push(`vergelijk.html: a ${name} was ticked and the table did not grow`);
    if (name === "figure" && now.bars <= last.bars) failures.push("vergelijk.html: a figure was ticked and no chart came");
    if (now.hash === last.hash) failures.push(`vergelijk.html: the address stays the same after a ${name}`);
    if (await page.evaluate(() => document.activeElement === document.body)) failures.push(`vergelijk.html: the focus is lost after a ${name}`);
  }
  const state = await outcome();
  const again = await open(view.browser, base);
  await again.go(`vergelijk.html${state.hash}`);
  await again.page.waitForTimeout(400);
  const reopened = await again.page.evaluate(() => [...document.querySelectorAll("#uitkomst tbody th")].map((of) => of.textContent));
  if (JSON.stringify(reopened) !== JSON.stringify(state.rows)) failures.push(`vergelijk.html: the address reopened shows ${reopened.join(", ")}, not ${state.rows.join(", ")}`);
  await again.context.close();
  return failures;
}

/** With real keys: the way to the contents, search, sorting, comparing, and a focus that is always seen. */
export async function keyboard(browser, base, paths, heard) {
  // without smooth scrolling: a focus on its way into view is neither seen nor unseen
  const view = { ...(await open(browser, base, { reducedMotion: "reduce" })), browser };
  const failures = [];
  for (const path of paths) failures.push(...(await walk(view, path)));
  await view.go("index.html");
  await view.page.keyboard.press("Tab");
  await view.page.keyboard.press("Enter");
  if (!(await view.page.evaluate(() => document.activeElement?.id === "inhoud"))) failures.push("the way to the contents does not bring the focus there");
  failures.push(...(await search(view)));
  failures.push(...(await sorting(view, paths)));
  failures.push(...(await comparing(view, base)));
  heard.push(...view.heard);
  await view.context.close();
  return failures;
}

/** Without scripts everything is there to read; nothing moves for who does not want it; and what is printed has no navigation. */
export async function plain(browser, base, paths, heard) {
  const failures = [];
  const without = await open(browser, base, { javaScriptEnabled: false });
  for (const path of paths) {
    await without.go(path);
    const main = without.page.locator("main");
    if ((await main.innerText()).trim().length < 100) failures.push(`${path}: without scripts there is next to nothing`);
    if (path === "vergelijk.html" && (await without.page.locator("main table:visible").count()) === 0) failures.push(`${path}: without scripts there is no table`);
  }
  await without.context.close();
  const still = await open(browser, base, { reducedMotion: "reduce" });
  for (const path of paths) {
    await still.go(path);
    const moving = await still.page.evaluate(() => document.getAnimations().length + [...document.querySelectorAll("*")].filter((of) => {
      const style = getComputedStyle(of);
      return style.scrollBehavior === "smooth" || style.animationName !== "none" || style.transitionDuration.split(",").some((time) => parseFloat(time) > 0);
    }).length);
    if (moving > 0) failures.push(`${path}: ${moving} things move for who wants none to`);
  }
  for (const path of paths) {
    await still.page.emulateMedia({ media: "print" });
    await still.go(path);
    if (await still.page.locator("nav[aria-label=Hoofdmenu], form.zoek").evaluateAll((all) => all.some((of) => of.checkVisibility()))) failures.push(`${path}: navigation is printed`);
  }
  await still.go(paths[0]);
  const pdf = (await still.page.pdf()).toString("latin1");
  if (!pdf.startsWith("%PDF-") || !/\/Subtype\s*\/Link/.test(pdf)) failures.push(`${paths[0]}: printed to PDF it has no links`);
  heard.push(...still.heard, ...without.heard);
  await still.context.close();
  return failures;
}

/** What opening a page costs. */
export async function cost(browser, base, path) {
  const view = await open(browser, base);
  let bytes = 0;
  const sizes = [];
  view.page.on("response", (response) => sizes.push(response.body().then((body) => { bytes += body.length; }).catch(() => {})));
  await view.page.addInitScript(() => {
    globalThis.measured = { lcp: 0, cls: 0 };
    new PerformanceObserver((list) => { for (const of of list.getEntries()) measured.lcp = of.startTime; }).observe({ type: "largest-contentful-paint", buffered: true });
    new PerformanceObserver((list) => { for (const of of list.getEntries()) if (!of.hadRecentInput) measured.cls += of.value; }).observe({ type: "layout-shift", buffered: true });
  });
  await view.go(path);
  await view.page.waitForTimeout(500);
  await Promise.all(sizes);
  const measured = await view.page.evaluate(() => ({ ...globalThis.measured, load: performance.getEntriesByType("navigation")[0].loadEventEnd, elements: document.querySelectorAll("*").length }));
  await view.context.close();
  return { ...measured, bytes, files: view.loaded.size };
}

/** Pictures of every page at three widths. */
export async function shots(browser, base, paths, folder) {
  mkdirSync(folder, { recursive: true });
  for (const width of [320, 768, 1280]) {
    const view = await open(browser, base, { viewport: { width, height: 1000 } });
    for (const path of paths) {
      await view.go(path);
      await view.page.screenshot({ path: join(folder, `${path.replaceAll("/", "_").replace(".html", "")}-${width}.png`) });
    }
    await view.context.close();
  }
  return paths.length * 3;
}
