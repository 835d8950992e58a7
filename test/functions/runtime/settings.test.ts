/** What may be set, by options and by the environment, and that a fault names the setting and never shows a password. */
import assert from "node:assert/strict";
import { resolve } from "node:path";
import { describe, test } from "node:test";
import fc from "fast-check";
import {
  readLedgerLocation,
  readQueueLocation,
  readStoreLocation,
} from "../../../functions/runtime/locations.ts";
import { readSettings, type TypedSettings } from "../../../functions/runtime/settings.ts";
import { UsageError } from "../../../shared/errors.ts";

function faultsOf(read: () => unknown): readonly string[] {
  try {
    read();
  } catch (error) {
    assert.ok(error instanceof UsageError, `${error}`);
    return error.faults;
  }
  return assert.fail("it was taken");
}

describe("a store", () => {
  const file = (directory: string) => ({ kind: "file", directory, text: directory });
  for (const [text, place] of [
    ["/data/zarr", file("/data/zarr")],
    ["data", file(resolve("data"))],
    ["file:///data/my%20maps", file("/data/my maps")],
    ["gs://maps", { kind: "gs", bucket: "maps", prefix: "", text: "gs://maps" }],
    ["gs://maps/", { kind: "gs", bucket: "maps", prefix: "", text: "gs://maps" }],
    [
      "gs://my_maps.example.org/a/b/",
      { kind: "gs", bucket: "my_maps.example.org", prefix: "a/b", text: "gs://my_maps.example.org/a/b" },
    ],
    ["GS://maps//a", { kind: "gs", bucket: "maps", prefix: "a", text: "gs://maps/a" }],
  ] as const) {
    test(`is ${text}`, () => assert.deepEqual(readStoreLocation("--store", text), place));
  }

  for (const text of [
    "",
    "gs:",
    "gs://",
    "gs:///a",
    "gs:maps",
    "gs://ma",
    "gs://Maps",
    "gs://-maps",
    "gs://maps/../others",
    "gs://maps/./a",
    "gs://maps:8080",
    "file://host/data",
    "file:///",
    "s3://maps",
    "sqlite:///data",
    "ftp://maps/a",
  ]) {
    test(`is not ${JSON.stringify(text)}`, () => {
      const faults = faultsOf(() => readStoreLocation("ACCRETE_STORE", text));
      assert.equal(faults.length, 1);
      assert.match(faults[0] ?? "", /^ACCRETE_STORE .*(is empty|gs:\/\/bucket)/);
    });
  }
});

describe("a ledger", () => {
  const firestore = (project: string, database: string) => ({ kind: "firestore", project, database });
  for (const [text, place] of [
    ["/data/ledger.sqlite", { kind: "sqlite", file: "/data/ledger.sqlite" }],
    ["sqlite:///data/a%20b", { kind: "sqlite", file: "/data/a b" }],
    ["firestore://maps-1", firestore("maps-1", "(default)")],
    ["firestore://maps-1/(default)", firestore("maps-1", "(default)")],
    ["firestore://example.org:maps/accrete", firestore("example.org:maps", "accrete")],
  ] as const) {
    test(`is ${text}`, () => assert.deepEqual(readLedgerLocation("--ledger", text), place));
  }

  for (const text of [
    "",
    "firestore:maps/accrete",
    "firestore:",
    "firestore://",
    "firestore:///accrete",
    "firestore://Maps",
    "firestore://maps/Accrete",
    "firestore://maps/a",
    "firestore://maps/accrete/more",
    "gs://maps",
    "file:///data/ledger.sqlite",
  ]) {
    test(`is not ${JSON.stringify(text)}`, () => {
      const faults = faultsOf(() => readLedgerLocation("ACCRETE_LEDGER", text));
      assert.equal(faults.length, 1);
      assert.match(faults[0] ?? "", /^ACCRETE_LEDGER .*(is empty|firestore:\/\/PROJECT\/DATABASE)/);
    });
  }
});

describe("a queue", () => {
  for (const [text, place] of [
    ["pubsub://maps-1/accrete", { project: "maps-1", prefix: "accrete" }],
    ["PUBSUB://example.org:maps/a.b_c", { project: "example.org:maps", prefix: "a.b_c" }],
  ] as const) {
    test(`is ${text}`, () => assert.deepEqual(readQueueLocation("--queue", text), place));
  }

  for (const text of [
    "",
    "accrete",
    "pubsub://",
    "pubsub://maps",
    "pubsub://maps/",
    "pubsub://Maps/accrete",
    "pubsub://maps/1st",
    "pubsub://maps/google",
    "pubsub://maps/accrete/plan",
    "projects/maps/topics/accrete",
    `pubsub://maps/${"a".repeat(255)}`,
  ]) {
    test(`is not ${JSON.stringify(text.slice(0, 40))}`, () => {
      const faults = faultsOf(() => readQueueLocation("ACCRETE_QUEUE", text));
      assert.equal(faults.length, 1);
      assert.match(faults[0] ?? "", /^ACCRETE_QUEUE .*pubsub:\/\/PROJECT\/TOPIC/);
    });
  }
});

describe("settings", () => {
  test("are these if nobody says anything", () => {
    const directory = resolve("data");
    assert.deepEqual(readSettings({}, {}), {
      store: { kind: "file", directory, text: directory },
      ledger: { kind: "sqlite", file: resolve("data/accrete.sqlite") },
      datasets: undefined,
      queue: undefined,
      endpoints: { storage: undefined, firestore: undefined, pubsub: undefined },
      sourceUrl: undefined,
      connections: undefined,
      leaseMs: 60_000,
      timeoutMs: 60_000,
      watchMs: undefined,
      corsOrigins: [],
      asOf: undefined,
      start: undefined,
      from: undefined,
      to: undefined,
      force: false,
      secrets: new Map(),
      proxies: {},
    });
  });

  test("of the cloud come from the environment", () => {
    const { store, ledger, queue, endpoints, connections, leaseMs } = readSettings(
      {},
      {
        ACCRETE_STORE: "gs://maps/live",
        ACCRETE_LEDGER: "firestore://maps-1/accrete",
        ACCRETE_QUEUE: "pubsub://maps-1/accrete",
        ACCRETE_STORAGE_ENDPOINT: "http://127.0.0.1:9023",
        FIRESTORE_EMULATOR_HOST: "127.0.0.1:8085",
        PUBSUB_EMULATOR_HOST: "127.0.0.1:8087",
        ACCRETE_CONNECTIONS: "3",
        ACCRETE_LEASE_SECONDS: "90",
      },
    );
    assert.deepEqual(store, { kind: "gs", bucket: "maps", prefix: "live", text: "gs://maps/live" });
    assert.deepEqual(ledger, { kind: "firestore", project: "maps-1", database: "accrete" });
    assert.deepEqual(queue, { project: "maps-1", prefix: "accrete" });
    assert.deepEqual(endpoints, {
      storage: "http://127.0.0.1:9023",
      firestore: "127.0.0.1:8085",
      pubsub: "127.0.0.1:8087",
    });
    assert.deepEqual([connections, leaseMs], [3, 90_000]);
  });

  for (const [name, environment, timeoutMs] of [
    ["what the platform names", { CLOUD_RUN_TIMEOUT_SECONDS: "540" }, 540_000],
    ["what is set", { ACCRETE_TIMEOUT_SECONDS: "600", CLOUD_RUN_TIMEOUT_SECONDS: "540" }, 600_000],
  ] as const) {
    test(`of a function's timeout are ${name}`, () => {
      assert.equal(readSettings({}, environment).timeoutMs, timeoutMs);
    });
  }

  test("a store in a bucket needs a ledger that is named", () => {
    assert.match(faultsOf(() => readSettings({}, { ACCRETE_STORE: "gs://maps" })).join(), /ACCRETE_LEDGER/);
    const { ledger } = readSettings({}, { ACCRETE_STORE: "gs://maps", ACCRETE_LEDGER: "/ledger" });
    assert.deepEqual(ledger, { kind: "sqlite", file: "/ledger" });
  });

  const general = { ACCRETE_SOURCE: "ftp://general.example.org/", ACCRETE_START: "2010-01-01" };
  const own = {
    ACCRETE_SOURCE_TRMM_3B42RT: "ftp://own.example.org/",
    ACCRETE_START_TRMM_3B42RT: "2011-01-01",
  };
  const typed = { source: "ftp://typed.example.org/", start: "2012-01-01" };
  for (const [name, given, environment, host, year] of [
    ["one of all datasets is taken", {}, general, "general", 2010],
    ["before it goes the dataset's own", {}, { ...general, ...own }, "own", 2011],
    ["before both goes what is typed", typed, { ...general, ...own }, "typed", 2012],
    [
      "another dataset's own is nobody else's",
      {},
      { ...general, ACCRETE_SOURCE_TRMM: "ftp://a.example.org/", ACCRETE_START_TRMM: "2013-01-01" },
      "general",
      2010,
    ],
  ] as const) {
    test(`of source and start, ${name}`, () => {
      const { sourceUrl, start } = readSettings(given, environment, "trmm-3b42rt");
      assert.deepEqual([sourceUrl, start], [`ftp://${host}.example.org/`, Date.UTC(year, 0)]);
    });
  }

  test("a fault names what was set: the option, the variable, or the dataset's own variable", () => {
    const named = (given: TypedSettings, environment: NodeJS.ProcessEnv) =>
      faultsOf(() => readSettings(given, environment, "trmm-3b42rt"))[0]?.split(" ", 1)[0];
    assert.equal(named({ start: "soon" }, own), "--start");
    assert.equal(named({}, { ...general, ACCRETE_START: "soon" }), "ACCRETE_START");
    assert.equal(named({}, { ...general, ACCRETE_START_TRMM_3B42RT: "soon" }), "ACCRETE_START_TRMM_3B42RT");
    assert.equal(named({ store: "s3://maps" }, {}), "--store");
    assert.equal(named({}, { ACCRETE_STORE: "s3://maps" }), "ACCRETE_STORE");
    assert.equal(named({}, { ACCRETE_SOURCE: "" }), "ACCRETE_SOURCE:");
    assert.equal(named({}, { ACCRETE_SOURCE_TRMM_3B42RT: "gopher://a" }), "ACCRETE_SOURCE_TRMM_3B42RT:");
  });

  for (const [name, texts] of [
    ["ACCRETE_CONNECTIONS", ["", "0", "-1", "1.5", "two", "1e3", "1001", " 3"]],
    ["ACCRETE_LEASE_SECONDS", ["", "0", "-60", "1m", "3601", "NaN"]],
    ["ACCRETE_WATCH_SECONDS", ["", "0.5", "soon"]],
    ["ACCRETE_TIMEOUT_SECONDS", ["", "0", "-1", "1h", "3601", "Infinity"]],
    ["ACCRETE_STORAGE_ENDPOINT", ["", "127.0.0.1:9023", "http://127.0.0.1/path", "ftp://127.0.0.1"]],
  ] as const) {
    test(`${name} is refused where it is of no use`, () => {
      for (const text of texts) {
        const faults = faultsOf(() => readSettings({}, { [name]: text }));
        assert.equal(faults.length, 1, text);
        assert.match(faults[0] ?? "", new RegExp(`^${name} `));
      }
    });
  }

  const wrong = {
    ACCRETE_STORE: "s3://maps",
    ACCRETE_LEDGER: "firestore://",
    ACCRETE_QUEUE: "accrete",
    ACCRETE_SOURCE: "gopher://example.org",
    ACCRETE_START: "soon",
    ACCRETE_CONNECTIONS: "0",
    ACCRETE_LEASE_SECONDS: "0",
    ACCRETE_WATCH_SECONDS: "0",
    ACCRETE_TIMEOUT_SECONDS: "0",
    ACCRETE_STORAGE_ENDPOINT: "here",
  };

  test("are refused with all faults at once", () => {
    const faults = faultsOf(() => readSettings({ now: "now", from: "then", to: "when" }, wrong));
    assert.equal(faults.length, 13, faults.join("\n"));
  });

  test("whatever is wrong with whichever, no fault shows a password", () => {
    const password = "hunter2";
    const url = fc
      .tuple(
        fc.constantFrom("ftp", "FTPS", "http", "gs", "file", "firestore", "pubsub", "s3"),
        fc.constantFrom("reader", "", "reader%40example.org", "reader@example.org"),
        fc.constantFrom("", "a/", "a:", "a@", "%zz"),
        fc.constantFrom("", "/", "/pub", "/pub?x", "/a@b", ":0/", ":99999"),
      )
      .map(([scheme, user, before, path]) => `${scheme}://${user}:${before}${password}@example.org${path}`);
    const names = Object.keys(wrong);
    fc.assert(
      fc.property(fc.constantFrom(...names), url, (name, text) => {
        try {
          readSettings({}, { [name]: text });
        } catch (error) {
          assert.ok(error instanceof UsageError, `${error}`);
          assert.ok(!error.message.includes(password), error.message);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("origins", () => {
  test("are those of the options, else of the environment with commas between them, else none", () => {
    const environment = { ACCRETE_CORS_ORIGINS: "https://a.example.org, http://[::1]:3000,*" };
    const read = (typed: TypedSettings, from: NodeJS.ProcessEnv) => readSettings(typed, from).corsOrigins;
    assert.deepEqual(read({}, environment), ["https://a.example.org", "http://[::1]:3000", "*"]);
    assert.deepEqual(read({ cors: ["https://b.example.org"] }, environment), ["https://b.example.org"]);
    assert.deepEqual(read({}, { ACCRETE_CORS_ORIGINS: "" }), []);
  });

  for (const text of [
    "example.org",
    "https://example.org/",
    "https://example.org:443",
    "https://Example.org",
    "https://*.example.org",
    "ftp://example.org",
    "null",
  ]) {
    test(`are refused that no browser names so: ${text}`, () => {
      const faults = faultsOf(() => readSettings({ cors: ["https://a.example.org", text] }, {}));
      assert.deepEqual(faults, [
        `--cors "${text}" is not an origin: write https://example.org, or * for all`,
      ]);
    });
  }
});
