/**
 * `node test/promises/upgrade/freeze.ts VERSION`: freezes what this build sends and stores, for `upgrade.test.ts`, once a release: what
 * later ones are held against.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { schemaKnown } from "../../../shared/schema.ts";
import { type Frozen, frozenPath } from "./frozen.ts";
import { content, playScenario, type ServerName, serverKinds, type Written } from "./scenario.ts";

const version = process.argv[2];
if (!version) throw new Error("say which version this is: node test/promises/upgrade/freeze.ts VERSION");

const written: [ServerName, Written][] = [];
for (const [name, kind] of Object.entries(serverKinds) as [ServerName, object][])
  written.push([name, await playScenario(kind)]);
const first = written[0]?.[1].objects;
const differing = written.map(([name, { objects, ...one }], i) => {
  const own = Object.entries(objects).filter(
    ([key, object]) => i === 0 || JSON.stringify(object) !== JSON.stringify(first?.[key]),
  );
  return [name, { ...one, objects: Object.fromEntries(own) }];
});
const frozen: Frozen = {
  made: `by node test/promises/upgrade/freeze.ts ${version}, in that build`,
  schema: schemaKnown,
  content,
  written: Object.fromEntries(differing),
};
mkdirSync(dirname(frozenPath(version)), { recursive: true });
writeFileSync(frozenPath(version), `${JSON.stringify(frozen, undefined, 1)}\n`);
