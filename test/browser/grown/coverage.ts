import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { geometryOf, rectangleOf } from "../../../functions/page/calendar/geometry.ts";
import { at, hour, publishedAt, stepAt } from "../../demo/stage.ts";
import { granule3b42rt } from "../../support/granules.ts";
import { trmmPath } from "../../support/trmmProvider.ts";
import { eventually, type Site } from "../browser.ts";
import { detailsOf, instant, said, snapshotOf } from "../seen.ts";
import { cutOff, grown, type StageWorld } from "../worlds.ts";

export const coverageOf = (page: Page) => page.getByRole("application", { name: /^Coverage/ });

/** Where the cell of a timestep is in the window, while the calendar shows a row for each day. */
export async function pointOfStep(page: Page, index: number): Promise<{ x: number; y: number }> {
  const canvas = coverageOf(page).locator("canvas");
  await canvas.scrollIntoViewIfNeeded();
  const box = await canvas.boundingBox();
  assert.ok(box, "the calendar is drawn");
  const rows = Array<string>(Math.ceil(grown.count / 8)).fill("");
  const layout = { level: "days", rows, rowsPerGroup: 1, columns: 8, columnLabels: [], cells: [] } as const;
  const place = { row: Math.floor(index / 8), column: index % 8 };
  const { x, y, width, height } = rectangleOf(geometryOf(layout, box.width), place);
  return { x: box.x + x + width / 2, y: box.y + y + height / 2 };
}

export function coverageTests(site: Site<StageWorld>): void {
  /** Once the statuses of all timesteps are there. */
  const visit: Site<StageWorld>["visit"] = (address, options, run) =>
    site.visit(address, options, async (page) => {
      await coverageOf(page).locator("canvas").waitFor();
      await eventually(
        () => page.getByRole("list", { name: "Timesteps by status" }).innerText(),
        (told) => !told.includes("unknown"),
        "the legend, once statuses are read",
      );
      await run(page);
    });

  test("the legend counts the timesteps of each status", async () => {
    await visit(site.world.url, {}, async (page) => {
      const legend = page.getByRole("list", { name: "Timesteps by status" });
      // Of 35, two cannot be ingested, one was replaced, one is cut off and not yet visible, two are not visible either.
      const expected = ["present 29", "revised 1", "pending 2", "missing 1", "corrupt 2"];
      await eventually(
        async () => [...(await snapshotOf(legend)).matchAll(/listitem: (.+)/g)].map(([, text]) => text),
        (told) => JSON.stringify(told) === JSON.stringify(expected),
        "the legend",
      );
    });
  });

  test("pointing at a timestep tells its granule, its size, and when it was ingested", async () => {
    const granule = granule3b42rt({ time: stepAt(20), seed: 1 });
    await visit(site.world.url, {}, async (page) => {
      const { x, y } = await pointOfStep(page, 20);
      await page.mouse.move(x, y);
      const told = await detailsOf(page, instant(20), ["Ingested"]);
      assert.equal(told.Status, "present");
      assert.equal(told.Granule, trmmPath(stepAt(20)).slice(1));
      assert.match(String(told.Size), new RegExp(`\\(${granule.gz.length.toLocaleString("en")} bytes\\)$`));
      assert.equal(told.Published, instantOf(publishedAt(20)));
      assert.match(String(told.Ingested), /^5 Apr 2014 00:1\d(:\d\d)? UTC \((14 h 59 min|15 h.*) ago\)$/);
    });
  });

  test("pointing at a corrupt one tells the error, how often it was tried, and when it is tried again", async () => {
    const { gz } = granule3b42rt({ time: stepAt(grown.corrupt), seed: 1 });
    await visit(site.world.url, {}, async (page) => {
      const { x, y } = await pointOfStep(page, grown.corrupt);
      await page.mouse.move(x, y);
      const told = await detailsOf(page, instant(grown.corrupt), ["Size", "Next try"]);
      assert.equal(told.Status, "corrupt");
      assert.match(String(told.Error), /^truncated: the gzip data ends too early/);
      assert.match(String(told.Size), new RegExp(`\\(${cutOff(gz).length.toLocaleString("en")} bytes\\)$`));
      assert.match(String(told.Attempts), /^[1-9]\d*$/);
      assert.match(String(told["Next try"]), /\(in \d+ (h|min)/);
    });
  });

  test("pointing at others tells what they are: revised, missing, awaited, failing", async () => {
    await visit(site.world.url, {}, async (page) => {
      for (const [index, status, name, pattern] of [
        [grown.revised, /^revised/, "Revised", /^once$/],
        [grown.missing, /^missing/, "Error", /the provider does not list it/],
        [grown.awaited, /^pending: expected by now, not visible yet$/, "Status", /./],
        [grown.failing, /^corrupt, and so not visible yet$/, "Error", /^truncated/],
      ] as const) {
        const { x, y } = await pointOfStep(page, index);
        await page.mouse.move(x, y);
        const told = await detailsOf(page, instant(index), [name]);
        assert.match(String(told.Status), status, at(index));
        assert.match(String(told[name]), pattern, at(index));
      }
    });
  });

  test("keys move from timestep to timestep, each is read out, and Enter shows it on the map", async () => {
    await visit(site.world.url, {}, async (page) => {
      await coverageOf(page).focus();
      for (const [key, index, status] of [
        ["ArrowLeft", 30, "present"],
        ["Home", 24, "present"],
        ["ArrowUp", 16, "present"],
        ["Control+Home", 0, "present"],
        ["ArrowDown", 8, "present"],
        ["ArrowRight", grown.missing, "missing"],
        ["End", 15, "present"],
        ["Control+End", 34, "pending"],
        ["ArrowLeft", grown.failing, "corrupt"],
        ["Control+Home", 0, "present"],
        ["ArrowRight", 1, "present"],
      ] as const) {
        await page.keyboard.press(key);
        await said(page, `${instant(index)}: ${status}`);
      }
      await page.keyboard.press("Enter");
      await said(page, `${instant(1)}: present, chosen`);
      const slider = page.getByRole("slider", { name: "Time" });
      await eventually(
        () => slider.getAttribute("aria-valuetext"),
        (text) => text === instant(1),
        "the map's time",
      );
      await page.keyboard.press("Escape"); // it is the outermost level already
      assert.ok(await coverageOf(page).evaluate((element) => element === document.activeElement));
    });
  });

  test("shift with arrows, or dragging, selects a range", async () => {
    await visit(site.world.url, {}, async (page) => {
      const [from, to] = [
        page.getByRole("textbox", { name: "From" }),
        page.getByRole("textbox", { name: "To" }),
      ];
      const range = () => Promise.all([from.inputValue(), to.inputValue()]);
      const isRange = async (first: number, last: number) =>
        eventually(range, ([a, b]) => a === at(first) && b === at(last), `the range ${first} to ${last}`);
      await coverageOf(page).focus();
      await page.keyboard.press("Control+Home");
      await page.keyboard.press("Shift+ArrowRight");
      await page.keyboard.press("Shift+ArrowDown");
      await isRange(0, 9);
      await page.keyboard.press("Shift+ArrowLeft");
      await isRange(0, 8);
      const [begin, end] = [await pointOfStep(page, 20), await pointOfStep(page, 11)];
      await page.mouse.move(begin.x, begin.y);
      await page.mouse.down();
      await page.mouse.move(end.x, end.y, { steps: 4 });
      await page.mouse.up();
      await isRange(11, 20);
    });
  });

  test("what is said twice is read out twice", async () => {
    await visit(site.world.url, {}, async (page) => {
      await coverageOf(page).focus();
      await page.keyboard.press("Control+End");
      await said(page, `${instant(34)}: pending`);
      await page.locator(".live").evaluate((live) => {
        const told: string[] = [];
        const observer = new MutationObserver((changes) => {
          for (const { addedNodes } of changes)
            for (const node of addedNodes) told.push(node.textContent ?? "");
        });
        observer.observe(live, { childList: true, subtree: true, characterData: true });
        Object.assign(globalThis, { told });
      });
      await page.keyboard.press("ArrowRight"); // there is none after it
      await eventually(
        () => page.evaluate(() => (globalThis as unknown as { told: string[] }).told),
        (told) => told.includes(`${instant(34)}: pending`),
        "what is read out again",
      );
    });
  });

  test("the legend says that it counts only the latest of those that were revised", async () => {
    await visit(site.world.url, {}, async (page) => {
      const note = page
        .getByRole("region", { name: "Coverage" })
        .getByText(/^Revised counts at most the last 100/);
      await note.waitFor();
      const list = page.getByRole("list", { name: "Timesteps by status" });
      assert.equal(await list.getAttribute("aria-describedby"), await note.getAttribute("id"));
    });
  });

  test("only the first button of a mouse chooses and selects", async () => {
    await visit(site.world.url, {}, async (page) => {
      const slider = page.getByRole("slider", { name: "Time" });
      const before = await slider.inputValue();
      const [begin, end] = [await pointOfStep(page, 14), await pointOfStep(page, 20)];
      for (const button of ["right", "middle"] as const) {
        await page.mouse.click(begin.x, begin.y, { button });
        await page.mouse.down({ button });
        await page.mouse.move(end.x, end.y, { steps: 3 });
        await page.mouse.up({ button });
      }
      assert.equal(await page.getByRole("textbox", { name: "From" }).inputValue(), "");
      assert.equal(await slider.inputValue(), before);
      await page.mouse.click(end.x, end.y);
      await eventually(
        () => slider.inputValue(),
        (value) => value === "20",
        "the map's timestep",
      );
    });
  });

  test("a click chooses a timestep for the map", async () => {
    await visit(site.world.url, {}, async (page) => {
      const { x, y } = await pointOfStep(page, 12);
      await page.mouse.click(x, y);
      const slider = page.getByRole("slider", { name: "Time" });
      await eventually(
        () => slider.inputValue(),
        (value) => value === "12",
        "the map's timestep",
      );
    });
  });
}

const instantOf = (t: number) => instant((t - stepAt(0)) / (3 * hour));
