import type { Listing } from "../../../../shared/dataset/descriptor.ts";
import type { ServedFile } from "../../../../shared/testing/files.ts";
import { sourceContract } from "../../../../shared/testing/source.ts";
import { indexKinds, indexTraits } from "../../../support/indexPages.ts";
import { type IndexServerOptions, startIndexServer } from "../../../support/indexServer.ts";
import { quickSource } from "./quickSource.ts";

const started =
  (kind: IndexServerOptions["kind"], listing: Listing) =>
  async (files: Readonly<Record<string, ServedFile>>) => {
    const server = await startIndexServer({ kind, files });
    return { source: quickSource({ url: server.base, listing }), stop: () => server.close() };
  };

for (const kind of indexKinds) {
  const { size, text } = indexTraits[kind];
  sourceContract(`HTTP, index of ${kind}`, started(kind, "index"), {
    isSizeFound: size,
    isVersionFound: text,
    isVersionGrown: true,
  });
}
sourceContract("HTTP, THREDDS", started("thredds", "thredds"), { isSizeFound: false, isVersionGrown: true });
sourceContract("HTTP, asked for each path", started("none", "none"), { isListed: false });
