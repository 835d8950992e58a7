import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { type SecureContext, TLSSocket } from "node:tls";
import { befalls, type FtpFaultKind, type FtpFaults, takeChance, webPage } from "./ftpFaults.ts";
import { type Entry, mlsdLine, resolved, type ServedFiles, timestamp, unixLine } from "./ftpListing.ts";
import type { FtpServerOptions } from "./ftpServer.ts";

/** What the connections of one server have in common. */
export interface SessionContext {
  readonly options: FtpServerOptions;
  readonly files: ServedFiles;
  readonly faults: FtpFaults;
  readonly secureContext: SecureContext | undefined;
  readonly now: () => number;
  readonly random: () => number;
  /** Resolves once so many more bytes may be sent, by whichever transfer. */
  readonly mayTransfer: (bytes: number) => Promise<void>;
  /** Whether there are more connections than the server takes. */
  readonly isFull: () => boolean;
  readonly onCommand: (command: string) => void;
  readonly onChance: (kind: FtpFaultKind) => void;
}

/** One control connection, with at most one data connection. */
export class Session {
  readonly #context: SessionContext;
  readonly #raw: Socket;
  #control: Socket;
  #received = "";
  #turn: Promise<void> = Promise.resolve();
  #user = "";
  #isLoggedIn = false;
  #directory = "/";
  #restartAt = 0;
  #protectsData: boolean;
  #passive: Server | undefined;
  #data: Promise<Socket> | undefined;
  #dataSocket: Socket | undefined;
  #isEnded = false;

  constructor(socket: Socket, context: SessionContext) {
    this.#context = context;
    this.#raw = socket;
    this.#protectsData = context.options.tls?.implicit === true;
    socket.on("error", () => {});
    // The reply after a transfer is not to wait for the acknowledgement of the one before.
    socket.setNoDelay(true);
    this.#control = this.#protectsData ? this.#secured(socket) : socket;
    this.#listen();
  }

  greet(): void {
    const { faults, isFull } = this.#context;
    if (faults.silent.has("GREETING")) return;
    const chance = this.#chance("GREETING");
    const isOrdered = faults.busyGreetings > 0;
    if (isOrdered) faults.busyGreetings--;
    const instead = faults.replies.get("GREETING");
    if (instead !== undefined) this.#reply(instead);
    else if (chance === "reset") this.#reset();
    else if (isOrdered || isFull() || chance === "busy") {
      this.#control.end("421 There are too many connections.\r\n");
    } else this.#reply("220 Ready.");
  }

  #chance(command: string): FtpFaultKind | undefined {
    const { faults, random, onChance } = this.#context;
    const kind = takeChance(faults, command, random);
    if (kind) onChance(kind);
    return kind;
  }

  #reset(): void {
    this.#raw.resetAndDestroy();
    this.#endData();
  }

  end(): void {
    this.#isEnded = true;
    this.#raw.destroy();
    this.#endData();
  }

  #secured(socket: Socket): TLSSocket {
    const secure = new TLSSocket(socket, { isServer: true, secureContext: this.#context.secureContext });
    secure.on("error", () => {});
    return secure;
  }

  #listen(): void {
    this.#control.setEncoding("utf8");
    this.#control.on("data", (text: string) => {
      const lines = (this.#received + text).split("\r\n");
      this.#received = lines.pop() ?? "";
      for (const line of lines) this.#turn = this.#turn.then(() => this.#obey(line));
    });
    this.#control.on("end", () => this.end());
  }

  #reply(text: string): void {
    const { babble } = this.#context.faults;
    const isWord = babble !== undefined && !text.includes("\r\n");
    const said = isWord ? `${text.slice(0, 3)}-${babble}\r\n${text} ${babble}` : text;
    if (this.#control.writable) this.#control.write(`${said}\r\n`);
  }

  async #obey(line: string): Promise<void> {
    const { faults, onCommand } = this.#context;
    const [word = "", ...rest] = line.split(" ");
    const command = word.toUpperCase();
    onCommand(command);
    if (faults.latencyMs > 0) await wait(faults.latencyMs);
    if (faults.silent.has(command)) return;
    const instead = faults.replies.get(command);
    const chance = this.#chance(command);
    if (instead !== undefined) this.#reply(instead);
    else if (chance === "reset") this.#reset();
    else if (chance === "temporary") this.#reply("451 Local error.");
    else if (chance === "permanent") this.#replyMissing(550);
    else await this.#answer(command, rest.join(" "), chance);
  }

  async #answer(command: string, argument: string, chance: FtpFaultKind | undefined): Promise<void> {
    const { options, faults } = this.#context;
    switch (command) {
      case "USER":
        this.#user = argument;
        return this.#reply("331 Please say the password.");
      case "PASS":
        return this.#logIn(argument);
      case "QUIT":
        this.#control.end("221 Goodbye.\r\n");
        return;
      case "NOOP":
      case "OPTS":
      case "STRU":
      case "PBSZ":
        return this.#reply("200 OK.");
      case "SYST":
        return this.#reply("215 UNIX Type: L8");
      case "FEAT":
        return this.#reply(["211-Features:", ...this.#features(), "211 End"].join("\r\n"));
      case "AUTH":
        if (options.tls === undefined) return this.#reply("502 There is no TLS.");
        this.#reply("234 Go on with TLS.");
        this.#control.removeAllListeners("data");
        this.#control = this.#secured(this.#raw);
        return this.#listen();
      case "PROT":
        this.#protectsData = argument === "P";
        return this.#reply("200 OK.");
    }
    if (!this.#isLoggedIn) return this.#reply("530 Please log in.");
    const path = resolved(this.#directory, argument);
    switch (command) {
      case "TYPE":
        return this.#reply("200 OK.");
      case "PWD":
        return this.#reply(`257 "${this.#directory}" is the directory.`);
      case "CWD":
      case "CDUP":
        return this.#enter(resolved(this.#directory, command === "CDUP" ? ".." : argument));
      case "PASV": {
        const port = await this.#openPassive();
        return this.#reply(`227 Passive mode (${faults.passiveHost},${port >> 8},${port & 255}).`);
      }
      case "EPSV":
        return this.#reply(`229 Extended passive mode (|||${await this.#openPassive()}|)`);
      case "REST":
        this.#restartAt = Number(argument);
        return this.#reply(`350 Beginning at ${this.#restartAt}.`);
      case "LIST":
        return this.#list(resolved(this.#directory, argument.replace(/^-\S* ?/, "")), false, chance);
      case "MLSD":
        if (options.mlsd !== false) return this.#list(path, true, chance);
        break;
      case "RETR":
        return this.#retrieve(path, chance);
      case "SIZE":
      case "MDTM": {
        const file = this.#context.files.file(path);
        if (file === undefined) return this.#replyMissing(faults.missingAnswer === 551 ? 551 : 550);
        return this.#reply(`213 ${command === "SIZE" ? file.bytes.length : timestamp(file.modifiedAt)}`);
      }
    }
    this.#reply("500 Unknown command.");
  }

  #features(): string[] {
    const { mlsd, tls } = this.#context.options;
    const features = [" EPSV", " MDTM", " PASV", " REST STREAM", " SIZE", " UTF8"];
    if (mlsd !== false) features.push(" MLST type*;size*;modify*;");
    if (tls !== undefined) features.push(" AUTH TLS", " PBSZ", " PROT");
    return features;
  }

  #logIn(password: string): void {
    const { options, faults } = this.#context;
    const isRight = options.login?.user === this.#user && options.login.password === password;
    this.#isLoggedIn = !faults.refuseLogins && (options.login === undefined || isRight);
    this.#reply(this.#isLoggedIn ? "230 Welcome." : "530 Login incorrect.");
  }

  #enter(directory: string): void {
    if (this.#context.files.isDirectory(directory)) {
      this.#directory = directory;
      this.#reply("250 OK.");
    } else this.#replyMissing(550);
  }

  #replyMissing(code: 550 | 551): void {
    this.#reply(`${code} There is no such file or directory.`);
  }

  async #openPassive(): Promise<number> {
    this.#endData();
    const { promise, resolve } = Promise.withResolvers<Socket>();
    this.#data = promise;
    this.#passive = createServer((socket) => {
      socket.on("error", () => {});
      this.#dataSocket = socket;
      if (this.#protectsData) {
        const secure = this.#secured(socket);
        secure.once("secure", () => resolve(secure));
      } else resolve(socket);
    });
    const port = await listening(this.#passive, 0);
    // A connection may end while its passive port is being opened.
    if (this.#isEnded) this.#endData();
    return port;
  }

  #endData(): void {
    this.#passive?.close();
    this.#dataSocket?.destroy();
    this.#passive = undefined;
    this.#dataSocket = undefined;
    this.#data = undefined;
  }

  /** As vsftpd does, LIST shows a missing directory as an empty one; MLSD says that it is not there. */
  async #list(asked: string, isMlsd: boolean, chance: FtpFaultKind | undefined): Promise<void> {
    const { files, faults, now } = this.#context;
    const path = faults.ignoresPaths ? this.#directory : asked;
    if (isMlsd && !files.isDirectory(path)) return this.#replyMissing(550);
    const errorOf = ({ kind, name }: Entry) => {
      if (kind !== "file") return 0;
      return (befalls(faults, `${path}/${name}`) ? faults.listedSizeError : 0) + (chance === "size" ? 1 : 0);
    };
    const lines = files.entries(path).map((entry) => {
      const told = entry.kind === "file" ? (faults.listedBytes ?? entry.sizeBytes) : entry.sizeBytes;
      const sizeBytes = told + errorOf(entry);
      return isMlsd
        ? mlsdLine({ ...entry, sizeBytes }, faults.factsLeftOut)
        : unixLine({ ...entry, sizeBytes }, now());
    });
    const listed = faults.listingText ?? lines.map((line) => `${line}\r\n`).join("");
    const text = Buffer.from(chance === "html" ? webPage : listed);
    const opening = "150 Here comes the listing.";
    if (chance === "broken") await this.#breakOff(opening, text.subarray(0, text.length / 2));
    else await this.#transfer(opening, text);
  }

  async #retrieve(path: string, chance: FtpFaultKind | undefined): Promise<void> {
    const { files, faults, options } = this.#context;
    const file = files.file(path);
    if (file === undefined) {
      if (faults.missingAnswer !== "reset") return this.#replyMissing(faults.missingAnswer);
      await this.#data;
      this.#dataSocket?.resetAndDestroy();
      return;
    }
    const whole = chance === "html" ? Buffer.from(webPage) : file.bytes;
    const announced =
      options.announceSize === false ? "" : ` (${faults.announcedBytes ?? whole.length} bytes)`;
    const opening = `150 Opening BINARY mode data connection for ${path}${announced}.`;
    const bytes = whole.subarray(this.#restartAt);
    this.#restartAt = 0;
    const ordered = takeTransferFault(faults, path);
    const fault = ordered ?? chance;
    const part = bytes.subarray(0, ordered ? faults.faultAfterBytes : bytes.length / 2);
    if (fault === "broken") await this.#breakOff(opening, part);
    else if (fault === "stalled") await this.#begin(opening, part);
    else await this.#transfer(opening, fault === "short" ? part : bytes);
  }

  async #breakOff(opening: string, part: Uint8Array): Promise<void> {
    await this.#begin(opening, part);
    this.end();
  }

  async #transfer(opening: string, bytes: Uint8Array): Promise<void> {
    const data = await this.#begin(opening, bytes);
    if (data === undefined) return;
    if (data.writable) {
      data.end();
      await new Promise((resolve) => data.once("close", resolve));
    }
    this.#endData();
    this.#reply("226 Transfer complete.");
  }

  async #begin(opening: string, bytes: Uint8Array): Promise<Socket | undefined> {
    if (this.#data === undefined) {
      this.#reply("425 Use PASV first.");
      return undefined;
    }
    const data = await this.#data;
    this.#reply(opening);
    const { bytesPerSecond, bytesPerSecondInAll } = this.#context.faults;
    const pace = Math.min(bytesPerSecond, bytesPerSecondInAll);
    const stepBytes = Math.max(1, Math.min(bytes.length, Math.ceil(pace / 20)));
    for (let from = 0; from < bytes.length && data.writable; from += stepBytes) {
      const step = bytes.subarray(from, from + stepBytes);
      if (Number.isFinite(bytesPerSecondInAll)) await this.#context.mayTransfer(step.length);
      await new Promise((resolve) => data.write(step, resolve));
      if (Number.isFinite(bytesPerSecond)) await wait((step.length / bytesPerSecond) * 1000);
    }
    return data;
  }
}

/** What was ordered for the transfers of such a file; it is used up. */
function takeTransferFault(faults: FtpFaults, path: string): "broken" | "stalled" | "short" | undefined {
  if (!befalls(faults, path)) return undefined;
  for (const kind of ["broken", "stalled", "short"] as const) {
    if (faults[`${kind}Transfers`] === 0) continue;
    faults[`${kind}Transfers`]--;
    return kind;
  }
  return undefined;
}

/** Begins to listen on 127.0.0.1, and answers with the port; port 0 takes any that is free. */
export async function listening(server: Server, port: number): Promise<number> {
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}
