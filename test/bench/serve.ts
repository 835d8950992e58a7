// SERVED, as JSON: serves 3B42RT granules over FTP. Prints the URL once it is up; ends with its standard input.
import { startFtpServer } from "../support/ftpServer.ts";
import { threeHourly, trmmPath } from "../support/trmmProvider.ts";
import { readGranules, readRevised, revisedStep } from "./granuleFiles.ts";
import { modifiedAtOf, type Served } from "./serving.ts";

const [text = ""] = process.argv.slice(2);
const { first, steps, granules, isRevised, latencyMs, bytesPerSecond } = JSON.parse(text) as Served;
const revisedAfterMs = 86_400_000;

const files = granules === undefined ? undefined : await readGranules(granules, steps);
const server = await startFtpServer({
  faults: {
    ...(latencyMs === undefined ? {} : { latencyMs }),
    ...(bytesPerSecond === undefined ? {} : { bytesPerSecondInAll: bytesPerSecond }),
  },
});
for (const [step, time] of threeHourly(first, steps).entries()) {
  server.put(trmmPath(time), files?.[step] ?? new Uint8Array(1), modifiedAtOf(time));
  if (isRevised && granules !== undefined && step === revisedStep) {
    server.put(trmmPath(time), await readRevised(granules), modifiedAtOf(time) + revisedAfterMs);
  }
}
process.stdout.write(`${server.url}\n`);
process.stdin.resume().on("end", () => server.close());
