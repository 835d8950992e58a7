import { createServer } from "node:net";
import { createSecureContext } from "node:tls";
import { createConditions } from "./conditions.ts";
import { type FileTree, ServedFiles } from "./ftpListing.ts";
import { listening, Session, type SessionContext } from "./ftpSession.ts";

/** What goes wrong. Set at the start, and changed at any time through `server.faults`. */
export interface FtpFaults {
  /** Answers every login with 530. */
  refuseLogins: boolean;
  /** Greets so many further connections with 421 and ends them. */
  busyGreetings: number;
  /** So many further transfers of files lose both their connections after `faultAfterBytes`. */
  brokenTransfers: number;
  /** So many further transfers of files end after `faultAfterBytes`, and are called complete. */
  shortTransfers: number;
  /** So many further transfers of files go no further than `faultAfterBytes`, and do not end. */
  stalledTransfers: number;
  faultAfterBytes: number;
  /** What a missing file is answered with; `reset`: the data connection is reset, and nothing is said. */
  missingAnswer: 550 | 551 | "reset";
  /** Added to every size in a listing. */
  listedSizeError: number;
  /** Sent instead of every listing. */
  listingText: string | undefined;
  /** By command, the reply in place of its own. */
  readonly replies: Map<string, string>;
  /** Commands that are never answered; `GREETING` is the server's first word. */
  readonly silent: Set<string>;
  /** Before the answer to each command. */
  latencyMs: number;
  /** Of each transfer. */
  bytesPerSecond: number;
}

export interface FtpServerOptions {
  readonly files?: FileTree;
  /** Without it, everybody may log in. */
  readonly login?: { readonly user: string; readonly password: string };
  /** Without MLSD the server is like vsftpd: LIST is all there is. */
  readonly mlsd?: boolean;
  /** Whether the reply to RETR says the size, as that of vsftpd and proftpd does. */
  readonly announceSize?: boolean;
  /** Makes it an FTPS server: explicit, unless `implicit`. */
  readonly tls?: { readonly key: string; readonly cert: string; readonly implicit?: boolean };
  readonly faults?: Partial<FtpFaults>;
  /** What listings take for the present, in milliseconds since 1970 UTC. */
  readonly now?: () => number;
  readonly port?: number;
}

export interface FtpServer {
  /** Of the root, with the login. */
  readonly url: string;
  readonly port: number;
  readonly faults: FtpFaults;
  /** Open control connections, and the most there have been at once. */
  readonly connections: number;
  readonly connectionsPeak: number;
  put(path: string, bytes: Uint8Array, modifiedAt?: number): void;
  remove(path: string): void;
  /** How often a command has arrived. */
  count(command: string): number;
  /** Resolves once a command has arrived so often since the start. */
  awaitCommand(command: string, times?: number): Promise<void>;
  /** Resolves once so many control connections are open. */
  awaitConnections(count: number): Promise<void>;
  /** Ends every connection, as servers do with idle ones. */
  endConnections(): void;
  close(): Promise<void>;
}

/** An FTP server on 127.0.0.1 with its files in memory, for tests and the demo. It only reads. */
export async function startFtpServer(options: FtpServerOptions = {}): Promise<FtpServer> {
  const now = options.now ?? Date.now;
  const files = new ServedFiles(options.files ?? {}, now);
  const faults: FtpFaults = {
    refuseLogins: false,
    busyGreetings: 0,
    brokenTransfers: 0,
    shortTransfers: 0,
    stalledTransfers: 0,
    faultAfterBytes: 0,
    missingAnswer: 550,
    listedSizeError: 0,
    listingText: undefined,
    replies: new Map(),
    silent: new Set(),
    latencyMs: 0,
    bytesPerSecond: Number.POSITIVE_INFINITY,
    ...options.faults,
  };
  const counts = new Map<string, number>();
  const sessions = new Set<Session>();
  const { until, changed } = createConditions();
  let connectionsPeak = 0;

  const context: SessionContext = {
    options,
    files,
    faults,
    secureContext: options.tls && createSecureContext(options.tls),
    now,
    onCommand(command) {
      counts.set(command, (counts.get(command) ?? 0) + 1);
      changed();
    },
  };

  const listener = createServer((socket) => {
    const session = new Session(socket, context);
    sessions.add(session);
    connectionsPeak = Math.max(connectionsPeak, sessions.size);
    changed();
    socket.on("close", () => {
      sessions.delete(session);
      session.end();
      changed();
    });
    session.greet();
  });
  const port = await listening(listener, options.port ?? 0);
  const { login, tls } = options;
  const credentials = login && `${encodeURIComponent(login.user)}:${encodeURIComponent(login.password)}@`;

  return {
    url: `${tls === undefined ? "ftp" : "ftps"}://${credentials ?? ""}127.0.0.1:${port}/`,
    port,
    faults,
    get connections() {
      return sessions.size;
    },
    get connectionsPeak() {
      return connectionsPeak;
    },
    put: (path, bytes, modifiedAt) => files.put(path, bytes, modifiedAt),
    remove: (path) => files.remove(path),
    count: (command) => counts.get(command) ?? 0,
    awaitCommand: (command, times = 1) => until(() => (counts.get(command) ?? 0) >= times),
    awaitConnections: (count) => until(() => sessions.size === count),
    endConnections() {
      for (const session of sessions) session.end();
    },
    async close() {
      for (const session of sessions) session.end();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}
