// BYTES…: the least that replacing files of these sizes costs; one after the other, as readers rely on their order.
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tell, timed } from "../measured.ts";
import { writeDurably } from "./durable.ts";

const sizes = process.argv.slice(2);
const directory = await mkdtemp(join(tmpdir(), "accrete-floor-"));
const files = sizes.map((size, i) => ({
  path: join(directory, String(i)),
  bytes: randomBytes(Number(size)),
}));
for (const { path } of files) await writeFile(path, "");
const seconds = await timed(async () => {
  for (const { path, bytes } of files) await writeDurably(path, bytes);
});
await rm(directory, { recursive: true });
tell({ seconds });
