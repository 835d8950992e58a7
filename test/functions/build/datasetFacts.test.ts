/** What terraform is told of where a dataset's granules come from, and as whom they are asked for. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { datasetFacts } from "../../../functions/build/datasetFacts.ts";
import type { BaseUrl } from "../../../shared/dataset/candidates.ts";
import type { Descriptor } from "../../../shared/dataset/dataset.ts";
import { tinyDataset } from "../../support/tinyDataset.ts";

function at(id: string, ...bases: readonly Omit<BaseUrl, "name">[]): Descriptor {
  const dataset = tinyDataset({ id });
  const named = bases.map((base, i) => ({ ...base, name: i === 0 ? "" : `further-${i}` }));
  return { ...dataset, source: { ...dataset.source, bases: named } };
}

const factsOf = (...bases: readonly Omit<BaseUrl, "name">[]) => datasetFacts([at("one", ...bases)]).one;

test("every secret that a base URL names, each once; who asks as nobody, or as the process itself, names none", () => {
  const facts = factsOf(
    { url: "https://new.example.org/a", auth: { kind: "basic", secret: "pps" } },
    { url: "https://old.example.org/a", auth: { kind: "bearer", secret: "earthdata" } },
    { url: "https://older.example.org/a", auth: { kind: "bearer", secret: "earthdata" } },
    { url: "gs://acme-granules", auth: { kind: "google" } },
    { url: "https://oldest.example.org/a" },
  );
  assert.deepEqual(facts?.secrets, ["earthdata", "pps"]);
  assert.deepEqual(
    facts?.furtherSecrets,
    ["earthdata"],
    "those without which a mirror of the first does not do",
  );
});

for (const [url, host] of [
  ["ftp://ftp.example.org/a", "ftp.example.org:21"],
  ["ftps://ftp.example.org:990/a?data-host=any", "ftp.example.org:990"],
  ["https://data.example.org/a?redirect-host=any", "data.example.org:443"],
  ["http://data.example.org/a", "data.example.org:80"],
  ["https://data.example.org:8443", "data.example.org:8443"],
  ["s3://noaa-goes19/ABI-L2-LSTC", "noaa-goes19.s3.us-east-1.amazonaws.com:443"],
  ["s3://acme.granules?region=eu-central-1", "s3.eu-central-1.amazonaws.com:443"],
  ["s3://acme/a?endpoint=http://minio.example.org:9000", "minio.example.org:9000"],
  ["gs://high-resolution-rapid-refresh", "storage.googleapis.com:443"],
] as const) {
  test(`${url} is at ${host}`, () => {
    assert.deepEqual(factsOf({ url })?.hosts, [host]);
  });
}

test("a directory is at no host, and base URLs of one host are at one", () => {
  const facts = factsOf(
    { url: "file:///mnt/granules" },
    { url: "https://b.example.org/a" },
    { url: "https://b.example.org/b" },
    { url: "https://a.example.org/b" },
  );
  assert.deepEqual(facts?.hosts, ["a.example.org:443", "b.example.org:443"]);
});

test("the further base URLs' hosts are told by themselves", () => {
  const facts = factsOf({ url: "https://first.example.org/a" }, { url: "ftp://next.example.org/a" });
  assert.deepEqual(facts?.furtherHosts, ["next.example.org:21"]);
});
