/** The dataset below an open page goes, comes back, or is another one; and addresses that name none. */
import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { id } from "../demo/stage.ts";
import { eventually, inBrowser } from "./browser.ts";
import { emptyStage, refresh, shortStage } from "./worlds.ts";

/** The page requests a status before it knows that there is none. */
const askedOnce = /404/;

const titled = (page: Page, title: string | RegExp) =>
  eventually(
    () => page.title(),
    (text) => (typeof title === "string" ? text === title : title.test(text)),
    "the window's title",
  );

inBrowser(
  "what changes below an open page",
  () => shortStage(3),
  (site) => {
    test("an address that is not even encoded as one should: a sentence, and the page lives", async () => {
      await site.visit(`${site.world.server.url}#%`, { provoked: askedOnce }, async (page) => {
        await page.getByRole("alert").getByText(`There is no dataset "%"; there are: ${id}.`).waitFor();
        await page.evaluate((chosen) => {
          location.hash = chosen;
        }, id);
        await page.getByText("present 3").waitFor();
      });
    });

    test("the window's title is no longer that of the dataset before", async () => {
      await site.visit(site.world.url, {}, async (page) => {
        await titled(page, / · TRMM 3B42RT.* · Accrete$/);
        await page.evaluate(() => {
          location.hash = "no-such";
        });
        await page.getByText(/^There is no dataset "no-such"/).waitFor();
        await titled(page, "Accrete");
      });
    });

    test("a dataset that is created anew with the same number of commits is opened again", async () => {
      await site.visit("about:blank", { hasClock: true }, async (page) => {
        let committedAt: string | undefined;
        await page.route(/status\.json$/, async (route) => {
          const response = await route.fetch();
          const body = (await response.json()) as object;
          await route.fulfill({ json: { ...body, ...(committedAt ? { committed_at: committedAt } : {}) } });
        });
        let opened = 0;
        page.on("request", (request) => {
          if (request.url().endsWith(".zmetadata")) opened++;
        });
        await page.goto(site.world.url);
        await page.getByText("present 3").waitFor();
        assert.equal(opened, 1);
        committedAt = "2014-04-01T23:59:00Z";
        await refresh(page);
        await eventually(
          async () => opened,
          (count) => count === 2,
          "times it was opened",
        );
      });
    });

    test("a status that the page cannot show: a sentence until there is a whole one", async () => {
      await site.visit("about:blank", { hasClock: true, provoked: /./ }, async (page) => {
        await page.route(/status\.json$/, async (route) => {
          const body = (await (await route.fetch()).json()) as object;
          await route.fulfill({ json: { ...body, provider: undefined } });
        });
        await page.goto(site.world.url);
        await page
          .getByRole("alert")
          .getByText(/lacks what this page needs/)
          .waitFor();
        await page.unrouteAll({ behavior: "wait" });
        await refresh(page);
        await page.getByText("present 3").waitFor();
      });
    });

    test("a status that breaks the whole view: it is shown again by itself with the next listing", async () => {
      await site.visit("about:blank", { hasClock: true }, async (page) => {
        await page.route(/status\.json$/, async (route) => {
          const body = (await (await route.fetch()).json()) as object;
          // More timesteps than any list has room for.
          await route.fulfill({ json: { ...body, start: "1000-01-01T00:00:00Z", step: "PT1S" } });
        });
        await page.goto(site.world.url);
        await page.getByText(/^The dataset cannot be shown: /).waitFor();
        await page.unrouteAll({ behavior: "wait" });
        await page.clock.fastForward(30_000);
        await page.getByText("present 3").waitFor();
      });
    });

    // The last: nothing is left.
    test("a dataset that is deleted is reported within one refresh of its status' absence", async () => {
      const { world } = site;
      await site.visit(world.url, { hasClock: true, provoked: askedOnce }, async (page) => {
        await page.getByText("present 3").waitFor();
        await refresh(page); // the listing has been looked at, and comes due much later
        for (const name of [`${id}.zarr`, `${id}.accrete`])
          await rm(join(world.directory, name), { recursive: true, force: true });
        await refresh(page);
        await page.getByRole("alert").getByText(`${id} is not in the store any more.`).waitFor();
        await titled(page, /^cannot be read · /);
      });
    });
  },
);

inBrowser("a dataset that does not exist yet", emptyStage, (site) => {
  test("is what the window's title says", async () => {
    await site.visit(site.world.url, { provoked: askedOnce }, async (page) => {
      await titled(page, /^absent · TRMM 3B42RT.* · Accrete$/);
    });
  });
});
