import { Failure } from "./failure.ts";
import { shownUrl } from "./words.ts";

const statuses: readonly number[] = [301, 302, 303, 307, 308];

export function isRedirect(status: number, location: string | undefined): location is string {
  return statuses.includes(status) && location !== undefined;
}

/**
 * Where an answer's `Location` leads. Without a user and a password: nobody but the user of the source says who asks. Throws a
 * `Failure` for what is no URL of HTTP, and from https to http.
 */
export function redirectTarget(location: string, from: URL): URL {
  // Node reads headers as Latin-1; servers write UTF-8.
  const text = Buffer.from(location, "latin1").toString();
  if (!URL.canParse(text, from.href))
    throw failure(`the server redirects to ${JSON.stringify(text)}, which is no URL`);
  const target = new URL(text, from);
  target.username = "";
  target.password = "";
  target.hash = "";
  if (target.protocol !== "https:" && target.protocol !== "http:")
    throw failure(`the server redirects to a URL of ${target.protocol}, which this source does not follow`);
  if (target.protocol === "http:" && from.protocol === "https:")
    throw failure(`the server redirects from https to ${shownUrl(target)}, which anybody can read: refused`);
  return target;
}

function failure(why: string): Failure {
  return new Failure(why, { isFinal: true });
}
