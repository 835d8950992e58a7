/** What may be sent to the functions: every form that is taken, and every fault, all of them in one answer. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { UsageError } from "../../../shared/errors.ts";
import { readExtendMessage, readPlanMessage, sentForm } from "../../../shared/queue/messages.ts";
import { planMessage } from "../../../shared/queue/planMessage.ts";
import { tinyDataset } from "../../support/tinyDataset.ts";

const hour = 3_600_000;
/** Hourly from 2020-01-01T06:00Z on, in chunks of 4. */
const tiny = tinyDataset();
/** The same until 2020-01-01T15:00Z. */
const ended = tinyDataset({ id: "ended", end: 9 });
const known = [tiny, ended];
const seven = Date.UTC(2020, 0, 1, 7);

/** The faults that reading such a message is refused with. */
function faultsOf(read: typeof readPlanMessage | typeof readExtendMessage, message: unknown) {
  try {
    read(message, known);
  } catch (error) {
    assert.ok(error instanceof UsageError, `${error}`);
    return error.faults;
  }
  return assert.fail(`it was taken: ${JSON.stringify(message)}`);
}

function assertFaults(faults: readonly string[], expected: readonly RegExp[]): void {
  assert.equal(faults.length, expected.length, faults.join("\n"));
  for (const [i, pattern] of expected.entries()) assert.match(faults[i] ?? "", pattern);
}

test("a message may say its schema; one of a newer Accrete is refused as that, whatever else is in it", () => {
  for (const schema of [1, 2]) {
    assert.equal(readPlanMessage({ dataset: "tiny", schema }, known).dataset, tiny);
    assert.equal(
      readExtendMessage({ dataset: "tiny", chunk: 0, plannedAt: 0, steps: [], schema }, known).chunk,
      0,
    );
  }
  for (const [kind, read] of [
    ["plan", readPlanMessage],
    ["extend", readExtendMessage],
  ] as const) {
    const newer = {
      tag: "newer",
      message: `the ${kind} message was written by a newer Accrete (schema 3; this one knows 2): it is left as it is; upgrade this one`,
    };
    assert.throws(() => read({ schema: 3, dataset: "tiny", parts: ["a"] }, known), newer);
    for (const schema of ["3", -1, 0.5, null])
      assert.match(faultsOf(read, { dataset: "tiny", schema }).join("; "), /has "schema"/);
  }
});

describe("a plan message", () => {
  const taken: readonly [name: string, message: object, read: object][] = [
    ["an empty one asks for every dataset", {}, { dataset: undefined, force: false }],
    ["without a dataset nothing has to be forced", { force: false }, { dataset: undefined, force: false }],
    ["a dataset alone asks for its usual window", { dataset: "tiny" }, { dataset: tiny, force: false }],
    [
      "a range has both its ends, which are timesteps",
      { dataset: "tiny", from: "2020-01-01T07:00:00Z", to: "2020-01-02T06:00:00Z" },
      { dataset: tiny, from: seven, to: seven + 23 * hour, force: false },
    ],
    [
      "a range may be open at its end",
      { dataset: "tiny", from: "2020-01-01T07:00:00Z" },
      { dataset: tiny, from: seven, force: false },
    ],
    [
      "a range may be open at its beginning",
      { dataset: "tiny", to: "2020-01-01T07:00:00Z" },
      { dataset: tiny, to: seven, force: false },
    ],
    [
      "a range may be one timestep, and times are ISO 8601 in any of the usual forms",
      { dataset: "tiny", from: "2020-01-01 07:00", to: "2020-01-01T07+00:00" },
      { dataset: tiny, from: seven, to: seven, force: false },
    ],
    [
      "the first and the last timestep of a series belong to it",
      { dataset: "ended", from: "2020-01-01T06:00:00Z", to: "2020-01-01T15:00:00Z" },
      { dataset: ended, from: seven - hour, to: seven + 8 * hour, force: false },
    ],
    [
      "a range may be forced",
      { dataset: "tiny", from: "2020-01-01T07:00:00Z", force: true },
      { dataset: tiny, from: seven, force: true },
    ],
    ["the usual window may be forced", { dataset: "tiny", force: true }, { dataset: tiny, force: true }],
  ];
  for (const [name, message, read] of taken) {
    test(name, () => assert.deepEqual(readPlanMessage(message, known), read));
  }

  const refused: readonly [name: string, message: unknown, faults: readonly RegExp[]][] = [
    ["that is a list", [], [/the message is a list, not an object/]],
    ["that is a text", "tiny", [/the message is "tiny", not an object/]],
    ["that is null", null, [/the message is null, not an object/]],
    ["with an unknown member", { datset: "tiny" }, [/has "datset"; known are dataset, from, to, force/]],
    ["of an unknown dataset", { dataset: "huge" }, [/no dataset "huge"; there are: tiny, ended/]],
    ["of a dataset without a name", { dataset: null }, [/no dataset null; there are: tiny, ended/]],
    ["with a range of no dataset", { from: "2020-01-01T07" }, [/from, to and force need a dataset/]],
    ["that forces every dataset", { force: true }, [/from, to and force need a dataset/]],
    ["with force as a text", { dataset: "tiny", force: "true" }, [/force is "true", not true or false/]],
    ["with force as a number", { dataset: "tiny", force: 1 }, [/force is 1, not true or false/]],
    ["with a number for a time", { dataset: "tiny", from: seven }, [/from is 1577862000000, not a time/]],
    ["with null for a time", { dataset: "tiny", to: null }, [/to is null, not a time/]],
    [
      "with a time that is none",
      { dataset: "tiny", from: "2020-02-30T00:00:00Z" },
      [/from is "2020-02-30T00:00:00Z", not a time in UTC/],
    ],
    [
      "with a time of another zone",
      { dataset: "tiny", from: "2020-01-01T07:00:00+01:00" },
      [/from is "2020-01-01T07:00:00\+01:00", not a time in UTC/],
    ],
    [
      "that begins between two timesteps",
      { dataset: "tiny", from: "2020-01-01T07:30:00Z" },
      [/from 2020-01-01T07:30:00Z is no timestep of tiny, .* every PT1H from 2020-01-01T06:00:00Z/],
    ],
    [
      "that begins before the series",
      { dataset: "tiny", from: "2020-01-01T05:00:00Z" },
      [/from 2020-01-01T05:00:00Z is no timestep of tiny/],
    ],
    [
      "that ends after the series",
      { dataset: "ended", to: "2020-01-01T16:00:00Z" },
      [/to 2020-01-01T16:00:00Z is no timestep of ended, .* to 2020-01-01T15:00:00Z/],
    ],
    [
      "that ends before it begins",
      { dataset: "tiny", from: "2020-01-01T08:00:00Z", to: "2020-01-01T07:00:00Z" },
      [/from 2020-01-01T08:00:00Z to 2020-01-01T07:00:00Z: from is after to/],
    ],
    [
      // A million hours from the first on are over at 2134-01-29T21:00Z; the next one is one too many.
      "of more than a million timesteps",
      { dataset: "tiny", from: "2020-01-01T06:00:00Z", to: "2134-01-29T22:00:00Z" },
      [/are 1000001 timesteps: at most 1000000/],
    ],
    [
      "with many faults, in one answer",
      { dataset: "huge", from: "soon", to: 5, force: "no", hurry: true },
      [/has "hurry"/, /from is "soon"/, /to is 5/, /force is "no"/, /no dataset "huge"/],
    ],
  ];
  for (const [name, message, faults] of refused) {
    test(`one ${name} is refused`, () => assertFaults(faultsOf(readPlanMessage, message), faults));
  }

  test("one of a million timesteps is taken", () => {
    const { from, to } = readPlanMessage(
      { dataset: "tiny", from: "2020-01-01T06:00:00Z", to: "2134-01-29T21:00:00Z" },
      known,
    );
    assert.equal(((to as number) - (from as number)) / hour + 1, 1_000_000);
  });

  test("what asks for a range is read as that range", () => {
    const index = fc.option(fc.nat(500_000), { nil: undefined });
    fc.assert(
      fc.property(index, index, fc.boolean(), (one, other, force) => {
        const ends = [one, other].toSorted((a, b) => (a ?? b ?? 0) - (b ?? 0));
        const [from, to] = one === undefined || other === undefined ? [one, other] : ends;
        const range = {
          ...(from === undefined ? {} : { from: seven + from * hour }),
          ...(to === undefined ? {} : { to: seven + to * hour }),
          force,
        };
        const carried: unknown = JSON.parse(JSON.stringify(planMessage("tiny", range)));
        assert.deepEqual(readPlanMessage(carried, known), { dataset: tiny, ...range });
      }),
    );
  });
});

const granule = {
  path: "2020/001/tiny.2020010107.bin.gz",
  sizeBytes: 200 as number | null,
  listedDate: "Jan 01 08:00",
  modifiedAt: seven as number | null,
};
const batch = { dataset: "tiny", chunk: 0, plannedAt: seven, steps: [{ offset: 1, granule }] };

describe("an extend message", () => {
  const taken: readonly [name: string, message: typeof batch][] = [
    ["with one timestep", batch],
    [
      "with as many timesteps as a chunk has",
      { ...batch, steps: [0, 1, 2, 3].map((offset) => ({ offset, granule })) },
    ],
    [
      "of a granule whose exact date is not known",
      { ...batch, steps: [{ offset: 0, granule: { ...granule, modifiedAt: null } }] },
    ],
    ["of a late chunk", { ...batch, chunk: 17_000 }],
    ["of an empty file", { ...batch, steps: [{ offset: 3, granule: { ...granule, sizeBytes: 0 } }] }],
    ["of unknown size", { ...batch, steps: [{ offset: 3, granule: { ...granule, sizeBytes: null } }] }],
  ];
  for (const [name, message] of taken) {
    test(`one ${name} is taken as it is, and sent as it was`, () => {
      const steps = message.steps.map(({ offset, granule: { listedDate: version, ...rest } }) => {
        return { offset, granule: { ...rest, version } };
      });
      const read = readExtendMessage(message, known);
      assert.deepEqual(read, { ...message, steps });
      assert.deepEqual(sentForm(read), { schema: 2, ...message });
    });
  }

  const step = (change: object) => ({ ...batch, steps: [{ offset: 1, granule, ...change }] });
  const file = (change: object) => step({ granule: { ...granule, ...change } });
  const refused: readonly [name: string, message: unknown, faults: readonly RegExp[]][] = [
    ["that is a text", "{}", [/the message is "{}", not an object/, /no dataset missing/]],
    ["with an unknown member", { ...batch, force: true }, [/has "force"; known are dataset, chunk, /]],
    ["of an unknown dataset", { ...batch, dataset: "huge" }, [/no dataset "huge"; there are: tiny, ended/]],
    ["of a chunk before the first", { ...batch, chunk: -1 }, [/chunk is -1, not a whole number from 0/]],
    ["of a part of a chunk", { ...batch, chunk: 0.5 }, [/chunk is 0\.5/]],
    ["of a chunk in letters", { ...batch, chunk: "0" }, [/chunk is "0"/]],
    ["planned at a text", { ...batch, plannedAt: "2020-01-01" }, [/plannedAt is "2020-01-01"/]],
    [
      "that is empty",
      {},
      [/chunk is missing/, /plannedAt is missing/, /steps is missing, not a list/, /no dataset missing/],
    ],
    ["with an object for its steps", { ...batch, steps: {} }, [/steps is an object, not a list/]],
    [
      "with more steps than a chunk has",
      { ...batch, steps: Array(5).fill(batch.steps[0]) },
      [/steps has 5 members, a chunk of tiny has 4/],
    ],
    ["with a step that is none", { ...batch, steps: [3] }, [/steps\[0\] is 3, not an object/]],
    ["with an unknown member in a step", step({ time: 1 }), [/steps\[0\] has "time"; known are offset/]],
    ["with an offset before the chunk", step({ offset: -1 }), [/steps\[0\]\.offset is -1/]],
    ["with an unknown member in a granule", file({ url: 1 }), [/steps\[0\]\.granule has "url"; known are/]],
    ["without a path", file({ path: undefined }), [/granule\.path is missing, not a text/]],
    ["with an endless path", file({ path: "a".repeat(2001) }), [/granule\.path is "aaa.*, not a text/]],
    ["with a date in numbers", file({ listedDate: 5 }), [/granule\.listedDate is 5, not a text/]],
    [
      "with a negative size",
      file({ sizeBytes: -5 }),
      [/granule\.sizeBytes is -5, neither null nor a number of bytes/],
    ],
    [
      "with a date that is no number",
      file({ modifiedAt: "x" }),
      [/granule\.modifiedAt is "x", neither null/],
    ],
    [
      "with faults in several places, in one answer",
      {
        ...batch,
        chunk: -1,
        steps: [{ offset: "a", granule: { ...granule, sizeBytes: 0.5, modifiedAt: "x" } }],
      },
      [/chunk is -1/, /steps\[0\]\.offset is "a"/, /sizeBytes is 0\.5/, /modifiedAt is "x"/],
    ],
  ];
  for (const [name, message, faults] of refused) {
    test(`one ${name} is refused`, () => assertFaults(faultsOf(readExtendMessage, message), faults));
  }

  test("a date that no calendar has is refused: it could not be written down", () => {
    const beyond = Date.UTC(9999, 11, 31, 23) + hour;
    assertFaults(faultsOf(readExtendMessage, file({ modifiedAt: beyond })), [/granule\.modifiedAt is/]);
    assertFaults(faultsOf(readExtendMessage, { ...batch, plannedAt: beyond }), [/plannedAt is/]);
  });
});

describe("whatever is sent", () => {
  const anything = fc.jsonValue({ maxDepth: 4 });
  /** Near to what is right: members of the right names with anything in them. */
  const near = fc.record(
    Object.fromEntries(
      ["dataset", "from", "to", "force", "chunk", "plannedAt", "steps"].map((name) => [
        name,
        fc.oneof(anything, fc.constantFrom("tiny", "2020-01-01T07:00:00Z", 1, true), fc.array(fc.object())),
      ]),
    ),
    { requiredKeys: [] },
  );
  for (const [name, read] of [
    ["plan", readPlanMessage],
    ["extend", readExtendMessage],
  ] as const) {
    test(`as a ${name} message, it is taken or refused with few short faults`, () => {
      fc.assert(
        fc.property(fc.oneof(anything, near), (message) => {
          try {
            read(message, known);
          } catch (error) {
            assertShort(error);
          }
        }),
      );
    });

    test(`as a ${name} message, it is refused shortly however large it is`, () => {
      const nested = JSON.parse(`${"[".repeat(200_000)}${"]".repeat(200_000)}`) as unknown;
      const wide = Object.fromEntries(Array.from({ length: 300_000 }, (_, i) => [`member ${i}`, i]));
      const long = "x".repeat(1_000_000);
      const steps = [nested, wide, long, Array(20_000).fill({ path: long })];
      for (const message of [nested, wide, long, { from: nested, to: long, force: wide, dataset: long }]) {
        assertShort(errorOf(() => read(message, known)));
      }
      for (const value of steps) {
        const listed = Array.isArray(value) ? value : [value, { offset: value, granule: value }];
        assertShort(errorOf(() => read({ dataset: "tiny", chunk: 0, plannedAt: 0, steps: listed }, known)));
      }
    });
  }

  test("of many faults the first are told, and how many more there are", () => {
    const message = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`member ${i}`, i]));
    const faults = faultsOf(readPlanMessage, message);
    assert.equal(faults.length, 21);
    assert.match(faults[0] ?? "", /"member 0"/);
    assert.match(faults[19] ?? "", /"member 19"/);
    assert.match(faults[20] ?? "", /and 30 more/);
  });
});

function errorOf(read: () => unknown): unknown {
  try {
    read();
  } catch (error) {
    return error;
  }
  return assert.fail("it was taken");
}

function assertShort(error: unknown): void {
  assert.ok(error instanceof UsageError, `${error}`);
  assert.ok(error.faults.length >= 1 && error.faults.length <= 21, `${error.faults.length} faults`);
  for (const fault of error.faults) assert.ok(fault.length <= 400, `${fault.length} characters`);
}
