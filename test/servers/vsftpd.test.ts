import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { type ContractServer, sourceContract } from "../shared/source/contract.ts";
import type { ServedFile } from "../support/ftpListing.ts";

const binary = "/usr/sbin/vsftpd";
const startMs = 10_000;

const missing = !existsSync(binary)
  ? `${binary} is not installed (Debian: apt-get install vsftpd)`
  : process.getuid?.() !== 0
    ? "vsftpd has to be started by root"
    : undefined;

if (missing === undefined) sourceContract("vsftpd", startVsftpd);
else test("source contract: vsftpd", { skip: missing }, () => {});

/** vsftpd on a free port of 127.0.0.1, with the files in a directory of their own, for anonymous logins. */
async function startVsftpd(files: Record<string, ServedFile>): Promise<ContractServer> {
  const folder = await mkdtemp(join(tmpdir(), "accrete-vsftpd-"));
  const root = join(folder, "root");
  const empty = join(folder, "empty");
  await mkdir(empty);
  for (const [path, { bytes, modifiedAt }] of Object.entries(files)) {
    const target = join(root, "base", path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, bytes);
    await utimes(target, modifiedAt / 1000, modifiedAt / 1000);
  }
  const port = await freePort();
  const settings = join(folder, "vsftpd.conf");
  await writeFile(settings, configuration({ port, root, empty }));

  const server = spawn(binary, [settings], { stdio: ["ignore", "pipe", "pipe"] });
  const ended = once(server, "exit");
  let said = "";
  server.stdout.on("data", (text) => {
    said += text;
  });
  server.stderr.on("data", (text) => {
    said += text;
  });
  const stop = async () => {
    if (server.exitCode === null && server.signalCode === null) server.kill();
    await ended;
    await rm(folder, { recursive: true });
  };
  try {
    await Promise.race([
      accepting(port),
      ended.then(() => Promise.reject(new Error(`vsftpd ended: ${said.trim()}`))),
    ]);
  } catch (thrown) {
    await stop();
    throw thrown;
  }
  return { url: `ftp://127.0.0.1:${port}/base/`, stop };
}

/** The root of anonymous logins must not be writable by their user, and `secure_chroot_dir` must be empty. */
function configuration({ port, root, empty }: { port: number; root: string; empty: string }): string {
  const settings = {
    listen: "YES",
    listen_address: "127.0.0.1",
    listen_port: port,
    background: "NO",
    anonymous_enable: "YES",
    local_enable: "NO",
    ftp_username: "ftp",
    anon_root: root,
    secure_chroot_dir: empty,
    seccomp_sandbox: "NO",
    pasv_address: "127.0.0.1",
    xferlog_enable: "NO",
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** vsftpd says nothing when it is ready, so it is asked until it answers. */
async function accepting(port: number): Promise<void> {
  const deadline = AbortSignal.timeout(startMs);
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
