import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { extname, join, relative, sep } from "node:path";
import { StorageError } from "../../../shared/errors.ts";
import type { Content } from "./answer.ts";

/** The page's folder among the functions' files. */
export const pageFolder = "static-page";

/** Where the page is, from the functions' bundle, and from this file in the package. */
const directories = [pageFolder, "../../../dist/page"];

const contentTypes: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".txt": "text/plain; charset=utf-8",
};

/**
 * Nothing is fetched from elsewhere; zstd chunks are decompressed by WebAssembly. It is the page's alone: the worker that
 * decompresses would not run under it, since its library makes functions of text.
 */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "connect-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

export type PageFiles = ReadonlyMap<string, Content>;

let built: Promise<PageFiles> | undefined;

/**
 * The page's files by path, as they are answered: `index.html`, `static/…`. They are read once. Throws a `StorageError` where
 * the page is not built.
 */
export function pageFiles(): Promise<PageFiles> {
  built ??= readPage().catch((error: unknown) => {
    built = undefined;
    throw error;
  });
  return built;
}

async function readPage(): Promise<PageFiles> {
  for (const name of directories) {
    const directory = join(import.meta.dirname, name);
    const paths = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
    const files = paths.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    if (files.length === 0) continue;
    const read = async (file: string) => {
      const path = relative(directory, file).split(sep).join("/");
      return [path, contentOf(path, await readFile(file))] as const;
    };
    return new Map(await Promise.all(files.map(read)));
  }
  throw new StorageError("read", "the page", "it is not built; `npm run build:page` builds it");
}

/** All but the page itself are named by what they hold: whoever has one need not ask again. */
function contentOf(path: string, content: Uint8Array): Content {
  const isPage = path === "index.html";
  return {
    status: 200,
    content,
    headers: {
      "Content-Type": contentTypes[extname(path)] ?? "application/octet-stream",
      "X-Content-Type-Options": "nosniff",
      ETag: `"${createHash("sha256").update(content).digest("base64url").slice(0, 22)}"`,
      ...(isPage
        ? { "Content-Security-Policy": contentSecurityPolicy }
        : { "Cache-Control": "public, max-age=31536000, immutable" }),
    },
  };
}
