import { formatContract } from "../../../../shared/testing/format.ts";
import { startDated, startHeaded } from "./started.ts";

formatContract("flat binary with a header", startHeaded);
formatContract("flat binary of several timesteps, by date", startDated);
