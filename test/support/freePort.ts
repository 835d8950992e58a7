import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";

/** Below the ports that systems give out by themselves: 32768 and up on Linux, 49152 and up elsewhere. */
const range = { first: 20_000, count: 12_000 };
const triesMax = 1000;

/**
 * A port of 127.0.0.1 for a program that has to be told one, or for a server that comes back where it was. Nobody listens on
 * it, the system gives it to nobody, and nobody else who asks here gets it for as long as this process lives: the UDP port of
 * the same number is held for it.
 */
export async function freePort(): Promise<number> {
  for (let tried = 0; tried < triesMax; tried++) {
    const port = range.first + Math.floor(Math.random() * range.count);
    if ((await isClaimed(port)) && (await isFree(port))) return port;
  }
  throw new Error(`no port is free of ${triesMax} from ${range.first} on`);
}

async function isClaimed(port: number): Promise<boolean> {
  const claim = createSocket("udp4").unref();
  claim.bind(port, "127.0.0.1");
  return once(claim, "listening").then(
    () => true,
    () => false,
  );
}

function isFree(port: number): Promise<boolean> {
  return assertFree(port).then(
    () => true,
    () => false,
  );
}

/** Rejects where somebody listens on a port already, who would answer in place of the program that is to be started. */
export async function assertFree(port: number): Promise<void> {
  const server = createServer().listen(port, "127.0.0.1");
  await once(server, "listening");
  await new Promise((resolve) => server.close(resolve));
}
