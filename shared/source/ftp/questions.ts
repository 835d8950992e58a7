import { readTimestamp, writableInstant } from "./listLine.ts";
import { type Client, isRefusal, notLoggedInCode, saysAbsent } from "./replies.ts";

/** An answer; `absent` where there is no such file, `undefined` where the server cannot say. */
type Answer = number | "absent" | undefined;

export async function sizeOf(client: Client, path: string): Promise<Answer> {
  return unlessRefused(async () => {
    const bytes = /^213 +(\d+)/.exec((await client.send(`SIZE ${path}`)).message)?.[1];
    return bytes === undefined ? undefined : Number(bytes);
  });
}

/** In milliseconds since 1970 UTC. */
export async function modifiedAtOf(client: Client, path: string): Promise<Answer> {
  return unlessRefused(async () => {
    const said = /^213 +(\d.*)/.exec((await client.send(`MDTM ${path}`)).message)?.[1];
    return writableInstant(readTimestamp(said ?? ""));
  });
}

export async function isAbsent(client: Client, path: string): Promise<boolean> {
  const size = await sizeOf(client, path);
  return size === "absent" || (size === undefined && (await modifiedAtOf(client, path)) === "absent");
}

async function unlessRefused(ask: () => Promise<number | undefined>): Promise<Answer> {
  try {
    return await ask();
  } catch (thrown) {
    if (saysAbsent(thrown)) return "absent";
    if (isRefusal(thrown) && thrown.code !== notLoggedInCode) return undefined;
    throw thrown;
  }
}
