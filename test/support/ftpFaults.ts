/**
 * How a call fails by chance.
 * - `busy`: the connection is greeted with 421 and ended. `reset`: it is reset in place of an answer.
 * - `temporary`: 451. `permanent`: 550, as if there were no such file or directory.
 * - `broken`: both connections end in the middle of the transfer. `short`: it ends there too, and is called complete.
 * - `html`: a web page comes in place of a file or a listing. `size`: every size in a listing is wrong.
 */
export const ftpFaultKinds = [
  "busy",
  "reset",
  "temporary",
  "permanent",
  "broken",
  "short",
  "html",
  "size",
] as const;
export type FtpFaultKind = (typeof ftpFaultKinds)[number];

/** What goes wrong. Set at the start, and changed at any time through `server.faults`. */
export interface FtpFaults {
  /** Answers every login with 530. */
  refuseLogins: boolean;
  /** Greets so many further connections with 421 and ends them. */
  busyGreetings: number;
  /** Greets those beyond so many at once in the same way. */
  connectionsMax: number;
  /** So many further transfers of files lose both their connections after `faultAfterBytes`. */
  brokenTransfers: number;
  /** So many further transfers of files end after `faultAfterBytes`, and are called complete. */
  shortTransfers: number;
  /** So many further transfers of files go no further than `faultAfterBytes`, and do not end. */
  stalledTransfers: number;
  faultAfterBytes: number;
  /** Only files whose paths match have such transfers, and wrong sizes in listings; without it, all. */
  paths: RegExp | undefined;
  /** What a missing file is answered with; `reset`: the data connection is reset, and nothing is said. */
  missingAnswer: 550 | 551 | "reset";
  /** Added to every size in a listing. */
  listedSizeError: number;
  /** Listed of every file in place of its size, and the facts that MLSD does without. */
  listedBytes: number | undefined;
  /** Announced with every file in place of its size. */
  announcedBytes: number | undefined;
  readonly factsLeftOut: Set<string>;
  /** What a reply to PASV names in place of the server's own address, as in "10,0,0,1". */
  passiveHost: string;
  /** Lists the working directory, whatever path it is asked for. */
  ignoresPaths: boolean;
  /** Sent instead of every listing. */
  listingText: string | undefined;
  /** Stands behind the text of every reply, and a line of it before that. */
  babble: string | undefined;
  /** By command, the reply in place of its own. */
  readonly replies: Map<string, string>;
  /** Commands that are never answered; `GREETING` is the server's first word. */
  readonly silent: Set<string>;
  /** Before the answer to each command. */
  latencyMs: number;
  /** Of each transfer. */
  bytesPerSecond: number;
  /** Of all transfers together, in the order that they ask. */
  bytesPerSecondInAll: number;
  /** So great a share of new connections, and of commands that ask for a listing, a file, its date or size, fails at random. */
  share: number;
}

export const webPage = "<html><body>Service unavailable</body></html>\r\n";

export function noFtpFaults(): FtpFaults {
  return {
    refuseLogins: false,
    busyGreetings: 0,
    connectionsMax: Number.POSITIVE_INFINITY,
    brokenTransfers: 0,
    shortTransfers: 0,
    stalledTransfers: 0,
    faultAfterBytes: 0,
    paths: undefined,
    missingAnswer: 550,
    listedSizeError: 0,
    listedBytes: undefined,
    announcedBytes: undefined,
    factsLeftOut: new Set(),
    passiveHost: "127,0,0,1",
    ignoresPaths: false,
    listingText: undefined,
    babble: undefined,
    replies: new Map(),
    silent: new Set(),
    latencyMs: 0,
    bytesPerSecond: Number.POSITIVE_INFINITY,
    bytesPerSecondInAll: Number.POSITIVE_INFINITY,
    share: 0,
  };
}

const always = ["reset", "temporary", "permanent"] as const;
const listing = [...always, "broken", "html", "size"] as const;
/** What may befall each command by chance; others are spared. */
const kindsOf: Readonly<Record<string, readonly FtpFaultKind[]>> = {
  GREETING: ["busy", "reset"],
  CWD: always,
  MLSD: listing,
  LIST: listing,
  RETR: [...always, "broken", "short", "html"],
  MDTM: always,
  SIZE: always,
};

/** What goes wrong with this command by chance, if anything. */
export function takeChance(
  { share }: FtpFaults,
  command: string,
  random: () => number,
): FtpFaultKind | undefined {
  const kinds = kindsOf[command];
  if (share === 0 || !kinds || random() >= share) return undefined;
  return kinds[Math.floor(random() * kinds.length)];
}

/** Whether faults that are ordered for some paths befall this one. */
export function befalls({ paths }: FtpFaults, path: string): boolean {
  return paths === undefined || paths.test(path);
}
