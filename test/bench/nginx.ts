import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { freePort } from "../support/freePort.ts";

const triesMax = 200;
const triedEveryMs = 20;

/** Debian's nginx with the files of a directory and an index of each, while something is done with it. */
export async function withNginx<Result>(
  root: string,
  work: (url: string) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), "accrete-nginx-"));
  const port = await freePort();
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  await Promise.all(temporary.map((name) => mkdir(join(folder, name))));
  const settings = join(folder, "nginx.conf");
  await writeFile(
    settings,
    `daemon off; worker_processes 1; user root; pid ${folder}/pid; error_log stderr; events { worker_connections 512; }
     http { access_log off; sendfile on; keepalive_requests 1000000;
       ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join(" ")}
       server { listen 127.0.0.1:${port}; root ${root}; charset utf-8; autoindex on; } }`,
  );
  const server = spawn("nginx", ["-c", settings, "-e", "stderr"], { stdio: ["ignore", "ignore", "inherit"] });
  const ended = once(server, "close");
  try {
    await accepting(port);
    return await work(`http://127.0.0.1:${port}`);
  } finally {
    server.kill("SIGTERM");
    await ended;
    await rm(folder, { recursive: true });
  }
}

async function accepting(port: number): Promise<void> {
  for (let tries = 0; tries < triesMax; tries++) {
    const socket = connect(port, "127.0.0.1");
    try {
      await once(socket, "connect");
      return;
    } catch {
      await wait(triedEveryMs);
    } finally {
      socket.destroy();
    }
  }
  throw new Error("nginx does not accept connections");
}
