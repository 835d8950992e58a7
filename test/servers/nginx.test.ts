import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { provesHttp } from "./provesHttp.ts";
import type { ServerKind } from "./realServer.ts";

/** Its pages have exact sizes, and dates without seconds or zone; its JSON has all that exactly. */
function nginx(format: "html" | "json"): ServerKind {
  return {
    name: `nginx (${format})`,
    program: "usr/sbin/nginx",
    debianPackage: "nginx",
    scheme: "http",

    async configure({ folder, root, port, certificate }) {
      const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
        (name) => `${name}_temp_path ${join(folder, name)};`,
      );
      const tls = certificate && `ssl_certificate ${certificate}; ssl_certificate_key ${certificate};`;
      const settings = `
        daemon off;
        worker_processes 1;
        pid ${join(folder, "pid")};
        error_log stderr;
        events {}
        http {
          access_log off;
          ${temporary.join("\n")}
          server {
            listen 127.0.0.1:${port}${tls ? " ssl" : ""};
            ${tls ?? ""}
            root ${root};
            charset utf-8;
            autoindex on;
            autoindex_format ${format};
          }
        }`;
      const file = join(folder, "nginx.conf");
      await writeFile(file, settings);
      return { arguments: ["-c", file, "-e", "stderr"], login: "" };
    },
  };
}

await provesHttp(nginx("html"), { traits: {} });
await provesHttp(nginx("json"), { traits: {} });
