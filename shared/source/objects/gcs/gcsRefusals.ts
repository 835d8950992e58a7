import { errorIn, line } from "../errorDocument.ts";
import type { Refusal, Refused } from "../vendor.ts";

/**
 * What an answer of Cloud Storage means that is not 200: JSON of lists, XML of objects
 * (https://cloud.google.com/storage/docs/json_api/v1/status-codes, https://cloud.google.com/storage/docs/xml-api/reference-status).
 */
export function gcsRefusal(refused: Refused, bucket: string, isAnonymous: boolean): Refusal {
  const { status } = refused;
  const ofList = listErrorIn(refused);
  const { code, message } = ofList ?? errorIn(refused);
  const said = `${status}${code && ` ${code}`}${message && ` ${message}`}`;
  if (status === 404 && (ofList || code === "NoSuchBucket")) {
    return { kind: "final", why: `there is no bucket ${bucket}` };
  }
  if (status === 404) return { kind: "absent", why: said };
  if (status === 401 && !isAnonymous) {
    return { kind: "final", why: `the server does not accept the credentials (${said})` };
  }
  return status === 401 || status === 403
    ? { kind: "denied", why: said }
    : { kind: "failed", why: `the server answered ${said}` };
}

function listErrorIn({ text }: Refused): { readonly code: string; readonly message: string } | undefined {
  try {
    const { message, errors } = JSON.parse(text).error;
    const reason: unknown = Array.isArray(errors) ? errors[0]?.reason : undefined;
    return { code: typeof reason === "string" ? line(reason) : "", message: line(String(message)) };
  } catch {
    return undefined;
  }
}
