/** Adapters that each break one promise of their port: honest ones with one verb in the place of theirs. */
import type { GranuleFormat } from "../../../shared/format/format.ts";
import type { Ledger } from "../../../shared/ledger/ledger.ts";
import type { Queue } from "../../../shared/queue/queue.ts";
import type { Search, Source } from "../../../shared/source/source.ts";
import { ABSENT, type Store } from "../../../shared/store/store.ts";
import { neverAborted } from "../../../shared/testing/neverAborted.ts";

export interface Lie<Port> {
  /** The test that has to find it out; others may too. */
  readonly foundBy: string;
  readonly told: (honest: Port) => Partial<Port>;
}

export type Lies<Port> = Readonly<Record<string, Lie<Port>>>;

export const storeLies: Lies<Store> = {
  "puts over whatever stands": {
    foundBy: "ABSENT creates, once",
    told: (store) => ({
      async put(key, bytes, _generation, headers, signal) {
        const found = await store.read(key, signal);
        return store.put(key, bytes, found?.generation ?? ABSENT, headers, signal);
      },
    }),
  },
  "refuses a put that could be": {
    foundBy: "8 racing writers who each count to 10 by read and put lose nothing",
    told: (store) => ({
      async put(key, bytes, generation, headers, signal) {
        const put = await store.put(key, bytes, generation, headers, signal);
        return generation === ABSENT ? put : { outcome: "preconditionFailed" };
      },
    }),
  },
  "deletes whatever stands": {
    foundBy: "who deletes late does not remove what was created anew, though it holds the same bytes",
    told: (store) => ({
      async delete(key, generation, signal) {
        const found = await store.read(key, signal);
        return store.delete(key, found?.generation ?? generation, signal);
      },
    }),
  },
  "gives what it keeps out of hand": {
    foundBy: "what callers do to their bytes afterwards changes no object",
    told: (store) => {
      const kept = new Map<string, Awaited<ReturnType<Store["read"]>>>();
      return {
        async read(key, signal) {
          const found = await store.read(key, signal);
          const before = kept.get(key);
          if (before && before.generation === found?.generation) return before;
          kept.set(key, found);
          return found;
        },
      };
    },
  },
  "lists as it comes": {
    foundBy: "list gives the keys that start with the prefix, sorted, and no others",
    told: (store) => ({ list: async (prefix, signal) => (await store.list(prefix, signal)).toReversed() }),
  },
  "hears no signal": {
    foundBy: "an aborted signal rejects with its reason and changes nothing",
    told: (store) => ({ read: (key) => store.read(key, neverAborted) }),
  },
};

export const ledgerLies: Lies<Ledger> = {
  "writes over whatever stands": {
    foundBy: "a write on any other version changes nothing",
    told: (ledger) => ({
      async write(key, record, version, signal) {
        const found = await ledger.read(key, signal);
        return ledger.write(key, record, found?.version ?? version, signal);
      },
    }),
  },
  "deletes whatever stands": {
    foundBy: "a deletion on any other version, or of what is not there, changes nothing",
    told: (ledger) => ({
      async delete(key, version, signal) {
        const found = await ledger.read(key, signal);
        return ledger.delete(key, found?.version ?? version, signal);
      },
    }),
  },
  "has no limit": {
    foundBy: "a window holds the chunks from first to last, in order, at most the limit",
    told: (ledger) => ({
      window: (dataset, first, last, _, signal) => ledger.window(dataset, first, last, 1000, signal),
    }),
  },
  "answers what is due from its end": {
    foundBy:
      "due holds the chunks whose next try is at or before the instant, the longest due first, at most the limit",
    told: (ledger) => ({
      async due(dataset, from, until, limit, signal) {
        return (await ledger.due(dataset, from, until, limit, signal)).toReversed();
      },
    }),
  },
  "leaves out what is held": {
    foundBy:
      "leased holds the chunks whose lease ends after the instant, the next to end first, at most the limit",
    told: () => ({ leased: async () => [] }),
  },
};

export const queueLies: Lies<Queue> = {
  "sends the first alone": {
    foundBy: "every message reaches its topic as it was published, at least once",
    told: (queue) => ({
      publish: (topic, messages, signal) => queue.publish(topic, messages.slice(0, 1), signal),
    }),
  },
  "hears no signal": {
    foundBy: "an aborted signal rejects with its reason, and sends none",
    told: (queue) => ({ publish: (topic, messages) => queue.publish(topic, messages, neverAborted) }),
  },
};

/** The source, whose searches find as `found` makes of what is found. */
function searching(source: Source, find: (search: Search) => Search["find"]): Partial<Source> {
  return {
    search(options) {
      const search = source.search(options);
      return { ...search, find: find(search) };
    },
  };
}

export const sourceLies: Lies<Source> = {
  "knows every file again": {
    foundBy: "knows a file again, and one of another size, version, date or path for another",
    told: (source) =>
      searching(source, (search) => async (wanted, signal) => {
        const found = await search.find(wanted, signal);
        return found.map((one) => one && { ...one, isKnown: true });
      }),
  },
  "prefers the last path": {
    foundBy:
      "finds each file at the first of its paths that there is one at, in the order in which they are wanted",
    told: (source) =>
      searching(
        source,
        (search) => (wanted, signal) =>
          search.find(
            wanted.map((one) => ({ ...one, paths: one.paths.toReversed() })),
            signal,
          ),
      ),
  },
  "leaves out directories": {
    foundBy: "shows what a directory holds, to who looks around",
    told: (source) => ({
      async browse(directory, signal) {
        const there = await source.browse?.(directory, signal);
        return there && { ...there, directories: [] };
      },
    }),
  },
  "fetches all there is": {
    foundBy: "fetches no more than bytesMax",
    told: (source) => ({
      async fetch(file, signal) {
        const fetched = await source.fetch(file, signal);
        return { ...fetched, bytes: () => fetched.bytes(1e9) };
      },
    }),
  },
};

export const formatLies: Lies<GranuleFormat> = {
  "takes zeros for what is missing at the end": {
    foundBy: "a granule that is cut short is refused, and may grow only where more can come",
    told: (format) => ({
      open(granule, expected) {
        const raw = new Uint8Array(format.leadingBytes(expected.spec, expected.times.length));
        raw.set(granule.raw.subarray(0, raw.length));
        return format.open({ ...granule, raw, rawBytes: raw.length }, expected);
      },
    }),
  },
  "takes a granule of any time": {
    foundBy: "a granule states the instant of its first timestep, or none; one of another time is refused",
    told: (format) => ({
      open(granule, expected) {
        const stated = format.statedTime(expected.spec, granule.raw);
        return format.open(granule, stated === undefined ? expected : { ...expected, times: [stated] });
      },
    }),
  },
  "believes every value": {
    foundBy: "a value out of its array's valid range refuses its granule, one at its bounds does not",
    told: (format) => ({
      open(granule, { spec, ...expected }) {
        const arrays = spec.arrays.map(({ validRange: _, ...array }) => array);
        return format.open(granule, { spec: { ...spec, arrays }, ...expected });
      },
    }),
  },
  "says that nothing will grow": {
    foundBy: "of a granule that is still being written, timesteps that are whole come, or it may grow",
    told: (format) => ({
      open: (granule, expected) => format.open({ ...granule, extent: "whole" }, expected),
    }),
  },
  "takes zero for what is not there": {
    foundBy:
      "every value of every granule comes, whatever stood in the target, and nothing beside it is touched",
    told: (format) => ({
      open(granule, expected) {
        const opened = format.open(granule, expected);
        return {
          ...opened,
          read(array, frame, target) {
            if (opened.describe(array).isThere) opened.read(array, frame, target);
            else target.fill(0);
          },
        };
      },
    }),
  },
  "wants too little of the beginning": {
    foundBy: "the leading bytes suffice, and less of a granule gives right values or is refused",
    told: (format) => ({ leadingBytes: (spec, steps) => format.leadingBytes(spec, steps) - 1 }),
  },
  "keeps the memory": {
    foundBy: "a granule is not changed, and its memory is freed when its reader says so, once",
    told: (format) => ({
      open: (granule, expected) => ({ ...format.open(granule, expected), free: () => undefined }),
    }),
  },
  "finds no fault": {
    foundBy: "a right descriptor has no fault, and each that is wrong has one that says what",
    told: () => ({ faults: () => [] }),
  },
};
