import { reasonOf } from "../../../errors.ts";

/** Parameters of a URL that let in whoever has them: of signed URLs, and tokens. */
const secretParameter =
  /^(x-(amz|goog|ms)-(signature|credential|security-token)|signature|sig|token|[\w-]*(access[_-]?token|api[_-]?key)|key-pair-id|awsaccesskeyid|googleaccessid|policy|code|password)$/i;
const signature = /^(x-(amz|goog)-signature|signature|sig)$/i;
const struck = "***";

/** Whether the URL itself says who asks. A server refuses whoever says it twice. */
export function isSigned(url: URL): boolean {
  return [...url.searchParams.keys()].some((name) => signature.test(name));
}

/** A URL as it may be shown: without user, password and fragment, and with `***` for what lets in whoever has it. */
export function shownUrl(url: URL): string {
  const shown = url.search.replace(/([?&])([^=&]*)=[^&]*/g, (parameter, mark: string, name: string) =>
    secretParameter.test(decoded(name)) ? `${mark}${name}=${struck}` : parameter,
  );
  return `${url.protocol}//${url.host}${url.pathname}${shown}`;
}

/** Percent-decoded; as it is where it encodes nothing. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** What Node says of a certificate that does not prove who the server is. */
const certificates: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: "its certificate has expired",
  CERT_NOT_YET_VALID: "its certificate is not valid yet",
  CERT_REVOKED: "its certificate is revoked",
  DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate is signed by itself alone",
  SELF_SIGNED_CERT_IN_CHAIN: "its certificate comes from an authority that is not known here",
  UNABLE_TO_GET_ISSUER_CERT: "its certificate comes from an authority that is not known here",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "its certificate comes from an authority that is not known here",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "its certificate comes without those that it stands on",
  ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is that of another host",
};

const meanings: Readonly<Record<string, string>> = {
  ECONNREFUSED: "the server takes no connection",
  ECONNRESET: "the server ended the connection",
  EPIPE: "the server ended the connection",
  ENOTFOUND: "there is no such host",
  EAI_AGAIN: "the host's name could not be looked up",
  EHOSTUNREACH: "no way leads to the host",
  ENETUNREACH: "no way leads to the host",
  ETIMEDOUT: "the connection came to nothing",
  EPROTO: "the server does not speak TLS as it should",
  ERR_SSL_WRONG_VERSION_NUMBER: "the server does not speak TLS",
  HPE_HEADER_OVERFLOW: "the answer's headers are too long",
};

/** Why a connection failed, in one line and with the system's code, and whether the server's certificate was why. */
export function connectionFault(thrown: unknown): { readonly why: string; readonly isCertificate: boolean } {
  const code = codeOf(thrown);
  const certificate = certificates[code];
  if (certificate !== undefined) return { why: `${code} ${certificate}`, isCertificate: true };
  const isGarbled = code.startsWith("HPE_");
  const meaning = meanings[code] ?? (isGarbled ? `the answer is no HTTP (${reasonOf(thrown)})` : undefined);
  const reason = meaning ?? reasonOf(thrown);
  return { why: code === "" || reason.includes(code) ? reason : `${code} ${reason}`, isCertificate: false };
}

export function codeOf(thrown: unknown): string {
  const code = thrown instanceof Error && "code" in thrown ? thrown.code : undefined;
  return typeof code === "string" ? code : "";
}
