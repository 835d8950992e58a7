/** Programs that have to be told a port get one each, whoever else looks for one at the same time. */
import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { test } from "node:test";
import { assertFree, freePort } from "../support/freePort.ts";
import { startFtpServer } from "../support/ftpServer.ts";

test("nobody gets the same port twice, nor one that the system gives out by itself", async () => {
  const ports = await Promise.all(Array.from({ length: 200 }, freePort));
  assert.equal(new Set(ports).size, ports.length);
  assert.ok(Math.max(...ports) < 32_768, `${Math.max(...ports)}`);
});

test("a port is held until this process ends, and a server may come back to it", async () => {
  const port = await freePort();
  await (await startFtpServer({ port })).close();
  const claim = createSocket("udp4").bind(port, "127.0.0.1");
  await assert.rejects(once(claim, "listening"), { code: "EADDRINUSE" });
  await (await startFtpServer({ port })).close();
});

test("a port that somebody listens on is not free", async () => {
  const server = await startFtpServer();
  await assert.rejects(assertFree(server.port), { code: "EADDRINUSE" });
  await server.close();
});
