// PLACE accrete and, as floor, plain: an object of 4.3 MB that 500 connections ask for without end, by Debian's wrk.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { project } from "./instances.ts";
import { askForResources, costOf, tell } from "./measured.ts";

const run = promisify(execFile);
const objectBytes = 4_300_000;
const connections = 500;
const secondsLong = 10;
/** Figures are for so many bytes: in a short time no answer may be whole where all of them go on side by side. */
const bytes = 1e9;
const units = ["B", "KB", "MB", "GB"];
const key = "trmm-3b42rt.zarr/precipitation/0.0.0";

const [place = "", what = ""] = process.argv.slice(2);
const file = join(place, key);
await mkdir(dirname(file), { recursive: true });
await writeFile(
  file,
  Uint8Array.from({ length: objectBytes }, (_, i) => (i * 31 + (i >> 9)) & 255),
);
const script: Readonly<Record<string, readonly string[]>> = {
  accrete: [join(project, "functions/cli/accrete.ts"), "serve", "--port", "0", "--store", place],
  plain: [join(import.meta.dirname, "floors/serve.ts"), file],
};

const server = spawn(process.execPath, [askForResources, ...(script[what] ?? [])], {
  stdio: ["ignore", "pipe", "pipe"],
});
let told = "";
server.stderr.setEncoding("utf8").on("data", (text: string) => {
  told += text;
});
const [said] = (await once(server.stdout, "data")) as [Buffer];
const [url] = /http:\/\/\S+?\/(?=,|\s)/.exec(said.toString()) ?? [];
const { stdout } = await run("wrk", [
  `-c${connections}`,
  "-t1",
  `-d${secondsLong}s`,
  "--timeout=60s",
  `${url}data/${key}`,
]);
server.kill("SIGINT");
await once(server, "close");
const [, amount, unit = ""] = /Transfer\/sec:\s+([\d.]+)([KMG]?B)/.exec(stdout) ?? [];
const bytesPerSecond = Number(amount) * 1024 ** units.indexOf(unit);
const answersPerSecond = Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]);
if (!(bytesPerSecond > 0) || /Socket errors|Non-2xx/.test(stdout)) throw new Error(`${stdout}\n${told}`);
tell({
  seconds: bytes / bytesPerSecond,
  ...costOf(JSON.parse(told.trim().split("\n").at(-1) ?? "") as NodeJS.ResourceUsage),
  counts: { "answers a second": Math.round(answersPerSecond) },
});
