/** A dataset of 58,000 timesteps: what is loaded of it is little, and the calendar leads from years down to single ones. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually, inBrowser, phone, shoot } from "./browser.ts";
import { coverageOf } from "./grown/coverage.ts";
import { drawnMap } from "./grown/map.ts";
import { longStart, longSteps, longWorld } from "./longWorld.ts";
import { detailsOf, instantText, said, stateOf } from "./seen.ts";

const hour = 3_600_000;
/** The record of the latest timestep, which there is not. On it the focus begins, and it is asked for if it stays there. */
const latestRecord = /provenance\/00001449\.json/;
const textAt = (index: number) => instantText(longStart + index * 3 * hour);

inBrowser("a dataset of 58,000 timesteps", longWorld, (site) => {
  test("is shown by a few small requests", async (t) => {
    const { server } = site.world;
    await site.visit("about:blank", {}, async (page) => {
      const before = server.answered.length;
      const begin = performance.now();
      await page.goto(site.world.url);
      await page.getByText(`present ${longSteps.toLocaleString("en")}`).waitFor();
      await stateOf(page, "current").waitFor();
      const elapsedMs = performance.now() - begin;
      const asked = server.answered.slice(before);
      const bytes = asked.reduce((sum, answer) => sum + answer.bytes, 0);
      t.diagnostic(
        `${elapsedMs.toFixed(0)} ms from navigation to head and coverage, ${asked.length} requests, ${bytes} bytes`,
      );
      assert.ok(bytes < 2e6, `${bytes} bytes`);
      assert.ok(asked.length < 40, `${asked.length} requests`);
      const statuses = asked.filter(({ path }) => path.includes("granule_status"));
      // 16,384 timesteps in a chunk.
      assert.ok(statuses.length <= 4, `${statuses.length} requests for statuses`);
      // Commits are dated by the wall clock, which is far from the one that the provider is judged by.
      await page.getByText(/^№ 1, (\d+ (s|min) ?)+ago$/).waitFor();
      await drawnMap(page);
      await shoot(page, "long-light");
      await page.emulateMedia({ colorScheme: "dark" });
      await shoot(page, "long-dark");
    });
  });

  test("loads in under a second where the machine is quiet: told, not judged", async (t) => {
    const times: number[] = [];
    const prepare = () => {
      const look = () => {
        const count = document.querySelector("canvas.calendar-canvas") && document.querySelector(".legend b");
        if (count?.textContent?.startsWith("58")) Object.assign(globalThis, { drawnAt: performance.now() });
        else requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    };
    for (let visit = 0; visit < 3; visit++) {
      await site.visit("about:blank", { prepare }, async (page) => {
        await page.goto(site.world.url);
        const drawnAt = () => page.evaluate(() => (globalThis as { drawnAt?: number }).drawnAt ?? 0);
        times.push(await eventually(drawnAt, (at) => at > 0, "when it was drawn"));
      });
    }
    t.diagnostic(
      `${times.map((time) => time.toFixed(0)).join(", ")} ms from the navigation's start to head and coverage`,
    );
  });

  test("keys lead from years to a year, a month, a timestep, and back", async () => {
    await site.visit(site.world.url, { provoked: latestRecord }, async (page) => {
      await page.getByText(`present ${longSteps.toLocaleString("en")}`).waitFor();
      const calendar = coverageOf(page);
      await calendar.focus();
      await page.keyboard.press("Control+Home");
      const first = new Date(longStart);
      const year = String(first.getUTCFullYear());
      const day = textAt(0).replace(/ \d\d:\d\d UTC$/, "");
      const perDay = 8 - first.getUTCHours() / 3;
      await said(page, `${day}: ${perDay} present`);
      await page.getByRole("application", { name: "Coverage: All years" }).waitFor();
      await page.keyboard.press("Enter");
      await page.getByRole("application", { name: `Coverage: ${year}`, exact: true }).waitFor();
      await said(page, `${year} opened`);
      await page.keyboard.press("Enter");
      const month = first.toLocaleString("en", { month: "long", year: "numeric", timeZone: "UTC" });
      await page.getByRole("application", { name: `Coverage: ${month}`, exact: true }).waitFor();
      await page.keyboard.press("ArrowRight");
      await said(page, `${textAt(1)}: present`);
      const told = await detailsOf(page, textAt(1), ["Granule", "Ingested"]);
      assert.equal(told.Status, "present");
      const crumbs = page.getByRole("navigation", { name: "Levels of the calendar" });
      assert.deepEqual(await crumbs.getByRole("listitem").allInnerTexts(), ["All years", year, month]);
      await shoot(page, "long-month-light");
      await page.keyboard.press("Escape");
      await page.getByRole("application", { name: `Coverage: ${year}`, exact: true }).waitFor();
      await shoot(page, "long-year-light");
      await crumbs.getByRole("button", { name: "All years" }).focus();
      await page.keyboard.press("Enter");
      await page.getByRole("application", { name: "Coverage: All years" }).waitFor();
      assert.ok(await calendar.evaluate((element) => element === document.activeElement));
      await page.keyboard.press("ArrowRight");
      // One day on from the timestep that was looked at.
      await said(page, `${textAt(perDay).replace(/ \d\d:\d\d UTC$/, "")}: 8 present`);
    });
  });

  test("pointing at a day tells what it holds, and a click leads into it", async () => {
    await site.visit(site.world.url, {}, async (page) => {
      await page.getByText(`present ${longSteps.toLocaleString("en")}`).waitFor();
      const canvas = coverageOf(page).locator("canvas");
      const box = await canvas.boundingBox();
      assert.ok(box);
      await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
      const heading = page.getByRole("heading", { level: 3, name: /^\d+ [A-Z][a-z]{2} \d{4}$/ });
      const day = await heading.innerText();
      assert.equal((await detailsOf(page, day, ["present"])).present, "8");
      await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
      await page.getByRole("application", { name: `Coverage: ${day.slice(-4)}`, exact: true }).waitFor();
    });
  });

  test("only the provenance of what is looked at is read", async () => {
    const { server } = site.world;
    await site.visit(site.world.url, { provoked: latestRecord }, async (page) => {
      await page.getByText(`present ${longSteps.toLocaleString("en")}`).waitFor();
      const before = server.answered.length;
      await coverageOf(page).focus();
      await page.keyboard.press("Control+Home");
      for (let level = 0; level < 2; level++) await page.keyboard.press("Enter");
      await detailsOf(page, textAt(0), ["Granule"]);
      const asked = server.answered
        .slice(before)
        .filter(({ path }) => path.includes("provenance") && !latestRecord.test(path));
      assert.deepEqual(
        asked.map(({ path }) => path.replace(/.*\//, "")),
        ["00000000.json"],
      );
    });
  });

  test("is shown on a phone", async () => {
    const onPhone = { viewport: phone, isMobile: true, hasTouch: true, deviceScaleFactor: 2 };
    await site.visit(site.world.url, onPhone, async (page) => {
      await page.getByText(`present ${longSteps.toLocaleString("en")}`).waitFor();
      await drawnMap(page);
      await shoot(page, "long-phone");
      const wide = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      assert.equal(wide, 0);
      const canvas = coverageOf(page).locator("canvas");
      const box = await canvas.boundingBox();
      assert.ok(box);
      await canvas.tap({ position: { x: box.width / 2, y: box.height / 2 } });
      await eventually(
        () => page.getByRole("navigation", { name: "Levels of the calendar" }).getByRole("listitem").count(),
        (levels) => levels === 2,
        "the levels",
      );
    });
  });
});
