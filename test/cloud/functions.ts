/** What the Functions Framework loads in tests: the functions as they are, for datasets that suit tests. */
import { extend } from "../../functions/extend.ts";
import { plan } from "../../functions/plan.ts";
import { register } from "../../functions/runtime/http/register.ts";
import { status } from "../../functions/status.ts";
import { catalogue } from "../support/catalogue.ts";
import { cloudDatasets } from "./datasets.ts";

register({ plan, extend, status }, [
  ...cloudDatasets,
  ...catalogue.filter(({ id }) => !cloudDatasets.some((own) => own.id === id)),
]);
