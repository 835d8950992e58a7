// BYTES[,BYTES…]…: the least that replacing files of these sizes costs: those of a group at once, and the groups one after the
// other, as readers rely on their order.
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tell, timed } from "../measured.ts";
import { writeDurably } from "./durable.ts";

const groups = process.argv.slice(2).map((group) => group.split(","));
const directory = await mkdtemp(join(tmpdir(), "accrete-floor-"));
const files = groups.map((sizes, group) =>
  sizes.map((size, i) => ({ path: join(directory, `${group}.${i}`), bytes: randomBytes(Number(size)) })),
);
for (const { path } of files.flat()) await writeFile(path, "");
const seconds = await timed(async () => {
  for (const group of files) await Promise.all(group.map(({ path, bytes }) => writeDurably(path, bytes)));
});
await rm(directory, { recursive: true });
tell({ seconds });
