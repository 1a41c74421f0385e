// What is stored, as every process is to recognise it. By itself, because what opens secrets takes memory that the daemon needs not have.
import type { Ctx } from "../kernel/context.ts";
import { writePrints } from "../kernel/prints-file.ts";
import { allPrints } from "./table.ts";

/** Tells every process by what secrets are recognised. Called again when the daemon starts: a crash may have come between. */
export function publishPrints({ db, paths }: Ctx): void {
  writePrints(paths.prints, allPrints(db));
}
