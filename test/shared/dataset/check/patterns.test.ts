/** Names that are read back: paths that cannot tell what they have to are refused. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { defineDataset } from "../../../../shared/dataset/defineDataset.ts";
import type { CandidatePath } from "../../../../shared/dataset/descriptor.ts";
import { pathsOf } from "../../../../shared/dataset/paths/granulePath.ts";
import { providedSpec } from "../../../support/providerWorld.ts";

function defined(step: string, ...candidates: readonly CandidatePath[]) {
  const source = { url: "https://h.example.org/a", candidates };
  return defineDataset(providedSpec({ start: "2026-01-01T00:00:00Z", step, source }));
}

const preliminary = { path: "{YYYY}/x_{YYYYMMDD}_preliminary.nc", stage: "preliminary" } as const;

test("a final pattern that fits preliminary names too is refused", () => {
  const told = /candidates\[0\]\.path "\{YYYY\}\/x_\{YYYYMMDD\}\*\.nc" also fits the preliminary/;
  assert.throws(() => defined("P1D", { path: "{YYYY}/x_{YYYYMMDD}*.nc" }, preliminary), { message: told });
  assert.throws(() => defined("P1D", { path: preliminary.path }, preliminary), { message: /also fits/ });
  defined("P1D", { path: "{YYYY}/x_{YYYYMMDD}_v{version}.nc" }, preliminary);
  defined("P1D", { path: "final/x_{YYYYMMDD}*.nc" }, preliminary);
});

test("a start that does not tell granules apart is refused", () => {
  const told = /has a \{start:…\} that does not tell its granules apart/;
  assert.throws(() => defined("PT1H", { path: "x_{start:YYYYMMDD}T{HH}.nc" }), { message: told });
  assert.throws(() => defined("PT30M", { path: "x_{start:YYYYMMDDHH}*.nc" }), { message: told });
  defined("PT1H", { path: "x_{start:YYYYMMDDHH}.nc" });
  defined("P1D", { path: "x_{start:YYYYMMDD}*.nc" });
});

test("a start is looked for in all directories in which it may lie, the timestep's own first", () => {
  const paths = pathsOf("{HH}/t{start:YYYYMMDDHHmm}.nc", {
    first: Date.UTC(2026, 0, 1, 3),
    spanMs: 3 * 3_600_000,
  });
  const directories = paths.map((one) => typeof one !== "string" && one.directory);
  assert.deepEqual(directories, ["03", "01", "02", "04"]);
});
