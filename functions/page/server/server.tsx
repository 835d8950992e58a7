import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { type Announcer, createAnnouncer } from "../app/announcer.ts";
import { type Api, createApi } from "./api.ts";
import { type Clock, createClock } from "./clock.ts";
import { pollMs, type Visibility } from "./polling.ts";

/** What every part of the page reaches: the server it came from, the time there, and the announcements. */
export interface Server {
  /** The page's own address, without its hash. */
  readonly base: string;
  readonly api: Api;
  readonly clock: Clock;
  /** How often it is polled, in milliseconds. */
  readonly everyMs: number;
  readonly visibility: Visibility;
  readonly announcer: Announcer;
}

export function createServer(): Server {
  const base = new URL("./", document.baseURI).href;
  const clock = createClock(() => performance.now(), Date.now);
  return {
    base,
    clock,
    api: createApi(base, clock),
    everyMs: pollMs(location.hostname),
    visibility: {
      isHidden: () => document.hidden,
      onChange(listener) {
        document.addEventListener("visibilitychange", listener);
        return () => document.removeEventListener("visibilitychange", listener);
      },
    },
    announcer: createAnnouncer(),
  };
}

const ServerContext = createContext<Server | undefined>(undefined);
export const ServerProvider = ServerContext.Provider;

export function useServer(): Server {
  const server = useContext(ServerContext);
  if (!server) throw new Error("there is no ServerProvider above");
  return server;
}
