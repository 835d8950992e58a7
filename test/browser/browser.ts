/**
 * Debian's chromium, and what every visit to the page must be free of: errors, warnings, failed requests, and violations of
 * the page's own policy.
 *
 * Where there is no chromium the tests are skipped, unless CI or ACCRETE_REQUIRE_BROWSER=1 is set: then they fail.
 * ACCRETE_CHROMIUM says where it is, if not at /usr/bin/chromium.
 */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { after, before, describe, test } from "node:test";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { patienceMs } from "../support/patience.ts";

const executablePath = process.env.ACCRETE_CHROMIUM ?? "/usr/bin/chromium";
const isRequired = Boolean(process.env.CI) || process.env.ACCRETE_REQUIRE_BROWSER === "1";
const isInstalled = existsSync(executablePath) || isRequired;
const reasonToSkip = `${executablePath} is not there (Debian: apt-get install chromium)`;
const args = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const artifacts = resolve(import.meta.dirname, "../../test-artifacts");

export const desk = { width: 1280, height: 900 };
export const phone = { width: 360, height: 740 };

export interface VisitOptions extends BrowserContextOptions {
  /** Complaints in the console that the test provokes. */
  readonly provoked?: RegExp;
  /** Runs in the page before its own scripts. */
  readonly prepare?: () => void;
  /** The test controls the timers, by `page.clock`. */
  readonly hasClock?: boolean;
}

export interface Site<World> {
  readonly world: World;
  /** Opens a window of its own, and fails if there were complaints meanwhile. */
  visit(address: string, options: VisitOptions, run: (page: Page) => Promise<void>): Promise<void>;
}

/** Tests of one world's page in a browser. */
export function inBrowser<World extends { close(): Promise<void> }>(
  title: string,
  open: () => Promise<World>,
  tests: (site: Site<World>) => void,
): void {
  if (!isInstalled) return void test(title, { skip: reasonToSkip }, () => undefined);
  describe(title, () => {
    let [browser, world]: [Browser | undefined, World | undefined] = [undefined, undefined];
    before(async () => {
      // One after the other: what is open is closed, also when the next fails.
      browser = await chromium.launch({ executablePath, args });
      world = await open();
    });
    after(async () => {
      await browser?.close();
      await world?.close();
    });
    tests({
      get world() {
        return world as World;
      },
      visit: (address, options, run) => visit(browser as Browser, address, options, run),
    });
  });
}

async function visit(
  browser: Browser,
  address: string,
  { provoked, prepare, hasClock = false, ...options }: VisitOptions,
  run: (page: Page) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext({
    viewport: desk,
    colorScheme: "light",
    locale: "en-GB",
    timezoneId: "Pacific/Auckland", // Far from UTC, so that local time would be noticed.
    ...options,
  });
  context.setDefaultTimeout(patienceMs);
  const page = await context.newPage();
  const complaints = listenTo(page);
  try {
    if (prepare) await page.addInitScript(prepare);
    if (hasClock) await page.clock.install();
    await page.goto(address);
    await run(page);
  } catch (error) {
    await shoot(page, `failed-${new Date().toISOString().replaceAll(":", "")}`).catch(() => undefined);
    if (error instanceof Error && complaints.length > 0)
      error.message += `\nComplaints:\n${complaints.join("\n")}`;
    throw error;
  } finally {
    // Answers of the test in the server's place may still be under way, and nobody waits for them any more.
    await page.unrouteAll({ behavior: "ignoreErrors" });
    await context.close();
  }
  assert.deepEqual(
    complaints.filter((complaint) => !provoked?.test(complaint)),
    [],
    "there are no complaints",
  );
}

function listenTo(page: Page): readonly string[] {
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning", "assert"].includes(message.type()))
      complaints.push(`${message.type()}: ${message.text()} (${message.location().url})`);
  });
  page.on("pageerror", (error) => complaints.push(`exception: ${error.stack ?? error.message}`));
  page.on("requestfailed", (request) => {
    const reason = request.failure()?.errorText ?? "";
    // The page aborts what it no longer wants.
    if (reason !== "net::ERR_ABORTED") complaints.push(`request: ${request.url()} ${reason}`);
  });
  page.on("response", (response) => {
    if (response.status() >= 400) complaints.push(`answer: ${response.url()} ${response.status()}`);
  });
  return complaints;
}

/** Keeps a picture of the whole page among the test's artifacts. */
export async function shoot(page: Page, name: string): Promise<void> {
  await mkdir(artifacts, { recursive: true });
  await page.screenshot({ path: join(artifacts, `${name}.png`), fullPage: true });
}

/** Waits until what is read passes the check, and fails with what was read last if it never does. */
export async function eventually<Read>(
  read: () => Promise<Read>,
  check: (value: Read) => boolean,
  what: string,
): Promise<Read> {
  const end = performance.now() + patienceMs;
  for (;;) {
    const value = await read();
    if (check(value)) return value;
    if (performance.now() > end) assert.fail(`${what}: in the end it is ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
