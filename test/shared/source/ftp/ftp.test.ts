import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { describe, type TestContext, test } from "node:test";
import { inspect, promisify } from "node:util";
import type { FtpClient } from "../../../../shared/source/ftp/client.ts";
import { createFtpClient } from "../../../../shared/source/ftp/ftp.ts";
import type { FtpLimits } from "../../../../shared/source/ftp/limits.ts";
import type { ServedFile } from "../../../../shared/testing/files.ts";
import { assertBytes, patternBytes } from "../../../../shared/testing/files.ts";
import { neverAborted } from "../../../../shared/testing/neverAborted.ts";
import { unixLine } from "../../../support/ftpListing.ts";
import { type FtpServer, type FtpServerOptions, startFtpServer } from "../../../support/ftpServer.ts";
import { patienceMs } from "../../../support/patience.ts";
import { selfSigned } from "../../../support/selfSigned.ts";
import { quickClient, serverContract } from "./contract.ts";

const run = promisify(execFile);
const now = Date.UTC(2026, 10, 23, 12);
const modifiedAt = Date.UTC(2026, 10, 20, 10, 30, 5);
const bytes = patternBytes(200_000);
const files = { "pub/a.bin": { bytes, modifiedAt }, "pub/b.bin": { bytes: patternBytes(7), modifiedAt } };
/** Longer than any test: what waits for this does not wait for it in vain. */

/** A server and a source on its `pub`, both closed after the test. */
async function started(
  t: TestContext,
  options: FtpServerOptions = {},
  limits: Partial<FtpLimits> = {},
  connectionsMax = 4,
): Promise<{ server: FtpServer; source: FtpClient; place: string }> {
  const server = await startFtpServer({ files, now: () => now, ...options });
  const source = quickClient({ url: `${server.url}pub/` }, limits, connectionsMax);
  t.after(async () => {
    await source.close();
    await server.close();
  });
  return { server, source, place: `ftp://127.0.0.1:${server.port}/pub` };
}

/** A port that nothing listens at. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function under(folder: string, served: Record<string, ServedFile>): Record<string, ServedFile> {
  return Object.fromEntries(Object.entries(served).map(([path, file]) => [`${folder}/${path}`, file]));
}

for (const mlsd of [true, false]) {
  serverContract(mlsd ? "a server with MLSD" : "a server with LIST only", async (served) => {
    const server = await startFtpServer({ files: under("base", served), mlsd, announceSize: mlsd });
    return { url: `${server.url}base/`, stop: () => server.close() };
  });
}

describe("listing over FTP", () => {
  test("MLSD gives the exact instant", async (t) => {
    const { source } = await started(t);
    const listed = (await source.list("", neverAborted))?.files;
    assert.deepEqual(listed?.[0], {
      name: "a.bin",
      sizeBytes: 200_000,
      listedDate: new Date(modifiedAt).toISOString(),
      modifiedAt,
    });
  });

  test("LIST gives the date as it stands, and no instant", async (t) => {
    const { source, server } = await started(t, { mlsd: false });
    server.put("pub/old.bin", new Uint8Array(1), Date.UTC(2016, 0, 29));
    const listed = (await source.list("", neverAborted))?.files;
    assert.deepEqual(listed?.[0], { name: "a.bin", sizeBytes: 200_000, listedDate: "Nov 20 10:30" });
    assert.match(listed?.[2]?.listedDate ?? "", /^Jan 29 +2016$/);
  });

  test("a server that names MLSD but refuses it is listed by LIST", async (t) => {
    const { source, server } = await started(t);
    server.faults.replies.set("MLSD", "502 Not implemented.");
    assert.equal((await source.list("", neverAborted))?.files.length, 2);
    assert.equal((await source.list("", neverAborted))?.files.length, 2);
    assert.equal(server.count("MLSD"), 1);
  });

  test("a missing directory leaves the next listing as exact as before", async (t) => {
    const { source, server } = await started(t);
    assert.equal(await source.list("none", neverAborted), undefined);
    assert.equal((await source.list("", neverAborted))?.files[0]?.modifiedAt, modifiedAt);
    assert.equal(server.count("LIST"), 0);
    assert.equal(server.count("USER"), 1);
  });

  for (const reply of ["550 No.", "551 No."]) {
    test(`CWD answered with ${reply.slice(0, 3)} is a missing directory`, async (t) => {
      const { source, server } = await started(t, { mlsd: false });
      server.faults.replies.set("CWD", reply);
      assert.equal(await source.list("", neverAborted), undefined);
      assert.equal(server.count("LIST"), 0);
    });
  }

  for (const reply of [
    "550 /pub: Permission denied",
    "550 Access is denied.",
    "550 Operation not permitted",
    "551 NOT ALLOWED here",
    "550 Forbidden.",
    "550 Not authorized.",
  ]) {
    test(`a directory that may not be entered, "${reply}", is no missing one`, async (t) => {
      const { source, server, place } = await started(t);
      server.faults.replies.set("CWD", reply);
      await assert.rejects(source.list("", neverAborted), {
        fault: "listing",
        message: `${place}: ${reply}`,
      });
      assert.equal(server.count("CWD"), 1);
    });
  }

  for (const reply of [
    "550 Failed to change directory.",
    "550 /forbidden: No such file or directory",
    "550 It does not exist, or permission is denied.",
  ]) {
    test(`"${reply}" is a missing directory`, async (t) => {
      const { source, server } = await started(t);
      server.faults.replies.set("CWD", reply);
      assert.equal(await source.list("", neverAborted), undefined);
    });
  }

  for (const reply of ["450 No files found.", "550 No files.", "550 The directory is empty."]) {
    test(`a directory that can be entered and is listed as "${reply}" is empty`, async (t) => {
      const { source, server } = await started(t, { mlsd: false });
      server.faults.replies.set("LIST", reply);
      assert.deepEqual(await source.list("", neverAborted), { files: [], directories: [] });
    });
  }

  test("a directory that can be entered and not listed is no missing one", async (t) => {
    const { source, server, place } = await started(t, { mlsd: false });
    for (const reply of ["550 Permission denied.", "550 Permission denied: no file is listed."]) {
      server.faults.replies.set("LIST", reply);
      await assert.rejects(source.list("", neverAborted), {
        fault: "listing",
        message: `${place}: ${reply}`,
      });
    }
  });

  for (const mlsd of [true, false]) {
    test(`a server that ignores the path of ${mlsd ? "MLSD" : "LIST"} lists the directory that it is asked for`, async (t) => {
      const { source, server } = await started(t, { mlsd, faults: { ignoresPaths: true } });
      server.put("pub/2020/c.bin", new Uint8Array(3));
      const names = async (directory: string) =>
        (await source.list(directory, neverAborted))?.files.map(({ name }) => name);
      assert.deepEqual(await names("2020"), ["c.bin"]);
      assert.deepEqual(await names(""), ["a.bin", "b.bin"]);
      assert.equal(await names("2021"), undefined);
      assertBytes(await source.fetch("2020/c.bin", 3, neverAborted), new Uint8Array(3));
    });

    test(`a symbolic link is a file of unknown size to ${mlsd ? "MLSD" : "LIST"}, and is followed`, async (t) => {
      const { source, server } = await started(t, { mlsd });
      server.put("store/real.bin", patternBytes(9));
      server.link("pub/link.bin", "/store/real.bin", modifiedAt);
      server.link("pub/broken.bin", "nothing here", modifiedAt);
      const listed = (await source.list("", neverAborted))?.files.filter(
        ({ name }) => !/^[ab]\.bin$/.test(name),
      );
      const listedDate = mlsd ? new Date(modifiedAt).toISOString() : "Nov 20 10:30";
      assert.deepEqual(listed, [
        { name: "link.bin", listedDate },
        { name: "broken.bin", listedDate },
      ]);
      assertBytes(await source.fetch("link.bin", 9, neverAborted), patternBytes(9));
      assert.equal(await source.fetch("broken.bin", 9, neverAborted), undefined);
    });
  }

  for (const [fact, expected] of [
    ["size", { name: "a.bin", listedDate: new Date(modifiedAt).toISOString(), modifiedAt }],
    ["modify", { name: "a.bin", listedDate: "", sizeBytes: 200_000 }],
    [
      "type",
      { name: "a.bin", listedDate: new Date(modifiedAt).toISOString(), sizeBytes: 200_000, modifiedAt },
    ],
  ] as const) {
    test(`what MLSD tells without the fact ${fact} is left open`, async (t) => {
      const { source, server } = await started(t);
      server.faults.factsLeftOut.add(fact);
      assert.deepEqual((await source.list("", neverAborted))?.files[0], expected);
    });
  }

  test("any other refusal is a listing error with host and path", async (t) => {
    const { source, server, place } = await started(t, { mlsd: false });
    server.faults.replies.set("LIST", "553 Not here.");
    await assert.rejects(source.list("", neverAborted), {
      fault: "listing",
      message: `${place}: 553 Not here.`,
    });
  });

  const good = unixLine({ name: "good.bin", kind: "file", sizeBytes: 7, modifiedAt }, now);
  for (const [name, text] of [
    ["a web page", "<html><body>Service unavailable</body></html>\r\n"],
    ["a line cut off", `${good}\r\n${good.slice(0, 30)}`],
    ["an unknown line between good ones", `${good}\r\nwhat is this\r\n${good}\r\n`],
    ["a name alone", `${good}\r\n good.bin\r\n`],
    ["a date that is none", "type=file;size=7;modify=yesterday; good.bin\r\n"],
    ["a size that is none", "type=file;size=many;modify=20260101000000; good.bin\r\n"],
    ["an endless line", "x".repeat(100_000)],
  ] as const) {
    test(`${name} is a listing error with host and path, and the next call works`, async (t) => {
      const { source, server, place } = await started(t, { faults: { listingText: text } });
      await assert.rejects(source.list("", neverAborted), (thrown: Error & { fault?: string }) => {
        assert.equal(thrown.fault, "listing");
        assert.ok(thrown.message.startsWith(`${place}: the listing has a line of unknown form: `));
        return true;
      });
      assert.equal(server.count("MLSD"), 1);
      server.faults.listingText = undefined;
      assert.equal((await source.list("", neverAborted))?.files.length, 2);
    });
  }

  test("a listing over the limit of bytes is a listing error", async (t) => {
    const faults = { listingText: `${good}\r\n`.repeat(10_000) };
    const limits = { listingBytesMax: 1000, keepMs: patienceMs };
    const { source, server, place } = await started(t, { faults }, limits);
    await assert.rejects(source.list("", neverAborted), {
      fault: "listing",
      message: `${place}: the listing is longer than 1000 bytes`,
    });
    assert.equal(server.count("MLSD"), 1);
    await server.awaitConnections(0);
  });

  test("a listing over the limit of files is a listing error", async (t) => {
    const { source, place } = await started(t, {}, { listingFilesMax: 1 });
    await assert.rejects(source.list("", neverAborted), {
      fault: "listing",
      message: `${place}: the listing names more than 1 files`,
    });
  });

  for (const mlsd of [true, false]) {
    const lineOf = (name: string) =>
      mlsd ? `type=file;size=7; ${name}` : unixLine({ name, kind: "file", sizeBytes: 7, modifiedAt }, now);

    test(`names behind the directory's own path are names in ${mlsd ? "MLSD" : "LIST"}`, async (t) => {
      const lines = ["/pub/a.bin", "./b.bin", "c.bin"].map((name) => `${lineOf(name)}\r\n`);
      const { source, server } = await started(t, { mlsd, faults: { listingText: lines.join("") } });
      const listed = (await source.list("", neverAborted))?.files;
      assert.deepEqual(
        listed?.map(({ name, sizeBytes }) => [name, sizeBytes]),
        ["a.bin", "b.bin", "c.bin"].map((name) => [name, 7]),
      );
      server.faults.listingText = `${lineOf("/a.bin")}\r\n`;
      const root = quickClient({ url: server.url });
      assert.equal((await root.list("", neverAborted))?.files[0]?.name, "a.bin");
      await root.close();
    });

    for (const name of [
      "../up.bin",
      "sub/a.bin",
      "/a.bin",
      "/pub/sub/a.bin",
      "/pub/../a.bin",
      "pub//a.bin",
    ]) {
      test(`the name ${name} in ${mlsd ? "MLSD" : "LIST"} leads out of the directory: a listing error shows it`, async (t) => {
        const { source, place } = await started(t, { mlsd, faults: { listingText: `${lineOf(name)}\r\n` } });
        await assert.rejects(source.list("", neverAborted), {
          fault: "listing",
          message: `${place}: the listing has a line of another directory: ${JSON.stringify(lineOf(name).slice(0, 80))}`,
        });
      });
    }
  }

  test("what can be no file with a plain name is left out", async (t) => {
    const named = (name: string) => unixLine({ name, kind: "file", sizeBytes: 7, modifiedAt }, now);
    const lines = [
      "total 12",
      unixLine({ name: "directory", kind: "directory", sizeBytes: 4096, modifiedAt }, now),
      `l${named("link -> good.bin").slice(1)}`,
      "brw-rw----    1 root     disk       8,   0 Nov 20 10:30 device",
      ...["..", ".", "./", "./..", "/pub/.", "bell\u0007.bin", "good.bin", "-a b.bin"].map(named),
    ];
    const faults = { listingText: lines.map((line) => `${line}\r\n`).join("") };
    const { source } = await started(t, { faults, mlsd: false });
    const listed = await source.list("", neverAborted);
    assert.deepEqual(
      listed?.files.map(({ name }) => name),
      ["link", "good.bin", "-a b.bin"],
    );
    assert.deepEqual(listed?.directories, ["directory"]);
  });
});

describe("modification time over FTP", () => {
  for (const reply of [
    "500 What?",
    "502 Not implemented.",
    "550 No.",
    "551 No.",
    "213 yesterday",
    "213 19700101000000",
  ]) {
    test(`"${reply}" is undefined`, async (t) => {
      const { source, server } = await started(t);
      server.faults.replies.set("MDTM", reply);
      assert.equal(await source.modifiedAt("a.bin", neverAborted), undefined);
      assert.equal(server.count("MDTM"), 1);
    });
  }

  test("fractions of a second are kept", async (t) => {
    const { source, server } = await started(t);
    server.faults.replies.set("MDTM", "213 20260101000000.5");
    assert.equal(await source.modifiedAt("a.bin", neverAborted), Date.UTC(2026, 0, 1) + 500);
  });
});

describe("size over FTP", () => {
  test("is what SIZE says of the file, of a link's too", async (t) => {
    const { source, server } = await started(t);
    server.link("pub/link.bin", "a.bin");
    assert.equal(await source.sizeBytes("link.bin", neverAborted), 200_000);
    assert.equal(await source.sizeBytes("none.bin", neverAborted), undefined);
  });

  for (const reply of ["502 Not implemented.", "550 Not allowed in ASCII mode.", "213 0"]) {
    test(`"${reply}" is undefined`, async (t) => {
      const { source, server } = await started(t);
      server.faults.replies.set("SIZE", reply);
      assert.equal(await source.sizeBytes("a.bin", neverAborted), undefined);
    });
  }
});

describe("fetching over FTP", () => {
  for (const missingAnswer of [550, 551, "reset"] as const) {
    test(`a missing file answered with ${missingAnswer} is undefined`, async (t) => {
      const { source, server } = await started(t, { faults: { missingAnswer } });
      assert.equal(await source.fetch("none.bin", 100, neverAborted), undefined);
      assert.equal(server.count("RETR"), 1);
      assertBytes(await source.fetch("b.bin", 100, neverAborted), patternBytes(7));
    });
  }

  test("a file that may not be had is a transfer error in the server's words, and no missing one", async (t) => {
    const { source, server, place } = await started(t);
    server.faults.replies.set("RETR", "550 b.bin: Permission denied.");
    await assert.rejects(source.fetch("b.bin", 100, neverAborted), {
      name: "SourceError",
      fault: "transfer",
      message: `${place}/b.bin: 550 b.bin: Permission denied.`,
    });
    assert.equal(server.count("RETR"), 1);
  });

  test("an empty transfer of a file whose size is denied is no missing file", async (t) => {
    const { source, server } = await started(t, { announceSize: false, faults: { shortTransfers: 1 } });
    server.faults.replies.set("SIZE", "550 Permission denied.");
    assert.equal((await source.fetch("a.bin", 200_000, neverAborted))?.length, 0);
  });

  test("a missing file that SIZE does not know of is resolved by MDTM", async (t) => {
    const { source, server } = await started(t, { faults: { missingAnswer: "reset" } });
    server.faults.replies.set("SIZE", "502 Not implemented.");
    assert.equal(await source.fetch("none.bin", 100, neverAborted), undefined);
  });

  test("a reset that nothing explains is a transfer error", async (t) => {
    const { source, server, place } = await started(
      t,
      { faults: { missingAnswer: "reset" } },
      { attemptsMax: 3 },
    );
    server.faults.replies.set("SIZE", "502 Not implemented.").set("MDTM", "502 Not implemented.");
    await assert.rejects(
      source.fetch("none.bin", 100, neverAborted),
      (thrown: Error & { fault?: string }) => {
        assert.equal(thrown.fault, "transfer");
        assert.ok(thrown.message.startsWith(`${place}/none.bin: `));
        return true;
      },
    );
    assert.equal(server.count("RETR"), 3);
  });

  for (const faultAfterBytes of [0, 70_000]) {
    test(`a transfer broken after ${faultAfterBytes} bytes begins again, and the file is whole`, async (t) => {
      const { source, server } = await started(t, { faults: { brokenTransfers: 2, faultAfterBytes } });
      assertBytes(await source.fetch("a.bin", 200_000, neverAborted), bytes);
      assert.equal(server.count("RETR"), 3);
      assert.equal(server.count("REST"), 0);
    });
  }

  test("a file replaced during a broken transfer is the new one from its first byte", async (t) => {
    const { source, server } = await started(t, { faults: { brokenTransfers: 1, faultAfterBytes: 70_000 } });
    const newer = patternBytes(200_000, 99);
    const fetched = source.fetch("a.bin", 200_000, neverAborted);
    await server.awaitCommand("RETR");
    server.put("pub/a.bin", newer);
    assertBytes(await fetched, newer);
  });

  test("a transfer that breaks every time is a transfer error with host and path", async (t) => {
    const faults = { brokenTransfers: 100, faultAfterBytes: 10 };
    const { source, server, place } = await started(t, { faults }, { attemptsMax: 3 });
    await assert.rejects(
      source.fetch("a.bin", 200_000, neverAborted),
      (thrown: Error & { fault?: string }) => {
        assert.equal(thrown.fault, "transfer");
        assert.ok(thrown.message.startsWith(`${place}/a.bin: `));
        return true;
      },
    );
    assert.equal(server.count("RETR"), 3);
    assert.deepEqual(await source.modifiedAt("a.bin", neverAborted), modifiedAt);
  });

  test("a temporary refusal is tried again, a permanent one is not", async (t) => {
    const { source, server } = await started(t, {}, { attemptsMax: 3 });
    server.faults.replies.set("RETR", "451 Local error.");
    await assert.rejects(source.fetch("a.bin", 200_000, neverAborted), { fault: "transfer" });
    assert.equal(server.count("RETR"), 3);
    server.faults.replies.set("RETR", "553 Not allowed.");
    await assert.rejects(source.fetch("a.bin", 200_000, neverAborted), { fault: "transfer" });
    assert.equal(server.count("RETR"), 4);
  });

  for (const announceSize of [true, false]) {
    const how = announceSize ? "against the announced size" : "by SIZE";
    test(`a short transfer called complete is noticed ${how}`, async (t) => {
      const faults = { shortTransfers: 1, faultAfterBytes: 10 };
      const { source, server } = await started(t, { announceSize, faults }, { attemptsMax: 2 });
      assertBytes(await source.fetch("a.bin", 200_000, neverAborted), bytes);
      assert.equal(server.count("RETR"), 2);
      assert.equal(server.count("SIZE"), announceSize ? 0 : 2);
      server.faults.shortTransfers = 2;
      await assert.rejects(source.fetch("a.bin", 200_000, neverAborted), {
        fault: "transfer",
        message: /\/pub\/a\.bin: received 10 of 200000 bytes$/,
      });
    });
  }

  test("a short transfer leaves no connection behind", async (t) => {
    const faults = { shortTransfers: 1, faultAfterBytes: 10 };
    const { source, server } = await started(t, { faults }, { attemptsMax: 1, keepMs: patienceMs });
    await assert.rejects(source.fetch("a.bin", 200_000, neverAborted), { fault: "transfer" });
    await server.awaitConnections(0);
  });

  for (const announceSize of [true, false]) {
    test(`a size of 0, ${announceSize ? "announced" : "not announced"}, is none where bytes came`, async (t) => {
      const { source, server } = await started(t, { announceSize });
      server.faults.replies.set("SIZE", "213 0");
      if (announceSize) server.faults.announcedBytes = 0;
      assertBytes(await source.fetch("a.bin", 200_000, neverAborted), bytes);
      assertBytes(await source.fetch("b.bin", 7, neverAborted), patternBytes(7));
      assert.equal(server.count("RETR"), 2);
    });
  }

  test("an announced size of 0 is no answer where SIZE has one", async (t) => {
    const faults = { announcedBytes: 0, shortTransfers: 1, faultAfterBytes: 10 };
    const { source, server } = await started(t, { faults });
    assertBytes(await source.fetch("a.bin", 200_000, neverAborted), bytes);
    assert.equal(server.count("RETR"), 2);
  });

  test("a size that is refused for a file which came is no reason to drop it", async (t) => {
    const { source, server } = await started(t, { announceSize: false });
    server.faults.replies.set("SIZE", "550 Not allowed.");
    assertBytes(await source.fetch("a.bin", 200_000, neverAborted), bytes);
  });

  test("an empty transfer of a file that SIZE does not find is a missing file", async (t) => {
    const { source, server } = await started(t, { announceSize: false, faults: { shortTransfers: 1 } });
    server.faults.replies.set("SIZE", "550 No such file.");
    assert.equal(await source.fetch("a.bin", 200_000, neverAborted), undefined);
    assert.equal(server.count("RETR"), 1);
  });

  test("a server that cannot say a size is asked once", async (t) => {
    const { source, server } = await started(t, { announceSize: false });
    server.faults.replies.set("SIZE", "500 What?");
    assertBytes(await source.fetch("a.bin", 200_000, neverAborted), bytes);
    assertBytes(await source.fetch("b.bin", 200_000, neverAborted), patternBytes(7));
    assert.equal(server.count("SIZE"), 1);
  });

  for (const announceSize of [true, false]) {
    test(`a file over bytesMax is tooLarge, ${announceSize ? "announced" : "not announced"}`, async (t) => {
      const { source, server, place } = await started(t, { announceSize }, { keepMs: patienceMs });
      await assert.rejects(source.fetch("a.bin", 199_999, neverAborted), {
        name: "GranuleError",
        fault: "tooLarge",
        message: `${place}/a.bin: is larger than 199999 bytes`,
      });
      assert.equal(server.count("RETR"), 1);
      await server.awaitConnections(0);
    });
  }

  test("a path that leaves the base is refused before anything is sent", async (t) => {
    const { source, server } = await started(t);
    await assert.rejects(source.fetch("../secret", 1, neverAborted), { name: "UsageError" });
    await assert.rejects(source.list("a\r\nDELE b", neverAborted), { name: "UsageError" });
    assert.equal(server.connectionsPeak, 0);
  });
});

describe("the data connection of FTP", () => {
  for (const passiveHost of ["10,0,0,1", "192,168,1,2", "0,0,0,0", "198,51,100,7"]) {
    test(`goes to the host of the control connection where PASV names ${passiveHost}`, async (t) => {
      const { source, server } = await started(t, { faults: { passiveHost } });
      server.faults.replies.set("EPSV", "500 Unknown command.");
      assert.equal((await source.list("", neverAborted))?.files.length, 2);
      assertBytes(await source.fetch("a.bin", 200_000, neverAborted), bytes);
      assert.equal(server.count("EPSV"), 1);
    });
  }

  test("that cannot be made is told of in whole, with what allows the other host", async (t) => {
    const { source, server, place } = await started(t, {}, { attemptsMax: 1 });
    const port = await closedPort();
    server.faults.replies.set("EPSV", "500 Unknown command.");
    server.faults.replies.set("PASV", `227 Passive mode (198,51,100,7,${port >> 8},${port & 255}).`);
    await assert.rejects(source.fetch("a.bin", 200_000, neverAborted), {
      fault: "transfer",
      message:
        `${place}/a.bin: no data connection (EPSV: 500 Unknown command.; PASV: 127.0.0.1 port ${port}: ECONNREFUSED; ` +
        "the server names 198.51.100.7 instead; to allow that, write ?data-host=any behind the source's URL)",
    });
  });

  for (const [epsv, pasv, said] of [
    ["229 What?", "500 No.", "EPSV: names no port: 229 What?; PASV: 500 No."],
    ["500 No.", "227 What?", "EPSV: 500 No.; PASV: names no host and port: 227 What?"],
    ["500 No.", "227 (127,0,0,1,0,0)", "EPSV: 500 No.; PASV: names no host and port: 227 (127,0,0,1,0,0)"],
  ] as const) {
    test(`that nothing is said of in "${epsv}" and "${pasv}" is told of`, async (t) => {
      const { source, server, place } = await started(t, {}, { attemptsMax: 1 });
      server.faults.replies.set("EPSV", epsv).set("PASV", pasv);
      const message = `${place}/a.bin: no data connection (${said})`;
      await assert.rejects(source.fetch("a.bin", 200_000, neverAborted), { fault: "transfer", message });
    });
  }
});

describe("an FTP server that does not answer", { concurrency: true }, () => {
  /** Longer than a busy machine takes for what the server does answer. */
  const stalled = { attemptsMax: 2, idleMs: 4000 };

  test("a stalled transfer ends in an error", async (t) => {
    const faults = { stalledTransfers: 2, faultAfterBytes: 10 };
    const { source, server } = await started(t, { faults }, stalled);
    await assert.rejects(source.fetch("a.bin", 200_000, neverAborted), {
      fault: "transfer",
      message: /\/pub\/a\.bin: the transfer stood still for \d+ ms$/,
    });
    assert.equal(server.count("RETR"), 2);
  });

  test("a transfer that only drips ends in an error", async (t) => {
    const limits = { attemptsMax: 1, answerMs: 6000 };
    const { source, server } = await started(t, { faults: { bytesPerSecond: 40 } }, limits);
    await assert.rejects(source.fetch("a.bin", 200_000, neverAborted), {
      name: "SourceError",
      fault: "transfer",
    });
    assert.equal(server.count("RETR"), 1);
    await server.awaitConnections(0);
  });

  for (const [command, call, fault] of [
    ["MLSD", (source: FtpClient) => source.list("", neverAborted), "listing"],
    ["MDTM", (source: FtpClient) => source.modifiedAt("a.bin", neverAborted), "transfer"],
    ["RETR", (source: FtpClient) => source.fetch("a.bin", 200_000, neverAborted), "transfer"],
    ["EPSV", (source: FtpClient) => source.fetch("a.bin", 200_000, neverAborted), "transfer"],
  ] as const) {
    test(`no reply to ${command} ends in an error`, async (t) => {
      const { source } = await started(t, { faults: { silent: new Set([command]) } }, stalled);
      await assert.rejects(call(source), { name: "SourceError", fault });
    });
  }

  for (const word of ["GREETING", "PASS"]) {
    test(`no reply at ${word} is unreachable`, async (t) => {
      const limits = { connectMs: 200, attemptsMax: 2 };
      const { source, server, place } = await started(t, { faults: { silent: new Set([word]) } }, limits);
      await assert.rejects(source.fetch("a.bin", 1, neverAborted), {
        fault: "unreachable",
        message: `${place}/a.bin: no login within 200 ms`,
      });
      await server.awaitConnections(0);
    });
  }

  test("a refused connection is unreachable, with host, port and path", async (t) => {
    const { source, server, place } = await started(t);
    await server.close();
    await assert.rejects(source.list("sub", neverAborted), (thrown: Error & { fault?: string }) => {
      assert.equal(thrown.fault, "unreachable");
      assert.ok(thrown.message.startsWith(`${place}/sub: connect ECONNREFUSED`), thrown.message);
      return true;
    });
  });

  test("a host without an address is unreachable", async () => {
    const source = quickClient({ url: "ftp://nowhere.invalid/pub/" }, { attemptsMax: 1, connectMs: 5000 });
    await assert.rejects(source.list("", neverAborted), {
      fault: "unreachable",
      message: /^ftp:\/\/nowhere\.invalid:21\/pub: /,
    });
  });

  test("a server that goes away during the tries is unreachable", async (t) => {
    const { source, server } = await started(t, { faults: { stalledTransfers: 1 } });
    const fetched = source.fetch("a.bin", 200_000, neverAborted);
    await server.awaitCommand("RETR");
    await server.close();
    await assert.rejects(fetched, { fault: "unreachable" });
  });
});

describe("logging in over FTP", () => {
  const login = { user: "read er", password: "s3cret@:/ word" };

  test("user and password of the URL are used", async (t) => {
    const { source } = await started(t, { login });
    assert.equal((await source.list("", neverAborted))?.files.length, 2);
  });

  test("a refused login is refused at once, and no message has the password", async (t) => {
    const { source, server, place } = await started(t, { login, faults: { refuseLogins: true } });
    await assert.rejects(source.list("sub", neverAborted), {
      fault: "refused",
      message: `${place}/sub: 530 Login incorrect.`,
    });
    assert.equal(server.count("PASS"), 1);
    server.faults.replies.set("PASS", `530 PASS ${login.password} is wrong.`);
    await assert.rejects(source.list("sub", neverAborted), (thrown: unknown) => {
      assert.match(inspect(thrown), /530 PASS \*\*\* is wrong/);
      assert.doesNotMatch(inspect(thrown, { depth: 9 }), /s3cret/);
      return true;
    });
  });

  for (const reply of ["332 Which account?", "430 Wrong name or password."]) {
    test(`PASS answered with ${reply.slice(0, 3)} is refused at once`, async (t) => {
      const { source, server } = await started(t);
      server.faults.replies.set("PASS", reply);
      await assert.rejects(source.list("", neverAborted), { fault: "refused" });
      assert.equal(server.count("PASS"), 1);
    });
  }

  test("a server with too many connections is tried again", async (t) => {
    const { source, server } = await started(t, { faults: { busyGreetings: 2 } }, { attemptsMax: 3 });
    assert.equal((await source.list("", neverAborted))?.files.length, 2);
    assert.equal(server.faults.busyGreetings, 0);
    assert.equal(server.count("USER"), 1);
  });

  test("the waits between the tries double, up to the longest", async (t) => {
    const { server } = await started(t, { faults: { busyGreetings: 3 } });
    const limits = { attemptsMax: 4, backoffFirstMs: 40, backoffLongestMs: 100 };
    const source = createFtpClient({ url: server.url, connectionsMax: 1, random: () => 0.999, limits });
    const startMs = performance.now();
    await source.list("", neverAborted);
    // A timer may be a millisecond early.
    assert.ok(performance.now() - startMs > 40 + 80 + 100 - 5);
    await source.close();
    server.faults.busyGreetings = 1;
    const capped = quickClient(server, { backoffFirstMs: patienceMs, backoffLongestMs: 1 });
    await capped.list("", neverAborted);
    await capped.close();
  });

  test("a server that stays too busy is unreachable", async (t) => {
    const { source, server, place } = await started(t, { faults: { busyGreetings: 9 } }, { attemptsMax: 3 });
    await assert.rejects(source.list("", neverAborted), {
      fault: "unreachable",
      message: `${place}: 421 There are too many connections.`,
    });
    assert.equal(server.faults.busyGreetings, 6);
  });
});

describe("connections to an FTP server", () => {
  test("one is enough for calls after each other, a missing file among them", async (t) => {
    const { source, server } = await started(t);
    await source.list("", neverAborted);
    await source.fetch("none.bin", 1, neverAborted);
    await source.modifiedAt("a.bin", neverAborted);
    await source.fetch("a.bin", 200_000, neverAborted);
    assert.equal(server.count("USER"), 1);
  });

  test("there are never more than connectionsMax", async (t) => {
    const { source, server } = await started(t, {}, {}, 3);
    const fetched = await Promise.all(
      Array.from({ length: 20 }, () => source.fetch("a.bin", 200_000, neverAborted)),
    );
    for (const one of fetched) assertBytes(one, bytes);
    assert.equal(server.connectionsPeak, 3);
    assert.equal(server.count("USER"), 3);
  });

  test("callers are served in their order", async (t) => {
    const { source } = await started(t, {}, {}, 1);
    const order: number[] = [];
    await Promise.all(
      [0, 1, 2, 3, 4].map(async (caller) => {
        await source.modifiedAt(caller % 2 === 0 ? "a.bin" : "b.bin", neverAborted);
        order.push(caller);
      }),
    );
    assert.deepEqual(order, [0, 1, 2, 3, 4]);
  });

  test("connectionsMax has to be a whole number, at least 1", () => {
    for (const connectionsMax of [0, -1, 1.5, Number.NaN]) {
      assert.throws(() => createFtpClient({ url: "ftp://h/", connectionsMax, random: () => 0 }), {
        name: "UsageError",
      });
    }
  });

  test("an unused one is closed", async (t) => {
    const { source, server } = await started(t, {}, { keepMs: 1 });
    await source.list("", neverAborted);
    await server.awaitConnections(0);
    assert.equal((await source.list("", neverAborted))?.files.length, 2);
  });

  test("one in use is not closed for having been unused", async (t) => {
    const { source, server } = await started(t, {}, { keepMs: 50, attemptsMax: 1 });
    await source.list("", neverAborted);
    server.faults.bytesPerSecond = 1_000_000;
    assertBytes(await source.fetch("a.bin", 200_000, neverAborted), bytes);
  });

  test("one that the server has ended costs no attempt", async (t) => {
    const { source, server } = await started(t, {}, { attemptsMax: 1 });
    await Promise.all([source.list("", neverAborted), source.list("", neverAborted)]);
    server.endConnections();
    assertBytes(await source.fetch("a.bin", 200_000, neverAborted), bytes);
    await server.awaitConnections(1);
    assert.equal((await source.list("", neverAborted))?.files.length, 2);
  });

  test("one that the server says goodbye on costs no attempt", async (t) => {
    const { source, server } = await started(t, {}, { attemptsMax: 1 });
    await source.list("", neverAborted);
    server.faults.replies.set("MDTM", "421 Timeout.");
    const asked = source.modifiedAt("a.bin", neverAborted);
    await server.awaitCommand("MDTM");
    server.faults.replies.delete("MDTM");
    assert.equal(await asked, modifiedAt);
    assert.equal(server.count("USER"), 2);
  });

  test("a process ends while a connection is kept", async (t) => {
    const { server } = await started(t);
    const script = `
      const { createFtpClient } = await import(${JSON.stringify(import.meta.resolve("../../../../shared/source/ftp/ftp.ts"))});
      const source = createFtpClient({
        url: ${JSON.stringify(server.url)}, connectionsMax: 2, random: Math.random, limits: { keepMs: ${patienceMs} },
      });
      const signal = new AbortController().signal;
      await source.list("pub", signal);
      console.log((await source.fetch("pub/b.bin", 100, signal)).length);`;
    const { stdout } = await run(process.execPath, ["--input-type=module", "-e", script], {
      timeout: patienceMs,
    });
    assert.equal(stdout, "7\n");
  });

  test("close ends what runs and what waits, and nothing works afterwards", async (t) => {
    const { source, server } = await started(t, { faults: { stalledTransfers: 1 } }, {}, 1);
    const running = assert.rejects(source.fetch("a.bin", 200_000, neverAborted), { fault: "unreachable" });
    const waiting = assert.rejects(source.fetch("b.bin", 200_000, neverAborted), { fault: "unreachable" });
    await server.awaitCommand("RETR");
    await source.close();
    await Promise.all([running, waiting, server.awaitConnections(0)]);
    await assert.rejects(source.list("", neverAborted), { fault: "unreachable", message: /is closed$/ });
    await source.close();
  });

  test("close ends the unused ones", async (t) => {
    const { source, server } = await started(t, {}, { keepMs: patienceMs });
    await source.list("", neverAborted);
    assert.equal(server.connections, 1);
    await source.close();
    await server.awaitConnections(0);
  });
});

describe("aborting a call over FTP", () => {
  const reason = new Error("the deadline");

  test("a transfer ends at once, and its connection is closed", async (t) => {
    const faults = { stalledTransfers: 1, faultAfterBytes: 10 };
    const { source, server } = await started(t, { faults }, { idleMs: patienceMs });
    const abort = new AbortController();
    const fetched = assert.rejects(source.fetch("a.bin", 200_000, abort.signal), reason);
    await server.awaitCommand("RETR");
    abort.abort(reason);
    await fetched;
    await server.awaitConnections(0);
    assertBytes(await source.fetch("a.bin", 200_000, neverAborted), bytes);
    assert.equal(server.count("RETR"), 2);
  });

  test("a connection that is being made ends at once", async (t) => {
    const limits = { connectMs: patienceMs, idleMs: patienceMs };
    const { source, server } = await started(t, { faults: { silent: new Set(["GREETING"]) } }, limits);
    const abort = new AbortController();
    const listed = assert.rejects(source.list("", abort.signal), reason);
    await server.awaitConnections(1);
    abort.abort(reason);
    await listed;
    await server.awaitConnections(0);
  });

  test("a caller that waits for its turn leaves, and the others go on in order", async (t) => {
    const { source, server } = await started(
      t,
      { faults: { stalledTransfers: 1 } },
      { idleMs: patienceMs },
      1,
    );
    const [first, second] = [new AbortController(), new AbortController()];
    const stuck = assert.rejects(source.fetch("a.bin", 200_000, first.signal), reason);
    const waiting = assert.rejects(source.fetch("a.bin", 200_000, second.signal), reason);
    const third = source.fetch("b.bin", 200_000, neverAborted);
    await server.awaitCommand("RETR");
    second.abort(reason);
    await waiting;
    first.abort(reason);
    await stuck;
    assertBytes(await third, patternBytes(7));
    assert.equal(server.count("RETR"), 2);
  });

  test("a wait before the next try ends at once", async (t) => {
    const { server } = await started(t, { faults: { busyGreetings: 1 } });
    const { promise: isWaiting, resolve } = Promise.withResolvers<void>();
    const source = createFtpClient({
      url: server.url,
      connectionsMax: 1,
      random: () => {
        resolve();
        return 0.5;
      },
      limits: { backoffFirstMs: patienceMs, backoffLongestMs: patienceMs },
    });
    const abort = new AbortController();
    const listed = assert.rejects(source.list("", abort.signal), reason);
    await isWaiting;
    abort.abort(reason);
    await listed;
    await source.close();
  });

  test("a call with an aborted signal connects to nothing", async (t) => {
    const { source, server } = await started(t);
    await assert.rejects(source.list("", AbortSignal.abort(reason)), reason);
    assert.equal(server.connectionsPeak, 0);
  });
});

const certificate = await selfSigned();
if (typeof certificate === "string") test("FTPS", { skip: certificate }, () => {});
else {
  const tls = certificate;

  serverContract("a server with explicit TLS", async (served) => {
    const server = await startFtpServer({ files: under("base", served), tls });
    return { url: `${server.url}base/`, tls: { ca: tls.cert }, stop: () => server.close() };
  });

  describe("FTPS", () => {
    test("data goes over TLS as well", async (t) => {
      const { server } = await started(t, { tls });
      const source = quickClient({ url: server.url, tls: { ca: tls.cert } });
      assertBytes(await source.fetch("pub/a.bin", 200_000, neverAborted), bytes);
      assert.equal(server.count("AUTH"), 1);
      assert.equal(server.count("PROT"), 1);
      await source.close();
    });

    test("the certificate is that of the host named in the URL", async (t) => {
      const { server } = await started(t, { tls });
      const named = quickClient({ url: server.url.replace("127.0.0.1", "localhost"), tls: { ca: tls.cert } });
      assertBytes(await named.fetch("pub/a.bin", 200_000, neverAborted), bytes);
      await named.close();
    });

    test("an unknown certificate is unreachable, unless it is asked to pass", async (t) => {
      const { source, server } = await started(t, { tls }, { attemptsMax: 1 });
      await assert.rejects(source.list("", neverAborted), { fault: "unreachable", message: /self-signed/ });
      assert.equal(server.count("PASS"), 0);
      const trusting = createFtpClient({
        url: `${server.url}pub/`,
        connectionsMax: 1,
        random: () => 0.5,
        tls: { rejectUnauthorized: false },
      });
      assert.equal((await trusting.list("", neverAborted))?.files.length, 2);
      await trusting.close();
    });

    test("a server without TLS is refused, and gets no password", async (t) => {
      const { server } = await started(t);
      const source = quickClient({ url: server.url.replace("ftp:", "ftps:") });
      await assert.rejects(source.list("", neverAborted), { fault: "refused" });
      assert.equal(server.count("USER") + server.count("PASS"), 0);
      await source.close();
    });

    test("a broken transfer begins again, a stale connection costs no attempt", async (t) => {
      const faults = { brokenTransfers: 1, faultAfterBytes: 70_000 };
      const { server } = await started(t, { tls, faults });
      const source = quickClient({ url: server.url, tls: { ca: tls.cert } }, { attemptsMax: 2 });
      assertBytes(await source.fetch("pub/a.bin", 200_000, neverAborted), bytes);
      server.endConnections();
      server.faults.brokenTransfers = 1;
      assertBytes(await source.fetch("pub/a.bin", 200_000, neverAborted), bytes);
      await source.close();
    });

    test("a server that never begins TLS is unreachable", async (t) => {
      const { server } = await started(t);
      server.faults.replies.set("AUTH", "234 Go on.");
      const url = server.url.replace("ftp:", "ftps:");
      const source = quickClient({ url }, { connectMs: 200, attemptsMax: 1 });
      await assert.rejects(source.list("", neverAborted), { fault: "unreachable" });
      await server.awaitConnections(0);
      await source.close();
    });

    test("on port 990 the connection begins with TLS", async (t) => {
      let server: FtpServer;
      try {
        server = await startFtpServer({ files, tls: { ...tls, implicit: true }, port: 990 });
      } catch (thrown) {
        t.skip(`port 990 cannot be used here: ${thrown}`);
        return;
      }
      const source = quickClient({ url: server.url, tls: { ca: tls.cert } });
      assertBytes(await source.fetch("pub/a.bin", 200_000, neverAborted), bytes);
      assert.equal(server.count("AUTH"), 0);
      await source.close();
      await server.close();
    });
  });
}
