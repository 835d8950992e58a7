// npm run build:page: the status page, one index.html and its scripts and styles, in dist/page or in DIRECTORY.
import { createHash } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { build, type Metafile } from "esbuild";
import { megabytes } from "../runtime/log/humanText.ts";
import { noticesOf } from "./notices.ts";

const entryPoint = "functions/page/main.tsx";
const outdir = "dist/page";
const bundleMark = "<!-- bundle -->";

/**
 * The page's files by path: `index.html`, and below `static/` what it loads, named by a hash of its content, so that
 * caches may keep it for ever, and the notices of the packages in it. It loads nothing from anywhere else. Throws a
 * `UsageError` if a package states no licence, and what esbuild throws if something cannot be resolved or parsed.
 */
export async function bundlePage(project: string): Promise<ReadonlyMap<string, Uint8Array>> {
  const directory = resolve(project, outdir);
  const { outputFiles, metafile } = await build({
    absWorkingDir: project,
    entryPoints: [entryPoint],
    outdir,
    entryNames: "static/[name]-[hash]",
    chunkNames: "static/[name]-[hash]",
    assetNames: "static/[name]-[hash]",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    minify: true,
    jsx: "automatic",
    jsxImportSource: "preact",
    define: { "process.env.NODE_ENV": '"production"' },
    legalComments: "eof",
    // Modules are named by their path in the project, wherever that or its node_modules is.
    preserveSymlinks: true,
    write: false,
    metafile: true,
    logLevel: "warning",
  });
  const template = await readFile(resolve(project, "functions/page/index.html"), "utf8");
  const notices = await noticesOf(project, metafile);
  const noticesPath = `static/third-party-notices-${hashOf(notices)}.txt`;
  const links = [...loadingElements(metafile), `<link rel="license" href="${noticesPath}">`];
  return new Map([
    ["index.html", new TextEncoder().encode(template.replace(bundleMark, links.join("\n    ")))],
    [noticesPath, notices],
    ...outputFiles.map(({ path, contents }) => [relative(directory, path), contents] as const),
  ]);
}

const hashOf = (bytes: Uint8Array) =>
  createHash("sha256").update(bytes).digest("hex").slice(0, 8).toUpperCase();

/** The elements that load the page, the indispensable ones first. */
function loadingElements({ outputs }: Metafile): string[] {
  const files = Object.entries(outputs).map(([path, output]) => ({
    path: relative(outdir, path),
    ...output,
  }));
  const main = files.find((output) => output.entryPoint === entryPoint && output.path.endsWith(".js"));
  if (!main) throw new Error(`esbuild made no script of ${entryPoint}`);
  const styles = files.map(({ path }) => path).filter((path) => path.endsWith(".css"));
  // A lazily imported module does not load its style sheet: the page links all of them, its own first.
  const own = main.cssBundle === undefined ? "" : relative(outdir, main.cssBundle);
  const ordered = styles.toSorted((a, b) => Number(b === own) - Number(a === own) || (a < b ? -1 : 1));
  const needed = main.imports
    .filter(({ kind }) => kind === "import-statement")
    .map(({ path }) => relative(outdir, path));
  return [
    ...ordered.map((path) => `<link rel="stylesheet" href="${path}">`),
    ...needed.map((path) => `<link rel="modulepreload" href="${path}">`),
    `<script type="module" src="${main.path}"></script>`,
  ];
}

if (import.meta.main) {
  const project = resolve(import.meta.dirname, "../..");
  const directory = resolve(process.argv[2] ?? join(project, outdir));
  await rm(join(directory, "static"), { recursive: true, force: true });
  const files = await bundlePage(project);
  for (const [path, bytes] of files) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), bytes);
  }
  const bytes = [...files.values()].reduce((sum, { length }) => sum + length, 0);
  process.stdout.write(
    `${relative(process.cwd(), directory)}: the page, ${files.size} files, ${megabytes(bytes)}\n`,
  );
}
