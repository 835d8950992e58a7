import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** Stands between a client and a server on loopback, and loses what the server says when it is told to. */
export interface TcpProxy {
  readonly host: string;
  /** From now on the server hears the client, but what it says is lost. */
  loseAnswers(): void;
  /** Breaks the connections that there are, and lets new ones be. */
  cut(): void;
  stop(): Promise<void>;
}

/** Starts a proxy on a free port of 127.0.0.1 before `target`, a `HOST:PORT`. */
export async function startTcpProxy(target: string): Promise<TcpProxy> {
  const [hostname = "", port = ""] = target.split(":");
  const sockets = new Set<Socket>();
  let isLosing = false;
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket
        .on("error", () => {})
        .on("close", () => {
          sockets.delete(socket);
          other.destroy();
        });
    }
    client.on("data", (bytes) => upstream.write(bytes));
    upstream.on("data", (bytes) => {
      if (!isLosing) client.write(bytes);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const cut = () => {
    isLosing = false;
    for (const socket of sockets) socket.destroy();
  };
  return {
    host: `127.0.0.1:${typeof address === "object" ? address?.port : ""}`,
    loseAnswers: () => {
      isLosing = true;
    },
    cut,
    async stop() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
