import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { provesServer } from "./provesServer.ts";
import type { ServerKind } from "./realServer.ts";

/** It answers LIST of a missing directory with 450, and a client beyond its limit with a refused login. Its TLS is in another package. */
const proftpd: ServerKind = {
  name: "proftpd",
  program: "usr/sbin/proftpd",
  debianPackage: "proftpd-core",
  scheme: "ftp",

  async configure({ folder, root, port, clientsMax }) {
    const settings = `
      ServerType standalone
      ServerName accrete
      DefaultAddress 127.0.0.1
      SocketBindTight on
      Port ${port}
      User ftp
      Group ftp
      UseIPv6 off
      UseReverseDNS off
      AuthPAM off
      DelayTable none
      WtmpLog off
      TransferLog none
      SystemLog none
      PidFile ${join(folder, "pid")}
      ScoreboardFile ${join(folder, "scoreboard")}
      MaxClients ${clientsMax}
      <Anonymous ${root}>
        User ftp
        Group ftp
        UserAlias anonymous ftp
        RequireValidShell off
      </Anonymous>`;
    const file = join(folder, "proftpd.conf");
    await writeFile(file, settings);
    return { arguments: ["--nodaemon", "--quiet", "--config", file], login: "" };
  },
};

await provesServer(proftpd, {
  full: { fault: "refused", message: /530 Sorry, the maximum number of (allowed )?clients/ },
  hasTls: false,
});
