/**
 * A web server that repeats a secret in whatever it says, in each way of writing it: the secret is in no error, no event, no ledger record
 * and no object of the store, and nothing that the command prints. `passwordKept` plays the same with FTP.
 */
import assert from "node:assert/strict";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { inspect } from "node:util";
import type { AuthSpec, Listing } from "../../shared/dataset/descriptor.ts";
import { runAccrete } from "../functions/cli/command.ts";
import { type Reaction, redirect } from "../support/httpReactions.ts";
import { startHttpServer } from "../support/httpServer.ts";
import { type IndexEntry, indexPage } from "../support/indexPages.ts";
import { granuleOf, providedSpec, providerWorld } from "../support/providerWorld.ts";
import { onlyInAll } from "../support/sample.ts";
import { temporaryDirectory } from "../support/temporaryDirectory.ts";

const password = "hush@: Hush'~";
const token = "hush.Hush-hush~";
const basicToken = Buffer.from(`reader:${password}`).toString("base64");
const secrets: Readonly<Record<"basic" | "bearer" | "netrc", string>> = {
  basic: `reader:${password}`,
  bearer: token,
  netrc: `machine 127.0.0.1 login reader password "${password}"`,
};
type Kind = keyof typeof secrets;

/** In all ways of writing it. */
function written(kind: Kind): readonly string[] {
  const secret = kind === "bearer" ? token : password;
  const plain = [secret, secret.toUpperCase(), JSON.stringify(secret), encodeURIComponent(secret)];
  return [...plain, ...(kind === "bearer" ? [] : [basicToken])];
}

/** Whatever is left of it. */
const leaked = new RegExp(`hush|${basicToken.slice(0, 12)}`, "i");
const name = "v_2026112800.bin";
const entry: IndexEntry = { name, kind: "file", sizeBytes: 12, modifiedAt: Date.UTC(2026, 10, 28, 1) };
const answer = (status: number, body: string | Uint8Array, headers = {}): Reaction => ({
  kind: "answer",
  status,
  headers,
  body,
});
const html = { "content-type": "text/html" };

/** By what they are for: what a server does with requests for its directory, and for its file. */
const places: Readonly<
  Record<
    string,
    { readonly directory?: (babble: string) => Reaction; readonly file?: (babble: string) => Reaction }
  >
> = {
  "a refusal": { directory: (babble) => answer(403, babble) },
  "an error of a listing": { directory: (babble) => answer(500, babble, { "x-why": babble }) },
  "a page in an index's place": {
    directory: (babble) => answer(200, `<html><head><title>${escaped(babble)}</title></head></html>`, html),
  },
  "a redirect to what is not there": {
    directory: (babble) => redirect(`/nowhere?user=${encodeURIComponent(babble)}`),
    file: (babble) => redirect(`/nowhere/${encodeURIComponent(babble)}`),
  },
  "a redirect to what is no URL": { directory: (babble) => redirect(`http://[${babble}`) },
  "an index of names": {
    directory: (babble) => answer(200, pageOf([{ ...entry, name: `${babble}.bin` }]), html),
  },
  "a page in a granule's place": {
    file: (babble) => answer(200, `<html><head><title>${escaped(babble)}</title></head></html>`, html),
  },
  "a granule's ETag": { file: (babble) => answer(200, granuleOf(1), { etag: `"${asHeader(babble)}"` }) },
  "a granule's type": {
    file: (babble) => answer(200, "", { "content-type": `text/html; for=${asHeader(babble)}` }),
  },
  "an error of a granule": { file: (babble) => answer(500, babble) },
};

function pageOf(entries: readonly IndexEntry[]): string {
  return indexPage("nginx", "/", entries).text;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}

/** Headers take no line ends, and an ETag no quotes. */
function asHeader(text: string): string {
  return text.replaceAll('"', "");
}

function sourceOf(url: string, kind: Kind, listing: Listing) {
  return {
    url,
    listing,
    auth: { kind, secret: "a-secret" } satisfies AuthSpec,
    candidates: [{ path: "v_{YYYYMMDDHH}.bin" }],
  };
}

function babblerOf(kind: Kind, place: string) {
  const babble = `you are ${written(kind).join(" ")}`;
  const { directory, file } = places[place] ?? {};
  return startHttpServer({
    handler: ({ path }) =>
      path === "/"
        ? (directory?.(babble) ?? answer(200, pageOf([entry]), html))
        : path === `/${name}`
          ? (file?.(babble) ?? answer(200, granuleOf(1)))
          : undefined,
  });
}

describe("a web server that repeats the secret", () => {
  for (const kind of ["basic", "bearer", "netrc"] as const)
    for (const place of Object.keys(places))
      for (const listing of ["index", "none"] as const)
        test(`of ${kind} in ${place}, where ${listing === "index" ? "an index is read" : "paths are asked for"}`, {
          skip: kind === "netrc" && onlyInAll,
        }, async (t) => {
          const server = await babblerOf(kind, place);
          t.after(() => server.close());
          const world = providerWorld({
            start: "2026-11-28T00:00:00Z",
            step: "PT1H",
            source: sourceOf(server.url, kind, listing),
            environment: { ACCRETE_SECRET_A_SECRET: secrets[kind] },
          });
          const outcome = await world.run("2026-11-28T01:30:00Z").then(
            ({ events, sent }) => [events, sent],
            (thrown: unknown) => thrown,
          );
          const traces = inspect(outcome, { depth: 20, maxStringLength: 10_000 }) + (await world.kept());
          assert.doesNotMatch(traces, leaked);
          assert.ok(server.requests.length > 0);
        });
});

describe("the command", () => {
  for (const place of ["a page in an index's place", "a granule's ETag", "a page in a granule's place"])
    test(`shows no secret that a server repeats in ${place}, and keeps none`, async (t) => {
      const server = await babblerOf("bearer", place);
      t.after(() => server.close());
      const directory = await temporaryDirectory(t);
      await mkdir(join(directory, "datasets"));
      const spec = providedSpec({
        start: "2026-11-28T00:00:00Z",
        step: "PT1H",
        source: sourceOf(server.url, "bearer", "index"),
      });
      await writeFile(join(directory, "datasets/provided.json"), JSON.stringify(spec));
      const environment = { ACCRETE_SECRET_A_SECRET: token };
      for (const args of [
        "plan provided --json --to 2026-11-28T00:00:00Z",
        "extend provided --json --to 2026-11-28T00:00:00Z",
        "extend provided --to 2026-11-28T00:00:00Z",
        "status provided --json",
        "doctor provided",
        "build --json",
      ]) {
        const { stdout, stderr } = await runAccrete(directory, args, environment).finished;
        assert.ok(stdout + stderr !== "", args);
        assert.doesNotMatch(stdout + stderr, leaked, args);
      }
      const entries = await readdir(directory, { recursive: true, withFileTypes: true });
      for (const one of entries.filter((found) => found.isFile()))
        assert.doesNotMatch(await readFile(join(one.parentPath, one.name), "latin1"), leaked, one.name);
    });
});
