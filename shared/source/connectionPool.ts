import { unlessAborted } from "../waiting.ts";

/** What the pool does to connections, of whatever kind. */
export interface ConnectionKind<Connection> {
  /** `place` is for messages. */
  open(place: string, signal: AbortSignal): Promise<Connection>;
  close(connection: Connection): void;
  isClosed(connection: Connection): boolean;
  /** An idle connection must not hold up the end of the process. */
  setIdle(connection: Connection, isIdle: boolean): void;
  /** So far, since it was opened. */
  bytesRead(connection: Connection): number;
  /** Whether the server answered, and whether it said that it ends the connection. */
  isReply(thrown: unknown): boolean;
  saysClosed(thrown: unknown): boolean;
}

export interface Pool<Connection> {
  /** Runs `work` on a connection of its own. Where `work` fails or is aborted, the connection is closed at once. */
  use<T>(place: string, signal: AbortSignal, work: (connection: Connection) => Promise<T>): Promise<T>;
  close(): void;
}

/**
 * A pool of at most `connectionsMax` connections; further calls wait, first come, first served. One that is not used is
 * kept for `keepMs`, for the next call.
 */
export function createPool<Connection>(
  connectionsMax: number,
  keepMs: number,
  kind: ConnectionKind<Connection>,
): Pool<Connection> {
  /** The last one used is on top. Those that were closed meanwhile are passed over when one is taken. */
  const kept: { readonly connection: Connection; readonly timer: NodeJS.Timeout }[] = [];
  const waiting: (() => void)[] = [];
  let free = connectionsMax;
  let isClosed = false;

  async function takeTurn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (free > 0) {
      free--;
      return;
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const leave = () => {
      const place = waiting.indexOf(resolve);
      if (place >= 0) waiting.splice(place, 1);
      reject(signal.reason);
    };
    waiting.push(resolve);
    signal.addEventListener("abort", leave, { once: true });
    await promise.finally(() => signal.removeEventListener("abort", leave));
  }

  function passTurn(): void {
    const next = waiting.shift();
    if (next === undefined) free++;
    else next();
  }

  function keep(connection: Connection): void {
    if (isClosed) {
      kind.close(connection);
      return;
    }
    kind.setIdle(connection, true);
    const timer = setTimeout(() => kind.close(connection), keepMs).unref();
    kept.push({ connection, timer });
  }

  function takeKept(): Connection | undefined {
    for (let last = kept.pop(); last !== undefined; last = kept.pop()) {
      clearTimeout(last.timer);
      if (kind.isClosed(last.connection)) continue;
      kind.setIdle(last.connection, false);
      return last.connection;
    }
    return undefined;
  }

  async function run<T>(
    connection: Connection,
    signal: AbortSignal,
    work: (connection: Connection) => Promise<T>,
  ): Promise<T> {
    try {
      const result = await unlessAborted(signal, () => work(connection));
      keep(connection);
      return result;
    } catch (thrown) {
      kind.close(connection);
      throw thrown;
    }
  }

  return {
    async use(place, signal, work) {
      await takeTurn(signal);
      try {
        const connection = takeKept();
        if (connection !== undefined) {
          const bytesBefore = kind.bytesRead(connection);
          try {
            return await run(connection, signal, work);
          } catch (thrown) {
            // The server had ended the connection meanwhile: nothing was tried yet, so this is no failed attempt.
            const isStale = kind.isReply(thrown)
              ? kind.saysClosed(thrown)
              : kind.bytesRead(connection) === bytesBefore;
            if (signal.aborted || !isStale) throw thrown;
          }
        }
        return await run(await kind.open(place, signal), signal, work);
      } finally {
        passTurn();
      }
    },
    close() {
      isClosed = true;
      for (let last = takeKept(); last !== undefined; last = takeKept()) kind.close(last);
    },
  };
}
