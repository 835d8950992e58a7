import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { neverAborted } from "../../shared/testing/neverAborted.ts";
import { quickClient } from "../shared/source/ftp/contract.ts";
import { provesServer } from "./provesServer.ts";
import { type ServerKind, startServer } from "./realServer.ts";

const run = promisify(execFile);
/** Lists no more files of a directory than this, without an error. */
const listedMax = 22;

/** It announces no sizes of transfers; its users are its own, as its anonymous ones live in a home of the machine's. */
const pureFtpd: ServerKind = {
  name: "pure-ftpd",
  program: "usr/sbin/pure-ftpd",
  debianPackage: "pure-ftpd",
  scheme: "ftp",

  async configure({ folder, root, port, clientsMax, certificate }, programs) {
    const [users, database] = [join(folder, "users"), join(folder, "users.pdb")];
    const [user, group] = await Promise.all(["-u", "-g"].map(idOfFtp));
    const { stdout: hash } = await run("openssl", ["passwd", "-6", "secret"]);
    await writeFile(users, `reader:${hash.trim()}:${user}:${group}::${root}/./::::::::::::\n`);
    await run(join(programs, "usr/bin/pure-pw"), ["mkdb", database, "-f", users]);
    const listening = ["--bind", `127.0.0.1,${port}`, "--ipv4only", "--dontresolve"];
    const logins = ["--login", `puredb:${database}`, "--noanonymous", "--minuid", "1"];
    const limits = ["--maxclientsnumber", String(clientsMax), "--limitrecursion", `${listedMax}:1`];
    const files = ["--pidfile", join(folder, "pid")];
    const tls = certificate === undefined ? [] : ["--tls", "3", "--certfile", certificate];
    return { arguments: [...listening, ...logins, ...limits, ...files, ...tls], login: "reader:secret@" };
  },
};

async function idOfFtp(which: string): Promise<string> {
  return (await run("id", [which, "ftp"])).stdout.trim();
}

await provesServer(pureFtpd, {
  full: { fault: "unreachable", message: /421 1 users \(the maximum\) are already logged in/ },
  more() {
    test("says so when it leaves files out of a listing, and that is no listing to go by", async (t) => {
      const names = Array.from({ length: listedMax + 1 }, (_, index) => `granule-${index}.bin`);
      const file = { bytes: new Uint8Array(1), modifiedAt: Date.UTC(2016, 0, 1) };
      const server = await startServer(
        pureFtpd,
        Object.fromEntries(names.map((name) => [`many/${name}`, file])),
      );
      const source = quickClient(server);
      t.after(async () => {
        await source.close();
        await server.stop();
      });
      await assert.rejects(source.list("many", neverAborted), {
        fault: "listing",
        message: /\/base\/many: .*226 Output truncated to 22 matches/,
      });
    });
  },
});
