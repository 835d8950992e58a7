import assert from "node:assert/strict";
import { test } from "node:test";
import type { Locator, Page } from "playwright-core";
import { eventually, phone, type Site, shoot } from "../browser.ts";
import { detailsOf, instant } from "../seen.ts";
import { grown, type StageWorld } from "../worlds.ts";
import { pointOfStep } from "./coverage.ts";
import { drawnMap } from "./map.ts";

const onPhone = { viewport: phone, isMobile: true, hasTouch: true, deviceScaleFactor: 2 };

/** Once everything is there that comes later. */
async function whole(page: Page): Promise<void> {
  await drawnMap(page);
  await page.getByRole("region", { name: "Latency" }).getByRole("img").locator("canvas").waitFor();
}

export function accessTests(site: Site<StageWorld>): void {
  for (const [name, options] of [
    ["desk", {}],
    ["phone", onPhone],
  ] as const) {
    test(`text stands out from what is behind it, in light and dark: ${name}`, async () => {
      await site.visit(site.world.url, options, async (page) => {
        await whole(page);
        for (const colorScheme of ["light", "dark"] as const) {
          await page.emulateMedia({ colorScheme });
          const faint = (await page.evaluate(contrasts)).filter(({ ratio }) => ratio < 4.5);
          assert.deepEqual(faint, [], colorScheme);
          await drawnMap(page);
          await shoot(page, `grown-${name}-${colorScheme}`);
        }
      });
    });
  }

  test("every control is reached by the tab key, is seen to have the focus, and lets go of it", async () => {
    await site.visit(site.world.url, {}, async (page) => {
      await whole(page);
      const all = await page.evaluate(() =>
        [...document.querySelectorAll<HTMLElement>("a[href], button, input, select, summary, [tabindex='0']")]
          .filter((element) => !element.matches(":disabled") && element.checkVisibility())
          .map((element, place) => {
            element.dataset.place = String(place);
            return element.outerHTML.slice(0, 120);
          }),
      );
      assert.ok(all.length > 12);
      for (const [place, html] of all.entries()) {
        await page.keyboard.press("Tab");
        const { at, isSeen } = await page.evaluate(() => {
          const element = document.activeElement as HTMLElement;
          const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
          const isOutlined = outlineStyle !== "none" && Number.parseFloat(outlineWidth) > 0;
          return { at: element.dataset.place, isSeen: isOutlined || boxShadow !== "none" };
        });
        assert.equal(at, String(place), `after ${place} times, the focus is on ${html}`);
        assert.ok(isSeen, `it is seen that the focus is on ${html}`);
      }
      await page.keyboard.press("Shift+Tab");
      const back = await page.evaluate(() => (document.activeElement as HTMLElement).dataset.place);
      assert.equal(back, String(all.length - 2));
    });
  });

  test("at its end a control keeps the focus, and does nothing more", async () => {
    await site.visit(site.world.url, {}, async (page) => {
      await whole(page);
      const slider = page.getByRole("slider", { name: "Time" });
      const shows = (index: number) =>
        eventually(
          () => slider.inputValue(),
          (value) => value === String(index),
          "the timestep",
        );
      const last = grown.length - 1;
      for (const name of ["Next", "Latest"]) {
        const control = page.getByRole("button", { name, exact: true });
        await page.getByRole("button", { name: "Previous", exact: true }).click();
        await shows(last - 1);
        assert.equal(await control.getAttribute("aria-disabled"), "false");
        await control.focus();
        await page.keyboard.press("Enter");
        await shows(last);
        await eventually(
          () => control.getAttribute("aria-disabled"),
          (value) => value === "true",
          `${name} at the end`,
        );
        assert.ok(await hasFocus(control), `${name} keeps the focus`);
        await page.keyboard.press("Enter");
        assert.equal(await slider.inputValue(), String(last));
      }
      await slider.fill("0");
      const previous = page.getByRole("button", { name: "Previous", exact: true });
      await eventually(
        () => previous.getAttribute("aria-disabled"),
        (value) => value === "true",
        "Previous at the beginning",
      );
      await previous.focus();
      await page.keyboard.press("Enter");
      assert.equal(await slider.inputValue(), "0");
    });
  });

  test("the focus goes back to the map when the series of a place is closed", async () => {
    await site.visit(site.world.url, {}, async (page) => {
      const map = await drawnMap(page);
      await map.focus();
      await page.keyboard.press("Enter");
      const close = page.getByRole("button", { name: "Close" });
      await close.focus();
      await page.keyboard.press("Enter");
      await close.waitFor({ state: "detached" });
      assert.ok(await hasFocus(map));
    });
  });

  test("each failing granule is a block on a phone, of which nothing is cut off", async () => {
    await site.visit(site.world.url, onPhone, async (page) => {
      const table = page.getByRole("region", { name: "Table of failing granules" });
      await table.waitFor();
      for (const viewport of [phone, { width: 320, height: 640 }]) {
        await page.setViewportSize(viewport);
        const texts = await eventually(
          () =>
            table.locator("tbody").evaluate((body) => {
              const right = document.documentElement.clientWidth;
              return [...body.querySelectorAll("th, td")].map((cell) => ({
                label: getComputedStyle(cell, "::before").content.replaceAll('"', ""),
                isCut: cell.getBoundingClientRect().right > right || cell.scrollWidth > cell.clientWidth,
                text: cell.textContent,
              }));
            }),
          (cells) => cells.length === 15 && cells.every(({ isCut }) => !isCut),
          `the cells on ${viewport.width} pixels`,
        );
        assert.deepEqual(
          texts.slice(0, 5).map(({ label }) => label),
          ["none", "Status", "Reason", "Attempts", "Next try"],
        );
      }
      // It is a table still, for those who are read to.
      assert.equal(await table.getByRole("row").count(), 4);
      assert.equal(await table.getByRole("rowheader").count(), 3);
      await table.scrollIntoViewIfNeeded();
      await shoot(page, "failing-phone");
    });
  });

  test("the skip link leads to the dataset, and does not change which one is shown", async () => {
    await site.visit(site.world.url, {}, async (page) => {
      await page.getByRole("heading", { level: 1 }).waitFor();
      await page.keyboard.press("Tab");
      const link = page.getByRole("link", { name: "Skip to the dataset" });
      assert.ok(await link.evaluate((element) => element === document.activeElement));
      const box = await link.boundingBox();
      assert.ok(box && box.x >= 0 && box.y >= 0, "it is seen once it has the focus");
      await page.keyboard.press("Enter");
      assert.ok(await page.getByRole("main").evaluate((element) => element === document.activeElement));
      assert.equal(page.url(), site.world.url);
    });
  });

  test("nothing is wider than a phone, but what is moved by itself, and fingers can hit what there is", async () => {
    await site.visit(site.world.url, onPhone, async (page) => {
      await whole(page);
      for (const viewport of [phone, { width: 320, height: 640 }]) {
        await page.setViewportSize(viewport);
        await eventually(
          () => page.evaluate(() => document.documentElement.scrollWidth),
          (width) => width === viewport.width,
          "the page's width",
        );
        assert.deepEqual(await page.evaluate(outOfReach), [], `${viewport.width} pixels`);
      }
    });
  });

  test("fingers tap on the calendar and on the map", async () => {
    await site.visit(site.world.url, onPhone, async (page) => {
      const map = await drawnMap(page);
      const { x, y } = await pointOfStep(page, 20);
      await page.touchscreen.tap(x, y);
      assert.equal((await detailsOf(page, instant(20), ["Granule"])).Status, "present");
      await map.or(page.getByRole("application", { name: instant(20) })).waitFor();
      const shown = page.getByRole("application", { name: instant(20) });
      await shown.scrollIntoViewIfNeeded();
      const box = await shown.boundingBox();
      assert.ok(box);
      await page.touchscreen.tap(Math.min(180, box.x + box.width - 20), box.y + box.height / 2);
      await page.getByRole("region", { name: /^precipitation rate at/ }).waitFor();
    });
  });

  test("for who wants no motion nothing moves of itself", async () => {
    await site.visit(site.world.url, { reducedMotion: "reduce" }, async (page) => {
      await whole(page);
      await page.getByRole("button", { name: "Next" }).hover();
      await page.getByRole("button", { name: "Previous" }).click();
      const slider = page.getByRole("slider", { name: "Time" });
      await eventually(
        () => slider.inputValue(),
        (value) => value === String(grown.length - 2),
        "the timestep",
      );
      const moving = await page.evaluate(
        () =>
          document.getAnimations().filter(({ effect }) => Number(effect?.getComputedTiming().duration) > 1)
            .length,
      );
      assert.equal(moving, 0);
      assert.equal(await page.getByRole("button", { name: "Pause" }).count(), 0);
    });
  });

  test("colours change with the person's choice while the page is open", async () => {
    await site.visit(site.world.url, {}, async (page) => {
      await whole(page);
      const paper = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
      const pictures = () =>
        page
          .locator("canvas")
          .evaluateAll((list) => list.map((one) => (one as HTMLCanvasElement).toDataURL()));
      const light = { paper: await paper(), pictures: await pictures() };
      await page.emulateMedia({ colorScheme: "dark" });
      await eventually(paper, (colour) => colour !== light.paper, "the page's colour");
      await eventually(
        pictures,
        (now) =>
          now.length === light.pictures.length && now.every((one, place) => one !== light.pictures[place]),
        "what is drawn",
      );
    });
  });
}

const hasFocus = (locator: Locator) => locator.evaluate((element) => element === document.activeElement);

/** Controls and texts that reach beyond the window, and controls that are too small for a finger: less than 24 pixels. */
function outOfReach(): string[] {
  const all = [
    ...document.querySelectorAll("a[href]:not(.skip), button, input, select, summary, h1, h2, p, dl"),
  ];
  return all
    .filter((element) => element.checkVisibility() && !element.closest("table"))
    .filter((element) => {
      const { left, right, width, height } = element.getBoundingClientRect();
      const isControl = element.matches("button, select, summary, input:not([type=checkbox])");
      return (
        (width > 0 && (left < 0 || right > document.documentElement.clientWidth + 0.5)) ||
        (isControl && (height < 24 || width < 24))
      );
    })
    .map(
      (element) => `${JSON.stringify(element.getBoundingClientRect())} ${element.outerHTML.slice(0, 120)}`,
    );
}

/** Each text of the page with how far it stands out. Source: WCAG 2.2, relative luminance and contrast ratio. */
function contrasts(): { ratio: number; text: string; colours: string }[] {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const rgba = (colour: string) => {
    canvas?.clearRect(0, 0, 1, 1);
    if (canvas) canvas.fillStyle = colour;
    canvas?.fillRect(0, 0, 1, 1);
    return [...(canvas?.getImageData(0, 0, 1, 1).data ?? [])];
  };
  const luminance = (colour: readonly number[]) => {
    const [red = 0, green = 0, blue = 0] = colour.slice(0, 3).map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const behind = (element: Element | null): number[] => {
    if (!element) return rgba("Canvas");
    const [red, green, blue, alpha = 0] = rgba(getComputedStyle(element).backgroundColor);
    if (alpha === 255) return [red, green, blue] as number[];
    const below = behind(element.parentElement);
    return [red, green, blue].map((part, i) => ((part ?? 0) * alpha + (below[i] ?? 0) * (255 - alpha)) / 255);
  };
  return [...document.body.querySelectorAll("*")]
    .filter((element) => {
      const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim());
      return (
        own &&
        element.checkVisibility() &&
        !element.matches(":disabled, [aria-disabled=true], option, .skip, .swatch, noscript")
      );
    })
    .map((element) => {
      const colours = [rgba(getComputedStyle(element).color), behind(element)] as const;
      const [lighter = 0, darker = 0] = colours.map(luminance).sort((a, b) => b - a);
      const ratio = Math.round(((lighter + 0.05) / (darker + 0.05)) * 100) / 100;
      return { ratio, text: String(element.textContent).trim().slice(0, 40), colours: colours.join(" on ") };
    });
}
