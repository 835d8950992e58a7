import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { type Announcer, createAnnouncer } from "../app/announcer.ts";
import { type Ask, createAsk } from "./api.ts";
import { type Clock, createClock } from "./clock.ts";
import { pollMs, type Visibility } from "./polling.ts";

/** What every part of the page reaches: the server it came from, what time it is there, and the line that is read out. */
export interface Server {
  /** The page's own address, without what the hash says. */
  readonly base: string;
  readonly ask: Ask;
  readonly clock: Clock;
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
    ask: createAsk(base, clock),
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
  if (!server) throw new Error("no server was handed in");
  return server;
}
