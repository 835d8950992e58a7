// PLACE fetch|list: the same files by curl, with as many connections, which keeps them as files; the index by curl.
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { tell, timed } from "../measured.ts";
import { withNginx } from "../nginx.ts";
import { webGranules } from "../web.ts";

const [place = "", what = ""] = process.argv.slice(2);
const run = promisify(execFile);

await withNginx(place, async (url) => {
  const last = webGranules.names.length - 1;
  const kept = await mkdtemp(join(place, "kept-"));
  const granules = `${url}/granules/granule.[000000-${String(last).padStart(6, "0")}].nc`;
  const parallel = ["--parallel", "--parallel-max", String(webGranules.connections)];
  const wanted = what === "list" ? [`${url}/names/`] : [...parallel, granules];
  const curl = ["--silent", "--show-error", "--fail", ...wanted, "--output", join(kept, "#1")];
  tell({ seconds: await timed(() => run("curl", curl)) });
  await rm(kept, { recursive: true });
});
