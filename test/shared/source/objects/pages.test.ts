/** Pages of listings as the vendors document them, and what is refused of one that is not whole, or not what was asked for. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseGcsPage } from "../../../../shared/source/objects/gcs/gcsPage.ts";
import { objectLimitsDefault } from "../../../../shared/source/objects/limits.ts";
import type { ObjectPage } from "../../../../shared/source/objects/page.ts";
import { readPages } from "../../../../shared/source/objects/pages.ts";
import { parseS3Page } from "../../../../shared/source/objects/s3/s3Page.ts";

const place = "s3://bucket/";
const refused = (message: RegExp) => ({ name: "SourceError", fault: "listing", message });

describe("a page of S3", () => {
  // https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html, its examples with a delimiter and of a truncated answer.
  const delimited = `<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
  <Name>example-bucket</Name>
  <Prefix></Prefix>
  <KeyCount>2</KeyCount>
  <MaxKeys>1000</MaxKeys>
  <Delimiter>/</Delimiter>
  <IsTruncated>false</IsTruncated>
  <Contents>
    <Key>sample.jpg</Key>
    <LastModified>2011-02-26T01:56:20.000Z</LastModified>
    <ETag>"bf1d737a4d46a19f3bced6905cc8b902"</ETag>
    <Size>142863</Size>
    <StorageClass>STANDARD</StorageClass>
  </Contents>
  <CommonPrefixes>
    <Prefix>photos/</Prefix>
  </CommonPrefixes>
</ListBucketResult>`;
  const truncated = `<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
  <Name>bucket</Name>
  <Prefix></Prefix>
  <NextContinuationToken>1ueGcxLPRx1Tr/XYExHnhbYLgveDs2J/wm36Hy4vbOwM=</NextContinuationToken>
  <KeyCount>1</KeyCount>
  <MaxKeys>1</MaxKeys>
  <IsTruncated>true</IsTruncated>
  <Contents>
    <Key>happyface.jpg</Key>
    <LastModified>2014-11-21T19:40:05.000Z</LastModified>
    <ETag>&quot;70ee1738b6b21e2c8a43f3a5ab0eee71&quot;</ETag>
    <Size>11</Size>
    <StorageClass>STANDARD</StorageClass>
  </Contents>
</ListBucketResult>
`;

  test("is read as the vendor documents it", () => {
    assert.deepEqual(parseS3Page(delimited, place), {
      objects: [
        {
          key: "sample.jpg",
          sizeBytes: 142_863,
          version: "bf1d737a4d46a19f3bced6905cc8b902",
          modifiedAt: Date.UTC(2011, 1, 26, 1, 56, 20),
        },
      ],
      prefixes: ["photos/"],
    });
    const { objects, next } = parseS3Page(truncated, place);
    assert.deepEqual(
      [objects[0]?.version, next],
      ["70ee1738b6b21e2c8a43f3a5ab0eee71", "1ueGcxLPRx1Tr/XYExHnhbYLgveDs2J/wm36Hy4vbOwM="],
    );
  });

  for (const [what, encoding, written, key] of [
    ["encoded as asked", "<EncodingType>url</EncodingType>", "a+b%2Bc%25/%C3%A4&amp;", "a b+c%/ä&"],
    [
      "as it stands, with entities",
      "",
      "a+b%20&lt;&#228;&#xE4;&#34;&amp;amp;&nbsp;",
      'a+b%20<ää"&amp;&nbsp;',
    ],
    ["of digits and blanks", "", " 020261130 ", " 020261130 "],
  ] as const) {
    test(`has a key ${what}`, () => {
      const text = delimited.replace("<Delimiter>", `${encoding}<Delimiter>`).replace("sample.jpg", written);
      assert.equal(parseS3Page(text, place).objects[0]?.key, key);
    });
  }

  test("may count keys alone, as some servers do", () => {
    const text = delimited.replace("<KeyCount>2", "<KeyCount>1");
    assert.equal(parseS3Page(text, place).objects.length, 1);
  });

  test("may have no ETags", () => {
    assert.equal(parseS3Page(delimited.replace(/<ETag>.*<\/ETag>/, ""), place).objects[0]?.version, "");
  });

  for (const [what, text, message] of [
    ["cut short", delimited.slice(0, 500), /does not end with <\/ListBucketResult>$/],
    ["empty", "", /does not end with/],
    ["an error", "<Error><Code>SlowDown</Code></Error>", /does not end with/],
    ["HTML", "<html><body><h1>Index of /</h1></body></html>", /does not end with/],
    ["no XML", "<ListBucketResult><![CDATA[</ListBucketResult>", /is no XML that can be read$/],
    ["within something else", `<a>${delimited.replace(/<\?.*\?>/, "")}</a>`, /does not end with/],
    [
      "short of a key",
      delimited.replace(/<Contents>[\s\S]*<\/Contents>/, ""),
      /is not whole: it counts "2" and has 0 keys and 1 prefixes$/,
    ],
    [
      "without a count",
      delimited.replace(/<KeyCount>.*<\/KeyCount>/, ""),
      /is not whole: it counts "" and has 1 keys/,
    ],
    [
      "without an end",
      delimited.replace(/<IsTruncated>.*<\/IsTruncated>/, ""),
      /does not tell whether more follows$/,
    ],
    ["without what asks for more", truncated.replace(/<Next.*>/, ""), /does not tell whether more follows$/],
    [
      "with a key without a size",
      delimited.replace(/<Size>.*<\/Size>/, ""),
      /has "sample.jpg" without its size or its date$/,
    ],
    ["with a size that is none", delimited.replace("142863", "-1"), /without its size or its date$/],
    [
      "with a size beyond all numbers",
      delimited.replace("142863", "9".repeat(20)),
      /without its size or its date$/,
    ],
    [
      "with a date that is none",
      delimited.replace("2011-02-26", "2011-02-30T"),
      /without its size or its date$/,
    ],
    [
      "with an element without a key",
      delimited.replace(/<Key>.*<\/Key>/, ""),
      /has a Key that cannot be read$/,
    ],
    [
      "with two keys in one",
      delimited.replace("<Key>", "<Key>a</Key><Key>"),
      /has a Key that cannot be read$/,
    ],
    [
      "with a key that encodes nothing",
      delimited
        .replace("<Delimiter>", "<EncodingType>url</EncodingType><Delimiter>")
        .replace("sample", "%zz"),
      /has a Key that cannot be read$/,
    ],
    [
      "with a document type",
      delimited.replace("<ListBucketResult", "<!DOCTYPE a>\n<ListBucketResult"),
      /declares types or entities$/,
    ],
    [
      "with entities of its own",
      delimited.replace(
        "<ListBucketResult",
        '<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>\n<ListBucketResult',
      ),
      /declares types or entities$/,
    ],
    [
      "20,000 levels deep",
      delimited.replace("<Name>", `${"<a>".repeat(20_000)}${"</a>".repeat(20_000)}<Name>`),
      /is no XML that can be read$/,
    ],
    [
      "with names of what every object has",
      delimited.replace("<Name>", "<__proto__><KeyCount>0</KeyCount></__proto__><Name>"),
      /is no XML that can be read$/,
    ],
  ] as const) {
    test(`that is ${what} is refused`, () => {
      assert.throws(() => parseS3Page(text, place), refused(message));
    });
  }
});

describe("a page of Cloud Storage", () => {
  const item = {
    name: "data/a.bin",
    generation: "1700000000000001",
    updated: "2026-11-30T12:00:00.123Z",
    size: "142863",
  };
  const page = { kind: "storage#objects", nextPageToken: "CgFh", prefixes: ["data/x/"], items: [item] };
  const parsed = (document: unknown) => parseGcsPage(JSON.stringify(document), place);

  test("is read as the vendor documents it", () => {
    const modifiedAt = Date.UTC(2026, 10, 30, 12, 0, 0, 123);
    assert.deepEqual(parsed(page), {
      objects: [{ key: "data/a.bin", sizeBytes: 142_863, version: "1700000000000001", modifiedAt }],
      prefixes: ["data/x/"],
      next: "CgFh",
    });
    assert.deepEqual(parsed({ kind: "storage#objects" }), { objects: [], prefixes: [] });
  });

  for (const [what, document, message] of [
    ["of another kind", { ...page, kind: "storage#buckets" }, /is none of Cloud Storage$/],
    ["a list", [page], /is none of Cloud Storage$/],
    ["with no list of items", { ...page, items: { length: 1 } }, /has no list of objects$/],
    ["with prefixes that are none", { ...page, prefixes: [7] }, /has no list of objects$/],
    ["with an item that is none", { ...page, items: [null] }, /has an object without a name$/],
    [
      "without a size",
      { ...page, items: [{ ...item, size: 142_863 }] },
      /"data\/a.bin" without its size, its date or its generation$/,
    ],
    ["without a date", { ...page, items: [{ ...item, updated: "yesterday" }] }, /without its size, its date/],
    ["without a generation", { ...page, items: [{ ...item, generation: "" }] }, /without its size, its date/],
    ["with an empty token", { ...page, nextPageToken: "" }, /does not tell whether more follows$/],
  ] as const) {
    test(`that is ${what} is refused`, () => {
      assert.throws(() => parsed(document), refused(message));
    });
  }

  test("that is cut short is refused", () => {
    const whole = JSON.stringify(page);
    for (let length = 0; length < whole.length; length++) {
      assert.throws(
        () => parseGcsPage(whole.slice(0, length), place),
        refused(/is no JSON that can be read$/),
      );
    }
  });
});

describe("several pages", () => {
  const object = (key: string) => ({ key, sizeBytes: 1, version: "v", modifiedAt: 0 });
  const pageOf = (keys: readonly string[], next?: string): ObjectPage => ({
    objects: keys.filter((key) => !key.endsWith("//")).map(object),
    prefixes: keys.filter((key) => key.endsWith("//")).map((key) => key.slice(0, -1)),
    ...(next !== undefined && { next }),
  });
  const read = (prefix: string, ...pages: readonly ObjectPage[]) => {
    let index = 0;
    return readPages(
      place,
      prefix,
      objectLimitsDefault,
      async () => pages[index++] ?? assert.fail("no more pages"),
    );
  };
  const names = async (...given: Parameters<typeof read>) =>
    (await read(...given)).files.map(({ name }) => name);

  test("give the names directly below the prefix, also where a page has none", async () => {
    const pages = [
      pageOf(["d/a", "d/b//"], "1"),
      pageOf([], "2"),
      pageOf(["d/", "d/c"].slice(1), "3"),
      pageOf(["d/é"]),
    ];
    assert.deepEqual(await names("d/", ...pages), ["a", "c", "é"]);
  });

  test("leave out what no path leads to", async () => {
    assert.deepEqual(
      await names("d/", pageOf(["d/", "d/.", "d/..", "d/a\u0000", "d/\ud800", "d/z/", "d/b"])),
      ["b"],
    );
  });

  test("may have keys in any order within each", async () => {
    assert.deepEqual(await names("", pageOf(["b", "a", "c"], "1"), pageOf(["e", "d"])), [
      "b",
      "a",
      "c",
      "e",
      "d",
    ]);
  });

  test("follow each other by bytes, where other orders differ", async () => {
    assert.deepEqual(await names("", pageOf(["\uffee"], "1"), pageOf(["🌍"])), ["\uffee", "🌍"]);
  });

  for (const [what, prefix, pages, message] of [
    ["goes back", "", [pageOf(["a", "c"], "1"), pageOf(["b"])], /goes back to "b" after "c"$/],
    [
      "goes back among prefixes",
      "",
      [pageOf(["c//"], "1"), pageOf(["b//"])],
      /goes back to "b\/" after "c\/"$/,
    ],
    ["has the last key again", "", [pageOf(["a"], "1"), pageOf(["a"])], /goes back to "a" after "a"$/],
    ["has a key twice", "", [pageOf(["a", "a"])], /has "a" twice$/],
    ["has what is not below", "d/", [pageOf(["e/a"])], /has "e\/a", which is not below "d\/"$/],
    ["has a prefix that is not below", "d/", [pageOf(["e//"])], /has "e\/", which is not below "d\/"$/],
    [
      "has what is further below",
      "d/",
      [pageOf(["d/e/f"])],
      /has "d\/e\/f", which is not directly below "d\/"$/,
    ],
    [
      "comes again",
      "",
      [pageOf(["a"], "1"), pageOf(["b"], "2"), pageOf(["c"], "1")],
      /comes to the same page again$/,
    ],
  ] as const) {
    test(`are refused where one ${what}`, async () => {
      await assert.rejects(read(prefix, ...pages), refused(message));
    });
  }
});
