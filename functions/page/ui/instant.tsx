import { formatInstant } from "../../../shared/dataset/timeAxis.ts";
import { instantText } from "./format.ts";

/** An instant in UTC, readable for people and machines. */
export function Instant({ at }: { readonly at: number }) {
  return <time dateTime={formatInstant(at)}>{instantText(at)}</time>;
}
