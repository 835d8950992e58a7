/** Chunks that are compressed by gzip, in browsers that inflate and in one that does not. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { stepAt } from "../demo/stage.ts";
import { granule3b42rt } from "../support/granules.ts";
import { eventually, inBrowser } from "./browser.ts";
import { drawnMap, readingAt, valueText, wettest } from "./grown/map.ts";
import { gzipDataset } from "./otherWorlds.ts";

inBrowser("chunks that are compressed by gzip", gzipDataset, (site) => {
  for (const [who, prepare] of [
    ["the browser", () => undefined],
    ["pako, where the browser does not", () => Reflect.deleteProperty(globalThis, "DecompressionStream")],
  ] as const) {
    test(`are inflated by ${who}`, async () => {
      const { server } = site.world;
      const before = server.answered.length;
      await site.visit(`${server.url}#trmm-3b42rt`, { prepare }, async (page) => {
        const map = await drawnMap(page);
        await page.getByText("present 3").waitFor();
        for (const index of [2, 0]) {
          await page.getByRole("slider", { name: "Time" }).fill(String(index));
          const granule = granule3b42rt({ time: stepAt(index), seed: 1 });
          await eventually(
            () => readingAt(page, map, wettest(granule)),
            (read) => read.value === valueText(granule, read),
            `the value at timestep ${index}`,
          );
        }
      });
      const hasLoaded = server.answered.slice(before).some(({ path }) => path.includes("/pako-"));
      assert.equal(hasLoaded, who !== "the browser");
    });
  }
});
