/** Two datasets to choose from: one of them is complete to its end, covers a region only, and holds floats. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { readPlanMessage } from "../../shared/queue/messages.ts";
import { type AirHour, airGranule, airHours } from "../support/airGranules.ts";
import { catalogue } from "../support/catalogue.ts";
import { eventually, inBrowser, phone, shoot } from "./browser.ts";
import { drawnMap } from "./grown/map.ts";
import { planTopic, twoDatasets } from "./otherWorlds.ts";
import { said, stateOf } from "./seen.ts";

const air = "air-temperature";
const trmm = "trmm-3b42rt";
const columns = 53;

/** The value of a cell as the granule's own file has it: big endian, from 75° N and 200° E on, every 2.5°. */
function granuleValue(hour: AirHour, latitude: number, longitude: number): number {
  const file = Buffer.from(airGranule(hour));
  const [row, column] = [(75 - latitude) / 2.5, (((longitude + 360) % 360) - 200) / 2.5];
  return file.readFloatBE(4 * (row * columns + column));
}

inBrowser("two datasets", twoDatasets, (site) => {
  const chooser = (page: Page) => page.getByRole("combobox", { name: "Dataset" });
  const airUrl = () => `${site.world.server.url}#${air}`;

  test("are chosen between, and the address says which is shown", async () => {
    await site.visit(site.world.server.url, {}, async (page) => {
      await page.getByRole("heading", { level: 1, name: /^Air temperature/ }).waitFor();
      await eventually(
        async () => page.url(),
        (url) => url.endsWith(`#${air}`),
        "the address",
      );
      assert.deepEqual(
        (await chooser(page).getByRole("option").allInnerTexts()).map((text) => text.replace(/^\S+ /, "")),
        [`${air} (ended)`, `${trmm} (current)`],
      );
      await chooser(page).selectOption(trmm);
      await page.getByRole("heading", { level: 1, name: /^TRMM 3B42RT/ }).waitFor();
      assert.ok(page.url().endsWith(`#${trmm}`));
      await page.getByText("present 3").waitFor();
      assert.equal(await page.getByRole("heading", { level: 1 }).count(), 1);
      await page.goBack();
      await page.getByRole("heading", { level: 1, name: /^Air temperature/ }).waitFor();
      assert.equal(await chooser(page).inputValue(), air);
      await page.getByText("present 4").waitFor();
    });
  });

  test("an address of one, as machines have it, leads a browser to its place on the page", async () => {
    await site.visit(`${site.world.server.url}${trmm}`, {}, async (page) => {
      await page.getByRole("heading", { level: 1, name: /^TRMM 3B42RT/ }).waitFor();
      assert.equal(page.url(), `${site.world.server.url}#${trmm}`);
    });
  });

  test("one is ended: it says so, and nothing more is expected", async () => {
    await site.visit(airUrl(), {}, async (page) => {
      const head = page.getByRole("region", { name: /^Air temperature/ });
      await stateOf(page, "ended").waitFor();
      await head.getByText("the series is complete to its end.").waitFor();
      await head.getByText("none: the series has ended").waitFor();
      await head.getByText("not behind what is expected").waitFor();
      await head.getByText("1 Jan 2013 18:00 UTC").first().waitFor();
      await drawnMap(page, /^air temperature/);
      await shoot(page, "regional-light");
      await page.emulateMedia({ colorScheme: "dark" });
      await drawnMap(page, /^air temperature/);
      await shoot(page, "regional-dark");
      await page.setViewportSize(phone);
      await shoot(page, "regional-phone");
    });
  });

  test("a regional grid of floats: values at the crosshair are the granule's own at each timestep", async () => {
    await site.visit(airUrl(), {}, async (page) => {
      const map = await drawnMap(page, /^air temperature/);
      const slider = page.getByRole("slider", { name: "Time" });
      for (const [index, hour] of airHours.entries()) {
        await slider.fill(String(index));
        const shown = page.getByRole("application", { name: `1 Jan 2013 ${hour}:00 UTC` });
        await shown.waitFor();
        // The middle of the region, which is a cell's.
        const value = granuleValue(hour, 45, -95);
        await shown.scrollIntoViewIfNeeded();
        const box = await shown.boundingBox();
        assert.ok(box);
        await page.mouse.move(box.x + box.width / 2 + 1, box.y + box.height / 2 + 1);
        const text = await eventually(
          () => page.getByText(/^45° N, 95° W: [\d.]+ K$/).innerText(),
          (told) => Math.abs(Number(/: ([\d.]+) K/.exec(told)?.[1]) - value) < 0.05,
          `${value} K at ${hour}:00`,
        );
        assert.match(text, /K$/);
      }
      await page.mouse.move(0, 0);
      await map
        .or(page.getByRole("application", { name: /^air temperature/ }))
        .first()
        .focus();
      await page.keyboard.press("ArrowRight");
      await page.keyboard.press("ArrowUp");
      const north = granuleValue("18", 47.5, -95);
      await eventually(
        async () => (await page.locator("[aria-live=polite]").allTextContents()).join(""),
        (told) => Math.abs(Number(/47\.5° N, 95° W: ([\d.]+) K/.exec(told)?.[1]) - north) < 0.05,
        `${north} K one cell to the north`,
      );
      assert.match(await page.locator(".map-legend").innerText(), /K/);
    });
  });

  test("where a topic asks for plans, the backfill is a line for it", async () => {
    const permissions = ["clipboard-read", "clipboard-write"];
    await site.visit(`${site.world.server.url}#${trmm}`, { permissions }, async (page) => {
      await page.getByRole("textbox", { name: "From" }).fill("2014-04-01T00:00:00Z");
      await page.getByRole("textbox", { name: "To" }).fill("2014-04-01T06:00:00Z");
      await page.getByRole("button", { name: "Copy Backfill: command" }).click();
      await said(page, "copied");
      const line = await page.evaluate(() => navigator.clipboard.readText());
      const [, topic, message = ""] =
        /^gcloud pubsub topics publish (\S+) --message='(.+)'$/.exec(line) ?? [];
      assert.equal(topic, planTopic);
      const { dataset, from, to, force } = readPlanMessage(JSON.parse(message), catalogue);
      assert.deepEqual(
        [dataset?.id, from, to, force],
        [trmm, Date.UTC(2014, 3, 1), Date.UTC(2014, 3, 1, 6), false],
      );
    });
  });
});
