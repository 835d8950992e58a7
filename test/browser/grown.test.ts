/** The page of a dataset in which one of everything happens. */
import { inBrowser } from "./browser.ts";
import { accessTests } from "./grown/access.ts";
import { coverageTests } from "./grown/coverage.ts";
import { mapTests } from "./grown/map.ts";
import { panelTests } from "./grown/panels.ts";
import { grownStage } from "./worlds.ts";

inBrowser("a dataset that has grown", grownStage, (site) => {
  coverageTests(site);
  mapTests(site);
  panelTests(site);
  accessTests(site);
});
