import { provesHttp } from "./provesHttp.ts";
import type { ServerKind } from "./realServer.ts";

/** It lists nothing but names, and has neither ranges nor ETags nor TLS. */
const python: ServerKind = {
  name: "python",
  program: "usr/bin/python3",
  debianPackage: "python3",
  scheme: "http",

  async configure({ root, port }) {
    return {
      arguments: ["-m", "http.server", "--bind", "127.0.0.1", "--directory", root, String(port)],
      login: "",
    };
  },
};

await provesHttp(python, {
  traits: { isSizeFound: false, isVersionFound: false },
  hasTls: false,
  hasEtags: false,
  hasRanges: false,
});
