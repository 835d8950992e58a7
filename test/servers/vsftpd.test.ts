import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { provesServer } from "./provesServer.ts";
import type { ServerKind } from "./realServer.ts";

/** It has no MLSD; LIST shows a missing directory as an empty one. */
const vsftpd: ServerKind = {
  name: "vsftpd",
  program: "usr/sbin/vsftpd",
  debianPackage: "vsftpd",
  scheme: "ftp",

  /** The root of anonymous logins must not be writable by their user, and `secure_chroot_dir` must be empty. */
  async configure({ folder, root, port, clientsMax, certificate }) {
    const empty = join(folder, "empty");
    await mkdir(empty);
    const settings = {
      listen: "YES",
      listen_address: "127.0.0.1",
      listen_port: port,
      background: "NO",
      anonymous_enable: "YES",
      local_enable: "NO",
      ftp_username: "ftp",
      anon_root: root,
      secure_chroot_dir: empty,
      seccomp_sandbox: "NO",
      pasv_address: "127.0.0.1",
      xferlog_enable: "NO",
      max_clients: clientsMax,
      ...(certificate !== undefined && {
        ssl_enable: "YES",
        allow_anon_ssl: "YES",
        force_anon_logins_ssl: "YES",
        force_anon_data_ssl: "YES",
        require_ssl_reuse: "YES",
        rsa_cert_file: certificate,
      }),
    };
    const file = join(folder, "vsftpd.conf");
    const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
    await writeFile(file, lines.join(""));
    return { arguments: [file], login: "" };
  },
};

await provesServer(vsftpd, {
  full: { fault: "unreachable", message: /421 There are too many connected users/ },
});
