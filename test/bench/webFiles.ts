// PLACE: granules of 400 KB in PLACE/granules, and a directory PLACE/names with 20,000 names.

import { randomFillSync } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { indexNames, webGranules } from "./web.ts";

const [place = ""] = process.argv.slice(2);
const bytes = randomFillSync(new Uint8Array(webGranules.bytes));
await mkdir(join(place, "granules"), { recursive: true });
await mkdir(join(place, "names"), { recursive: true });
for (const name of webGranules.names) await writeFile(join(place, "granules", name), bytes);
for (const name of indexNames) await writeFile(join(place, "names", name), "");
