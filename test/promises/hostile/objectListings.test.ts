/**
 * Hostile answers of buckets: whatever S3 or Cloud Storage lists, what comes of it are all its names, plain and below the prefix, or a
 * `SourceError` of fault `listing`; and whatever it says of a refusal is a short line. 9,000 cases.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { SourceError } from "../../../shared/errors.ts";
import type { ListedFile } from "../../../shared/source/lister.ts";
import { parseGcsPage } from "../../../shared/source/objects/gcs/gcsPage.ts";
import { gcsRefusal } from "../../../shared/source/objects/gcs/gcsRefusals.ts";
import { objectLimitsDefault } from "../../../shared/source/objects/limits.ts";
import type { ObjectPage } from "../../../shared/source/objects/page.ts";
import { readPages } from "../../../shared/source/objects/pages.ts";
import { parseS3Page } from "../../../shared/source/objects/s3/s3Page.ts";
import { s3Refusal } from "../../../shared/source/objects/s3/s3Refusals.ts";
import { assertUnpolluted, outcomeOf, playCases } from "../../support/hostileCases.ts";
import { byteEdits, editedBytes, editedJson, hostileTexts, jsonEdits } from "../../support/hostileEdits.ts";

const place = "s3://bucket/data/";
const prefix = "data/";
const sound = ["20261130-0000.bin", "20261130-0200.bin", "a b+c", "größe", "日本"];

const element = (name: string, content: string) => `<${name}>${content}</${name}>`;
const contents = (key: string, size = "5", date = "2026-11-30T12:00:00.000Z") =>
  element(
    "Contents",
    element("Key", key) +
      element("LastModified", date) +
      element("ETag", "&quot;d41d8cd98f00b204e9800998ecf8427e&quot;") +
      element("Size", size),
  );
const listing = (
  entries: readonly string[],
  count = String(entries.length),
  end = "<IsTruncated>false</IsTruncated>",
) =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult><Name>bucket</Name><KeyCount>${count}</KeyCount><EncodingType>url</EncodingType>${end}${entries.join("")}</ListBucketResult>`;
const urlEncoded = (text: string) => encodeURIComponent(text).replaceAll("%20", "+").replaceAll("%2F", "/");
const document = listing([
  ...sound.map((name) => contents(urlEncoded(prefix + name))),
  element("CommonPrefixes", element("Prefix", "data/x/")),
]);
const json = {
  kind: "storage#objects",
  prefixes: ["data/x/"],
  items: sound.map((name) => ({
    name: prefix + name,
    size: "5",
    updated: "2026-11-30T12:00:00.000Z",
    generation: "1700000000000001",
  })),
};

/** As the only page, whatever it says of another. */
async function listed(page: () => ObjectPage): Promise<readonly ListedFile[]> {
  const { objects, prefixes } = page();
  return (await readPages(place, prefix, objectLimitsDefault, async () => ({ objects, prefixes }))).files;
}

/** The files, or a refusal in a line of bounded length. */
async function filesOf(page: () => ObjectPage): Promise<readonly ListedFile[] | undefined> {
  const found = await outcomeOf(() => listed(page), SourceError);
  if ("error" in found) {
    assert.equal((found.error as SourceError).fault, "listing");
    assert.ok(found.error.message.length < 1200, "a message of bounded length");
    assert.ok(!/[\r\n]/.test(found.error.message), "in one line");
    return undefined;
  }
  for (const { name, sizeBytes, version, modifiedAt } of found.result) {
    assert.ok(name !== "" && name !== "." && name !== ".." && !/[/\p{Cc}]/u.test(name), JSON.stringify(name));
    assert.ok(Number.isSafeInteger(sizeBytes) && (sizeBytes ?? -1) >= 0, `${sizeBytes} bytes`);
    assert.ok(Number.isInteger(modifiedAt) && (modifiedAt ?? -1) >= 0, `${modifiedAt}`);
    assert.equal(typeof version, "string");
  }
  return found.result;
}

const jsonText = (document: unknown) => {
  try {
    return JSON.stringify(document) ?? "";
  } catch {
    return `{"kind":"storage#objects","items":${"[".repeat(20_000)}${"]".repeat(20_000)}}`;
  }
};
const decoded = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

describe("an answer of S3", () => {
  test("that is cut anywhere is refused", async () => {
    for (let length = 0; length < document.length; length++) {
      assert.equal(
        await filesOf(() => parseS3Page(document.slice(0, length), place)),
        undefined,
        `at ${length}`,
      );
    }
    assert.deepEqual(
      (await filesOf(() => parseS3Page(document, place)))?.map(({ name }) => name),
      sound,
    );
  });

  test("whatever bytes change in it, has as many names as before, or is refused", async (t) => {
    const bytes = new TextEncoder().encode(document);
    await playCases(t, 4000, byteEdits, async (edits) => {
      const found = await filesOf(() => parseS3Page(decoded(editedBytes(bytes, edits)), place));
      // A count that was changed as well may be that of fewer.
      if (edits.length === 1 && found) assert.ok(found.length >= sound.length - 1, `${found.length} names`);
    });
    assertUnpolluted();
  });

  test("whatever names, sizes and dates it has, lists all or is refused", async (t) => {
    const texts = fc.oneof(
      fc.constantFrom(
        ...hostileTexts,
        "&a;",
        "<!--",
        "]]>",
        "<![CDATA[a]]>",
        "&#0;",
        "&#xFFFFFF;",
        "%zz",
        "%00",
        "%2e%2e",
      ),
      fc.string({ unit: "binary", maxLength: 12 }),
    );
    const entries = fc.array(
      fc.tuple(
        texts,
        fc.option(texts, { freq: 5, nil: "5" }),
        fc.option(texts, { freq: 5, nil: "2026-11-30T12:00:00Z" }),
      ),
      { maxLength: 5 },
    );
    await playCases(t, 2000, fc.tuple(entries, fc.option(texts, { freq: 8 })), async ([given, count]) => {
      const all = given.map(([name, size, date]) => contents(`data/${name}`, size, date));
      await filesOf(() => parseS3Page(listing(all, count ?? undefined), place));
    });
    assertUnpolluted();
  });
});

describe("an answer of Cloud Storage", () => {
  test("whatever changes in it, lists plain names or is refused", async (t) => {
    await playCases(t, 1500, jsonEdits, async (edits) => {
      const text = jsonText(editedJson(json, edits));
      await filesOf(() => parseGcsPage(text, place));
    });
    const bytes = new TextEncoder().encode(JSON.stringify(json));
    await playCases(t, 1000, byteEdits, async (edits) => {
      await filesOf(() => parseGcsPage(decoded(editedBytes(bytes, edits)), place));
    });
    assertUnpolluted();
  });

  test("20,000 levels deep is refused", async () => {
    const deep = "[".repeat(20_000) + "]".repeat(20_000);
    for (const text of [deep, `{"kind":"storage#objects","items":${deep}}`, `{"a":`.repeat(20_000)]) {
      assert.equal(await filesOf(() => parseGcsPage(text, place)), undefined);
    }
  });
});

test("an answer as long as a page may be is soon understood, whatever it is made of", async () => {
  const parts = [
    " ",
    "<",
    ">",
    "&",
    "&quot;",
    "&#34;",
    "<a>",
    "</a>",
    "<a/>",
    '<a b="c">',
    "<!--",
    "<![CDATA[",
    "<?",
    '"',
    "%20",
    "+",
  ];
  for (const part of [
    ...parts,
    "<Contents>",
    "<Contents></Contents>",
    "<Key>",
    element("CommonPrefixes", ""),
  ]) {
    const long = part.repeat(1_000_000 / part.length);
    for (const text of [
      long,
      listing([long]),
      listing([contents(long)]),
      listing([], long),
      `${long}</ListBucketResult>`,
    ]) {
      await filesOf(() => parseS3Page(text, place));
    }
    await filesOf(() => parseGcsPage(JSON.stringify({ ...json, prefixes: [long] }), place));
  }
});

test("a refusal is told in a line, whatever the server says", async (t) => {
  const text = fc.oneof(
    fc.constantFrom(...hostileTexts, "PermanentRedirect", "AccessDenied", "NoSuchBucket", "__proto__"),
    fc.string({ unit: "binary", maxLength: 30 }),
  );
  const one = fc.record({
    status: fc.constantFrom(301, 400, 401, 403, 404),
    code: text,
    message: text,
    region: text,
    edits: fc.option(byteEdits),
    isJson: fc.boolean(),
  });
  await playCases(t, 500, one, ({ status, code, message, region, edits, isJson }) => {
    const xml = element(
      "Error",
      element("Code", code) + element("Message", message) + element("Region", region),
    );
    const plain = isJson ? JSON.stringify({ error: { message, errors: [{ reason: code }] } }) : xml;
    const body = edits ? decoded(editedBytes(new TextEncoder().encode(plain), edits)) : plain;
    const answer = { status, headers: { "x-amz-bucket-region": region }, text: body };
    for (const { kind, why } of [
      s3Refusal(answer, "bucket", "us-east-1", (said) => said),
      gcsRefusal(answer, "bucket", true),
    ]) {
      assert.ok(["absent", "denied", "final", "failed"].includes(kind));
      assert.ok(why.length < 600 && !/\p{Cc}/u.test(why), JSON.stringify(why));
    }
  });
});
