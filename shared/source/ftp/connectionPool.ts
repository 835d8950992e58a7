import { unlessAborted } from "../../waiting.ts";
import { createTurns } from "../turns.ts";

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
 *
 * A server that takes fewer refuses a connection while others are in use. That is no failure of the call: it goes on when
 * the work on one of those has ended.
 */
export function createPool<Connection>(
  connectionsMax: number,
  keepMs: number,
  kind: ConnectionKind<Connection>,
): Pool<Connection> {
  /** The last one used is on top. Those that were closed meanwhile are passed over when one is taken. */
  const kept: { readonly connection: Connection; readonly timer: NodeJS.Timeout }[] = [];
  const turns = createTurns(connectionsMax);
  let inUse = 0;
  /** Those whom the server refused a connection while others were in use, to be told of an end. */
  const refused: (() => void)[] = [];
  let isClosed = false;

  /** Where nothing is in use any more, nobody would tell the others later. */
  function tellEnd(): void {
    for (const tell of refused.splice(0, inUse === 0 ? refused.length : 1)) tell();
  }

  async function awaitEnd(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    refused.push(resolve);
    try {
      await unlessAborted(signal, () => promise);
    } finally {
      const place = refused.indexOf(resolve);
      if (place >= 0) refused.splice(place, 1);
    }
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
    inUse++;
    try {
      const result = await unlessAborted(signal, () => work(connection));
      keep(connection);
      return result;
    } catch (thrown) {
      kind.close(connection);
      throw thrown;
    } finally {
      inUse--;
      tellEnd();
    }
  }

  /** `undefined` where the server refused while others were in use, and the work on one of those has ended. */
  async function open(place: string, signal: AbortSignal): Promise<Connection | undefined> {
    try {
      return await kind.open(place, signal);
    } catch (thrown) {
      if (signal.aborted || inUse === 0) throw thrown;
      await awaitEnd(signal);
      return undefined;
    }
  }

  return {
    async use(place, signal, work) {
      const passTurn = await turns.take(signal);
      try {
        // Each time round another call has ended, as each does within its limits of time.
        for (;;) {
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
          const opened = await open(place, signal);
          if (opened !== undefined) return await run(opened, signal, work);
        }
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
