/**
 * Hostile names and templates: any text is a template that can be used or has faults in words; whatever template has none, a name
 * that is made by it for a timestep is chosen for that one, and no name at all for two that it tells apart; and however a name is
 * made, looking at it takes no longer than its length allows. 20,000 cases.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { granulePath, isOfTemplate, pathsOf } from "../../../shared/dataset/paths/granulePath.ts";
import { pathFaults, patternInUrl } from "../../../shared/dataset/paths/pathFaults.ts";
import { isAt } from "../../../shared/source/paths.ts";
import { assertOfAll, partPlayed, playCases } from "../../support/hostileCases.ts";
import { hostileTexts } from "../../support/hostileEdits.ts";

const [second, minute, hour, day] = [1000, 60_000, 3_600_000, 86_400_000];
const year = 365 * day;

/** What a name is made of: the granule, the start that it says, and what fills the rest. */
interface Made {
  readonly first: number;
  readonly spanMs: number;
  readonly start: number;
  readonly created: number;
  readonly version: string;
  readonly any: string;
}

interface Piece {
  readonly text: string;
  readonly write: (made: Made) => string;
}

const iso = (t: number, from: number, to: number) => new Date(t).toISOString().slice(from, to);
const dayOfYear = (t: number) => 1 + Math.floor((t - Date.parse(`${iso(t, 0, 4)}-01-01`)) / day);
const tokens: Readonly<Record<string, (t: number) => string>> = {
  YYYY: (t) => iso(t, 0, 4),
  YY: (t) => iso(t, 2, 4),
  MM: (t) => iso(t, 5, 7),
  DD: (t) => iso(t, 8, 10),
  DDD: (t) => String(dayOfYear(t)).padStart(3, "0"),
  HH: (t) => iso(t, 11, 13),
  mm: (t) => iso(t, 14, 16),
  ss: (t) => iso(t, 17, 19),
  minute: (t) => String(Math.floor((t % day) / minute)).padStart(4, "0"),
};

function field(name: string, parts: readonly string[], of: (made: Made) => number): Piece {
  return {
    text: `{${name}${parts.join("")}}`,
    write: (made) => parts.map((part) => tokens[part]?.(of(made)) ?? part).join(""),
  };
}

/** Without two beside each other that could be read as others together, as YY and YYYY. */
const tokensMax = (maxLength: number) =>
  fc
    .array(fc.constantFrom(...Object.keys(tokens)), { minLength: 1, maxLength })
    .filter((parts) =>
      parts.every((part, i) => i === 0 || !/^[YD]/.test(part) || part[0] !== parts[i - 1]?.[0]),
    );
const literal = fc
  .constantFrom("a", "b_", ".", "-", "0", "7a", "Z", "+(", ")", "T", "é", "|^", "a.")
  .map((text): Piece => ({ text, write: () => text }));
const dated = tokensMax(4).map((parts) => field("", parts, ({ first }) => first));
const named = fc
  .tuple(fc.constantFrom("end", "last"), tokensMax(3), fc.constantFrom("", "-", ":"))
  .map(([of, parts, between]) =>
    field(
      `${of}:`,
      parts.flatMap((part, i) => (i > 0 && between ? [between, part] : [part])),
      ({ first, spanMs }) => first + spanMs - (of === "last" ? second : 0),
    ),
  );
const wholeDates = [
  ["YYYY", "MM", "DD"],
  ["YYYY", "-", "DDD", "T", "HH"],
  ["YYYY", "MM", "DD", "_", "HH", "mm"],
  ["YY", "DDD", "HH", "mm", "ss"],
  ["DD", ".", "MM", ".", "YYYY", ".", "minute"],
  ["ss", "mm", "HH", "DDD", "YYYY"],
];
const started = fc.constantFrom(...wholeDates).map((parts) => field("start:", parts, ({ start }) => start));
const created = fc
  .constantFrom(...wholeDates)
  .map((parts) => field("created:", parts, (made) => made.created));
const any: fc.Arbitrary<Piece> = fc.constant({ text: "*", write: (made) => made.any });
const version: fc.Arbitrary<Piece> = fc.constant({ text: "{version}", write: (made) => made.version });

const predicted = fc.oneof(literal, dated, named);
const names = fc
  .tuple(
    fc.array(fc.oneof({ weight: 4, arbitrary: predicted }, { weight: 3, arbitrary: any }), {
      minLength: 1,
      maxLength: 8,
    }),
    fc.subarray([0, 1, 2]),
    fc.tuple(started, created, version),
    fc.array(fc.nat({ max: 8 }), { minLength: 3, maxLength: 3 }),
  )
  .map(([pieces, taken, once, places]) => {
    const all = [...pieces];
    for (const i of taken) all.splice(places[i] ?? 0, 0, once[i] as Piece);
    return all;
  });
const templates = fc
  .tuple(fc.array(fc.array(predicted, { minLength: 1, maxLength: 3 }), { maxLength: 2 }), names)
  .map(([directories, name]) => [
    ...directories.flatMap((pieces) => [...pieces, { text: "/", write: () => "/" }]),
    ...name,
  ]);
const made = fc
  .record({
    steps: fc.integer({ min: 0, max: 2000 }),
    spanMs: fc.constantFrom(2 * second, 2 * minute, 30 * minute, hour, day, 8 * day),
    from: fc.constantFrom(
      "1970-01-01",
      "1999-12-30T23:00Z",
      "2024-02-28",
      "2068-12-31",
      "2096-02-29",
      "2099-12-31",
    ),
    startPart: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    created: fc.integer({ min: 0, max: 98 * year }),
    version: fc.stringMatching(/^\d{1,25}$/),
    any: fc.oneof({ weight: 3, arbitrary: fc.stringMatching(/^[qwx]{0,4}$/) }, hostileFill()),
  })
  .map(({ steps, from, spanMs, startPart, ...told }): Made => {
    const first = Date.parse(from) + steps * spanMs;
    return { ...told, first, spanMs, start: Math.floor(first + (startPart - 0.5) * spanMs) };
  });

function hostileFill(): fc.Arbitrary<string> {
  return fc
    .array(
      fc.oneof(
        fc.constantFrom(
          "a",
          "b_",
          ".",
          "0",
          "7a",
          "T",
          "20240229",
          "1",
          "99",
          "é",
          "\ud800",
          "\n",
          "x".repeat(300),
        ),
        fc.stringMatching(/^\d{1,9}$/),
      ),
      { maxLength: 4 },
    )
    .map((parts) => parts.join(""));
}

/** The start as the name says it, which may have no minutes or hours. */
function startSaid(template: string, { start, first }: Made): number {
  const said = /\{start:([^}]*)\}/.exec(template)?.[1];
  if (said === undefined) return first;
  const unit = /ss/.test(said) ? second : /mm|minute/.test(said) ? minute : /HH/.test(said) ? hour : day;
  return Math.floor(start / unit) * unit;
}

test("a name is chosen for the timestep that it was made for, and for no other", async (t) => {
  let [chosen, shared] = [0, 0];
  await playCases(t, 12_000, fc.tuple(templates, made), ([pieces, one]) => {
    const template = pieces.map(({ text }) => text).join("");
    if (pathFaults(template).length > 0) return;
    const path = pieces.map((piece) => piece.write(one)).join("");
    const isChosen = (first: number) =>
      pathsOf(template, { first, spanMs: one.spanMs }).some((where) => isAt(where, path));
    const isPlain = /^[qwx]*$/.test(one.any);
    const isOwn = Math.abs(startSaid(template, one) - one.first) * 2 < one.spanMs;
    if (isPlain && isOwn) {
      assert.ok(isChosen(one.first), `${template} ${path}`);
      assert.ok(isOfTemplate(template, path));
      chosen++;
    }
    if (isPlain && startSaid(template, one) < one.first - one.spanMs / 2) assert.ok(!isChosen(one.first));
    if (!isChosen(one.first)) return;
    const asIs = granulePath(template, one.first, one.spanMs);
    for (const apart of [
      1,
      -1,
      2,
      day / one.spanMs,
      (-31 * day) / one.spanMs,
      (4 * year + day) / one.spanMs,
    ]) {
      const other = one.first + Math.ceil(apart) * one.spanMs;
      if (other < 0 || !isChosen(other)) continue;
      shared++;
      assert.equal(granulePath(template, other, one.spanMs), asIs, `${template} ${path}`);
      assert.doesNotMatch(template, /\{start:/);
    }
  });
  assertOfAll(
    chosen > 2000 * partPlayed && shared > 500 * partPlayed,
    `${chosen} were chosen, ${shared} shared`,
  );
});

test("any text is a template without a fault, or has faults in words", async (t) => {
  const piece = fc.oneof(
    fc.constantFrom(
      "{",
      "}",
      "*",
      "**",
      "/",
      ":",
      "start:",
      "{start:YYYYMMDD}",
      "{version}",
      "{created:",
      "YYYY",
      "YY",
    ),
    fc.constantFrom(
      "DDD",
      "mm",
      "ss",
      "minute",
      "{end:YYYY-MM}",
      "-",
      "_",
      "T",
      ".",
      "{YYYYMMDDHH}",
      "%Y",
      "?",
      "\\",
    ),
    fc.constantFrom(...hostileTexts),
    fc.string({ maxLength: 6 }),
  );
  let used = 0;
  await playCases(t, 6000, fc.array(piece, { maxLength: 12 }), (pieces) => {
    const template = pieces.join("");
    const faults = pathFaults(template);
    for (const fault of faults) assert.match(fault, /^(has|is) \S/);
    assert.ok(patternInUrl(`https://host/${template}`) !== "");
    const granule = { first: Date.parse("2024-02-29T12:00Z"), spanMs: hour };
    const paths = pathsOf(template, granule);
    assert.equal(typeof isOfTemplate(template, granulePath(template, granule.first, hour)), "boolean");
    if (faults.length > 0) return;
    used++;
    for (const where of paths) {
      const path = typeof where === "string" ? where : where.text;
      assert.ok(!path.split("/").some((segment) => ["", ".", ".."].includes(segment)), path);
      if (typeof where !== "string") assert.ok(where.text.split("/").at(-1)?.startsWith(where.prefix));
    }
  });
  assertOfAll(used > 300 * partPlayed, `${used} can be used`);
});

test("a long name takes no longer than its length allows, however many parts are unknown", async (t) => {
  const repeated = fc
    .tuple(
      fc.constantFrom("a", "*a", "*aa", "*{version}_", "*_{DD}", "*{MM}*0", "*a{HH}"),
      fc.integer({ min: 1, max: 60 }),
    )
    .map(([text, times]) => text.repeat(times).replace(/(\{version\}.*?)\{version\}/g, "$1b"));
  const name = fc
    .tuple(
      fc.constantFrom("a", "aa0", "0", "01_", "_", "a_1", "\ud83d\ude00"),
      fc.integer({ min: 1, max: 1000 }),
    )
    .map(([text, times]) => text.repeat(times).slice(0, 1000));
  const granule = { first: Date.parse("2024-02-29T12:00Z"), spanMs: hour };
  await playCases(
    t,
    2000,
    fc.tuple(repeated, fc.constantFrom("", "b", "{start:YYYYMMDD}", "*{start:YYYYDDD}*.nc"), name),
    ([begin, end, text]) => {
      for (const where of pathsOf(begin + end, granule)) {
        if (typeof where === "string") continue;
        const before = performance.now();
        where.choose([text, `${text}b`, `${where.prefix}${text}.nc`]);
        // Trying all that might fit would take longer than there is time.
        assert.ok(performance.now() - before < 5000, `${begin}${end} ${text}`);
      }
    },
  );
});
