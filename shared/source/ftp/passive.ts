import { BlockList, isIPv4, Socket } from "node:net";
import { connect as secured, TLSSocket } from "node:tls";
import { anyDataHost } from "../../dataset/baseUrl.ts";
import { reasonOf } from "../../errors.ts";
import { type Client, closingCode, type FTPResponse, isReply } from "./replies.ts";

type Context = Client["ftp"];
type Mode = (context: Context) => Promise<FTPResponse>;

/** Addresses that mean another machine, or none, to who is not beside the server. */
const local = new BlockList();
for (const [network, bits] of [
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
] as const)
  local.addSubnet(network, bits);

/**
 * Has the client open its data connections by EPSV, else by PASV, and stay with what worked. They go to the host of the
 * control connection: what a reply to PASV names is often the server's address behind a router, and a hostile one
 * would have this machine connect to any other. Only where `isAnyHost` is a host that it names used, if it can be meant.
 */
export function usePassiveMode(client: Client, isAnyHost: boolean): void {
  let modes: readonly (readonly [string, Mode])[] = [
    ["EPSV", extended],
    ["PASV", (context) => plain(context, isAnyHost)],
  ];
  client.prepareTransfer = async (context) => {
    const failures: string[] = [];
    for (const mode of modes) {
      try {
        const reply = await mode[1](context);
        modes = [mode];
        return reply;
      } catch (thrown) {
        if (context.closed || isReply(thrown, [closingCode])) throw thrown;
        failures.push(`${mode[0]}: ${reasonOf(thrown, Number.POSITIVE_INFINITY)}`);
      }
    }
    throw new Error(`no data connection (${failures.join("; ")})`);
  };
}

async function extended(context: Context): Promise<FTPResponse> {
  const reply = await context.request("EPSV");
  const port = Number(/([|!])\1\1(\d{1,5})\1/.exec(reply.message)?.[2] ?? 0);
  if (!isPort(port)) throw new Error(`names no port: ${reply.message}`);
  await open(context, controlHost(context), port);
  return reply;
}

async function plain(context: Context, isAnyHost: boolean): Promise<FTPResponse> {
  const reply = await context.request("PASV");
  const found = /(?<!\d)(?:\d{1,3},){5}\d{1,3}(?!\d)/.exec(reply.message)?.[0].split(",").map(Number);
  const [high = 0, low = 0] = found?.slice(4) ?? [];
  const [named, port] = [(found ?? []).slice(0, 4).join("."), high * 256 + low];
  if (!isIPv4(named) || !isPort(port)) throw new Error(`names no host and port: ${reply.message}`);
  const control = controlHost(context);
  try {
    await open(context, dataHost(control, named, isAnyHost), port);
  } catch (thrown) {
    if (isAnyHost || dataHost(control, named, true) === control) throw thrown;
    const hint = `the server names ${named} instead; to allow that, write ${anyDataHost} behind the source's URL`;
    throw new Error(`${reasonOf(thrown)}; ${hint}`);
  }
  return reply;
}

function isPort(port: number): boolean {
  return port > 0 && port <= 65_535;
}

/** Without the prefix of an IPv4 address that came by IPv6. */
function controlHost({ socket }: Context): string {
  if (socket.remoteAddress === undefined) throw new Error("the server ended the connection");
  return socket.remoteAddress.replace(/^::ffff:/i, "");
}

/**
 * The host to get data from: `named` by the reply to PASV only where any host is allowed, and it can be meant. An address of a
 * private network is that of the server only to who reached it by one.
 */
export function dataHost(control: string, named: string, isAnyHost: boolean): string {
  const isBeside = isIPv4(control) && local.check(control);
  const canBeMeant = !named.startsWith("0.") && (isBeside || !local.check(named));
  return isAnyHost && canBeMeant ? named : control;
}

/** Opens the connection and gives it to the client; over TLS where the control connection is, in the same session. */
async function open(context: Context, host: string, port: number): Promise<void> {
  const socket = new Socket();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const fail = (reason: string) => reject(new Error(`${host} port ${port}: ${reason}`));
  const onError = (error: NodeJS.ErrnoException) => fail(error.code ?? reasonOf(error));
  const onTimeout = () => fail(`no connection within ${context.timeout} ms`);
  // While it is being made, the control connection alone decides whether the process goes on.
  socket.unref().on("error", onError).on("timeout", onTimeout).setTimeout(context.timeout);
  socket.connect({ host, port }, resolve);
  try {
    await promise;
    // Nobody would end it.
    if (context.closed) throw new Error("the server ended the connection");
  } catch (thrown) {
    socket.destroy();
    throw thrown;
  }
  socket.off("timeout", onTimeout).setTimeout(0);
  socket.ref();
  const { socket: control } = context;
  context.dataSocket =
    control instanceof TLSSocket
      ? securedData(context, socket, context.tlsSessionStore ?? control.getSession())
      : socket;
}

/** A server lets only who holds the control connection's session have its data. Each new ticket is for the next connection. */
function securedData(context: Context, socket: Socket, session: Buffer | undefined): TLSSocket {
  const data = secured({ ...context.tlsOptions, socket, ...(session && { session }) });
  return data.on("session", (ticket) => {
    context.tlsSessionStore = ticket;
  });
}
