/**
 * Hostile headers: keys doubled or missing, counts and numbers of every kind, text that is no text. Either the header says
 * what the descriptor expects, word by word, and its blocks are taken in its own order, or it is refused with a
 * `GranuleError`. 12,000 cases.
 */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import trmm3b42rt from "../../../shared/dataset/catalogue/trmm-3b42rt.ts";
import type { Descriptor } from "../../../shared/dataset/dataset.ts";
import { GranuleError } from "../../../shared/errors.ts";
import { namedBlocks } from "../../../shared/format/flatBinary/headerLayout.ts";
import type { HeaderLayout } from "../../../shared/format/flatBinary/spec.ts";
import { header } from "../../support/granules.ts";
import {
  assertOfAll,
  assertUnpolluted,
  outcomeOf,
  partPlayed,
  playCases,
} from "../../support/hostileCases.ts";
import { tinyDataset, tinyGranule, tinyHeaderBytes, tinyTime } from "../../support/tinyDataset.ts";

type Word = readonly [key: string, value: string];

interface WordEdit {
  readonly kind: "drop" | "double" | "replace" | "rename" | "insert" | "exchange" | "swapInLists";
  readonly at: number;
  readonly other: number;
  readonly text: string;
}

const texts = [
  ...[
    "",
    "0",
    "-0",
    "1",
    "2",
    "3",
    "4",
    "0x2",
    "0x10",
    "2.0",
    "2e0",
    "1e999",
    "-1",
    "NaN",
    "Infinity",
    "100",
  ],
  ...["rain", "wind", "rain,wind", "wind,rain", "rain,rain", "rain,wind,rain", ",", "short", "real,short"],
  ...["100,1", "1,100", "1e2,1", "100,", "__proto__", "constructor", "toString,valueOf", "x".repeat(400)],
  ...["20200101", "000000", "240000", "20200230", "tiny", "TINY", "3B42RT"],
  ...["a=b", "=", "a b", "größe", "\0", "a\0b", "\u001b[31m", "\x7f", "\xa0", "\n"],
] as const;
/** A key and a value, as header and padding hold them. */
const pair = /^([!-<>-~]+)=([!-<>-~]*)$/;

const place = fc.nat({ max: 1000 });
const edits: fc.Arbitrary<readonly WordEdit[]> = fc.array(
  fc.record({
    kind: fc.constantFrom(
      "drop",
      "double",
      "replace",
      "replace",
      "rename",
      "insert",
      "exchange",
      "swapInLists",
    ),
    at: place,
    other: place,
    text: fc.oneof(fc.constantFrom(...texts), fc.string({ maxLength: 6 })),
  }),
  { maxLength: 3 },
);
const separators = fc.constantFrom(" ", "\n", "\r\n", "\t ", "   ");

function withEdit(words: readonly Word[], { kind, at, other, text }: WordEdit): Word[] {
  const list = [...words];
  const i = at % list.length;
  const j = other % list.length;
  const [key, value] = list[i] as Word;
  if (kind === "drop") list.splice(i, 1);
  else if (kind === "double") list.splice(j, 0, [key, other % 2 === 0 ? value : text]);
  else if (kind === "replace") list[i] = [key, text];
  else if (kind === "rename") list[i] = [text, value];
  else if (kind === "insert") list.splice(i, 0, [text, String(other)]);
  else if (kind === "exchange") [list[i], list[j]] = [list[j] as Word, list[i] as Word];
  // As a header would be written whose blocks come in another order, or are fewer.
  else return list.map(([name, long]) => [name, long.includes(",") ? rotated(long, other) : long]);
  return list.length === 0 ? [...words] : list;
}

function rotated(list: string, by: number): string {
  const parts = list.split(",");
  const turned = [...parts.slice(by % parts.length), ...parts.slice(0, by % parts.length)];
  return turned.join(",");
}

/** The blocks that a header names if it says what is expected. */
function expectedNames({ decoding }: Descriptor, text: string, day: string, clock: string) {
  const layout = decoding.layout as HeaderLayout;
  const [before = "", ...behind] = text.split("\0");
  if (/[^ \t\r\n]/.test(behind.join(""))) return undefined;
  const said = new Map<string, string>();
  for (const word of before.split(/[ \t\r\n]/).filter(Boolean)) {
    const [, key, value] = pair.exec(word) ?? [];
    if (key === undefined || value === undefined || (said.has(key) && said.get(key) !== value))
      return undefined;
    said.set(key, value);
  }
  const exact: Word[] = [
    ...Object.entries(layout.expect),
    [layout.lengthKey, String(layout.bytes)],
    [layout.dayKey, day],
    [layout.clockKey, clock],
  ];
  if (exact.some(([key, value]) => said.get(key) !== value)) return undefined;
  const { beginDay = "", beginClock = "", endDay = "", endClock = "" } = layout.windowKeys ?? {};
  const window: (readonly [keys: readonly string[], said: string])[] = [
    [[beginDay, beginClock], "20140401 193000"],
    [[endDay, endClock], "20140401 223000"],
  ];
  const stated: (readonly [keys: readonly string[], said: string])[] = [
    ...Object.entries(layout.agree ?? {}).map(([key, value]) => [[key], value] as const),
    ...(layout.windowKeys ? window : []),
  ];
  for (const [keys, value] of stated)
    if (keys.every((key) => said.has(key)) && keys.map((key) => said.get(key)).join(" ") !== value)
      return undefined;
  const listed = [layout.namesKey, layout.typesKey, layout.scalesKey].map((key) => said.get(key)?.split(","));
  const [names, types, scales] = listed;
  const units = said.get(layout.unitsKey ?? "")?.split(",");
  if (!names || !types || !scales || !said.has(layout.countKey)) return undefined;
  if (
    [names, types, scales, units ?? names].some(({ length }) => length !== Number(said.get(layout.countKey)))
  )
    return undefined;
  const isDeclared = names.every((name, i) => {
    const block = decoding.blocks.find((one) => one.name === name);
    const type = Object.entries(layout.types).find(([word]) => word === types[i])?.[1];
    const isMeant = !units || !block?.units || units[i] === block.units;
    return block && type === block.type && Number(scales[i]) === (block.scale ?? 1) && isMeant;
  });
  const needed = decoding.blocks.filter(({ optional }) => !optional).map(({ name }) => name);
  const isWhole = needed.every((name) => names.includes(name)) && new Set(names).size === names.length;
  return isDeclared && isWhole ? names : undefined;
}

const trmmTime = Date.UTC(2014, 3, 1, 21);
const trmmWindow = [Date.UTC(2014, 3, 1, 19, 30), Date.UTC(2014, 3, 1, 22, 30)] as const;
const tinyText = new TextDecoder().decode(
  tinyGranule({ index: 3, compression: "none" }).subarray(0, tinyHeaderBytes),
);

for (const [name, dataset, text, first, day, clock] of [
  ["tiny grids", tinyDataset(), tinyText, tinyTime(3), "20200101", "090000"],
  ["3B42RT", trmm3b42rt, header(trmmTime, 4), trmmTime, "20140401", "210000"],
  ["3B42RT of three fields", trmm3b42rt, header(trmmTime, 3), trmmTime, "20140401", "210000"],
] as const) {
  describe(`a header of ${name}`, () => {
    const layout = dataset.decoding.layout as HeaderLayout;
    const sound = text
      .trim()
      .split(" ")
      .map((word) => word.split("=") as unknown as Word);

    test("is believed only where every word is what is expected", async (t) => {
      let believed = 0;
      await playCases(
        t,
        4000,
        fc.tuple(edits, separators, fc.boolean()),
        async ([changes, separator, nul]) => {
          const words = changes.reduce(withEdit, sound);
          const edited = words.map((word) => word.join("=")).join(separator);
          const bytes = new TextEncoder().encode(edited);
          const raw = new Uint8Array(layout.bytes).fill(nul ? 0 : 0x20);
          raw.set(bytes.subarray(0, layout.bytes));
          const found = await outcomeOf(
            () => namedBlocks(layout, dataset.decoding.blocks, raw, first, trmmWindow),
            GranuleError,
          );
          const expected = expectedNames(dataset, edited, day, clock);
          if (bytes.length <= layout.bytes) {
            assert.deepEqual("result" in found ? found.result : undefined, expected);
          }
          if ("error" in found) {
            assert.ok(["header", "time", "layout"].includes((found.error as GranuleError).fault));
            assert.doesNotMatch(
              found.error.message,
              /[^ -~…]/,
              "a message is one line of what can be printed",
            );
          } else believed++;
          assertUnpolluted();
        },
      );
      assertOfAll(believed > 400 * partPlayed, `${believed} were believed`);
    });
  });
}
