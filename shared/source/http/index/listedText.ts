import type { ListedFile } from "../../lister.ts";
import { readIsoInstant } from "../core/dates.ts";

/** What a row of an index says of its file. */
export interface RowText {
  /** All that stands beside the name. */
  readonly text: string;
  /** Of `<time>`, and the number by which the sizes are ordered, as Caddy has them. */
  readonly datetime: string | undefined;
  readonly orderBytes: string | undefined;
}

const textCharactersMax = 100;
/** Any date with a time of day, as servers list it; blanks are single by then. */
const dated = /\d{1,4}[-/](?:\d{1,2}|[A-Z][a-z]{2})[-/]\d{1,4},? \d{1,2}:\d{2}/;
/** nginx: the size is exact where it has no unit. */
const nginxForm = /^\d{2}-[A-Z][a-z]{2}-\d{4} \d{2}:\d{2} (\d+)$/;
/** IIS: before the name. */
const iisForm = /^\d{1,2}\/\d{1,2}\/\d{4} \d{1,2}:\d{2} [AP]M (\d+)$/;

/** What is known of a file by that. Without a date nothing is: a rounded size alone tells too little. */
export function listedAs({ text, datetime, orderBytes }: RowText): Omit<ListedFile, "name"> {
  if (datetime !== undefined) {
    const modifiedAt = readIsoInstant(datetime.trim());
    const version = shortened(`${datetime} ${orderBytes ?? ""}`);
    return { version, ...sized(orderBytes), ...(modifiedAt === undefined ? {} : { modifiedAt }) };
  }
  const version = shortened(text);
  if (!dated.test(version)) return { version: "" };
  return { version, ...sized((nginxForm.exec(version) ?? iisForm.exec(version))?.[1]) };
}

/** A quote begins an ETag, which stands before this text. */
function shortened(text: string): string {
  return text.replaceAll('"', "'").replace(/\s+/g, " ").trim().slice(0, textCharactersMax).trim();
}

function sized(digits: string | undefined): { readonly sizeBytes?: number } {
  const sizeBytes = /^\d+$/.test(digits ?? "") ? Number(digits) : Number.NaN;
  return Number.isSafeInteger(sizeBytes) ? { sizeBytes } : {};
}
