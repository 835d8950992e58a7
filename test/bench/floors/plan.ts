// SERVED DIRECTORY…: the least that asking a provider for its listings costs.
import { Client } from "basic-ftp";
import { tell, timed } from "../measured.ts";
import { type Served, withServing } from "../serving.ts";

const [served = "", ...directories] = process.argv.slice(2);
const seconds = await withServing(JSON.parse(served) as Served, async (url) => {
  const { hostname, port } = new URL(url);
  const client = new Client();
  const listing = await timed(async () => {
    await client.access({ host: hostname, port: Number(port) });
    for (const directory of directories) await client.list(`/${directory}`);
  });
  client.close();
  return listing;
});
tell({ seconds });
