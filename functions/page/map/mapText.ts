import { statusFlags } from "../../../shared/dataset/cf.ts";
import type { FailingStep } from "../../../shared/status/summary.ts";
import type { Cell, Plane } from "../dataset/field.ts";
import type { FieldMetadata } from "../dataset/fieldMetadata.ts";
import { latitudeText, longitudeText, unitText, valueText } from "../ui/valueFormat.ts";

/** Where a cell is, as in `12.125° S, 45.375° E`. */
export function placeText({ rows, columns, isEarth, names }: Plane, { row, column }: Cell): string {
  if (isEarth) return `${latitudeText(rows.at(row))}, ${longitudeText(columns.at(column))}`;
  return rows.count > 1 ? `${names.row} ${row}, ${names.column} ${column}` : `${names.column} ${column}`;
}

/** A cell's value, as in `0.37 mm h⁻¹`; a category by its name. */
export function measuredText(value: number, { flags, units, decimals }: FieldMetadata): string {
  if (Number.isNaN(value)) return "no value";
  const flag = flags?.find((other) => other.value === value);
  if (flag) return `${flag.meaning} (${value})`;
  return `${valueText(value, decimals)} ${unitText(units)}`.trimEnd();
}

/** Why a timestep has no values, by its flag and what is known of its failure; `undefined` if it is present. */
export function gapText(flag: number | undefined, failing: FailingStep | undefined): string | undefined {
  if (flag === undefined || flag === statusFlags.present) return undefined;
  const reason = failing?.reason;
  switch (flag) {
    case statusFlags.missing:
      return `missing: ${reason ?? "the provider has no granule of this timestep"}`;
    case statusFlags.corrupt:
      return `corrupt: ${reason ?? "its granule could not be read"}`;
    case statusFlags.pending:
      return `pending: ${reason ?? "its granule has not arrived yet"}`;
    default:
      return `its status is ${flag}, which this page does not know`;
  }
}

/** What a plane's picture leaves out or cannot show; `undefined` if nothing. */
export function limitationText(plane: Plane, hidden: readonly string[]): string | undefined {
  const notes = [
    plane.isEarth
      ? undefined
      : `The grid's axes are ${plane.names.row || "one row"} and ${plane.names.column}, not latitude and longitude: it is drawn as a plain picture.`,
    hidden.length > 0 ? `Only the first index along ${hidden.join(" and ")} is shown.` : undefined,
  ];
  return notes.filter(Boolean).join(" ") || undefined;
}
