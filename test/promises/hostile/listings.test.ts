/**
 * Hostile listings: whatever a server lists, what comes of it are plain names with possible sizes and dates, each from a
 * line of its own, or a `SourceError` of fault `listing`; and nothing outside the directories that the descriptor names is
 * ever asked for. 8,450 cases.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import fc from "fast-check";
import { SourceError } from "../../../shared/errors.ts";
import type { FtpListing } from "../../../shared/source/ftp/client.ts";
import { parseListing } from "../../../shared/source/ftp/listing.ts";
import { quickClient } from "../../shared/source/ftp/contract.ts";
import { type FtpServer, startFtpServer } from "../../support/ftpServer.ts";
import { outcomeOf, playCases } from "../../support/hostileCases.ts";
import { hostileTexts } from "../../support/hostileEdits.ts";
import { neverAborted, tinyWorld } from "../../support/tinyWorld.ts";

interface Line {
  readonly form: "mlsd" | "unix" | "dos";
  readonly name: string;
  readonly size: string;
  readonly date: string;
  readonly type: "file" | "directory" | "link" | "garbage";
}

const sound = { mlsd: "20200101060000", unix: "Jan 01  2020", dos: "01-01-20 06:00AM" } as const;
const names = fc.oneof(
  fc.constantFrom(
    "tiny.2020010106.bin.gz",
    "tiny.2020010107.bin.gz",
    "a b",
    "größe",
    "-",
    "total",
    " x",
    "a;b=c",
  ),
  fc.constantFrom(
    ...hostileTexts,
    "a\rb",
    "a\u2028b",
    "sub/tiny.2020010106.bin.gz",
    "\\windows",
    "y".repeat(100_000),
  ),
  fc.string({ unit: "binary", maxLength: 12 }),
);
const sizes = fc.oneof(
  fc.nat().map(String),
  fc.constantFrom(
    "-1",
    "NaN",
    "1e3",
    "0x10",
    "",
    "9007199254740993",
    "9".repeat(400),
    "1.5",
    "+5",
    "__proto__",
  ),
);
const dates = fc.constantFrom(
  ...[
    "",
    "99999999999999",
    "00000000000000",
    "19691231235959",
    "20200230250000",
    "2020",
    "NaN",
    "-1",
    "1e999",
  ],
  ...["Feb 30 25:61", `Jan${" ".repeat(5000)}1 2020`, "13-32-99 99:99PM", "2020-01-01 00:00", "__proto__"],
);
const line: fc.Arbitrary<Line> = fc
  .record({
    form: fc.constantFrom("mlsd", "unix", "dos"),
    name: names,
    size: sizes,
    date: fc.option(dates, { freq: 3 }),
    type: fc.constantFrom("file", "file", "file", "directory", "link", "garbage"),
  })
  .map(({ date, ...given }) => ({ ...given, date: date ?? sound[given.form] }));

function text({ form, name, size, date, type }: Line): string {
  switch (form) {
    case "mlsd": {
      const facts = { file: "file", directory: "dir", link: "OS.unix=slink:/etc", garbage: "__proto__" };
      return `type=${facts[type]};size=${size};modify=${date};constructor=1; ${name}`;
    }
    case "unix":
      return `${{ file: "-", directory: "d", link: "l", garbage: "?" }[type]}rw-r--r-- 1 u g ${size} ${date} ${name}`;
    case "dos":
      return `${date} ${type === "directory" ? "<DIR>" : size} ${name}`;
  }
}

const lines = fc.array(line, { minLength: 1, maxLength: 6 });
const ends = fc.constantFrom("\r\n", "\n", "\r\r\n");

/** A name that is one file in the directory, and nothing else on any system. */
function isPlain(name: string): boolean {
  const hasOdd = [...name].some(
    (character) => character < " " || (character >= "\x7f" && character < "\xa0"),
  );
  return name !== "" && name !== "." && name !== ".." && !name.includes("/") && !hasOdd;
}

/** Of a listing without broken lines in it, each file must be one of its lines, and each directory. */
function assertListed({ files, directories }: FtpListing, given: readonly Line[]): void {
  for (const name of directories) {
    assert.ok(isPlain(name), `the directory ${JSON.stringify(name)}`);
    const isThere = given.some((line) => line.name.includes(name));
    assert.ok(isThere, `${JSON.stringify(name)} is no directory of a line`);
  }
  for (const { name, sizeBytes, listedDate, modifiedAt } of files) {
    assert.ok(isPlain(name), `the name ${JSON.stringify(name)}`);
    if (sizeBytes !== undefined)
      assert.ok(Number.isSafeInteger(sizeBytes) && sizeBytes >= 0, `${sizeBytes} bytes`);
    assert.ok(listedDate.length <= 100, `a date of ${listedDate.length} characters`);
    if (modifiedAt !== undefined)
      assert.ok(
        Number.isInteger(modifiedAt) && modifiedAt >= 0 && modifiedAt < Date.UTC(10_000, 0),
        `${modifiedAt}`,
      );
    const isThere = given.some(
      (line) => line.name.includes("\n") || line.name.trim().replace(/^(\.|\/dir)\//, "") === name.trim(),
    );
    assert.ok(isThere, `${JSON.stringify(name)} is no name of a line`);
  }
}

/** Where every line was understood, each that can be a file, and has the name of one, is among the files. */
function assertNoneOverlooked({ files }: FtpListing, given: readonly Line[], listing: string): void {
  if (given.some(({ name, date }) => /[\r\n]/.test(name + date))) return;
  for (const { name, type } of given) {
    if (type === "directory" || !isPlain(name.trim()) || name.includes(" -> ")) continue;
    const isListed = files.some((file) => file.name.trim() === name.trim());
    assert.ok(isListed, `${JSON.stringify(name)} of ${JSON.stringify(listing)} is overlooked`);
  }
}

const asIs = (text: string) => text;

describe("the grammar of listings", () => {
  test("lists plain names only, and understands every line or none", async (t) => {
    await playCases(t, 8000, fc.tuple(lines, ends), async ([given, end]) => {
      const listing = given.map((one) => text(one) + end).join("");
      const found = await outcomeOf(
        () => parseListing(listing, "/dir", "ftp://host/dir", 1000, asIs),
        SourceError,
      );
      if ("error" in found) {
        assert.equal((found.error as SourceError).fault, "listing");
        assert.ok(found.error.message.length < 700, "a message of bounded length");
        return;
      }
      assertListed(found.result, given);
      assertNoneOverlooked(found.result, given, listing);
    });
  });
});

test("a line as long as a listing may be is soon understood, whatever it is made of", () => {
  for (const begin of [
    "",
    "-rw-r--r-- ",
    "-rw-r--r-- 1 u g 5 Jan",
    "01-01-20 ",
    "type=",
    "type=file;size=",
    "\r",
  ]) {
    for (const part of [" ", "\r", "1", "a", "a ", "1,", "a=", "-", ";", "a;b=", "\u2028", "\t1 "]) {
      const listing = `${begin}${part.repeat(1_000_000 / part.length)}\r\n`;
      try {
        const { files, directories } = parseListing(listing, "/", "ftp://host", 10, asIs);
        assert.ok([...files.map(({ name }) => name), ...directories].every(isPlain));
      } catch (error) {
        assert.ok(error instanceof SourceError && error.fault === "listing", String(error));
      }
    }
  }
});

describe("a server that lists what it likes", () => {
  let server: FtpServer;
  before(async () => {
    server = await startFtpServer({ files: { "base/sub/a": { bytes: new Uint8Array(1), modifiedAt: 0 } } });
  });
  after(() => server.close());

  test("is taken at plain names only, and nothing that it lists is fetched by itself", async (t) => {
    const source = quickClient({ url: `${server.url}base/` }, { attemptsMax: 1 });
    const cases = fc.tuple(lines, ends, fc.constantFrom("MLSD", "LIST"));
    await playCases(t, 400, cases, async ([given, end, command]) => {
      server.faults.listingText = given.map((one) => text(one) + end).join("");
      if (command === "LIST") server.faults.replies.set("MLSD", "502 No.");
      const found = await outcomeOf(() => source.list("sub", neverAborted), SourceError);
      server.faults.replies.clear();
      if ("error" in found) assert.equal((found.error as SourceError).fault, "listing");
      else assertListed(found.result ?? { files: [], directories: [] }, given);
    });
    assert.equal(server.count("RETR"), 0);
    await source.close();
  });
});

test("a run asks for the descriptor's own directories and paths, whatever is listed beside them", async (t) => {
  const listed = fc.array(
    fc.record({
      name: names,
      sizeBytes: fc.nat({ max: 5000 }),
      listedDate: fc.constantFrom("", "Jan 1 2020"),
    }),
    { maxLength: 8 },
  );
  await playCases(t, 50, listed, async (files) => {
    const world = tinyWorld();
    world.publishAll(0, 2);
    const { list } = world.source;
    world.source.list = async (directory, signal) => {
      const there = await list(directory, signal);
      return { directories: [], files: [...(there?.files ?? []), ...files] };
    };
    world.at(4);
    await world.run();
    const allowed = [...Array(5).keys()].flatMap((index) => [world.path(index), world.path(index, "early")]);
    for (const path of [...world.source.asked.fetch, ...world.source.asked.modifiedAt])
      assert.ok(allowed.includes(path), `${path} was asked for`);
    const directories = allowed.map((path) => path.slice(0, path.lastIndexOf("/")));
    for (const directory of world.source.asked.list)
      assert.ok(directories.includes(directory), `${directory} was listed`);
  });
});
