import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { FtpLimits } from "../../../shared/source/ftp/ftp.ts";
import { createFtpSource } from "../../../shared/source/ftp/ftp.ts";
import type { Source } from "../../../shared/source/source.ts";
import type { ServedFile } from "../../support/ftpListing.ts";

/** A server that serves the files it was started with. */
export interface ContractServer {
  /** Of the directory that holds the files. */
  readonly url: string;
  readonly tls?: { readonly ca: string };
  stop(): Promise<void>;
}

const connectionsMax = 4;
export const neverAborted = new AbortController().signal;

/** A source with waits too short to notice, unless given. */
export function quickSource(
  server: Pick<ContractServer, "url" | "tls">,
  limits: Partial<FtpLimits> = {},
  connections = connectionsMax,
): Source {
  return createFtpSource({
    url: server.url,
    connectionsMax: connections,
    random: () => 0.5,
    limits: { backoffFirstMs: 1, backoffLongestMs: 2, ...limits },
    ...(server.tls && { tls: server.tls }),
  });
}

/** Bytes that differ from place to place and from file to file. */
export function patternBytes(length: number, seed = 0): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 31 + (index >> 8) * 7 + seed) & 255);
}

/** Compares at once what a general comparison would compare element by element. */
export function assertBytes(actual: Uint8Array | undefined, expected: Uint8Array): void {
  assert.ok(actual !== undefined, "there are no bytes");
  assert.equal(actual.length, expected.length);
  const index = actual.findIndex((byte, place) => byte !== expected[place]);
  assert.ok(index < 0, `byte ${index} is ${actual[index]} instead of ${expected[index]}`);
}

const modifiedAt = Date.UTC(2016, 1, 29, 23, 58, 59);
const granules = Array.from({ length: 20 }, (_, index) => `granule-${String(index).padStart(2, "0")}.bin`);
const files: Record<string, ServedFile> = {
  "2016/a.bin": { bytes: patternBytes(300_000), modifiedAt },
  "2016/with space.bin": { bytes: patternBytes(10), modifiedAt },
  "2016/empty.bin": { bytes: new Uint8Array(0), modifiedAt },
  "2016/deeper/b.bin": { bytes: patternBytes(5), modifiedAt },
  "top.bin": { bytes: patternBytes(3), modifiedAt },
  ...Object.fromEntries(
    granules.map((name, index) => [
      `many/${name}`,
      { bytes: patternBytes(50_000 + index, index), modifiedAt },
    ]),
  ),
};

/** What every server that an FTP source meets must give through the `Source` port. */
export function sourceContract(
  name: string,
  start: (files: Record<string, ServedFile>) => Promise<ContractServer>,
): void {
  describe(`source contract: ${name}`, () => {
    let server: ContractServer;
    let source: Source;
    before(async () => {
      server = await start(files);
      source = quickSource(server);
    });
    after(async () => {
      await source?.close();
      await server?.stop();
    });

    test("lists the plain files of a directory with their sizes", async () => {
      const listed = await source.list("2016", neverAborted);
      const sizes = listed?.map(({ name, sizeBytes }) => [name, sizeBytes]).sort();
      assert.deepEqual(sizes, [
        ["a.bin", 300_000],
        ["empty.bin", 0],
        ["with space.bin", 10],
      ]);
    });

    test("lists a date for every file, and an instant only where it is exact", async () => {
      for (const file of (await source.list("2016", neverAborted)) ?? []) {
        assert.notEqual(file.listedDate, "");
        if (file.modifiedAt !== undefined) assert.equal(file.modifiedAt, modifiedAt);
      }
    });

    test("lists the base directory itself", async () => {
      const listed = await source.list("", neverAborted);
      assert.deepEqual(
        listed?.map(({ name }) => name),
        ["top.bin"],
      );
    });

    test("lists nothing of a directory that is not there", async () => {
      assert.deepEqual((await source.list("2017", neverAborted)) ?? [], []);
    });

    test("says when a file was modified", async () => {
      assert.equal(await source.modifiedAt("2016/a.bin", neverAborted), modifiedAt);
      assert.equal(await source.modifiedAt("2016/with space.bin", neverAborted), modifiedAt);
    });

    test("has no modification time for a file that is not there", async () => {
      assert.equal(await source.modifiedAt("2016/none.bin", neverAborted), undefined);
    });

    test("fetches a file byte by byte", async () => {
      assertBytes(await source.fetch("2016/a.bin", 300_000, neverAborted), patternBytes(300_000));
      assertBytes(await source.fetch("2016/with space.bin", 1000, neverAborted), patternBytes(10));
      assertBytes(await source.fetch("2016/empty.bin", 1000, neverAborted), new Uint8Array(0));
    });

    test("has undefined for a file that is not there, and goes on", async () => {
      assert.equal(await source.fetch("2016/none.bin", 1000, neverAborted), undefined);
      assert.equal(await source.fetch("2017/none.bin", 1000, neverAborted), undefined);
      assertBytes(await source.fetch("top.bin", 3, neverAborted), patternBytes(3));
    });

    test("reads no more than bytesMax", async () => {
      await assert.rejects(source.fetch("2016/a.bin", 299_999, neverAborted), {
        name: "GranuleError",
        fault: "tooLarge",
      });
    });

    test("fetches 20 files at once over its few connections", async () => {
      const fetched = await Promise.all(
        granules.map((granule) => source.fetch(`many/${granule}`, 100_000, neverAborted)),
      );
      for (const [index, bytes] of fetched.entries()) {
        assertBytes(bytes, patternBytes(50_000 + index, index));
      }
    });

    test("takes the path of its URL for the base", async () => {
      const deeper = quickSource({ ...server, url: `${server.url}2016/` });
      assertBytes(await deeper.fetch("deeper/b.bin", 5, neverAborted), patternBytes(5));
      await deeper.close();
    });

    test("rejects with the signal's reason", async () => {
      const reason = new Error("deadline");
      const aborted = AbortSignal.abort(reason);
      await assert.rejects(source.list("2016", aborted), reason);
      await assert.rejects(source.modifiedAt("2016/a.bin", aborted), reason);
      await assert.rejects(source.fetch("2016/a.bin", 300_000, aborted), reason);
    });
  });
}
