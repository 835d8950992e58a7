import type { GoldenDifference, Meaning } from "../../../shared/archive/golden.ts";

const charactersMax = 60;

/** The gravest first. */
const meanings: Readonly<Record<Meaning, (id: string) => string>> = {
  newDataset: () =>
    "needs a new dataset, by another id or in another store: what is stored would mean something else; extend refuses it",
  repair: (id) =>
    `needs a repair: extend refuses what is stored until \`accrete doctor ${id} --repair\` has added it from the source`,
  harmless: () => "harmless: readers of what is stored are told by the next commit",
};

/** The differences of a dataset from its golden metadata, by what they mean for what is stored. */
export function goldenLines(id: string, differences: readonly GoldenDifference[]): string[] {
  return Object.entries(meanings).flatMap(([meaning, wording]) => {
    const such = differences.filter((one) => one.meaning === meaning);
    return such.length === 0 ? [] : [`  ${wording(id)}`, ...such.map((one) => `    ${differenceLine(one)}`)];
  });
}

function differenceLine({ key, field, golden, now }: GoldenDifference): string {
  if (field === undefined) return `${key}: ${golden === undefined ? "is new" : "is gone"}`;
  return `${key} ${field}: ${text(now)}, was ${text(golden)}`;
}

function text(value: unknown): string {
  const json = JSON.stringify(value) ?? "nothing";
  return json.length > charactersMax ? `${json.slice(0, charactersMax)}…` : json;
}
