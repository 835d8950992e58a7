import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { beforeEach, test } from "node:test";
import type { Page } from "playwright-core";
import { readPlanMessage } from "../../../shared/queue/messages.ts";
import { at, hour, id, publishedAt, stepAt } from "../../demo/stage.ts";
import { catalogue } from "../../support/catalogue.ts";
import { trmmPath } from "../../support/trmmProvider.ts";
import { eventually, type Site } from "../browser.ts";
import { instant, instantText, said, snapshotOf } from "../seen.ts";
import { grown, minute, type StageWorld } from "../worlds.ts";

const withClipboard = { permissions: ["clipboard-read", "clipboard-write"] };
const panel = (page: Page, name: string) => page.getByRole("region", { name, exact: true });

/** As in `3 d 15 h` and `6 h 24 min`. */
function spanText(ms: number): string {
  const [days, hours, minutes] = [
    Math.floor(ms / (24 * hour)),
    Math.floor(ms / hour) % 24,
    Math.floor(ms / 60_000) % 60,
  ];
  const parts =
    days > 0
      ? [days && `${days} d`, hours && `${hours} h`]
      : [hours && `${hours} h`, minutes && `${minutes} min`];
  return parts.filter(Boolean).join(" ");
}

/** The least delay that this share of all does not exceed. */
function shareOf(delays: readonly number[], share: number): number {
  return delays.toSorted((a, b) => a - b)[Math.ceil(share * delays.length) - 1] as number;
}

export function panelTests(site: Site<StageWorld>): void {
  beforeEach(() => site.world.setClock(grown.secondExtendAt + 5 * minute));

  test("the chart of latency says in words what it draws", async () => {
    const present = Array.from({ length: grown.length }, (_, index) => index).filter(
      (index) => index !== grown.missing && index !== grown.corrupt,
    );
    // The file of a replaced granule tells nothing of when it was published first.
    const published = present
      .filter((index) => index !== grown.revised)
      .map((index) => publishedAt(index) - stepAt(index));
    const visible = present.map(
      (index) => (index < 30 ? grown.firstExtendAt : grown.secondExtendAt) - stepAt(index),
    );
    const sentence = (what: string, delays: readonly number[]) => {
      const [median, most, all] = [0.5, 0.9, 1].map((share) => spanText(shareOf(delays, share)));
      const late = delays.filter((delay) => delay > 9 * hour).length;
      return `${what}: median ${median}, 90 % within ${most}, at most ${all}; ${late} of ${delays.length} timesteps later than expected.`;
    };
    await site.visit(site.world.url, {}, async (page) => {
      const latency = panel(page, "Latency");
      await latency.getByText(sentence("Published after", published)).waitFor();
      await latency.getByText(sentence("Visible after", visible)).waitFor();
      await latency.getByText("Expected: 9 h.").waitFor();
      await latency.getByRole("img").locator("canvas").waitFor();
    });
  });

  test("recent events are told, the latest first", async () => {
    await site.visit(site.world.url, {}, async (page) => {
      const events = panel(page, "Recent events").getByRole("listitem");
      const told = await eventually(
        () => events.allInnerTexts(),
        (list) => list.length > 0,
        "the events",
      );
      const last = told.findIndex((text) => text.includes(`32 timesteps, 2 of them gaps`));
      const first = told.findIndex((text) => text.includes("30 timesteps, 2 of them gaps"));
      assert.ok(last >= 0 && first > last, told.join("\n"));
      const replaced = `${instant(grown.revised)} replaced: ${trmmPath(stepAt(grown.revised)).slice(1)}`;
      assert.ok(
        told.some((text) => text.includes(replaced)),
        told.join("\n"),
      );
      for (const text of told) assert.match(text, /^([4-9] min|1\d h).* ago/);
      const looked = instantText(grown.secondExtendAt).replace(" UTC", "");
      await panel(page, "Recent events").getByText(`The provider was last listed on ${looked}`).waitFor();
    });
  });

  test("failing granules are told with their reason and next try, the next to be tried first", async () => {
    await site.visit(site.world.url, {}, async (page) => {
      const rows = panel(page, "Failing granules").getByRole("row");
      const told = await eventually(
        async () =>
          Promise.all((await rows.all()).slice(1).map((row) => row.getByRole("cell").allInnerTexts())),
        (list) => list.length === 3,
        "the failing granules",
      );
      const times = await panel(page, "Failing granules").getByRole("rowheader").allInnerTexts();
      assert.deepEqual(
        times.toSorted(),
        [grown.corrupt, grown.failing, grown.missing].map(instant).toSorted(),
      );
      // The one that failed for the first time is tried first, after an hour; the others after twice as long.
      assert.equal(times[0], instant(grown.failing));
      const [status, reason, attempts, next] = told[0] ?? [];
      assert.equal(status, "corrupt");
      assert.match(String(reason), /^truncated\s+the gzip data ends too early, after \d+ bytes/);
      assert.match(
        String(reason),
        new RegExp(trmmPath(stepAt(grown.failing)).slice(1).replaceAll(".", "\\.")),
      );
      assert.equal(attempts, "1");
      assert.match(String(next), /^in 5[45] min/);
      const missing = told[times.indexOf(instant(grown.missing))] ?? [];
      assert.deepEqual(missing.slice(0, 2), ["missing", "notThere the provider does not list it"]);
    });
  });

  test("the lines that open the dataset are copied as they are", async () => {
    const directory = resolve(site.world.directory);
    const group = join(directory, `${id}.zarr`);
    assert.ok(existsSync(join(group, ".zmetadata")));
    await site.visit(site.world.url, withClipboard, async (page) => {
      for (const [name, text] of [
        ["xarray", `import xarray as xr\nds = xr.open_zarr("${group}")`],
        [
          "zarrita",
          `import * as zarr from "zarrita";\nconst store = await zarr.withConsolidatedMetadata(new zarr.FetchStore("${site.world.server.url}data/${id}.zarr"));\nconst group = await zarr.open.v2(store, { kind: "group" });`,
        ],
        ["GDAL", `gdalinfo 'ZARR:"${group}"'`],
      ] as const) {
        await page.getByRole("button", { name: `Copy ${name}` }).click();
        await said(page, `${name} copied`);
        assert.equal(await page.evaluate(() => navigator.clipboard.readText()), text);
      }
    });
  });

  test("where a page has no clipboard, copying works as well", async () => {
    const prepare = () => Object.defineProperty(navigator, "clipboard", { value: undefined });
    await site.visit(site.world.url, { prepare }, async (page) => {
      const copy = page.getByRole("button", { name: "Copy GDAL" });
      await copy.click();
      await said(page, "GDAL copied");
      assert.ok(await copy.evaluate((element) => element === document.activeElement), "focus stays");
      const field = page.getByRole("textbox", { name: "From" });
      await field.focus();
      await page.keyboard.press("Control+V");
      assert.match(await field.inputValue(), /^gdalinfo 'ZARR:"/);
    });
  });

  test("the message for a backfill of a typed range is one that plan accepts", async () => {
    await site.visit(site.world.url, withClipboard, async (page) => {
      const backfill = panel(page, "Backfill a range");
      const [from, to] = [
        backfill.getByRole("textbox", { name: "From" }),
        backfill.getByRole("textbox", { name: "To" }),
      ];
      await from.fill(at(5));
      await to.fill("2014-04-01T22:00:00Z");
      await backfill.getByRole("status").getByText("To is no timestep of the dataset").waitFor();
      assert.equal(await backfill.getByRole("button").count(), 0);
      await to.fill(at(9));
      const copied = async (name: string) => {
        await backfill.getByRole("button", { name }).click();
        await said(page, "copied");
        return page.evaluate(() => navigator.clipboard.readText());
      };
      const range = { dataset: id, from: at(5), to: at(9) };
      assert.deepEqual(JSON.parse(await copied("Copy Backfill: message")), range);
      await backfill.getByRole("checkbox").check();
      const text = await copied("Copy Backfill: message");
      assert.deepEqual(JSON.parse(text), { ...range, force: true });
      const asked = readPlanMessage(JSON.parse(text), catalogue);
      assert.deepEqual(
        [asked.dataset?.id, asked.from, asked.to, asked.force],
        [id, stepAt(5), stepAt(9), true],
      );
      const directory = resolve(site.world.directory);
      assert.equal(
        await copied("Copy Backfill: command"),
        `npx accrete extend ${id} --from ${at(5)} --to ${at(9)} --force --store '${directory}'`,
      );
    });
  });

  test("landmarks, one first heading, and a name for every control", async () => {
    await site.visit(site.world.url, {}, async (page) => {
      await page.getByRole("application", { name: /^precipitation rate/ }).waitFor();
      await panel(page, "Latency").getByRole("img").waitFor();
      assert.equal(await page.getByRole("heading", { level: 1 }).count(), 1);
      for (const landmark of ["banner", "main", "contentinfo"] as const)
        assert.equal(await page.getByRole(landmark).count(), 1, landmark);
      const titles = await page.getByRole("heading", { level: 2 }).allInnerTexts();
      for (const title of titles) assert.equal(await panel(page, title).count(), 1, title);
      assert.deepEqual(titles.toSorted(), [...new Set(titles)].toSorted());
      for (const control of await page
        .locator("a[href], button, input, select, [role=application], [role=img]")
        .all())
        assert.match(
          await snapshotOf(control),
          /^- '?[a-z]+ "[^"]{2,}"/,
          await control.evaluate((element) => element.outerHTML.slice(0, 200)),
        );
      assert.equal(await page.locator("html").getAttribute("lang"), "en");
      assert.match(await page.title(), /^late · TRMM 3B42RT.* · Accrete$/);
    });
  });
}
