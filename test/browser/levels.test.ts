/** The calendar of a series that grows too long for its level while somebody is in it. */
import { test } from "node:test";
import { inBrowser } from "./browser.ts";
import { coverageOf } from "./grown/coverage.ts";
import { instant, said } from "./seen.ts";
import { dueAt, minute, shortStage } from "./worlds.ts";

/** As many days of eight timesteps as are shown one by one. */
const days = 35;

inBrowser(
  "a series that grows while somebody is in its calendar",
  () => shortStage(3),
  (site) => {
    test("the keys stay where they are in time, though the whole is shown by days from now on", async () => {
      // What is expected is in the calendar, too: nothing has to be ingested for it.
      site.world.setClock(dueAt(days * 8 - 1) + minute);
      await site.visit(site.world.url, { hasClock: true }, async (page) => {
        await page.getByRole("application", { name: `Coverage: ${days} days`, exact: true }).waitFor();
        await coverageOf(page).focus();
        for (const key of ["Control+Home", "ArrowDown", "ArrowRight"]) await page.keyboard.press(key);
        await said(page, `${instant(9)}: pending`);
        site.world.setClock(dueAt(days * 8) + minute);
        await page.clock.fastForward(5000);
        await page.clock.fastForward(15_000);
        await page.getByRole("application", { name: "Coverage: 2 months", exact: true }).waitFor();
        await page.getByRole("heading", { level: 3, name: "2 Apr 2014" }).waitFor();
        await page.keyboard.press("ArrowRight");
        await said(page, "3 Apr 2014: 8 pending");
        await page.keyboard.press("Enter");
        await page.getByRole("application", { name: "Coverage: April 2014", exact: true }).waitFor();
        await said(page, "April 2014 opened");
      });
    });
  },
);
