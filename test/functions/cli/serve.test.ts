/** `accrete serve`: the page and what machines ask, of datasets on this machine. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { Agent, createServer, get, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import * as zarr from "zarrita";
import { createDesk, type Desk, granuleAt, type Running, timeOf, trmmFiles } from "./command.ts";

/** Eight timesteps a day; the last is expected 9 hours after its time. */
async function grown(t: TestContext): Promise<Desk> {
  const desk = await createDesk(t, trmmFiles(0, 1, 2));
  const { exitCode } = await desk.accrete("extend trmm-3b42rt --start 2014-04-01 --now 2014-04-01T15:00:00Z");
  assert.equal(exitCode, 0);
  return desk;
}

/** Where it says that it listens. */
async function served(desk: Desk, args = ""): Promise<{ readonly run: Running; readonly url: string }> {
  const run = desk.start(`serve --port 0 --now 2014-04-01T15:00:00Z${args}`);
  const [, url] = await run.says(/the page is at (http:\/\/127\.0\.0\.1:\d+\/),/);
  assert.ok(url);
  return { run, url };
}

/** As it lies in the store, without a dataset around it. */
async function largeObject({ store }: Desk): Promise<{ readonly key: string; readonly bytes: Buffer }> {
  const key = "trmm-3b42rt.zarr/precipitation/0.0.0";
  const bytes = Buffer.from(Uint8Array.from({ length: 4_300_000 }, (_, i) => (i * 31 + (i >> 9)) & 255));
  await mkdir(dirname(join(store, key)), { recursive: true });
  await writeFile(join(store, key), bytes);
  return { key, bytes };
}

/** How many bytes come, on a connection of its own. */
async function lengthOf(url: string, agent: Agent): Promise<number> {
  const [answer] = (await once(get(url, { agent }), "response")) as [IncomingMessage];
  let length = 0;
  for await (const piece of answer) length += (piece as Buffer).length;
  return length;
}

describe("accrete serve", { concurrency: 2 }, () => {
  test("shows a page, tells metrics and JSON, and serves the Zarr to readers, until it is stopped", async (t) => {
    const desk = await grown(t);
    const { run, url } = await served(desk);
    const page = await fetch(url, { headers: { accept: "text/html" } });
    assert.match(await page.text(), /^<!doctype html>/i);
    assert.equal(page.headers.get("accrete-as-of"), "2014-04-01T15:00:00.000Z");
    const listing = (await (await fetch(url)).json()) as { store: string; datasets: { state: string }[] };
    assert.equal(listing.store, desk.store);
    assert.deepEqual(
      listing.datasets.map(({ state }) => state),
      ["absent", "current"],
    );
    assert.match(await (await fetch(`${url}metrics`)).text(), /accrete_length\{dataset="trmm-3b42rt"\} 3\n/);

    const store = await zarr.withConsolidatedMetadata(new zarr.FetchStore(`${url}data/trmm-3b42rt.zarr`));
    const group = await zarr.open.v2(store, { kind: "group" });
    const rain = await zarr.get(await zarr.open.v2(group.resolve("precipitation"), { kind: "array" }), [
      2,
      240,
      null,
    ]);
    const expected = granuleAt(timeOf(2)).expected.precipitation.slice(240 * 1440, 241 * 1440);
    assert.deepEqual(Array.from(rain.data as Int16Array), Array.from(expected));

    // A page from elsewhere, whose name leads here.
    const { hostname, port } = new URL(url);
    const foreign = await new Promise<number | undefined>((resolve) =>
      get({ hostname, port, headers: { host: `evil.example:${port}` } }, (answer) =>
        resolve(answer.resume().statusCode),
      ),
    );
    assert.equal(foreign, 403);

    run.kill("SIGINT");
    assert.equal((await run.finished).exitCode, 0);
  });

  test("creates nothing by looking, and sees what comes into being afterwards", async (t) => {
    const desk = await createDesk(t, trmmFiles(0));
    const { run, url } = await served(desk, " trmm-3b42rt");
    const ask = async () => ((await (await fetch(url)).json()) as { datasets: { state: string }[] }).datasets;
    assert.deepEqual(
      (await ask()).map(({ state }) => state),
      ["absent"],
    );
    assert.equal((await fetch(`${url}data/trmm-3b42rt.accrete/status.json`)).status, 404);
    await assert.rejects(readdir(desk.store), { code: "ENOENT" });
    await desk.accrete("extend trmm-3b42rt --start 2014-04-01 --now 2014-04-01T09:00:00Z");
    assert.notEqual((await ask())[0]?.state, "absent");
    await rm(join(desk.store, "trmm-3b42rt.zarr"), { recursive: true });
    assert.deepEqual(
      (await ask()).map(({ state }) => state),
      ["absent"],
    );
    run.kill("SIGTERM");
    await run.finished;
  });

  test("sends parts of objects, and lets pages of the origins that it is told read them", async (t) => {
    const desk = await createDesk(t);
    const { key, bytes } = await largeObject(desk);
    const origin = "https://viewer.example.org";
    const { url } = await served(desk, ` --cors ${origin} --cors https://other.example.org`);
    const part = await fetch(`${url}data/${key}`, { headers: { origin, range: "bytes=-100" } });
    assert.deepEqual(
      [part.status, part.headers.get("access-control-allow-origin"), part.headers.get("content-range")],
      [206, origin, `bytes ${bytes.length - 100}-${bytes.length - 1}/${bytes.length}`],
    );
    assert.deepEqual(Buffer.from(await part.arrayBuffer()), bytes.subarray(-100));
    const foreign = await fetch(url, { headers: { origin: "https://evil.example.org" } });
    assert.equal(foreign.headers.get("access-control-allow-origin"), null);
  });

  test("an origin that is none is refused", async (t) => {
    const desk = await createDesk(t);
    for (const [args, environment, name] of [
      ["serve --cors https://example.org/page", {}, "--cors"],
      ["serve", { ACCRETE_CORS_ORIGINS: "https://example.org/page" }, "ACCRETE_CORS_ORIGINS"],
    ] as const) {
      const { exitCode, stderr } = await desk.accrete(args, environment);
      assert.deepEqual(
        [exitCode, stderr],
        [
          2,
          `accrete: ${name} "https://example.org/page" is not an origin: write https://example.org, or * for all\n`,
        ],
      );
    }
  });

  test("stays below 250 MB while 300 readers fetch an object of 4.3 MB", async (t) => {
    const desk = await createDesk(t);
    const { key, bytes } = await largeObject(desk);
    const { run, url } = await served(desk);
    const agent = new Agent({ maxSockets: 300 });
    t.after(() => agent.destroy());
    const lengths = await Promise.all(
      Array.from({ length: 300 }, () => lengthOf(`${url}data/${key}`, agent)),
    );
    assert.ok(lengths.every((length) => length === bytes.length));
    const [, peak] = /VmHWM:\s+(\d+) kB/.exec(await readFile(`/proc/${run.pid}/status`, "utf8")) ?? [];
    assert.ok(Number(peak) < 250_000, `${peak} kB`);
  });

  test("a port that is taken: it says what to do", async (t) => {
    const desk = await createDesk(t);
    const other = createServer().listen(0, "127.0.0.1");
    t.after(() => other.close());
    await new Promise((resolve) => other.once("listening", resolve));
    const { port } = other.address() as AddressInfo;
    const { exitCode, stderr } = await desk.accrete(`serve --port ${port}`);
    assert.deepEqual(
      [exitCode, stderr],
      [
        2,
        `accrete: port ${port} of 127.0.0.1 cannot be used: somebody else listens there; choose another with --port\n`,
      ],
    );
  });

  for (const port of ["x", "-1", "65536", "8080.5"]) {
    test(`a port that is none is refused: ${port}`, async (t) => {
      const { exitCode, stderr } = await (await createDesk(t)).accrete(["serve", `--port=${port}`]);
      assert.equal(exitCode, 2);
      assert.match(stderr, /--port "[^"]+" is not a whole number from 0 to 65535/);
    });
  }

  test("a dataset that nobody knows is refused", async (t) => {
    const { exitCode, stderr } = await (await createDesk(t)).accrete("serve trmm");
    assert.equal(exitCode, 2);
    assert.match(stderr, /there is no dataset "trmm"/);
  });
});
