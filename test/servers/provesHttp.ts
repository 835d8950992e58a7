/**
 * What is promised of every HTTP server, proved on one as it lists directories: the source's contract, in plain and over TLS where the
 * server has it, names of all kinds, and files that come as they are stored.
 *
 * A server that is not there is skipped, unless CI or ACCRETE_REQUIRE_SERVERS=1 is set: then its tests fail.
 */
import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { gzipSync } from "node:zlib";
import type { Listing } from "../../shared/dataset/descriptor.ts";
import { createHttpCalls } from "../../shared/source/http/core/httpCalls.ts";
import type { SearchOptions } from "../../shared/source/source.ts";
import { assertBytes, patternBytes, type ServedFile } from "../../shared/testing/files.ts";
import { neverAborted } from "../../shared/testing/neverAborted.ts";
import { type SourceTraits, sourceContract } from "../../shared/testing/source.ts";
import { quickSource } from "../shared/source/http/quickSource.ts";
import { selfSigned } from "../support/selfSigned.ts";
import { growsFrom, isRequired } from "./provesServer.ts";
import { type RealServer, reasonAgainst, type ServerKind, startServer } from "./realServer.ts";

export interface HttpPeculiar {
  readonly traits: Pick<SourceTraits, "isSizeFound" | "isVersionFound">;
  readonly hasTls?: boolean;
  readonly hasEtags?: boolean;
  /** Whether it answers with the part of a file that was asked for. */
  readonly hasRanges?: boolean;
  /** Tests of this server alone. */
  readonly more?: () => void;
}

const options: SearchOptions = {
  directoriesMax: 10,
  pathsMax: 100,
  callsAtOnceMax: 4,
  isWantable: () => false,
};
const modifiedAt = Date.UTC(2016, 1, 29, 23, 58, 59);
const bytes = patternBytes(1_036_053);
const names = [
  "MRMS_PrecipRate_00.00_20261128-091200-and-more-than-any-server-shows-of-it.bin",
  "q?x#y&z%41;<b>\"q'.bin",
  "größe ü.bin",
  "a:b.bin",
  "+plus~,=@$!*().bin",
  "[br]{c}|\\^`.bin",
  "20261128",
];

export async function provesHttp(
  kind: ServerKind,
  { traits, hasTls = true, hasEtags = true, hasRanges = true, more = () => {} }: HttpPeculiar,
): Promise<void> {
  const reason = reasonAgainst(kind);
  if (reason !== undefined) {
    test(kind.name, { skip: isRequired ? false : reason }, () => assert.fail(reason));
    return;
  }
  const listed: SourceTraits = { ...traits, isVersionGrown: true };
  contract(kind, "index", listed);
  contract(kind, "none", { isListed: false, isVersionFound: hasEtags });

  describe(kind.name, () => {
    test("a dataset grows from it: new granules are ingested, a replaced one again", (t) =>
      growsFrom(kind, t));

    test("lists files of whatever names, also such as are links, and no directories, and gives each", async (t) => {
      const file = { bytes, modifiedAt };
      const { server, source } = await serving(
        t,
        kind,
        Object.fromEntries(names.map((name) => [`odd/${name}`, file])),
      );
      await server.put("odd/deeper/b.bin", file);
      await server.link("odd/linked.bin", `../odd/${names[0]}`);
      const search = source.search(options);
      const wanted = [...names, "linked.bin"].map((name) => ({ paths: [`odd/${name}`] }));
      const found = await search.find(wanted, neverAborted);
      for (const [index, one] of found.entries()) {
        const file = one?.file ?? assert.fail(`${wanted[index]?.paths} is there`);
        if (file.sizeBytes !== null) assert.equal(file.sizeBytes, bytes.length, file.path);
        const fetched = await source.fetch(file, neverAborted);
        assertBytes(await fetched.bytes(bytes.length), bytes);
        assert.deepEqual([fetched.modifiedAt, fetched.sizeBytes], [modifiedAt, bytes.length]);
      }
      assert.equal((await search.report(true, neverAborted)).files, names.length + 1);
    });

    test("gives a compressed file as it is stored", async (t) => {
      const stored = gzipSync(bytes);
      const { source } = await serving(t, kind, { "a.bin.gz": { bytes: stored, modifiedAt } });
      const [found] = await source.search(options).find([{ paths: ["a.bin.gz"] }], neverAborted);
      const fetched = await source.fetch(found?.file ?? assert.fail("it is there"), neverAborted);
      assertBytes(await fetched.bytes(stored.length), stored);
    });

    test(`answers with ${hasRanges ? "the part" : "the whole of a file, whatever the part"} that is asked for`, async (t) => {
      const { server } = await serving(t, kind, { "a.bin": { bytes, modifiedAt } });
      const base = new URL(server.url);
      const calls = createHttpCalls({ base, connectionsMax: 1, random: () => 0.5, now: () => 0 });
      t.after(() => calls.close());
      const url = new URL("a.bin", base);
      const request = {
        method: "GET",
        url,
        headers: { range: "bytes=100-299" },
        answers: [200, 206],
        fault: "transfer",
      } as const;
      const answer = await calls.call(request, neverAborted);
      assert.deepEqual(
        answer.part,
        hasRanges ? { first: 100, end: 300, sizeBytes: bytes.length } : undefined,
      );
      assertBytes(await answer.bytes(bytes.length), hasRanges ? bytes.subarray(100, 300) : bytes);
    });
    more();
  });
  if (!hasTls) return;
  const certificate = await selfSigned();
  if (typeof certificate === "string")
    test(`${kind.name} with TLS`, { skip: isRequired ? false : certificate }, () => assert.fail(certificate));
  else contract(kind, "index", listed, certificate);
}

function contract(
  kind: ServerKind,
  listing: Listing,
  traits: SourceTraits,
  certificate?: { readonly key: string; readonly cert: string },
): void {
  const name = `${kind.name}, ${listing}${certificate ? ", with TLS" : ""}`;
  const start = async (files: Readonly<Record<string, ServedFile>>) => {
    const server = await startServer(kind, files, certificate && { certificate });
    return { source: quickSource({ ...server, listing }), stop: () => server.stop() };
  };
  sourceContract(name, start, traits);
}

/** A server with those files, and a source on it. */
export async function serving(t: TestContext, kind: ServerKind, files: Readonly<Record<string, ServedFile>>) {
  const server: RealServer = await startServer(kind, files);
  const source = quickSource({ url: server.url });
  t.after(async () => {
    await source.close();
    await server.stop();
  });
  return { server, source };
}
