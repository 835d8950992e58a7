// npm run build: makes what is deployed, DIRECTORY/functions and the same as DIRECTORY/functions.zip; in dist if none is named.
import { createHash } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { makePackage } from "./package.ts";
import { zipOf } from "./zip.ts";

const project = resolve(import.meta.dirname, "../..");
const directory = resolve(process.argv[2] ?? join(project, "dist"));
const functions = join(directory, "functions");
const archive = join(directory, "functions.zip");

const files = await makePackage(project);
const zip = zipOf(files);
await rm(functions, { recursive: true, force: true });
await mkdir(functions, { recursive: true });
for (const [path, bytes] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
  await writeFile(join(functions, path), bytes);
  say(join(functions, path), bytes);
}
await writeFile(archive, zip);
say(archive, zip);
process.stdout.write(`SHA-256 ${createHash("sha256").update(zip).digest("hex")}
Next: terraform -chdir=terraform apply, which uploads ${relative(process.cwd(), archive)} and deploys from it.
`);

function say(path: string, { length }: Uint8Array): void {
  const kib = Math.ceil(length / 1024).toLocaleString("en");
  process.stdout.write(`${kib.padStart(7)} KiB  ${relative(process.cwd(), path)}\n`);
}
