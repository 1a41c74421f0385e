// A certificate that nobody has to trust, for servers of a test.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterThisTest } from "./clean-up.ts";

/** For a server at that name; made by openssl, removed after the test. */
export function selfSigned(name: string): { key: Bun.BunFile; cert: Bun.BunFile } {
  const folder = mkdtempSync(join(tmpdir(), "ccm-tls-"));
  afterThisTest(() => rmSync(folder, { recursive: true }));
  const [key, cert] = [join(folder, "key"), join(folder, "certificate")];
  const kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"];
  const made = Bun.spawnSync(["openssl", "req", ...kind, "-subj", `/CN=${name}`, "-keyout", key, "-out", cert], { stderr: "pipe" });
  if (made.exitCode !== 0) throw new Error(made.stderr.toString());
  return { key: Bun.file(key), cert: Bun.file(cert) };
}
