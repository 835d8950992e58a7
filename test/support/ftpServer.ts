import { createServer } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { createSecureContext } from "node:tls";
import { createConditions } from "./conditions.ts";
import { type FtpFaultKind, type FtpFaults, noFtpFaults } from "./ftpFaults.ts";
import { type FileTree, ServedFiles } from "./ftpListing.ts";
import { listening, Session, type SessionContext } from "./ftpSession.ts";

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
  /** Uniform in [0, 1): for `faults.share`. */
  readonly random?: () => number;
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
  /** A symbolic link, also to nothing. */
  link(path: string, target: string, modifiedAt?: number): void;
  remove(path: string): void;
  /** How often a command has arrived. */
  count(command: string): number;
  /** How often each kind of fault came by chance. */
  readonly chances: ReadonlyMap<FtpFaultKind, number>;
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
  const { now = Date.now, random = () => 1 } = options;
  const files = new ServedFiles(options.files ?? {}, now);
  const faults: FtpFaults = { ...noFtpFaults(), ...options.faults };
  const counts = new Map<string, number>();
  const chances = new Map<FtpFaultKind, number>();
  const sessions = new Set<Session>();
  const { until, changed } = createConditions();
  let connectionsPeak = 0;
  let lineFreeAt = 0;

  const context: SessionContext = {
    options,
    files,
    faults,
    secureContext: options.tls && createSecureContext(options.tls),
    now,
    random,
    async mayTransfer(bytes) {
      const present = performance.now();
      lineFreeAt = Math.max(lineFreeAt, present) + (bytes / faults.bytesPerSecondInAll) * 1000;
      await wait(lineFreeAt - present);
    },
    isFull: () => sessions.size > faults.connectionsMax,
    onChance(kind) {
      chances.set(kind, (chances.get(kind) ?? 0) + 1);
    },
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
    link: (path, target, modifiedAt) => files.link(path, target, modifiedAt),
    remove: (path) => files.remove(path),
    chances,
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
