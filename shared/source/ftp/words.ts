import { reasonOf } from "../../errors.ts";
import type { FtpLimits } from "./limits.ts";

const controlBytesMax = 2 ** 16;

/** What basic-ftp says of a connection that failed, and what that means. Replies of the server and the system's errors are as they are. */
const meanings: readonly (readonly [RegExp, (limits: FtpLimits) => string])[] = [
  [
    /^(Server (sent FIN packet|closed connection) unexpectedly|User closed client)/,
    () => "the server ended the connection",
  ],
  [
    /^The operation was aborted due to timeout/,
    ({ answerMs }) => `the answer was not whole within ${answerMs} ms`,
  ],
  [/^Socket closed due to transmission error/, () => "the connection broke"],
  [/^Timeout \(control socket\)/, ({ idleMs }) => `no answer within ${idleMs} ms`],
  [/^Timeout \(data socket\)/, ({ idleMs }) => `the transfer stood still for ${idleMs} ms`],
  [/^FTP control response exceeded/, () => `a reply is longer than ${controlBytesMax} characters`],
  [/^Unexpected FTP response is requesting an answer/, () => "a reply asks for what nobody has offered"],
  [
    /^(Data transfer should start|Download will be initiated)/,
    () => "a transfer began that nobody asked for",
  ],
];

/**
 * Why something failed, in one line, without the secrets that `strike` knows: a server may repeat what it was sent. With
 * the system's code where the message is silent about it, as for a name with several addresses.
 */
export function explained(thrown: unknown, limits: FtpLimits, strike: (text: string) => string): string {
  const said = reasonOf(thrown, Number.POSITIVE_INFINITY)
    .replace(/^(Client is closed because )+/, "")
    .trim();
  const meaning = meanings.find(([form]) => form.test(said))?.[1](limits);
  const reason = reasonOf(meaning ?? strike(said.replace(/ \((control|data) socket\)$/, "")));
  const code = thrown instanceof Error && "code" in thrown ? thrown.code : undefined;
  return typeof code === "string" && /^[A-Z]/.test(code) && !reason.includes(code)
    ? `${code} ${reason}`
    : reason;
}
