/** A final file replaces a preliminary one only while that timestep is looked at again. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { defineDataset } from "../../../../shared/dataset/defineDataset.ts";
import { providedSpec } from "../../../support/providerWorld.ts";

const preliminary = { path: "now/{YYYYMMDD}.nc", stage: "preliminary" } as const;
const final = { path: "{YYYYMMDD}.nc" };

function defined(olderThan: string, candidates: readonly { path: string; stage?: "preliminary" }[]) {
  const archive = { name: "archive", url: "https://h.example.org/b", olderThan, candidates: [final] };
  const source = { url: "https://h.example.org/a", candidates, further: [archive] };
  const updates = { revisionWindow: "P30D" };
  return defineDataset(providedSpec({ start: "2026-01-01T00:00:00Z", step: "P1D", source, updates }));
}

test("final files at a base URL that is asked only beyond the revision window would never be seen", () => {
  assert.throws(() => defined("P30D", [preliminary]), {
    name: "DescriptorError",
    message:
      /source\.further\[0\]\.olderThan P30D is not shorter than updates\.revisionWindow, P30D: its final files would never replace preliminary ones/,
  });
  defined("P29D", [preliminary]);
  defined("P30D", [{ path: "now/{YYYYMMDD}.nc" }]);
});
