/** What the Functions Framework loads in tests: the functions as they are, for datasets that suit tests. */
import { register } from "../../functions/runtime/register.ts";
import { catalogue } from "../../shared/dataset/catalogue/catalogue.ts";
import { cloudDatasets } from "./datasets.ts";

register([...cloudDatasets, ...catalogue.filter(({ id }) => !cloudDatasets.some((own) => own.id === id))]);
