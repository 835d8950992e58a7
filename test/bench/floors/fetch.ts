import { Writable } from "node:stream";
import { Client } from "basic-ftp";

/** Files of an FTP server over several connections: the first fetches the first, and every so many further on; and so on. */
export function fetching(url: string, paths: readonly string[], connections: number): Promise<Buffer>[] {
  const { hostname, port } = new URL(url);
  const files = paths.map(() => Promise.withResolvers<Buffer>());
  const serve = async (from: number): Promise<void> => {
    const client = new Client();
    await client.access({ host: hostname, port: Number(port) });
    for (let i = from; i < paths.length; i += connections) {
      const pieces: Buffer[] = [];
      const collected = new Writable({
        write(piece, _, done) {
          pieces.push(piece);
          done();
        },
      });
      await client.downloadTo(collected, paths[i] as string);
      files[i]?.resolve(Buffer.concat(pieces));
    }
    client.close();
  };
  for (let from = 0; from < connections; from++) {
    serve(from).catch((error: unknown) => {
      for (let i = from; i < paths.length; i += connections) files[i]?.reject(error);
    });
  }
  return files.map(({ promise }) => promise);
}
