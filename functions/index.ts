import { catalogue } from "../shared/dataset/catalogue.ts";
import { register } from "./register.ts";

// What the Functions Framework loads: one of the three is its target.
register(catalogue);
