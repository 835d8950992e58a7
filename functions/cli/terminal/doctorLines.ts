import { formatInstant } from "../../../shared/dataset/timeAxis.ts";
import {
  type Difference,
  differenceKinds,
  type RepairKind,
} from "../../../shared/doctor/evidence/differences.ts";
import { type Examination, validThrough } from "../../../shared/doctor/examine.ts";
import type { RepairStep } from "../../../shared/doctor/repair/log.ts";
import type { Repaired } from "../../../shared/doctor/repair.ts";
import { counted } from "../../runtime/log/humanText.ts";

const repairs: Readonly<Record<RepairKind, string>> = {
  rebuild: "rebuilt from the provenance",
  rewrite: "written from the ledger",
  retake: "ingested again",
  adopt: "believed as it is",
  clear: "filled",
  commit: "published by the next commit",
  reconcile: "made to agree with the store",
  next: "by the next run",
  none: "-",
};

/** An examination in words for people: what was looked at, and a table of the differences. */
export function examinationLines(id: string, examination: Examination): string[] {
  const { differences, evidence } = examination;
  const through = validThrough(examination);
  const looked = evidence
    ? `${id}: ${counted(evidence.length, "timestep")}${through ? `, valid through ${through}` : ""}`
    : id;
  if (differences.length === 0) return [looked];
  const rows = differences.map((difference) => {
    const { found, means, mending, weight } = differenceKinds[difference.kind];
    const detail = difference.detail && `: ${difference.detail}`;
    return [weight, placeOf(examination, difference), `${found}${detail}`, means, repairs[mending]];
  });
  return [looked, ...table(["", "where", "found", "means", "how it is repaired"], rows)];
}

/** The same for machines: instants are ISO 8601, UTC. */
export function examinationSummary(id: string, examination: Examination) {
  const { differences, evidence } = examination;
  return {
    dataset: id,
    length: evidence?.length ?? null,
    valid_through: validThrough(examination) ?? null,
    differences: differences.map((difference) => {
      const { kind, place, of, detail } = difference;
      const { means, mending, weight } = differenceKinds[kind];
      const [first, last] = boundsOf(examination, difference);
      return { kind, weight, place, of, ...(of === "whole" ? {} : { first, last }), detail, means, mending };
    }),
  };
}

/** What a repair did, and what it left. */
export function repairLines({ done, left }: Repaired): string[] {
  const line = ({ mending, place, chunk, detail }: RepairStep) => {
    const where = chunk === undefined ? place : `${place} chunk ${chunk}`;
    const how = mending === "none" ? [] : [repairs[mending]];
    return `  ${[where, ...how, detail].join(": ")}`;
  };
  return [
    ...(done.length > 0 ? ["", "repaired", ...done.map(line)] : []),
    ...(left.length > 0 ? ["", "left", ...left.map(line)] : []),
  ];
}

function boundsOf(
  { evidence }: Examination,
  { of, first, last }: Difference,
): [string | number, string | number] {
  if (of !== "timestep" || !evidence) return [first, last];
  const { time } = evidence.dataset;
  return [formatInstant(time.at(first)), formatInstant(time.at(last))];
}

function placeOf(examination: Examination, difference: Difference): string {
  const { place, of, first: from, last: to } = difference;
  if (of === "whole") return place;
  const [first, last] = boundsOf(examination, difference);
  if (from === to) return of === "chunk" ? `${place} chunk ${first}` : `${place} ${first}`;
  return of === "chunk" ? `${place} chunks ${first} to ${last}` : `${place} ${first} to ${last}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] ?? "").length)));
  return all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
