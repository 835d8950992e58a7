// PLACE fetch|list: 2,000 granules of 400 KB over HTTP from nginx by as many connections as curl has, or an index of 20,000 names.
import pMap from "p-map";
import { createHttpSource } from "../../shared/source/http/httpSource.ts";
import { neverAborted } from "../../shared/testing/neverAborted.ts";
import { tell, timed } from "./measured.ts";
import { withNginx } from "./nginx.ts";
import { indexNames, webGranules } from "./web.ts";

const [place = "", what = ""] = process.argv.slice(2);
const { connections } = webGranules;
const searching = { directoriesMax: 1, pathsMax: 1, callsAtOnceMax: connections, isWantable: () => false };

await withNginx(place, async (url) => {
  const source = createHttpSource({ url, connectionsMax: connections, random: Math.random, now: Date.now });
  const find = async (paths: readonly string[]) => {
    const wanted = paths.map((path) => ({ paths: [path] }));
    const found = await source.search(searching).find(wanted, neverAborted);
    return found.map((one) => one?.file ?? fail("a file is not listed"));
  };
  if (what === "list") {
    const paths = indexNames.slice(-100).map((name) => `names/${name}`);
    return tell({ seconds: await timed(() => find(paths)), counts: { names: indexNames.length } });
  }
  const files = await find(webGranules.names.map((name) => `granules/${name}`));
  let received = 0;
  const fetchOne = async (file: (typeof files)[number]) => {
    const bytes = await (await source.fetch(file, neverAborted)).bytes(webGranules.bytes);
    received += bytes?.length ?? 0;
  };
  const seconds = await timed(() => pMap(files, fetchOne, { concurrency: connections }));
  if (received !== files.length * webGranules.bytes) fail(`${received} bytes came`);
  await source.close();
  tell({ seconds, counts: { granules: files.length } });
});

function fail(why: string): never {
  throw new Error(why);
}
