import { granulePath } from "../../shared/dataset/paths/granulePath.ts";
import { type FtpServer, type FtpServerOptions, startFtpServer } from "./ftpServer.ts";
import { type Granule, type GranuleOptions, granule3b42rt } from "./granules.ts";

/** What is done to a granule's file before it is served. */
export type Damage = (gz: Uint8Array) => Uint8Array;

export interface TrmmProvider extends FtpServer {
  /** Puts the granule of instant `time` on the server, or replaces it; returns what was made. */
  publish(
    time: number,
    options?: Partial<GranuleOptions> & { damage?: Damage; modifiedAt?: number },
  ): Granule;
  /** Takes it off the server. */
  withdraw(time: number): void;
}

/** Timesteps of the series, every 3 hours from `first`. */
export function threeHourly(first: string, count: number): number[] {
  return Array.from({ length: count }, (_, i) => Date.parse(first) + i * 3 * 3_600_000);
}

/** The path of a version 7 granule on the server. */
export function trmmPath(time: number): string {
  return granulePath("/3B42RT/{YYYY}/{MM}/3B42RT.{YYYYMMDDHH}.7.bin.gz", time);
}

/** An FTP provider on loopback that serves 3B42RT granules of the true form. */
export async function startTrmmProvider(options: FtpServerOptions = {}): Promise<TrmmProvider> {
  const server = await startFtpServer(options);
  return Object.assign(server, {
    publish(
      time: number,
      {
        damage,
        modifiedAt,
        ...made
      }: Partial<GranuleOptions> & { damage?: Damage; modifiedAt?: number } = {},
    ) {
      const granule = granule3b42rt({ seed: 1, ...made, time });
      server.put(trmmPath(time), damage ? damage(granule.gz) : granule.gz, modifiedAt);
      return granule;
    },
    withdraw: (time: number) => server.remove(trmmPath(time)),
  });
}
