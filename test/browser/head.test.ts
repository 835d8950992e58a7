/** Whether a dataset is current, and if not why: of a short series, whose clock and provider the tests set. */
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import type { Page } from "playwright-core";
import { at, hour, stepAt } from "../demo/stage.ts";
import { eventually, inBrowser, shoot } from "./browser.ts";
import { clockSeconds, instant, said, stateOf } from "./seen.ts";
import { dueAt, minute, refresh, shortStage, signal } from "./worlds.ts";

const length = 3;
const day = 24 * hour;

inBrowser(
  "the head",
  () => shortStage(length),
  (site) => {
    const head = (page: Page) => page.getByRole("region", { name: /^TRMM 3B42RT/ });
    const committedAt = async (page: Page) => {
      const body = (await page.evaluate(async () =>
        (await fetch("data/trmm-3b42rt.accrete/status.json")).json(),
      )) as {
        committed_at: string;
        commit_seq: number;
      };
      return { at: Date.parse(body.committed_at), seq: body.commit_seq };
    };
    /** A fact by its name, as in `Lag`. */
    const fact = (page: Page, name: string | RegExp) =>
      head(page).getByRole("term").filter({ hasText: name }).locator("xpath=following-sibling::dd[1]");

    afterEach(() => {
      site.world.provider.faults.connectionsMax = Number.POSITIVE_INFINITY;
    });

    test("says what is current, how far it reaches, and when the next granule is expected", async () => {
      site.world.setClock(dueAt(2) + 30 * minute);
      await site.visit(site.world.url, {}, async (page) => {
        await stateOf(page, "current").waitFor();
        await head(page).getByText("everything is there that is expected by now.").waitFor();
        assert.equal(await fact(page, "Valid through").innerText(), instant(2));
        assert.match(await fact(page, "Lag").innerText(), /^9 h 3\d min$/);
        const { seq } = await committedAt(page);
        assert.match(
          await fact(page, "Last commit").innerText(),
          new RegExp(`^№ ${seq}, (28|29) min( \\d+ s)? ago$`),
        );
        const left = clockSeconds(await fact(page, "Next granule expected in").innerText());
        assert.ok(left <= 2.5 * 3600 && left > 2.25 * 3600, `${left} s are left of 2 h 30 min`);
        await head(page)
          .getByText(`timestep ${instant(3)}`)
          .waitFor();
        await head(page).getByText("3 timesteps are visible").waitFor();
      });
    });

    test("leads to the notices of those whose work the page holds", async () => {
      await site.visit(site.world.url, {}, async (page) => {
        const link = page.getByRole("link", { name: "Third-party notices" });
        const notices = await link.evaluate(async (to: HTMLAnchorElement) => (await fetch(to.href)).text());
        assert.match(notices, /^preact \d+\.\d+\.\d+$/m);
      });
    });

    test("counts down while nobody answers", async () => {
      site.world.setClock(dueAt(2) + 30 * minute);
      await site.visit(site.world.url, { hasClock: true }, async (page) => {
        const left = fact(page, "Next granule expected in");
        await left.waitFor();
        await page.route(/status\.json|\/$/, () => undefined); // no answer sets the clock anew
        await page.clock.pauseAt(Date.now() + minute);
        await page.clock.runFor(1000);
        const before = clockSeconds(await left.innerText());
        await page.clock.runFor(65_000);
        assert.equal(before - clockSeconds(await left.innerText()), 65);
      });
    });

    test("says what is late, what is overdue since when, and that the provider did not have it", async () => {
      site.world.setClock(dueAt(4) + 20 * minute);
      await site.visit(site.world.url, {}, async (page) => {
        await stateOf(page, "late").waitFor();
        await head(page)
          .getByText(`2 timesteps are overdue, the first is ${instant(3)};`)
          .waitFor();
        const overdue = clockSeconds(await fact(page, "Next granule overdue by").innerText());
        assert.ok(overdue >= 3 * 3600 + 1200 && overdue < 3 * 3600 + 1800, `overdue by ${overdue} s`);
        await head(page).getByText("2 timesteps behind what is expected").waitFor();
        assert.match(await fact(page, "Lag").innerText(), /^15 h 2\d min$/);
      });
    });

    test("says what is stalled", async () => {
      site.world.setClock(dueAt(3) + 2 * day + hour);
      await site.visit(site.world.url, {}, async (page) => {
        await stateOf(page, "stalled").waitFor();
        await head(page)
          .getByText(/^17 timesteps are overdue/)
          .waitFor();
        const overdue = clockSeconds(await fact(page, "Next granule overdue by").innerText());
        assert.ok(overdue >= 49 * 3600 && overdue < 50 * 3600, `overdue by ${overdue} s`);
        await shoot(page, "stalled-light");
        await page.emulateMedia({ colorScheme: "dark" });
        await shoot(page, "stalled-dark");
      });
    });

    test("a state changes while the page is open, and is read out", async () => {
      site.world.setClock(dueAt(3) - 10 * minute);
      await site.visit(site.world.url, { hasClock: true }, async (page) => {
        await stateOf(page, "current").waitFor();
        // The page's own clock is enough. Without any answer the page would say so after some seconds, by no clock of a test.
        await page.route(/status\.json|\/$/, async (route) => {
          await route.fulfill({ json: await (await route.fetch()).json() });
        });
        await page.clock.fastForward(11 * minute);
        await stateOf(page, "late").waitFor();
        await said(page, "trmm-3b42rt is late");
        await eventually(
          () => page.title(),
          (title) => title.startsWith("late · "),
          "the window's title",
        );
      });
    });

    test("a provider that cannot be reached shows within one refresh, and so does its recovery", async () => {
      const { world } = site;
      world.setClock(dueAt(3) + 5 * minute);
      await site.visit(world.url, { hasClock: true }, async (page) => {
        await stateOf(page, "late").waitFor();
        world.provider.faults.connectionsMax = 0;
        world.provider.endConnections();
        await assert.rejects(world.extend(signal));
        await refresh(page);
        await head(page)
          .getByText(/the provider cannot be reached since .* UTC: .*[^.]\.$/)
          .waitFor();
        await page
          .getByRole("region", { name: "Recent events" })
          .getByText(/^The provider cannot be reached/)
          .waitFor();
        await shoot(page, "provider-down-light");
        world.provider.faults.connectionsMax = Number.POSITIVE_INFINITY;
        world.publish(3);
        await world.extend(signal);
        await refresh(page);
        await stateOf(page, "current").waitFor();
        assert.equal(await fact(page, "Valid through").innerText(), instant(3));
        assert.equal(await head(page).getByText("cannot be reached").count(), 0);
      });
    });

    test("a new granule shows within one refresh, everywhere, and without loading the page anew", async () => {
      const { world } = site;
      world.setClock(dueAt(4) + minute);
      await site.visit(world.url, { hasClock: true }, async (page) => {
        await page.getByRole("application", { name: `precipitation rate, ${instant(3)}` }).waitFor();
        await page.evaluate(() => Object.assign(globalThis, { isSame: true }));
        world.publish(4);
        await world.extend(signal);
        const { seq } = await committedAt(page);
        await refresh(page);
        await fact(page, "Valid through").getByText(instant(4)).waitFor();
        await fact(page, "Last commit").getByText(`№ ${seq}`).waitFor();
        await page.getByRole("application", { name: `precipitation rate, ${instant(4)}` }).waitFor();
        await page.getByText("present 5").waitFor();
        await page.getByRole("region", { name: "Recent events" }).getByText(`Commit ${seq}: `).waitFor();
        await said(page, `Commit ${seq}: 5 timesteps are visible.`);
        assert.ok(await page.evaluate(() => "isSame" in globalThis));
      });
    });

    test("what stands there is asked for again only by its version", async () => {
      const { server } = site.world;
      await site.visit(site.world.url, { hasClock: true }, async (page) => {
        await page.getByRole("application", { name: /^precipitation rate/ }).waitFor();
        const before = server.answered.length;
        const status = () => server.answered.slice(before).filter(({ path }) => path.endsWith("status.json"));
        await refresh(page);
        await eventually(
          async () => status(),
          (asked) => asked.length > 0,
          "another look",
        );
        assert.deepEqual(
          status().map((one) => [one.status, one.bytes]),
          [[304, 0]],
        );
        assert.deepEqual(
          server.answered.slice(before).filter(({ path }) => path.includes(".zarr/")),
          [],
        );
      });
    });

    test("a page that nobody sees asks nothing, and asks at once when it is seen again", async () => {
      const { server } = site.world;
      await site.visit(site.world.url, { hasClock: true }, async (page) => {
        await page.getByRole("application", { name: /^precipitation rate/ }).waitFor();
        const setHidden = (isHidden: boolean) =>
          page.evaluate((hidden) => {
            Object.defineProperty(document, "hidden", { configurable: true, value: hidden });
            document.dispatchEvent(new Event("visibilitychange"));
          }, isHidden);
        await setHidden(true);
        await page.clock.runFor(minute);
        const before = server.answered.length;
        await page.clock.runFor(10 * minute);
        await page.evaluate(() => fetch("metrics")); // what was under way is over by then
        assert.deepEqual(
          server.answered.slice(before).map(({ path }) => path),
          ["/metrics"],
        );
        await setHidden(false);
        await eventually(
          async () => server.answered.slice(before).filter(({ path }) => path.endsWith("status.json")).length,
          (count) => count === 1,
          "a look at once",
        );
      });
    });
  },
);

inBrowser(
  "the head of a dataset that is filled up",
  () => shortStage(length),
  (site) => {
    test("says that it is being filled up while commits follow each other", async () => {
      site.world.setClock(dueAt(2) + 8 * day);
      await site.world.extend(signal);
      site.world.publish(3);
      await site.world.extend(signal);
      await site.visit(site.world.url, {}, async (page) => {
        const state = page.getByRole("region", { name: /^TRMM 3B42RT/ });
        await stateOf(page, "backfilling").waitFor();
        const lacking = Math.floor((site.world.now() - 9 * hour - stepAt(4)) / (3 * hour)) + 1;
        await state
          .getByText(`${lacking} timesteps are still to come, and commits follow each other.`)
          .waitFor();
        await page.getByText(`pending ${lacking}`).waitFor();
        assert.equal(lacking, 63, `${at(4)} and all after it`);
        await shoot(page, "backfilling-light");
      });
    });
  },
);
