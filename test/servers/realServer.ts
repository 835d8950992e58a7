/** Servers that people run, started for a test on loopback, each with files and settings in a directory of its own. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { ServedFile } from "../../shared/testing/files.ts";
import type { ContractServer } from "../shared/source/ftp/contract.ts";
import { freePort } from "../support/freePort.ts";
import { patienceMs } from "../support/patience.ts";
import type { Certificate } from "../support/selfSigned.ts";

/** What a server's settings are made from. */
export interface ServerPlace {
  /** Where settings may be written. */
  readonly folder: string;
  /** What its users see as `/`; whoever it runs as can only read there. */
  readonly root: string;
  readonly port: number;
  /** Clients that may be connected at once. */
  readonly clientsMax: number;
  /** Of a file with key and certificate, where the server is to speak TLS on request. */
  readonly certificate: string | undefined;
}

export interface ServerSettings {
  readonly arguments: readonly string[];
  /** `USER:PASSWORD@`, or empty. */
  readonly login: string;
  /** Besides the tests' own. */
  readonly environment?: Readonly<Record<string, string>>;
}

export interface ServerKind {
  readonly name: string;
  /** Its place in the Debian package of the same name, and the package. */
  readonly program: string;
  readonly debianPackage: string;
  /** With an `s` behind it where the server speaks TLS. */
  readonly scheme: "ftp" | "http";
  /** Writes settings. The server has to stay in the foreground. */
  configure(place: ServerPlace, programs: string): Promise<ServerSettings>;
}

export interface RealServer extends ContractServer {
  /** Writes a file, or replaces it. */
  put(path: string, file: ServedFile): Promise<void>;
  /** A symbolic link, to a path from where it lies. */
  link(path: string, target: string): Promise<void>;
}

export interface ServerOptions {
  readonly clientsMax?: number;
  readonly certificate?: Certificate;
}

/** An interrupted test ends with `exit`, and its servers with it. */
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));

const clientsUsual = 50;

/**
 * Where Debian's packages are: one of these servers can be installed at a time, but all of them can be unpacked into a
 * directory, which `ACCRETE_SERVERS` then names.
 */
function programsOf(kind: ServerKind): string | undefined {
  return [process.env.ACCRETE_SERVERS ?? "/", "/"].find((root) => existsSync(join(root, kind.program)));
}

/** Why a server cannot be started here. */
export function reasonAgainst(kind: ServerKind): string | undefined {
  if (programsOf(kind) === undefined) {
    return `/${kind.program} is not there (Debian: apt-get install ${kind.debianPackage})`;
  }
  return kind.scheme === "http" || process.getuid?.() === 0
    ? undefined
    : `${kind.name} has to be started by root`;
}

/** Starts a server on a free port, with the files below its directory `base`, and resolves once it accepts connections. */
export async function startServer(
  kind: ServerKind,
  files: Readonly<Record<string, ServedFile>>,
  options: ServerOptions = {},
): Promise<RealServer> {
  const folder = await mkdtemp(join(tmpdir(), `accrete-${basename(kind.program)}-`));
  try {
    return await startIn(folder, kind, files, options);
  } catch (thrown) {
    await rm(folder, { recursive: true });
    throw thrown;
  }
}

async function startIn(
  folder: string,
  kind: ServerKind,
  files: Readonly<Record<string, ServedFile>>,
  { clientsMax = clientsUsual, certificate }: ServerOptions,
): Promise<RealServer> {
  const root = join(folder, "root");
  const put = async (path: string, { bytes, modifiedAt }: ServedFile) => {
    const target = join(root, "base", path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, bytes);
    await utimes(target, modifiedAt / 1000, modifiedAt / 1000);
  };
  await chmod(folder, 0o755);
  for (const [path, file] of Object.entries(files)) await put(path, file);
  const pem = join(folder, "certificate.pem");
  if (certificate) await writeFile(pem, certificate.key + certificate.cert, { mode: 0o600 });

  const programs = programsOf(kind) ?? "/";
  const port = await freePort();
  const place = { folder, root, port, clientsMax, certificate: certificate && pem };
  const settings = await kind.configure(place, programs);
  const stop = await started(kind.name, join(programs, kind.program), settings, port);
  return {
    url: `${kind.scheme}${certificate ? "s" : ""}://${settings.login}127.0.0.1:${port}/base/`,
    ...(certificate && { tls: { ca: certificate.cert } }),
    put,
    link: (path, target) => symlink(target, join(root, "base", path)),
    async stop() {
      await stop();
      await rm(folder, { recursive: true });
    },
  };
}

/** Resolves to what ends the server, once it accepts connections. */
async function started(
  name: string,
  program: string,
  { arguments: given, environment = {} }: ServerSettings,
  port: number,
): Promise<() => Promise<void>> {
  // A group of its own: with it end the processes that the server has for its clients.
  const server = spawn(program, given, {
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
    env: { ...process.env, ...environment },
  });
  const ended = once(server, "close");
  const kill = () => {
    const isAlive = server.exitCode === null && server.signalCode === null;
    if (server.pid !== undefined && isAlive) process.kill(-server.pid);
  };
  process.once("exit", kill);
  server.once("exit", () => process.off("exit", kill));
  let said = "";
  for (const stream of [server.stdout, server.stderr]) {
    stream.on("data", (text) => {
      said += text;
    });
  }
  const stop = async () => {
    kill();
    await ended;
  };
  try {
    await Promise.race([
      accepting(port),
      ended.then(() => Promise.reject(new Error(`${name} ended: ${said.trim()}`))),
    ]);
    return stop;
  } catch (thrown) {
    await stop();
    throw thrown;
  }
}

/** A server says nothing when it is ready, so it is asked until it answers. */
async function accepting(port: number): Promise<void> {
  const deadline = AbortSignal.timeout(patienceMs);
  for (;;) {
    const socket = connect(port, "127.0.0.1");
    try {
      await once(socket, "connect");
      return;
    } catch {
      await wait(20, undefined, { signal: deadline });
    } finally {
      socket.destroy();
    }
  }
}
