/** What a person finds on the page, as assistive technology has it. */
import assert from "node:assert/strict";
import type { Locator, Page } from "playwright-core";
import { stepAt } from "../demo/stage.ts";
import { eventually } from "./browser.ts";

const months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** As in `1 Apr 2014 15:00 UTC`, of a timestep of the stage, or of a place between two. */
export function instant(index: number): string {
  return instantText(stepAt(index));
}

export function instantText(t: number): string {
  const at = new Date(t);
  const clock = at.toISOString().slice(11, 19).replace(/:00$/, "");
  return `${at.getUTCDate()} ${months[at.getUTCMonth()]} ${at.getUTCFullYear()} ${clock} UTC`;
}

/** The state in one word, behind its sign. */
export const stateOf = (page: Page, word: string) => page.getByText(new RegExp(`^\\S ${word}$`));

/** The accessible tree of an element, as text. */
export const snapshotOf = (locator: Locator) => locator.ariaSnapshot();

/** Waits until that is read out, anywhere. */
export async function said(page: Page, text: string): Promise<void> {
  const live = page.locator("[aria-live=polite]");
  await eventually(
    () => live.allTextContents(),
    (told) => told.some((one) => one.includes(text)),
    `read out: "${text}"`,
  );
}

/** The lines below a heading, once the named ones are among them. */
export async function detailsOf(
  page: Page,
  heading: string,
  names: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  const lines = page.getByRole("heading", { name: heading }).locator("xpath=following-sibling::dl[1]");
  return eventually(
    () =>
      lines.evaluateAll((lists) =>
        Object.fromEntries(
          lists.flatMap((list) =>
            [...list.querySelectorAll("dt")].map((term) => [
              term.textContent.trim(),
              term.nextElementSibling?.textContent?.trim() ?? "",
            ]),
          ),
        ),
      ),
    (told) => names.every((name) => name in told),
    `${names.join(", ")} of ${heading}`,
  );
}

/** The number of seconds in a running clock, as in `2 d 03:04:05`. */
export function clockSeconds(text: string): number {
  const [, days = "0", hours, minutes, seconds] = /^(?:(\d+) d )?(\d\d):(\d\d):(\d\d)$/.exec(text) ?? [];
  assert.ok(hours, `"${text}" is a running clock`);
  return ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds);
}
