import type { ServedFile } from "../../shared/testing/files.ts";
import { redirect } from "./httpReactions.ts";
import { type HttpHandler, type HttpServer, startHttpServer } from "./httpServer.ts";
import { type IndexEntry, type IndexKind, indexPage } from "./indexPages.ts";
import type { Certificate } from "./selfSigned.ts";
import { catalogPage } from "./threddsCatalog.ts";

export interface IndexServerOptions {
  /** Index pages, catalogs below `thredds/catalog/base` with files below `thredds/fileServer/base`, or no lists at all. */
  readonly kind: IndexKind | "thredds" | "none";
  /** By their paths from the base URL. */
  readonly files: Readonly<Record<string, ServedFile>>;
  /** Whether files have an ETag and a date. */
  readonly isVersioned?: boolean;
  readonly tls?: Certificate;
}

export interface IndexServer extends Omit<HttpServer, "put" | "remove"> {
  /** The base URL. */
  readonly base: string;
  /** Where files lie below the root, with a slash at its end. */
  readonly filesPath: string;
  put(path: string, file: ServedFile): void;
  remove(path: string): void;
}

/** An HTTP server whose directories are listed as those of servers that people run are. */
export async function startIndexServer({
  kind,
  files,
  isVersioned = true,
  tls,
}: IndexServerOptions): Promise<IndexServer> {
  const served = new Map(Object.entries(files));
  const [listedPath, filesPath] =
    kind === "thredds" ? ["/thredds/catalog/base/", "thredds/fileServer/base/"] : ["/base/", "base/"];

  const handler: HttpHandler = ({ path }) => {
    if (kind === "none" || !path.startsWith(listedPath)) return undefined;
    const below = path.slice(listedPath.length);
    const directory = kind === "thredds" ? below.replace(/(^|\/)catalog\.xml$/, "$1") : below;
    if (kind === "thredds" && directory === below) return undefined;
    if (directory !== "" && !directory.endsWith("/")) {
      return entriesOf(served, `${directory}/`) && redirect(`${encodeURI(path)}/`, 301);
    }
    const entries = entriesOf(served, directory);
    if (!entries) return undefined;
    const page =
      kind === "thredds"
        ? {
            contentType: "application/xml",
            text: catalogPage(`base/${directory}`.replace(/\/$/, ""), entries),
          }
        : indexPage(kind, path, entries);
    return { kind: "answer", status: 200, headers: { "content-type": page.contentType }, body: page.text };
  };

  const server = await startHttpServer({ handler, ...(tls && { tls }) });
  const put = (path: string, { bytes, modifiedAt }: ServedFile) => {
    served.set(path, { bytes, modifiedAt });
    const etag = `"${modifiedAt.toString(16)}-${bytes.length.toString(16)}"`;
    server.put(filesPath + path, { bytes, ...(isVersioned && { modifiedAt, etag }) });
  };
  for (const [path, file] of served) put(path, file);
  return {
    ...server,
    // A copy would have them as they are now.
    get connections() {
      return server.connections;
    },
    get connectionsPeak() {
      return server.connectionsPeak;
    },
    get connectionsOpened() {
      return server.connectionsOpened;
    },
    base: new URL(listedPath, server.url).href,
    filesPath,
    put,
    remove(path) {
      served.delete(path);
      server.remove(filesPath + path);
    },
  };
}

/** What is directly in a directory, given as "" or with a slash at its end; `undefined` where nothing is. */
function entriesOf(files: ReadonlyMap<string, ServedFile>, directory: string): IndexEntry[] | undefined {
  const entries = new Map<string, IndexEntry>();
  for (const [path, { bytes, modifiedAt }] of files) {
    if (!path.startsWith(directory)) continue;
    const [name = "", ...deeper] = path.slice(directory.length).split("/");
    const kind = deeper.length === 0 ? "file" : "directory";
    entries.set(name, { name, kind, sizeBytes: bytes.length, modifiedAt });
  }
  return entries.size > 0 || directory === "" ? [...entries.values()] : undefined;
}
