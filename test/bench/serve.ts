// Serves 3B42RT granules over FTP in a process of its own, so that what serving costs is not counted.
// Prints the URL once it is up; ends with its standard input.
import { granulePath } from "../../shared/dataset/granulePath.ts";
import { startFtpServer } from "../support/ftpServer.ts";
import { granule3b42rt } from "../support/granules.ts";

const [first = "", count = "0"] = process.argv.slice(2);
const stepMs = 3 * 3_600_000;
const files: Record<string, Uint8Array> = {};
for (let i = 0; i < Number(count); i++) {
  const time = Date.parse(first) + i * stepMs;
  files[granulePath("/3B42RT/{YYYY}/{MM}/3B42RT.{YYYYMMDDHH}.7.bin.gz", time)] = granule3b42rt({
    time,
    seed: 1,
  }).gz;
}
const server = await startFtpServer({ files });
process.stdout.write(`${server.url}\n`);
process.stdin.resume().on("end", () => server.close());
