import assert from "node:assert/strict";
import { test } from "node:test";
import type { Locator, Page } from "playwright-core";
import { stepAt } from "../../demo/stage.ts";
import { type Granule, granule3b42rt } from "../../support/granules.ts";
import { columns, missing, rows } from "../../support/weather.ts";
import { eventually, type Site } from "../browser.ts";
import { instant } from "../seen.ts";
import { grown, type StageWorld } from "../worlds.ts";

const latest = grown.length - 1;
const granuleOf = (index: number) =>
  granule3b42rt({ time: stepAt(index), seed: index === grown.revised ? 2 : 1 });

/** The map, once a timestep of the field is drawn. */
export async function drawnMap(page: Page, name: string | RegExp = /^precipitation rate/): Promise<Locator> {
  const map = page.getByRole("application", { name });
  await map.waitFor();
  await eventually(
    () => coloursOf(map, 0),
    (colours) => colours > 1,
    "colours on the map",
  );
  return map;
}

/** How many colours there are in one of the map's layers. */
function coloursOf(map: Locator, layer: number): Promise<number> {
  return map
    .locator("canvas")
    .nth(layer)
    .evaluate((element) => {
      const canvas = element as HTMLCanvasElement;
      const copy = new OffscreenCanvas(canvas.width, canvas.height);
      const context = copy.getContext("2d", { willReadFrequently: true });
      context?.drawImage(canvas, 0, 0);
      const pixels = context?.getImageData(0, 0, canvas.width, canvas.height).data;
      return new Set(new Uint32Array(pixels?.buffer ?? new ArrayBuffer(0))).size;
    });
}

interface Place {
  readonly latitude: number;
  readonly longitude: number;
}

/** Where a place is in the window: the map reaches from 180° W to 180° E and from 60° N to 60° S. */
async function pointOf(map: Locator, { latitude, longitude }: Place): Promise<{ x: number; y: number }> {
  await map.scrollIntoViewIfNeeded();
  const box = await map.boundingBox();
  assert.ok(box);
  return {
    x: box.x + ((longitude + 180) / 360) * box.width,
    y: box.y + ((60 - latitude) / 120) * box.height,
  };
}

const placePattern = /([\d.]+)° ?([NS])?, ([\d.]+)° ?([EW])?: (.+)$/;

/** What a line of the map says: where, and what is there. */
function readingOf(line: string): Place & { readonly value: string } {
  const [, north = "", ns, east = "", ew, value = ""] = placePattern.exec(line) ?? [];
  assert.ok(north, `"${line}" says where and what`);
  return {
    latitude: Number(north) * (ns === "S" ? -1 : 1),
    longitude: Number(east) * (ew === "W" ? -1 : 1),
    value,
  };
}

/** The cell that a place is the middle of. */
function cellOf({ latitude, longitude }: Place): number {
  const [row, column] = [(59.875 - latitude) / 0.25, (((longitude + 360) % 360) - 0.125) / 0.25];
  assert.ok(Number.isInteger(row) && Number.isInteger(column), "it is the middle of a cell");
  return row * columns + column;
}

const placeOfCell = (cell: number): Place => {
  const longitude = 0.125 + 0.25 * (cell % columns);
  return {
    latitude: 59.875 - 0.25 * Math.floor(cell / columns),
    longitude: longitude > 180 ? longitude - 360 : longitude,
  };
};

/** What the page must say that it rains at a place. */
export const valueText = ({ expected }: Granule, place: Place) =>
  rainText(expected.precipitation[cellOf(place)]);

const rainText = (hundredths: number | undefined) =>
  hundredths === missing ? "no value" : `${((hundredths ?? Number.NaN) / 100).toFixed(2)} mm h⁻¹`;

/** The cell where it rains most, away from the edges. */
export function wettest({ expected: { precipitation } }: Granule): number {
  let most = 0;
  for (let cell = 20 * columns; cell < (rows - 20) * columns; cell++)
    if ((precipitation[cell] ?? 0) > (precipitation[most] ?? 0)) most = cell;
  return most;
}

const readoutOf = (page: Page) => page.getByText(placePattern).first();

/** What the page says is at a cell, with the pointer there: it, or one beside it where cells are smaller than pixels. */
export async function readingAt(
  page: Page,
  map: Locator,
  cell: number,
): Promise<ReturnType<typeof readingOf>> {
  const aim = placeOfCell(cell);
  const { x, y } = await pointOf(map, aim);
  await page.mouse.move(x - 5, y);
  await page.mouse.move(x, y);
  return eventually(
    async () => readingOf(await readoutOf(page).innerText()),
    ({ latitude, longitude }) =>
      Math.abs(latitude - aim.latitude) <= 0.5 && Math.abs(longitude - aim.longitude) <= 0.5,
    "the place under the pointer",
  );
}

export function mapTests(site: Site<StageWorld>): void {
  const slider = (page: Page) => page.getByRole("slider", { name: "Time" });
  const show = async (page: Page, index: number) => {
    await slider(page).fill(String(index));
    await page.getByRole("application", { name: instant(index) }).waitFor();
  };

  test("the value under the pointer is the granule's own", async () => {
    const granule = granuleOf(latest);
    const { precipitation } = granule.expected;
    const gap = precipitation.indexOf(missing, 200 * columns);
    await site.visit(site.world.url, {}, async (page) => {
      const map = await drawnMap(page);
      for (const cell of [wettest(granule), gap + 3, 240 * columns + 1, 100 * columns + 700]) {
        const read = await readingAt(page, map, cell);
        assert.equal(read.value, rainText(precipitation[cellOf(read)]));
      }
    });
  });

  test("keys move a crosshair by a cell, with shift by ten, and its value is read out", async () => {
    const { precipitation } = granuleOf(latest).expected;
    await site.visit(site.world.url, {}, async (page) => {
      const map = await drawnMap(page);
      await map.focus();
      const spoken = page.locator("[aria-live=polite]").filter({ hasText: placePattern });
      const press = async (key: string, before: string) => {
        await page.keyboard.press(key);
        return eventually(
          async () => (await spoken.allTextContents()).join(""),
          (text) => text !== before && text !== "",
          `what ${key} has read out`,
        );
      };
      let text = await press("ArrowRight", "");
      for (const [key, south, east] of [
        ["ArrowRight", 0, 0.25],
        ["ArrowDown", 0.25, 0],
        ["Shift+ArrowLeft", 0, -2.5],
        ["Shift+ArrowUp", -2.5, 0],
      ] as const) {
        const before = readingOf(text);
        text = await press(key, text);
        const after = readingOf(text);
        assert.deepEqual(
          [after.latitude, after.longitude],
          [before.latitude - south, before.longitude + east],
          key,
        );
        assert.equal(after.value, rainText(precipitation[cellOf(after)]), key);
      }
    });
  });

  test("a colour bar says what the colours mean, in the field's units", async () => {
    await site.visit(site.world.url, {}, async (page) => {
      await drawnMap(page);
      const bar = page.locator(".map-legend");
      assert.match(await bar.innerText(), /mm h⁻¹/);
      const ticks = (await page.locator(".map-tick").allInnerTexts()).map(Number);
      assert.ok(ticks.length >= 3 && ticks[0] === 0, `ticks ${ticks}`);
      assert.deepEqual(
        ticks,
        ticks.toSorted((a, b) => a - b),
      );
      await bar.getByText("no value").waitFor();
    });
  });

  test("the time slider shows other timesteps", async () => {
    const cell = wettest(granuleOf(latest));
    await site.visit(site.world.url, {}, async (page) => {
      const map = await drawnMap(page);
      await slider(page).focus();
      await page.keyboard.press("Home");
      await eventually(
        () => slider(page).getAttribute("aria-valuetext"),
        (told) => told === instant(0),
        "the time",
      );
      for (const index of [0, grown.revised]) {
        await show(page, index);
        const granule = granuleOf(index);
        await eventually(
          () => readingAt(page, map, cell),
          (read) => read.value === valueText(granule, read),
          `the value at ${instant(index)}`,
        );
      }
      await page.getByRole("button", { name: "Latest" }).click();
      await eventually(
        () => slider(page).inputValue(),
        (value) => value === String(latest),
        "the latest",
      );
    });
  });

  test("a missing and a corrupt timestep say so, and hold no value", async () => {
    await site.visit(site.world.url, {}, async (page) => {
      const map = await drawnMap(page);
      for (const [index, text] of [
        [grown.missing, /^missing: the provider does not list it/],
        [grown.corrupt, /^corrupt: the gzip data ends too early/],
      ] as const) {
        await show(page, index);
        await map.getByText(text).waitFor();
        const read = await readingAt(page, map, 240 * columns + 40 + index);
        assert.equal(read.value, "no value");
      }
    });
  });

  test("play goes on to the latest timestep, and stops there", async () => {
    await site.visit(site.world.url, {}, async (page) => {
      await drawnMap(page);
      await show(page, latest - 3);
      const seen = await watch(page);
      await page.getByRole("button", { name: "Play" }).click();
      await page.getByRole("button", { name: "Pause" }).waitFor();
      await page.getByRole("button", { name: "Play" }).waitFor();
      assert.deepEqual(await seen(), [latest - 2, latest - 1, latest]);
    });
  });

  test("the last 24 hours are a loop of eight timesteps", async () => {
    await site.visit(site.world.url, {}, async (page) => {
      await drawnMap(page);
      const seen = await watch(page);
      const loop = Array.from({ length: 8 }, (_, place) => latest - 7 + place);
      await page.getByRole("button", { name: "Last 24 h" }).click();
      const shown = await eventually(seen, (told) => told.length >= 10, "two rounds of the loop");
      assert.deepEqual(shown.slice(0, 10), [...loop, loop[0], loop[1]]);
      await page.getByRole("button", { name: "Stop the loop" }).click();
      await page.getByRole("button", { name: "Last 24 h", pressed: false }).waitFor();
    });
  });

  test("another field is shown in its own terms: sensors by their names", async () => {
    const { source } = granuleOf(latest).expected;
    const infrared = source.indexOf(50, 200 * columns);
    const swath = source.indexOf(5, 200 * columns);
    await site.visit(site.world.url, {}, async (page) => {
      await drawnMap(page);
      await page.getByRole("combobox", { name: "Field" }).selectOption("source");
      const map = await drawnMap(page, /^sensor that the estimate comes from/);
      for (const [cell, name] of [
        [infrared, "IR"],
        [swath, "SSMIS"],
      ] as const) {
        const read = await readingAt(page, map, cell + 4);
        assert.match(read.value, new RegExp(`\\(${source[cellOf(read)]}\\)$`));
        if (source[cellOf(read)] === source[cell]) assert.equal(read.value, `${name} (${source[cell]})`);
      }
      await page.locator(".map-legend").getByText("SSMIS", { exact: true }).waitFor();
    });
  });

  test("a click shows what the place has seen, and the next what another has", async () => {
    const wet = wettest(granuleOf(latest));
    const columnsAway = 400;
    const dry = wet - (wet % columns) + (((wet % columns) + columnsAway) % columns);
    await site.visit(site.world.url, {}, async (page) => {
      const map = await drawnMap(page);
      const series = page.getByRole("region", { name: /^precipitation rate at/ });
      const seen = new Set<number>();
      for (const cell of [wet, dry]) {
        const { x, y } = await pointOf(map, placeOfCell(cell));
        await page.mouse.click(x, y);
        const table = series.getByText("The values as a table");
        await table.waitFor();
        if ((await series.locator("details[open]").count()) === 0) {
          assert.equal(await series.locator("details tbody tr").count(), 0, "a closed table costs nothing");
          await table.click();
        }
        const name = await series.getByRole("img").getAttribute("aria-label");
        const place = cellOf(readingOf(`${name?.replace(/;.*/, "").replace(/^.* at /, "")}: x`));
        seen.add(place);
        const rowsSeen = await seriesRows(series);
        for (const index of [0, grown.revised, 17, latest]) {
          const { precipitation } = granuleOf(index).expected;
          assert.equal(rowsSeen[instant(index)], rainText(precipitation[place]), instant(index));
        }
        for (const index of [grown.missing, grown.corrupt])
          assert.equal(rowsSeen[instant(index)], "no value", instant(index));
        await eventually(
          () => series.locator("canvas").count(),
          (count) => count > 0,
          "the drawn series",
        );
      }
      assert.equal(seen.size, 2, "two places");
      await series.getByRole("button", { name: "Close" }).click();
      await series.waitFor({ state: "detached" });
    });
  });

  test("coastlines are drawn where there is coast, and not elsewhere", async () => {
    await site.visit(site.world.url, {}, async (page) => {
      const map = await drawnMap(page);
      const box = await map.boundingBox();
      assert.ok(box);
      const darkest = (place: Place, reach: number) =>
        map
          .locator("canvas")
          .nth(1)
          .evaluate(
            (element, { latitude, longitude, within }) => {
              const canvas = element as HTMLCanvasElement;
              const [x, y] = [
                ((longitude + 180) / 360) * canvas.width,
                ((60 - latitude) / 120) * canvas.height,
              ];
              const size = 2 * within + 1;
              const context = new OffscreenCanvas(size, size).getContext("2d", { willReadFrequently: true });
              context?.drawImage(canvas, within - x, within - y);
              const pixels = context?.getImageData(0, 0, size, size).data ?? [];
              return Math.max(...pixels.filter((_, place) => place % 4 === 3));
            },
            { ...place, within: reach },
          );
      const dakar = { latitude: 14.7, longitude: -17.4 };
      await eventually(
        () => darkest(dakar, 4),
        (alpha) => alpha > 180,
        "the coast at Dakar",
      );
      for (const cape of [
        { latitude: -34.4, longitude: 18.5 },
        { latitude: 8.1, longitude: 77.5 },
      ])
        assert.ok((await darkest(cape, 4)) > 180, JSON.stringify(cape));
      for (const middle of [
        { latitude: -20.6, longitude: -111.3 },
        { latitude: 21.4, longitude: 13.2 },
      ])
        assert.equal(await darkest(middle, 4), 0, JSON.stringify(middle));
    });
  });

  /** A series' table by its times, once all of it is there. */
  function seriesRows(series: Locator): Promise<Readonly<Record<string, string>>> {
    return eventually(
      async () =>
        Object.fromEntries(
          await series
            .locator("details tbody tr")
            .evaluateAll((list) =>
              list.map((row) => [row.querySelector("th")?.textContent, row.querySelector("td")?.textContent]),
            ),
        ) as Record<string, string>,
      (told) =>
        Object.keys(told).length >= grown.length && Object.values(told).some((text) => text !== "no value"),
      "the table's rows",
    );
  }

  /** Notes which timesteps are shown from now on. */
  async function watch(page: Page): Promise<() => Promise<number[]>> {
    await slider(page).evaluate((element) => {
      const seen: number[] = [];
      Object.assign(globalThis, { seenSteps: seen });
      const note = () => seen.push((element as HTMLInputElement).valueAsNumber);
      new MutationObserver(note).observe(element, { attributeFilter: ["aria-valuetext"] });
    });
    return () => page.evaluate(() => (globalThis as unknown as { seenSteps: number[] }).seenSteps);
  }
}
