// Taking a lock whose holder was killed while one of its children had not let go yet.
import { expect, test } from "bun:test";
import { join } from "node:path";
import { takeLock, takeLockAfterDeath } from "../../src/kernel/lock.ts";
import { temporaryFolder } from "../support/folders.ts";

test("a lock that is let go in a moment is taken; one that stays held is not", async () => {
  const path = join(temporaryFolder(), "lock");
  const held = takeLock(path);
  expect(await takeLockAfterDeath(path, 50)).toBeNull();
  const waiting = takeLockAfterDeath(path);
  held?.release();
  const taken = await waiting;
  expect(taken).not.toBeNull();
  taken?.release();
});
