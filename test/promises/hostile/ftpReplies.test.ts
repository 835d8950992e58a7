/**
 * A hostile FTP server: whatever it replies to whichever command, a call ends within the limits with the file's own bytes,
 * with nothing, or with a typed error; no other host is ever connected to, and a reply without an end is cut off. 400 cases.
 */

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { describe, type TestContext, test } from "node:test";
import fc from "fast-check";
import { GranuleError, SourceError } from "../../../shared/errors.ts";
import type { FtpListing } from "../../../shared/source/ftp/client.ts";
import type { FtpLimits } from "../../../shared/source/ftp/limits.ts";
import { assertBytes, patternBytes } from "../../../shared/testing/files.ts";
import { neverAborted } from "../../../shared/testing/neverAborted.ts";
import { quickClient } from "../../shared/source/ftp/contract.ts";
import { startFtpServer } from "../../support/ftpServer.ts";
import { assertOfAll, outcomeOf, partPlayed, playCases } from "../../support/hostileCases.ts";

/** For a server that says nothing: so short that a busy machine may miss them too. */
const limits: Partial<FtpLimits> = { connectMs: 150, idleMs: 80, answerMs: 150, attemptsMax: 1 };
/** For one that replies, though some replies keep a client waiting. */
const patientLimits: Partial<FtpLimits> = { connectMs: 1500, idleMs: 1500, answerMs: 1500, attemptsMax: 1 };
const bytes = patternBytes(3000);
const modifiedAt = Date.UTC(2020, 0, 2);

const commands = [
  "USER",
  "PASS",
  "FEAT",
  "TYPE",
  "OPTS",
  "EPSV",
  "PASV",
  "LIST",
  "MLSD",
  "RETR",
  "SIZE",
  "MDTM",
];
const replies = [
  ...[
    "",
    "x",
    "000 x",
    "099 x",
    "100 x",
    "150 x",
    "200 x",
    "213 x",
    "220 x",
    "226 x",
    "331 x",
    "332 x",
    "350 x",
  ],
  ...[
    "421 x",
    "425 x",
    "426 x",
    "450 x",
    "500 x",
    "502 x",
    "530 x",
    "550 x",
    "551 x",
    "599 x",
    "999 x",
    "-1 x",
  ],
  ...[
    "213 -1",
    "213 99999999999999999999",
    "213 1e3",
    "213 NaN",
    "213 5",
    "213 19000101000000",
    "213 99999999999999",
  ],
  ...[
    "213 20200230250000",
    "227 (127,0,0,1,0,1)",
    "227 (999,999,999,999,999,999)",
    "227 (-1,-1,-1,-1,-1,-1)",
    "227 ()",
  ],
  ...["229 (|||0|)", "229 (|||1|)", "229 (|||99999999|)", "229 (|||-5|)", "229 (|||x|)", "229 ()"],
  ...["150 x (99999999999 bytes).", "150 x (0 bytes).", "150 x (3 bytes).", "150 x (-1 bytes)."],
  ...[
    "211-no end",
    `211-${"x".repeat(100_000)}`,
    `200 ${"y".repeat(70_000)}`,
    "211-\r\n MLST\r\n MLSD\r\n211 End",
  ],
  ...["226 x\r\n226 x\r\n550 x", "\u0000\u0001\u001b[2J", "530 password", "200 \u202e", "2", "22", "200"],
] as const;

const scripts = fc.record({
  operation: fc.constantFrom("list", "fetch", "modifiedAt"),
  replies: fc.dictionary(fc.constantFrom(...commands), fc.constantFrom(...replies), {
    minKeys: 1,
    maxKeys: 3,
  }),
  silent: fc.oneof(
    { weight: 4, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constantFrom("GREETING", ...commands) },
  ),
  announceSize: fc.boolean(),
  mlsd: fc.boolean(),
});

/** A server that counts who connects, on a loopback address of its own. */
async function listener(
  t: TestContext,
  host: string,
  onConnection: (socket: Socket) => void,
): Promise<Server> {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    onConnection(socket);
  });
  server.listen(0, host);
  await once(server, "listening");
  t.after(() => server.close());
  return server;
}

describe("an FTP server that replies what it likes", () => {
  test("never gets anything but an error, nothing, or the file as it is", async (t) => {
    const results = { list: 0, fetch: 0, modifiedAt: 0 };
    await playCases(t, 400, scripts, async ({ operation, replies, silent, announceSize, mlsd }) => {
      const files = { "dir/a.bin": { bytes, modifiedAt } };
      const faults = {
        replies: new Map(Object.entries(replies)),
        silent: new Set(silent === undefined ? [] : [silent]),
      };
      const server = await startFtpServer({ files, announceSize, mlsd, faults });
      const source = quickClient({ url: server.url }, silent === undefined ? patientLimits : limits);
      try {
        const found = await outcomeOf<unknown>(
          () => {
            if (operation === "list") return source.list("dir", neverAborted);
            if (operation === "modifiedAt") return source.modifiedAt("dir/a.bin", neverAborted);
            return source.fetch("dir/a.bin", 10_000, neverAborted);
          },
          SourceError,
          GranuleError,
        );
        if ("error" in found || found.result === undefined) return;
        results[operation]++;
        if (operation === "fetch") assertBytes(found.result as Uint8Array, bytes);
        else if (operation === "modifiedAt") {
          const instant = found.result as number;
          const isOwn = instant === modifiedAt;
          assert.ok(isOwn || /^213 \d{14}/.test(replies.MDTM ?? ""), `${instant} was nowhere stated`);
          assert.ok(instant >= 0 && instant < Date.UTC(10_000, 0), `${instant}`);
        } else {
          const { files: listed, directories } = found.result as FtpListing;
          for (const { name, sizeBytes } of listed)
            assert.deepEqual([name, sizeBytes], ["a.bin", bytes.length]);
          assert.deepEqual(directories, []);
        }
      } finally {
        await source.close();
        await server.close();
      }
    });
    assertOfAll(Math.min(...Object.values(results)) > 15 * partPlayed, JSON.stringify(results));
    t.diagnostic(JSON.stringify(results));
  });

  test("cannot have another host connected to, unless the URL allows any", async (t) => {
    let visits = 0;
    const trap = await listener(t, "127.0.0.2", (socket) => {
      visits++;
      socket.destroy();
    });
    const { port } = trap.address() as { port: number };
    const server = await startFtpServer({ files: { "a.bin": { bytes, modifiedAt } } });
    server.faults.replies.set("EPSV", "500 No.");
    const source = quickClient({ url: server.url }, { attemptsMax: 1 });
    t.after(() => Promise.all([source.close(), server.close()]));
    for (const host of ["127,0,0,2", "10,0,0,1", "169,254,169,254"]) {
      server.faults.replies.set("PASV", `227 Passive mode (${host},${port >> 8},${port & 255}).`);
      await assert.rejects(source.fetch("a.bin", 10_000, neverAborted), { tag: "source", fault: "transfer" });
      await assert.rejects(source.list("", neverAborted), { tag: "source", fault: "listing" });
    }
    assert.equal(visits, 0);
    const allowed = quickClient({ url: `${server.url}?data-host=any` }, { attemptsMax: 1 });
    server.faults.replies.set("PASV", `227 Passive mode (127,0,0,2,${port >> 8},${port & 255}).`);
    await assert.rejects(allowed.list("", neverAborted), { tag: "source" });
    await allowed.close();
    assert.equal(visits, 1);
  });

  for (const [name, line] of [
    ["a reply of lines without an end", "220-and so on\r\n"],
    ["replies without an end", "220 and so on\r\n"],
    ["a line without an end", "220 and so on"],
  ] as const) {
    test(`cannot hold a call up with ${name}`, async (t) => {
      const block = line.repeat(1000);
      let sentBytes = 0;
      const server = await listener(t, "127.0.0.1", (socket) => {
        const flood = () => {
          while (socket.writable && socket.write(block)) sentBytes += block.length;
          sentBytes += block.length;
        };
        socket.on("drain", flood).on("data", () => undefined);
        flood();
      });
      const { port } = server.address() as { port: number };
      const source = quickClient({ url: `ftp://127.0.0.1:${port}/` }, limits);
      t.after(() => source.close());
      await assert.rejects(source.list("", neverAborted), { tag: "source" });
      if (name !== "replies without an end")
        assert.ok(sentBytes < 50_000_000, `${sentBytes} bytes were taken`);
    });
  }
});
