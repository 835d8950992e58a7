// GRANULES STEPS BYTES_PER_SECOND LATENCY_MS: the transfer alone. The source is the product's own: how fast it
// transfers is not in question here, but whether anything else takes time besides.
import pMap from "p-map";
import trmm3b42rt from "../../../shared/dataset/catalogue/trmm-3b42rt.ts";
import { createFtpClient } from "../../../shared/source/ftp/ftp.ts";
import { threeHourly, trmmPath } from "../../support/trmmProvider.ts";
import { first } from "../granuleFiles.ts";
import { tell, timed } from "../measured.ts";
import { withServing } from "../serving.ts";

const [granules = "", count = "0", bytesPerSecond = "0", latencyMs = "0"] = process.argv.slice(2);
const served = {
  first,
  steps: Number(count),
  granules,
  bytesPerSecond: Number(bytesPerSecond),
  latencyMs: Number(latencyMs),
};
const { connectionsMax } = trmm3b42rt.source;
const paths = threeHourly(first, served.steps).map((time) => trmmPath(time).slice(1));
const { signal } = new AbortController();
const seconds = await withServing(served, async (url) => {
  const source = createFtpClient({ url, connectionsMax, random: Math.random });
  const transferring = await timed(() =>
    pMap(paths, (path) => source.fetch(path, trmm3b42rt.decoding.granuleBytesMax, signal), {
      concurrency: connectionsMax,
    }),
  );
  await source.close();
  return transferring;
});
tell({ seconds });
