// Dispatch in the loop.
import type { Ctx } from "../kernel/context.ts";
import { dispatch } from "./actions.ts";

export function stepDispatch(ctx: Ctx): void {
  dispatch(ctx);
}
