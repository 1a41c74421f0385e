// The operating system's keyring: Secret Service on Linux, Keychain on macOS, through the runtime (https://bun.com/docs/api/secrets).
import { Fault, messageOf } from "../kernel/fault.ts";

/** A locked keyring asks the person for its password; nobody is waited for longer than this, in ms. */
const KEYRING_MS = 60_000;

/** Entries of one CCM_HOME: two homes of a person do not share secrets. */
export type Keyring = {
  /** Null for one that is not there. */
  read(name: string): Promise<string | null>;
  write(name: string, value: string): Promise<void>;
  /** Harmless without one. */
  remove(name: string): Promise<void>;
};

/** Faults of all three: `environment` without a keyring, or when it stays locked. */
export function keyringOf(home: string): Keyring {
  const entry = (name: string) => ({ service: `ccm ${home}`, name });
  return {
    read: (name) => asked(() => Bun.secrets.get(entry(name))),
    write: (name, value) => asked(() => Bun.secrets.set({ ...entry(name), value })),
    remove: async (name) => void (await asked(() => Bun.secrets.delete(entry(name)))),
  };
}

async function asked<T>(ask: () => Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, refuse) => {
    timer = setTimeout(() => refuse(new Error(`it did not answer within ${KEYRING_MS / 1_000} s`)), KEYRING_MS);
  });
  try {
    return await Promise.race([ask(), late]);
  } catch (cause) {
    throw new Fault(
      "environment",
      `The keyring of this session cannot be used: ${messageOf(cause)}.`,
      "Unlock it, or keep secrets in an encrypted file: ccm config set secrets.store file",
      { cause },
    );
  } finally {
    clearTimeout(timer);
  }
}
