/** What an HTTP server says of a file's version, in one text: its ETag, and what an index says beside its name. */
export interface HttpVersion {
  /** With its quotes, as it came. */
  readonly etag: string | undefined;
  /** "" where no index says more than the name. */
  readonly text: string;
}

/** Longer ones are left out: a version is kept for every timestep. */
const etagCharactersMax = 200;
const form = /^((?:W\/)?"[^"]*")?(?: |$)?(.*)$/s;

export function writeVersion({ etag, text }: HttpVersion): string {
  return etag === undefined ? text : text === "" ? etag : `${etag} ${text}`;
}

/** A version as `writeVersion` writes it: only an ETag begins with a quote. */
export function readVersion(version: string): HttpVersion {
  const [, etag, text = ""] = form.exec(version) ?? [];
  return { etag, text };
}

/** The ETag of a header, with quotes also where the server forgets them; an empty one is none. */
export function readEtag(header: string | undefined): string | undefined {
  const said = header?.trim() ?? "";
  const etag = /^(W\/)?"[^"]*"$/.test(said) ? said : `"${said.replaceAll('"', "")}"`;
  return strong(etag) === '""' || said.length > etagCharactersMax ? undefined : etag;
}

/** Whether both are told, and the same: a weak one is as good as its text. */
export function isSameEtag(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && other !== undefined && strong(one) === strong(other);
}

function strong(etag: string): string {
  return etag.replace(/^W\//, "");
}
