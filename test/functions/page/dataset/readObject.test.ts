/** No read of an object lasts for ever. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { mock, test } from "node:test";
import { readObject } from "../../../../functions/page/dataset/readObject.ts";

test("a read that nothing comes of ends with a sentence after 60 s, and at once where it is not wanted", async (t) => {
  const limits: { readonly ms: number; readonly controller: AbortController }[] = [];
  mock.method(AbortSignal, "timeout", (ms: number) => {
    const controller = new AbortController();
    limits.push({ ms, controller });
    return controller.signal;
  });
  t.after(() => mock.restoreAll());
  const asked = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let count = 0;
  const server = createServer((_, response) => {
    // The beginning comes, and then nothing more.
    response.write("half");
    asked[count++]?.resolve();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/data/odd.zarr/rain/0.0.0`;

  const slow = readObject(url);
  await asked[0]?.promise;
  assert.deepEqual(
    limits.map(({ ms }) => ms),
    [60_000],
  );
  limits[0]?.controller.abort(new DOMException("timed out", "TimeoutError"));
  await assert.rejects(
    slow,
    new Error("odd.zarr/rain/0.0.0 cannot be read: the server does not answer (nothing came in 60 s)"),
  );

  const ending = new AbortController();
  const unwanted = readObject(url, ending.signal);
  await asked[1]?.promise;
  ending.abort();
  await assert.rejects(unwanted, { name: "AbortError" });
});
