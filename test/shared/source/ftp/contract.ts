import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { FtpClient } from "../../../../shared/source/ftp/client.ts";
import { createFtpClient } from "../../../../shared/source/ftp/ftp.ts";
import { sourceOf } from "../../../../shared/source/ftp/ftpSource.ts";
import type { FtpLimits } from "../../../../shared/source/ftp/limits.ts";
import type { ServedFile } from "../../../../shared/testing/files.ts";
import { assertBytes, files, granules, modifiedAt, patternBytes } from "../../../../shared/testing/files.ts";
import { neverAborted } from "../../../../shared/testing/neverAborted.ts";
import { sourceContract } from "../../../../shared/testing/source.ts";

/** A server that serves the files it was started with. */
export interface ContractServer {
  /** Of the directory that holds the files. */
  readonly url: string;
  readonly tls?: { readonly ca: string };
  stop(): Promise<void>;
}

const connectionsMax = 4;

/** A client with waits too short to notice, unless given. */
export function quickClient(
  server: Pick<ContractServer, "url" | "tls">,
  limits: Partial<FtpLimits> = {},
  connections = connectionsMax,
): FtpClient {
  return createFtpClient({
    url: server.url,
    connectionsMax: connections,
    random: () => 0.5,
    limits: { backoffFirstMs: 1, backoffLongestMs: 2, ...limits },
    ...(server.tls && { tls: server.tls }),
  });
}

/** What every server that an FTP source meets must give, to its client and through the `Source` port. */
export function serverContract(
  name: string,
  start: (files: Record<string, ServedFile>) => Promise<ContractServer>,
): void {
  sourceContract(name, async (served) => {
    const server = await start(served);
    return { ...server, source: sourceOf(quickClient(server)) };
  });

  describe(`FTP client: ${name}`, () => {
    let server: ContractServer;
    let client: FtpClient;
    before(async () => {
      server = await start(files);
      client = quickClient(server);
    });
    after(async () => {
      await client?.close();
      await server?.stop();
    });

    test("lists the plain files of a directory with their sizes", async () => {
      const listed = await client.list("2016", neverAborted);
      const sizes = listed?.files.map(({ name, sizeBytes }) => [name, sizeBytes]).sort();
      assert.deepEqual(sizes, [
        ["a.bin", 300_000],
        ["empty.bin", 0],
        ["with space.bin", 10],
      ]);
    });

    test("lists a date for every file, and an instant only where it is exact", async () => {
      for (const file of (await client.list("2016", neverAborted))?.files ?? []) {
        assert.notEqual(file.listedDate, "");
        if (file.modifiedAt !== undefined) assert.equal(file.modifiedAt, modifiedAt);
      }
    });

    test("lists the base directory itself", async () => {
      const listed = await client.list("", neverAborted);
      assert.deepEqual(
        listed?.files.map(({ name }) => name),
        ["top.bin"],
      );
      assert.deepEqual([...(listed?.directories ?? [])].sort(), ["2016", "many"]);
    });

    test("lists nothing of a directory that is not there", async () => {
      assert.deepEqual((await client.list("2017", neverAborted))?.files ?? [], []);
    });

    test("says when a file was modified", async () => {
      assert.equal(await client.modifiedAt("2016/a.bin", neverAborted), modifiedAt);
      assert.equal(await client.modifiedAt("2016/with space.bin", neverAborted), modifiedAt);
    });

    test("has no modification time for a file that is not there", async () => {
      assert.equal(await client.modifiedAt("2016/none.bin", neverAborted), undefined);
    });

    test("fetches a file byte by byte", async () => {
      assertBytes(await client.fetch("2016/a.bin", 300_000, neverAborted), patternBytes(300_000));
      assertBytes(await client.fetch("2016/with space.bin", 1000, neverAborted), patternBytes(10));
      assertBytes(await client.fetch("2016/empty.bin", 1000, neverAborted), new Uint8Array(0));
    });

    test("has undefined for a file that is not there, and goes on", async () => {
      assert.equal(await client.fetch("2016/none.bin", 1000, neverAborted), undefined);
      assert.equal(await client.fetch("2017/none.bin", 1000, neverAborted), undefined);
      assertBytes(await client.fetch("top.bin", 3, neverAborted), patternBytes(3));
    });

    test("reads no more than bytesMax", async () => {
      await assert.rejects(client.fetch("2016/a.bin", 299_999, neverAborted), {
        name: "GranuleError",
        fault: "tooLarge",
      });
    });

    test("fetches 20 files at once over its few connections", async () => {
      const fetched = await Promise.all(
        granules.map((granule) => client.fetch(`many/${granule}`, 100_000, neverAborted)),
      );
      for (const [index, bytes] of fetched.entries()) {
        assertBytes(bytes, patternBytes(50_000 + index, index));
      }
    });

    test("takes the path of its URL for the base", async () => {
      const deeper = quickClient({ ...server, url: `${server.url}2016/` });
      assertBytes(await deeper.fetch("deeper/b.bin", 5, neverAborted), patternBytes(5));
      await deeper.close();
    });

    test("rejects with the signal's reason", async () => {
      const reason = new Error("deadline");
      const aborted = AbortSignal.abort(reason);
      await assert.rejects(client.list("2016", aborted), reason);
      await assert.rejects(client.modifiedAt("2016/a.bin", aborted), reason);
      await assert.rejects(client.fetch("2016/a.bin", 300_000, aborted), reason);
    });
  });
}
