import type { IndexEntry } from "./indexPages.ts";

function xml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}

/** The `catalog.xml` of a directory as THREDDS writes it of a scanned one (InvCatalog 1.0); `path` without slashes at its ends. */
export function catalogPage(path: string, entries: readonly IndexEntry[]): string {
  const datasets = entries.map(({ name, kind, sizeBytes, modifiedAt }) => {
    if (kind === "directory")
      return `    <catalogRef xlink:href="${encodeURIComponent(name)}/catalog.xml" xlink:title="${xml(name)}" ID="${xml(`${path}/${name}`)}" name="" />\n`;
    const size =
      sizeBytes < 1000
        ? `<dataSize units="bytes">${sizeBytes}`
        : `<dataSize units="Mbytes">${(sizeBytes / 1e6).toPrecision(4)}`;
    const date = new Date(modifiedAt).toISOString().replace(".000", "");
    return `    <dataset name="${xml(name)}" ID="${xml(`${path}/${name}`)}" urlPath="${xml(`${path}/${name}`)}">\n      ${size}</dataSize>\n      <date type="modified">${date}</date>\n    </dataset>\n`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>
<catalog xmlns="http://www.unidata.ucar.edu/namespaces/thredds/InvCatalog/v1.0" xmlns:xlink="http://www.w3.org/1999/xlink" version="1.2">
  <service name="all" serviceType="Compound" base="">
    <service name="odap" serviceType="OPENDAP" base="/thredds/dodsC/" />
    <service name="http" serviceType="HTTPServer" base="/thredds/fileServer/" />
  </service>
  <service name="latest" serviceType="Resolver" base="" />
  <dataset name="${xml(path)}" ID="${xml(path)}">
    <metadata inherited="true">
      <serviceName>all</serviceName>
    </metadata>
    <dataset name="Latest" urlPath="latest.xml">
      <serviceName>latest</serviceName>
    </dataset>
${datasets.join("")}  </dataset>
</catalog>
`;
}
