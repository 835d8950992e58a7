import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { noFile, readLine, readTimestamp } from "../../../../shared/source/ftp/listLine.ts";

const modifiedAt = Date.UTC(2014, 3, 1, 21, 5, 6);
const listedDate = "2014-04-01T21:05:06.000Z";
const file = { name: "a b.bin", listedDate, sizeBytes: 7, modifiedAt };

describe("a line of MLSD", () => {
  for (const [line, expected] of [
    ["type=file;size=7;modify=20140401210506; a b.bin", file],
    ["Type=File;Size=7;Modify=20140401210506; a b.bin", file],
    ["TYPE=FILE;SIZE=7;MODIFY=20140401210506;UNIX.mode=0644; a b.bin", file],
    [
      "modify=20140401210506.25;size=7; a b.bin",
      { ...file, listedDate: "2014-04-01T21:05:06.250Z", modifiedAt: modifiedAt + 250 },
    ],
    ["type=file;size=7;modify=20140401210506; x=1; y.bin", { ...file, name: "x=1; y.bin" }],
    ["type=file;modify=20140401210506; a", { name: "a", listedDate, modifiedAt }],
    ["type=file;size=;modify=; a", { name: "a", listedDate: "" }],
    ["type=file;size=7;modify=19700101000000; a", { name: "a", listedDate: "", sizeBytes: 7 }],
    ["type=file;size=0; a", { name: "a", listedDate: "", sizeBytes: 0 }],
    ["type=OS.unix=slink:/p/a b;size=9;modify=20140401210506; a", { name: "a", listedDate }],
    ["Type=OS.UNIX=symlink;Size=9; a", { name: "a", listedDate: "" }],
    ["type=OS.unix=of a kind nobody knows;size=9; a", { name: "a", listedDate: "" }],
    ["type=dir;modify=20140401210506; 2014", { directory: "2014" }],
    ["Type=Dir; 2014", { directory: "2014" }],
    ["Type=CDir; .", noFile],
    ["type=PDIR; ..", noFile],
    ["type=file;size=many; a", undefined],
    ["type=file;size=1e3; a", undefined],
    ["type=file;size=0x10; a", undefined],
    ["type=file;size=-1; a", undefined],
    ["type=file;size=9007199254740993; a", undefined],
    ["type=file;modify=2014; a", undefined],
    ["colour=red; a", undefined],
    [" a", undefined],
    ["type=file;", undefined],
  ] as const) {
    test(line, () => assert.deepEqual(readLine(line), expected));
  }
});

describe("a line of LIST", () => {
  const noon = "Apr 01 12:00";
  for (const [line, expected] of [
    [
      "-rw-r--r--    1 ftp      ftp           7 Apr 01 12:00 a b.bin",
      { name: "a b.bin", listedDate: noon, sizeBytes: 7 },
    ],
    [
      "-rw-r--r--+ 1 ftp domain users 7 Apr  1  2014 a",
      { name: "a", listedDate: "Apr  1 2014", sizeBytes: 7 },
    ],
    ["-rw-r--r--. 1 0 0 7 2014-04-01 12:00 a", { name: "a", listedDate: "2014-04-01 12:00", sizeBytes: 7 }],
    ["  131 8 -rw-r--r-- 1 ftp ftp 7 Apr 01 12:00 a", { name: "a", listedDate: noon, sizeBytes: 7 }],
    ["123456 -rw-r--r-- 1 ftp ftp 7 Apr 01 12:00 a", { name: "a", listedDate: noon, sizeBytes: 7 }],
    ["12 8 lrwxrwxrwx 1 ftp ftp 7 Apr 01 12:00 a -> b", { name: "a", listedDate: noon }],
    ["16 drwxr-xr-x 2 ftp ftp 4096 Apr 01 12:00 2014", { directory: "2014" }],
    ...["ftp ftp", "ftp", "ftp 1000", "1 20", "0 0", "100 200", "a b c d"].flatMap((owners) =>
      ["rain 77 Feb 3 2021 x.bin", "9 3 Feb 2021 x"].flatMap((name) =>
        [noon, "Feb 29  2016", "01 Apr 2014", "2014-04-01 12:00"].flatMap((date) =>
          [356, 3].map(
            (sizeBytes) =>
              [
                `-rw-r--r-- 1 ${owners} ${sizeBytes} ${date} ${name}`,
                { name, listedDate: date.replace("  ", " "), sizeBytes },
              ] as const,
          ),
        ),
      ),
    ),
    ["mrw-r--r-- 1 ftp ftp 7 Apr 01 12:00 on tape", { name: "on tape", listedDate: noon, sizeBytes: 7 }],
    ["lrwxrwxrwx 1 ftp ftp 21 Apr 01 12:00 a -> ../store/real.bin", { name: "a", listedDate: noon }],
    ["lrwxrwxrwx 1 ftp ftp 21 Apr 01 12:00 a", { name: "a", listedDate: noon }],
    ["drwxr-xr-x 2 ftp ftp 4096 Apr 01 12:00 2014", { directory: "2014" }],
    ["brw-rw---- 1 root disk 8, 0 Apr 01 12:00 sda", noFile],
    ["prw-r--r-- 1 ftp ftp 0 Apr 01 12:00 pipe", noFile],
    ["srwxr-xr-x 1 ftp ftp 0 Apr 01 12:00 socket", noFile],
    ["total 12", noFile],
    ["total 4.0K", noFile],
    ["", noFile],
    ["totally broken", undefined],
    ["total", undefined],
    ["ls: cannot access '/pub': Input/output error", undefined],
    ["-rw-r--r-- 1 ftp ftp 7", undefined],
    ["?rw-r--r-- 1 ftp ftp 7 Apr 01 12:00 a", undefined],
    [
      "04-01-14  12:00PM                    7 a b.bin",
      { name: "a b.bin", listedDate: "04-01-14 12:00PM", sizeBytes: 7 },
    ],
    ["04-01-14  12:00PM       <DIR>          2014", { directory: "2014" }],
    ["04-01-14  12:00PM       <JUNCTION>     2014 [C:\\2014]", noFile],
    [
      "04-01-14  12:00PM       <SYMLINK>      a [C:\\real.bin]",
      { name: "a", listedDate: "04-01-14 12:00PM" },
    ],
  ] as const) {
    test(line || "nothing", () => assert.deepEqual(readLine(line), expected));
  }
});

test("a timestamp is read to the millisecond, and nothing else is taken for one", () => {
  assert.equal(readTimestamp("20140401210506"), modifiedAt);
  assert.equal(readTimestamp("20140401210506.5"), modifiedAt + 500);
  assert.equal(readTimestamp("20140401210506.28599"), modifiedAt + 285);
  for (const text of ["", "2014", "yesterday", "2014-04-01T21:05:06Z"])
    assert.equal(readTimestamp(text), undefined);
});
