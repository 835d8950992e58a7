import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import type { TestContext } from "node:test";
import { freePort } from "./freePort.ts";

/** `HOST:PORT` at which connections are refused. */
export async function refusingHost(): Promise<string> {
  return `127.0.0.1:${await freePort()}`;
}

/** `HOST:PORT` at which connections are taken and nothing is ever said, until the test ends. */
export async function silentHost(t: Pick<TestContext, "after">): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {}).resume();
  });
  const host = await listen(server);
  t.after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return host;
}

async function listen(server: Server): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("the server has no port");
  return `127.0.0.1:${address.port}`;
}
