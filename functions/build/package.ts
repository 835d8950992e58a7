// npm run build:package: makes what is published, in dist/package, and packs it. Needs the page (npm run build:page).
import { execFileSync } from "node:child_process";
import { cp, glob, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { pageFiles } from "../runtime/http/pageFiles.ts";
import { deployedManifest, jsonFile, keptManifest } from "./manifest.ts";
import { packageRoot } from "./place.ts";

const target = join(packageRoot, "dist/package");

/** What is published as it is, besides what is compiled. */
const copied = [
  "CHANGELOG.md",
  "LICENSE",
  "README.md",
  "functions/README.md",
  "functions/build/numcodecs.txt",
  "functions/cli/init/template",
  "shared/source/README.md",
  "shared/dataset/catalogue/*.metadata.json",
  "terraform/*.tf",
  "terraform/README.md",
  "dist/page",
];

await rm(target, { recursive: true, force: true });
const compiler = join(packageRoot, "node_modules/typescript/bin/tsc");
execFileSync(process.execPath, [compiler, "-p", join(import.meta.dirname, "tsconfig.json")], {
  stdio: "inherit",
});
for (const pattern of copied) {
  let found = 0;
  for await (const path of glob(pattern, { cwd: packageRoot })) {
    found++;
    await cp(join(packageRoot, path), join(target, path), { recursive: true });
  }
  if (found === 0) throw new Error(`${pattern} is not there: npm run build:page makes the page`);
}
for await (const path of glob("shared/**/*.schema.json", { cwd: packageRoot })) {
  const name = path.slice(path.lastIndexOf("/") + 1);
  await cp(join(packageRoot, path), join(target, "schemas", name));
}
for (const [path, { content }] of await pageFiles())
  if (path.includes("third-party-notices")) await put("THIRD-PARTY-NOTICES.txt", content);
for (const [name, bytes] of await deployedManifest()) await put(join(keptManifest, name), bytes);
await put("package.json", jsonFile(await publishedManifest()));
const packed = execFileSync(
  "npm",
  ["pack", target, "--pack-destination", join(packageRoot, "dist"), "--json"],
  {
    cwd: packageRoot,
    encoding: "utf8",
  },
);
const [{ filename, size, entryCount }] = JSON.parse(packed) as [
  { filename: string; size: number; entryCount: number },
];
process.stdout.write(
  `${relative("", join(packageRoot, "dist", filename))}: ${entryCount} files, ${Math.ceil(size / 1024)} KiB\n`,
);

async function put(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(join(target, path)), { recursive: true });
  await writeFile(join(target, path), bytes);
}

/** The checkout's, with what is compiled in place of what is written, and nothing that only a checkout needs. */
async function publishedManifest(): Promise<object> {
  const own = JSON.parse(await readFile(join(packageRoot, "package.json"), "utf8")) as Manifest;
  const { name, version, description, license, type, engines, dependencies } = own;
  const compiled = (path: string) => path.replace(/\.ts$/, ".js");
  const doors = Object.entries(own.exports).map(([door, path]) => [
    door,
    path.endsWith(".ts") ? { types: path.replace(/\.ts$/, ".d.ts"), default: compiled(path) } : path,
  ]);
  const bin = Object.fromEntries(Object.entries(own.bin).map(([command, path]) => [command, compiled(path)]));
  const exports = { ...Object.fromEntries(doors), "./schemas/*": "./schemas/*" };
  return { name, version, description, license, type, exports, bin, engines, dependencies };
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly type: string;
  readonly engines: object;
  readonly dependencies: object;
  readonly exports: Readonly<Record<string, string>>;
  readonly bin: Readonly<Record<string, string>>;
}
