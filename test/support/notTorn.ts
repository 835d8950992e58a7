import assert from "node:assert/strict";
import type { ReadDataset } from "./readStore.ts";
import { type Expected, expectedLines, linesOf } from "./tinyWorld.ts";

/**
 * Asserts that nothing is gone that was visible, and that every visible timestep is as it was, or as it will be; a value of a
 * chunk that is being put may be ahead of its status. From `damagedFrom` on what is stored was damaged before.
 */
export function assertNotTorn(
  found: ReadDataset | undefined,
  before: readonly Expected[],
  after: readonly Expected[],
  damagedFrom?: number,
): void {
  const length = found?.length ?? 0;
  assert.ok(length >= before.length, `${length} of ${before.length} timesteps are left`);
  if (!found) return;
  const parts = (line: string) => {
    const [time, bounds, status, { rain, wind }] = JSON.parse(line);
    return { time, bounds, status, rain, wind } as Record<string, unknown>;
  };
  const [was, will] = [expectedLines(before), expectedLines(after)].map((lines) => lines.map(parts));
  for (const [index, line] of linesOf(found).slice(0, damagedFrom).entries()) {
    for (const [name, value] of Object.entries(parts(line))) {
      const allowed = [was?.[index]?.[name], will?.[index]?.[name]].map((one) => JSON.stringify(one));
      assert.ok(
        allowed.includes(JSON.stringify(value)),
        `${name} of timestep ${index}: ${JSON.stringify(value)}`,
      );
    }
  }
}
