/** What a deployment is made from: its variables, its datasets, and how many connections each provider gets. */
import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { connectionsPerInstance, openCloud } from "../../../functions/runtime/cloud.ts";
import trmm3b42rt from "../../../shared/dataset/catalogue/trmm-3b42rt.ts";
import type { Descriptor } from "../../../shared/dataset/dataset.ts";
import { DescriptorError, UsageError } from "../../../shared/errors.ts";
import type { Source } from "../../../shared/source/source.ts";
import { catalogue } from "../../support/catalogue.ts";
import { startFtpServer } from "../../support/ftpServer.ts";
import { temporaryDirectory } from "../../support/temporaryDirectory.ts";
import { tinyDataset } from "../../support/tinyDataset.ts";
import { neverAborted } from "../../support/tinyWorld.ts";

const known = [tinyDataset({ id: "one" }), tinyDataset({ id: "two" })];

async function deployment(t: TestContext): Promise<NodeJS.ProcessEnv> {
  const directory = await temporaryDirectory(t);
  return {
    ACCRETE_STORE: directory,
    ACCRETE_LEDGER: `${directory}/ledger.sqlite`,
    ACCRETE_QUEUE: "pubsub://nowhere/accrete",
    PUBSUB_EMULATOR_HOST: "127.0.0.1:1",
  };
}

async function faultsOf(environment: NodeJS.ProcessEnv): Promise<readonly string[]> {
  try {
    await openCloud(environment, known);
  } catch (error) {
    assert.ok(error instanceof UsageError, `${error}`);
    return error.faults;
  }
  return assert.fail("it was set up");
}

const invocation = { late: neverAborted, report: () => undefined };

describe("a deployment", () => {
  test("has every dataset that is known, unless some are named", async (t) => {
    const environment = await deployment(t);
    const ids = async (ACCRETE_DATASET_IDS?: string) =>
      (
        await openCloud({ ...environment, ...(ACCRETE_DATASET_IDS && { ACCRETE_DATASET_IDS }) }, known)
      ).datasets.map(({ id }) => id);
    assert.deepEqual(await ids(), ["one", "two"]);
    assert.deepEqual(await ids("two"), ["two"]);
    assert.deepEqual(await ids(" two , one"), ["two", "one"]);
  });

  for (const name of ["ACCRETE_STORE", "ACCRETE_LEDGER", "ACCRETE_QUEUE"]) {
    test(`needs ${name}`, async (t) => {
      const { [name]: _, ...environment } = await deployment(t);
      assert.deepEqual(await faultsOf(environment), [`${name} is not set`]);
    });
  }

  test("tells all its faults at once, each once", async () => {
    const faults = await faultsOf({
      ACCRETE_DATASET_IDS: "one,two,three,four",
      ACCRETE_STORE: "s3://maps",
      ACCRETE_CONNECTIONS: "0",
      ACCRETE_START_ONE: "soon",
      ACCRETE_SOURCE_TWO: "gopher://example.org",
    });
    const expected = [
      /^ACCRETE_STORE /,
      /^ACCRETE_CONNECTIONS /,
      /^ACCRETE_START_ONE "soon"/,
      /"gopher:\/\/example\.org"/,
      /"three"; there are: one, two/,
      /"four"; there are: one, two/,
      /^ACCRETE_LEDGER is not set/,
      /^ACCRETE_QUEUE is not set/,
    ];
    for (const fault of expected) {
      assert.equal(faults.filter((text) => fault.test(text)).length, 1, `${fault}: ${faults.join("\n")}`);
    }
    assert.equal(faults.length, expected.length, faults.join("\n"));
  });

  for (const list of ["", "one,", "one,,two", "ONE"]) {
    test(`has no dataset "${list}"`, async (t) => {
      const faults = await faultsOf({ ...(await deployment(t)), ACCRETE_DATASET_IDS: list });
      assert.equal(faults.length, 1);
      assert.match(faults[0] ?? "", /there are: one, two/);
    });
  }

  test("has a dataset once, however often it is named", async (t) => {
    const environment = { ...(await deployment(t)), ACCRETE_DATASET_IDS: "one,two,one" };
    const { datasets } = await openCloud(environment, known);
    assert.deepEqual(
      datasets.map(({ id }) => id),
      ["one", "two"],
    );
  });

  test("has what is wrong with a faulty descriptor beside the others, and is refused where none is left", async (t) => {
    const environment = await deployment(t);
    const fault = new DescriptorError("bad", ["its file does not parse"]);
    const open = (ACCRETE_DATASET_IDS?: string) =>
      openCloud(
        { ...environment, ...(ACCRETE_DATASET_IDS && { ACCRETE_DATASET_IDS }) },
        known,
        new Map([["bad", fault]]),
      );
    for (const [named, sound, faulty] of [
      [undefined, ["one", "two"], ["bad"]],
      ["bad,two", ["two"], ["bad"]],
      ["one", ["one"], []],
    ] as const) {
      const cloud = await open(named);
      const seen = { sound: cloud.datasets.map(({ id }) => id), faulty: [...cloud.faulty.keys()] };
      assert.deepEqual(seen, { sound, faulty }, named);
    }
    await assert.rejects(open("bad"), { tag: "usage", faults: [fault.message] });
  });

  test("is refused where a dataset could not be created as it is set to begin", async (t) => {
    const environment = await deployment(t);
    const faults = await faultsOf({ ...environment, ACCRETE_START_TWO: "2020-01-02T00:30:00Z" });
    assert.equal(faults.length, 1);
    assert.match(faults[0] ?? "", /2020-01-02T00:30:00Z is no timestep of two/);
  });

  test("gives each dataset its own source and start, and all of them one store, ledger and queue", async (t) => {
    const file = { bytes: new Uint8Array(3), modifiedAt: 0 };
    const servers = await Promise.all([
      startFtpServer({ files: { "/a/first": file } }),
      startFtpServer({ files: { "/a/second": file } }),
    ]);
    t.after(() => Promise.all(servers.map((server) => server.close())));
    const cloud = await openCloud(
      {
        ...(await deployment(t)),
        ACCRETE_SOURCE_ONE: servers[0]?.url,
        ACCRETE_SOURCE: servers[1]?.url,
        ACCRETE_START_TWO: "2020-01-02T00:00:00Z",
      },
      known,
    );
    const look = (dataset: Descriptor) =>
      cloud.use(dataset, invocation, async (wiring) => ({
        ...wiring,
        paths: await pathsIn(wiring.source),
      }));
    const [one, two] = await Promise.all(cloud.datasets.map(look));
    assert.deepEqual([one?.paths, two?.paths], [["a/first"], ["a/second"]]);
    assert.deepEqual([one?.start, two?.start], [undefined, Date.UTC(2020, 0, 2)]);
    assert.ok(
      one?.store === two?.store &&
        one?.ledger.unchecked === two?.ledger.unchecked &&
        one?.queue === two?.queue,
    );
    assert.equal(one?.limits.batchesInFlightMax, 2);
  });
});

describe("a dataset whose secret is not set", () => {
  const url = "s3://acme-feeds-granules/tiny";
  const bases = [{ name: "", url, auth: { kind: "aws", secret: "acme-keys" } }] as const;
  const [one, two] = [tinyDataset({ id: "one" }), tinyDataset({ id: "two" })];
  const secretive: Descriptor = { ...one, source: { ...one.source, url, bases } };

  test("can be looked at, by who asks no provider, and harms no other; whoever asks its provider is told", async (t) => {
    const cloud = await openCloud(await deployment(t), [secretive, two]);
    assert.deepEqual(
      cloud.datasets.map(({ id }) => id),
      ["one", "two"],
    );
    await cloud.use(secretive, invocation, async ({ store, source }) => {
      assert.deepEqual(await store.list("", neverAborted), []);
      const faults = [
        'the secret "acme-keys" is not set: put ACCESS_KEY_ID:SECRET_ACCESS_KEY, with :SESSION_TOKEN behind it where there is one into ACCRETE_SECRET_ACME_KEYS',
      ];
      await assert.rejects(pathsIn(source), { tag: "usage", faults });
      const file = { path: "a/first", sizeBytes: 3, version: "", modifiedAt: null };
      await assert.rejects(source.fetch(file, neverAborted), { tag: "usage", faults });
    });
  });

  test("is opened once it is", async (t) => {
    const environment = { ...(await deployment(t)), ACCRETE_SECRET_ACME_KEYS: "AKIAEXAMPLE:hush" };
    const cloud = await openCloud(environment, [secretive]);
    await cloud.use(secretive, invocation, async ({ source }) => {
      assert.equal(typeof source.search(anything).find, "function");
    });
  });
});

const anything = { directoriesMax: 1, pathsMax: 1, callsAtOnceMax: 1, isWantable: () => true };

/** Which of the files that the servers have a source finds. */
async function pathsIn(source: Source): Promise<(string | undefined)[]> {
  const search = source.search(anything);
  const wanted = ["a/first", "a/second"].map((path) => ({ paths: [path] }));
  return (await search.find(wanted, neverAborted)).flatMap((found) => (found ? [found.file.path] : []));
}

describe("the connections of all instances", () => {
  for (const dataset of catalogue) {
    test(`leave the cap of ${dataset.id} whole: its workers' and the plan's together`, () => {
      const { source, updates } = dataset;
      const each = connectionsPerInstance(dataset);
      assert.ok(each >= 1);
      assert.ok((updates.batchesMax + 1) * each <= source.connectionsMax, `${each} each`);
    });
  }

  test("are as many as that allows", () => {
    const of = (connectionsMax: number, batchesMax: number) =>
      connectionsPerInstance({
        ...trmm3b42rt,
        source: { ...trmm3b42rt.source, connectionsMax },
        updates: { ...trmm3b42rt.updates, batchesMax },
      });
    // 8 connections: two workers and a plan have 2 each, one worker and a plan 4.
    assert.deepEqual([of(8, 2), of(8, 1), of(8, 3), of(8, 7), of(3, 2)], [2, 4, 2, 1, 1]);
  });

  test("are as many as are set, where they are set", async (t) => {
    const server = await startFtpServer({
      files: { "/a/first": { bytes: new Uint8Array(3), modifiedAt: 0 } },
    });
    t.after(() => server.close());
    const environment = { ...(await deployment(t)), ACCRETE_SOURCE: server.url, ACCRETE_CONNECTIONS: "1" };
    const cloud = await openCloud(environment, [trmm3b42rt]);
    const list = () => cloud.use(trmm3b42rt, invocation, ({ source }) => pathsIn(source));
    await Promise.all(Array.from({ length: 6 }, list));
    assert.equal(server.connectionsPeak, 1);
  });

  test("end with the last request that works with them: an instance that idles holds none", async (t) => {
    const server = await startFtpServer({
      files: { "/a/first": { bytes: new Uint8Array(3), modifiedAt: 0 } },
    });
    t.after(() => server.close());
    const cloud = await openCloud({ ...(await deployment(t)), ACCRETE_SOURCE: server.url }, [trmm3b42rt]);
    for (let request = 0; request < 2; request++) {
      await cloud.use(trmm3b42rt, invocation, async ({ source }) => {
        await pathsIn(source);
        await cloud.use(trmm3b42rt, invocation, (other) => pathsIn(other.source));
        assert.equal(server.connections, 1);
      });
      await server.awaitConnections(0);
    }
  });
});
