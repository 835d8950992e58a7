import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { provesHttp } from "./provesHttp.ts";
import type { ServerKind } from "./realServer.ts";

const modules = ["mpm_event", "authz_core", "autoindex", "mime"];

/** It rounds sizes, and calls a compressed file one that it compressed itself, where it is told so. */
function apache(indexOptions: string): ServerKind {
  return {
    name: `apache (${indexOptions || "plain"})`,
    program: "usr/sbin/apache2",
    debianPackage: "apache2-bin",
    scheme: "http",

    async configure({ folder, root, port, certificate }, programs) {
      const load = [...modules, ...(certificate === undefined ? [] : ["ssl", "socache_shmcb"])].map(
        (name) => `LoadModule ${name}_module ${join(programs, `usr/lib/apache2/modules/mod_${name}.so`)}`,
      );
      const tls =
        certificate === undefined
          ? ""
          : `SSLEngine on\nSSLCertificateFile ${certificate}\nSSLSessionCache none`;
      const settings = `
        ${load.join("\n")}
        ServerRoot ${folder}
        DefaultRuntimeDir ${folder}
        PidFile ${join(folder, "pid")}
        ErrorLog ${join(folder, "errors")}
        ServerName 127.0.0.1
        Listen 127.0.0.1:${port}
        User nobody
        Group nogroup
        TypesConfig /dev/null
        AddEncoding x-gzip .gz
        DocumentRoot ${root}
        <Directory ${root}>
          Options +Indexes +FollowSymLinks
          Require all granted
          ${indexOptions && `IndexOptions ${indexOptions}`}
        </Directory>
        ${tls}`;
      const file = join(folder, "apache.conf");
      await writeFile(file, settings);
      return { arguments: ["-D", "FOREGROUND", "-f", file], login: "" };
    },
  };
}

await provesHttp(apache(""), { traits: { isSizeFound: false, isVersionFound: false } });
await provesHttp(apache("FancyIndexing"), { traits: { isSizeFound: false } });
await provesHttp(apache("FancyIndexing HTMLTable IconsAreLinks"), { traits: { isSizeFound: false } });
