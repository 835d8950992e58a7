/** A dataset that does not exist yet, and one that holds nothing yet: both say so, and both grow before one's eyes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { id } from "../demo/stage.ts";
import { eventually, inBrowser, phone, shoot } from "./browser.ts";
import { drawnMap } from "./grown/map.ts";
import { instant, stateOf } from "./seen.ts";
import { dueAt, emptyStage, minute, refresh } from "./worlds.ts";

/** The page asks for a status before it knows that there is none; that is said in the console, once. */
const askedOnce = /status\.json 404|404 \(Not Found\) \(http.*status\.json\)/;

// In this order: the dataset comes to be.
inBrowser("a dataset that has nothing to show", emptyStage, (site) => {
  test("that does not exist yet says what creates it", async () => {
    const { server, url } = site.world;
    await site.visit(url, { hasClock: true, provoked: askedOnce }, async (page) => {
      await page.getByText(`${id} does not exist yet; a plan that finds its granules creates it.`).waitFor();
      await page.getByRole("heading", { level: 1, name: /^TRMM 3B42RT/ }).waitFor();
      await shoot(page, "absent-light");
      await page.emulateMedia({ colorScheme: "dark" });
      await shoot(page, "absent-dark");
      for (let look = 0; look < 3; look++) await page.clock.runFor(6000);
      assert.equal(server.answered.filter(({ path }) => path.endsWith("status.json")).length, 1);
    });
  });

  test("an address that names no dataset here says which there are", async () => {
    await site.visit(`${site.world.server.url}#no-such`, { provoked: askedOnce }, async (page) => {
      await page.getByRole("alert").getByText(`There is no dataset "no-such"; there are: ${id}.`).waitFor();
    });
  });

  test("that was only created says that nothing is visible, also when nothing is expected yet", async () => {
    const { world } = site;
    await world.extendAt(dueAt(0) - 2 * 60 * minute);
    await site.visit(world.url, {}, async (page) => {
      await stateOf(page, "current").waitFor();
      await page.getByText("Nothing is visible, and nothing is expected yet.").waitFor();
      await page.getByText("nothing yet", { exact: true }).waitFor();
      await page.getByText("Nothing is visible yet: the first commit shows it.").waitFor();
      await page.getByText("No granule is visible yet, so no delay is known.").waitFor();
      await page.getByText("No granule is failing.").waitFor();
      await shoot(page, "empty-light");
      await page.emulateMedia({ colorScheme: "dark" });
      await shoot(page, "empty-dark");
      await page.setViewportSize(phone);
      await shoot(page, "empty-phone");
    });
  });

  test("shows what is expected, and its first granule within one refresh of the commit", async () => {
    const { world } = site;
    world.setClock(dueAt(1) + minute);
    await site.visit(world.url, { hasClock: true }, async (page) => {
      await page.getByText("pending 2").waitFor();
      await page.getByText(`2 timesteps are overdue, the first is ${instant(0)}`).waitFor();
      world.publish(0);
      world.publish(1);
      await world.extendAt(dueAt(1) + 2 * minute);
      await refresh(page);
      await page.getByText("present 2").waitFor();
      await stateOf(page, "current").waitFor();
      await drawnMap(page);
    });
  });

  test("comes to be while the page is open", async () => {
    const fresh = await emptyStage();
    try {
      await site.visit(fresh.url, { hasClock: true, provoked: askedOnce }, async (page) => {
        await page.getByText(/does not exist yet/).waitFor();
        fresh.publish(0);
        await fresh.extendAt(dueAt(0) + minute);
        await refresh(page);
        await refresh(page);
        await page.getByText("present 1").waitFor();
        await eventually(
          () => page.getByText(/does not exist yet/).count(),
          (count) => count === 0,
          "the sentence",
        );
        assert.equal(await page.getByRole("heading", { level: 1 }).count(), 1);
      });
    } finally {
      await fresh.close();
    }
  });
});
