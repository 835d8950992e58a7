// npm run build: makes what is deployed, DIRECTORY/functions with the status page in it and the same as DIRECTORY/functions.zip,
// and what terraform has to know of the datasets, DIRECTORY/datasets.json; in dist if no directory is named.
import { createHash } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { catalogue, faultyDatasets } from "../../shared/dataset/catalogue/catalogue.ts";
import { datasetLimits } from "./datasetLimits.ts";
import { jsonFile, makePackage } from "./package.ts";
import { bundlePage, pageFolder } from "./page.ts";
import { zipOf } from "./zip.ts";

const project = resolve(import.meta.dirname, "../..");
const directory = resolve(process.argv[2] ?? join(project, "dist"));
const functions = join(directory, "functions");
const archive = join(directory, "functions.zip");
const limits = join(directory, "datasets.json");

// Whatever is deployed concerns every dataset: none of them is left out in silence.
for (const fault of faultyDatasets.values()) throw fault;
const page = [...(await bundlePage(project))].map(
  ([path, bytes]) => [`${pageFolder}/${path}`, bytes] as const,
);
const files = new Map([...(await makePackage(project)), ...page]);
const zip = zipOf(files);
await rm(functions, { recursive: true, force: true });
await mkdir(functions, { recursive: true });
for (const [path, bytes] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
  await mkdir(dirname(join(functions, path)), { recursive: true });
  await writeFile(join(functions, path), bytes);
  say(join(functions, path), bytes);
}
await writeFile(archive, zip);
say(archive, zip);
const known = jsonFile(datasetLimits(catalogue));
await writeFile(limits, known);
say(limits, known);
process.stdout.write(`SHA-256 ${createHash("sha256").update(zip).digest("hex")}
Next: terraform apply, which deploys ${relative(process.cwd(), archive)}; "Deploy" in terraform/README.md says how.
`);

function say(path: string, { length }: Uint8Array): void {
  const kib = Math.ceil(length / 1024).toLocaleString("en");
  process.stdout.write(`${kib.padStart(7)} KiB  ${relative(process.cwd(), path)}\n`);
}
