import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { provesHttp } from "./provesHttp.ts";
import type { ServerKind } from "./realServer.ts";

/** It lists in JSON for who asks for that, as the source does; the page that it has for others, behind a header that hides the wish. */
function caddy(format: "html" | "json"): ServerKind {
  return {
    name: `caddy (${format})`,
    program: "usr/bin/caddy",
    debianPackage: "caddy",
    scheme: "http",

    async configure({ folder, root, port, certificate }) {
      const site = `${certificate === undefined ? "http" : "https"}://127.0.0.1:${port}`;
      const settings = `{
        admin off
        auto_https off
        servers {
          protocols h1 h2
        }
      }
      ${site} {
        bind 127.0.0.1
        ${certificate === undefined ? "" : `tls ${certificate} ${certificate}`}
        ${format === "html" ? "request_header -Accept" : ""}
        root * ${root}
        file_server browse
      }`;
      const file = join(folder, "Caddyfile");
      await writeFile(file, settings);
      const environment = { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
      return { arguments: ["run", "--adapter", "caddyfile", "--config", file], login: "", environment };
    },
  };
}

await provesHttp(caddy("html"), { traits: {} });
await provesHttp(caddy("json"), { traits: {} });
