import { join, relative } from "node:path";
import { type BuildFailure, build, type Plugin } from "esbuild";
import { UsageError } from "../../shared/errors.ts";
import { doors } from "../runtime/datasets/ownPackage.ts";
import { noticesOf } from "./notices.ts";
import { commonRoot, moduleFile, packageName } from "./place.ts";

/** Modules of the CommonJS kind ask for what modules of the other kind do not have. */
const commonJs = [
  'import { createRequire as createBundleRequire } from "node:module";',
  "const require = createBundleRequire(import.meta.url);",
  "const { dirname: __dirname, filename: __filename } = import.meta;",
].join("\n");

/** Whichever copy of the package a descriptor would find by itself: only this one's functions know it as checked. */
const ownPackage: Plugin = {
  name: "own package",
  setup({ onResolve }) {
    const modules = new Map<string, string>(Object.entries(doors));
    onResolve({ filter: new RegExp(`^${packageName}(/|$)`) }, ({ path }) => {
      const module = modules.get(path);
      return module === undefined ? undefined : { path: moduleFile(`functions/library/${module}`) };
    });
  },
};

/** An uncaught error is printed with the line where it was thrown. */
const lineCharactersMax = 200;

/**
 * The three functions for the datasets of those files, with all that they import, as ES modules by path, `index.js` first
 * among them. Only the Functions Framework is left out: the functions register with the very instance of it that serves them.
 *
 * What is imported while they run comes in files of its own, so that an instance reads each client only once it needs it:
 * compiling all of them takes longer than anything else in its start. Names are kept and nothing else is: a stack trace
 * says where it was without a map, which would have to be deployed and switched on.
 *
 * With them come the notices of the packages that they hold. Throws a `UsageError` where one says nothing of its licence,
 * and where something cannot be resolved or parsed, with the place of each.
 */
export async function bundleFunctions(
  datasets: readonly DatasetFile[],
): Promise<ReadonlyMap<string, Uint8Array>> {
  const directory = join(commonRoot, "dist/functions");
  const { outputFiles, metafile } = await build({
    absWorkingDir: commonRoot,
    stdin: { contents: entryOf(datasets), resolveDir: commonRoot, sourcefile: "index.js" },
    plugins: [ownPackage],
    outdir: directory,
    entryNames: "index",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node24",
    external: ["@google-cloud/functions-framework"],
    banner: { js: commonJs },
    minifyWhitespace: true,
    minifySyntax: true,
    keepNames: true,
    lineLimit: lineCharactersMax,
    // Modules are named by where they are found from the root, wherever that or its node_modules is.
    preserveSymlinks: true,
    write: false,
    metafile: true,
    logLevel: "silent",
  }).catch((error: Error | BuildFailure) => {
    throw "errors" in error ? new UsageError(error.errors.map(faultText)) : error;
  });
  return new Map([
    ...outputFiles.map(({ path, contents }) => [relative(directory, path), contents] as const),
    ["THIRD-PARTY-NOTICES.txt", await noticesOf(commonRoot, metafile)],
  ]);
}

function faultText({ text, location }: BuildFailure["errors"][number]): string {
  return location ? `${location.file}, line ${location.line}: ${text}` : text;
}

/** A descriptor's file; of JSON, its text. */
export interface DatasetFile {
  readonly id: string;
  readonly path: string;
  readonly json: string | undefined;
}

/** What the Functions Framework loads: as `functions/index.ts`, but for datasets that are known when it is made. */
function entryOf(datasets: readonly DatasetFile[]): string {
  const load = ({ path, json }: DatasetFile) =>
    json === undefined
      ? `() => import(${JSON.stringify(path)})`
      : `async () => ({ dataset: datasetFromJson(${JSON.stringify(json)}) })`;
  const files = datasets.map((file) => `  [${JSON.stringify(file.id)}, ${load(file)}],`);
  return [
    `import { datasetFromJson, loadDatasets, registerFunctions } from ${JSON.stringify(packageName)};`,
    "await registerFunctions(await loadDatasets([",
    ...files,
    "]));",
    "",
  ].join("\n");
}
