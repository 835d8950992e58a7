/** A store or a server that cannot be read: the page says so, what was fetched stays, and it recovers by itself. */
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import type { Page } from "playwright-core";
import { eventually, inBrowser, shoot } from "./browser.ts";
import { drawnMap } from "./grown/map.ts";
import { instant, said, stateOf } from "./seen.ts";
import { refresh, shortStage, signal } from "./worlds.ts";

inBrowser(
  "what cannot be read",
  () => shortStage(3),
  (site) => {
    const fault = "the disk does not answer";
    const failedRequests = /503|ERR_CONNECTION|Failed to load resource|ERR_EMPTY_RESPONSE/;
    const alert = (page: Page) => page.getByRole("alert").filter({ hasText: /\w/ });
    const isQuiet = (page: Page) =>
      eventually(
        () => alert(page).count(),
        (count) => count === 0,
        "alerts",
      );
    const stillSeen = async (page: Page) => {
      await page.getByRole("heading", { level: 1, name: /^TRMM 3B42RT/ }).waitFor();
      await page.getByText("present 3").waitFor();
      await drawnMap(page);
    };

    afterEach(() => {
      site.world.server.storeFault = undefined;
    });

    test("a store that fails while the page is open", async () => {
      const { server } = site.world;
      await site.visit(site.world.url, { hasClock: true, provoked: failedRequests }, async (page) => {
        await stillSeen(page);
        server.storeFault = fault;
        await refresh(page);
        await alert(page)
          .getByText(/^The store cannot be read: .*the disk does not answer/)
          .waitFor();
        await alert(page)
          .getByText(/What is shown below is as of .* UTC\. The page keeps trying/)
          .waitFor();
        await stillSeen(page);
        const head = page.getByRole("region", { name: /^TRMM 3B42RT/ });
        await head.getByText(/^As of .* UTC: /).waitFor();
        await eventually(
          () => page.title(),
          (title) => title.startsWith("cannot be read"),
          "the window's title",
        );
        await shoot(page, "store-fails-light");
        await page.emulateMedia({ colorScheme: "dark" });
        await shoot(page, "store-fails-dark");
        server.storeFault = undefined;
        await refresh(page);
        await isQuiet(page);
        await said(page, "The server answers again.");
        assert.equal(await head.getByText(/^As of/).count(), 0);
      });
    });

    test("a server that is gone while the page is open, and what it has learnt when it is back", async () => {
      const { world } = site;
      await site.visit(world.url, { hasClock: true, provoked: failedRequests }, async (page) => {
        await stillSeen(page);
        await world.server.stop();
        await refresh(page);
        await alert(page)
          .getByText(/^The server does not answer/)
          .waitFor();
        await stillSeen(page);
        await shoot(page, "server-gone-light");
        await world.server.start();
        await refresh(page);
        await isQuiet(page);
      });
    });

    test("a store that fails when the page is opened: a sentence, and no blank page", async () => {
      const { server } = site.world;
      server.storeFault = fault;
      await site.visit(site.world.url, { hasClock: true, provoked: failedRequests }, async (page) => {
        await alert(page)
          .getByText(/^The store cannot be read: .*the disk does not answer/)
          .waitFor();
        await shoot(page, "store-fails-at-first-light");
        server.storeFault = undefined;
        await refresh(page);
        await stillSeen(page);
        await isQuiet(page);
      });
    });

    test("a chunk that cannot be read: the map says so, the rest stays, and it can be asked for again", async () => {
      await site.visit("about:blank", { provoked: failedRequests }, async (page) => {
        const chunk = /precipitation\/0\.0\.0$/;
        await page.route(chunk, (route) =>
          route.fulfill({ status: 503, json: { faults: ["read it: no answer"] } }),
        );
        await page.goto(site.world.url);
        const map = page.getByRole("region", { name: "Map" });
        await map
          .getByRole("alert")
          .getByText(/no answer/)
          .waitFor();
        await page.getByText("present 3").waitFor();
        await shoot(page, "chunk-fails-light");
        await page.unrouteAll({ behavior: "wait" });
        await map.getByRole("button", { name: "Try again" }).click();
        await drawnMap(page);
        assert.equal(await map.getByRole("alert").count(), 0);
      });
    });

    test("a chunk that cannot be read for a while: the map recovers by itself", async () => {
      const options = { hasClock: true, provoked: failedRequests };
      await site.visit("about:blank", options, async (page) => {
        const chunk = /precipitation\/0\.0\.0$/;
        let asked = 0;
        await page.route(chunk, (route) => {
          asked++;
          return route.fulfill({ status: 503, json: { faults: ["read it: no answer"] } });
        });
        await page.goto(site.world.url);
        const fault = page
          .getByRole("region", { name: "Map" })
          .getByRole("alert")
          .getByText(/no answer/);
        await fault.waitFor();
        const before = asked;
        await refresh(page);
        await eventually(
          async () => asked,
          (count) => count > before,
          "reads of the chunk",
        );
        await page.unrouteAll({ behavior: "wait" });
        await refresh(page);
        await drawnMap(page);
        await fault.waitFor({ state: "detached" });
      });
    });

    test("metadata that cannot be read while the status can: said once, with the instant it began", async () => {
      const { world } = site;
      const options = { hasClock: true, provoked: failedRequests };
      await site.visit("about:blank", options, async (page) => {
        await page.route(/\.zmetadata$/, (route) =>
          route.fulfill({ status: 503, json: { faults: ["read it: no answer"] } }),
        );
        await page.goto(world.url);
        const banner = alert(page).filter({ hasText: "What is shown below is as of" });
        await banner.waitFor();
        const text = await banner.innerText();
        const looks = () => world.server.answered.filter(({ path }) => path.endsWith("status.json")).length;
        for (let look = 0; look < 2; look++) {
          const before = looks();
          world.setClock(world.now() + 60_000);
          await refresh(page);
          await eventually(
            async () => looks(),
            (count) => count > before,
            "looks at the status",
          );
        }
        await page.evaluate(() => fetch("metrics")); // what was under way is over by then
        assert.equal(await banner.innerText(), text);
        await stateOf(page, "current").waitFor();
        assert.equal(await page.getByText(/^As of/).count(), 0, "the head is as new as the status");
      });
    });

    test("a chunk that is damaged or gone: the map says so", async () => {
      await site.visit("about:blank", { provoked: /404|Failed to load resource/ }, async (page) => {
        const chunk = /precipitation\/0\.0\.0$/;
        const map = page.getByRole("region", { name: "Map" });
        await page.route(chunk, (route) => route.fulfill({ body: Buffer.from("no zstd frame at all") }));
        await page.goto(site.world.url);
        const damaged = await map.getByRole("alert").innerText();
        assert.match(damaged, /precipitation/);
        await page.unrouteAll({ behavior: "wait" });
        await page.route(chunk, (route) =>
          route.fulfill({ status: 404, json: { faults: ["there is none"] } }),
        );
        await map.getByRole("button", { name: "Try again" }).click();
        await map
          .getByRole("alert")
          .getByText(/not in the store/)
          .waitFor();
      });
    });

    test("a part of the page that cannot be loaded: a sentence in its place, and the rest goes on", async () => {
      await site.visit(
        "about:blank",
        { provoked: /ERR_FAILED|Failed to load|dynamically imported/ },
        async (page) => {
          const part = /static\/map-.*\.js$/;
          await page.route(part, (route) => route.abort("failed"));
          await page.goto(site.world.url);
          await page.getByText(/^The map could not be loaded/).waitFor();
          await page.getByText("present 3").waitFor();
          await page.getByRole("region", { name: "Latency" }).getByRole("img").waitFor();
          await page
            .getByRole("region", { name: "Failing granules" })
            .getByText("No granule is failing.")
            .waitFor();
        },
      );
    });

    test("a commit that comes while the store fails shows once it is back", async () => {
      const { world } = site;
      await site.visit(world.url, { hasClock: true, provoked: failedRequests }, async (page) => {
        await stillSeen(page);
        world.server.storeFault = fault;
        await refresh(page);
        await alert(page).waitFor();
        world.publish(3);
        world.setClock(world.now() + 3 * 3_600_000);
        await world.extend(signal);
        world.server.storeFault = undefined;
        await refresh(page);
        await page.getByText("present 4").waitFor();
        await page.getByRole("application", { name: instant(3) }).waitFor();
        await isQuiet(page);
      });
    });
  },
);
