// What a person, or a repository, may say about how calls of tools are judged.
import * as v from "valibot";
import { TOOL_RULE } from "./guards/tool-rules.ts";
import { COMMAND_CLASSES, VERDICTS } from "./rules.ts";

/** A rule that ccm cannot read would never match, and nobody would be asked. */
export const toolRulesSchema = v.pipe(
  v.array(v.pipe(v.string(), v.trim(), v.regex(TOOL_RULE, "a tool as claude names it: `WebFetch`, `Bash(git push:*)`"))),
  v.maxLength(200),
);
const verdict = v.picklist(VERDICTS, "allow, ask or deny");

/** Rules go before classes; among each, deny goes before ask and ask before allow. */
export const guardWishSchema = v.strictObject({
  /** What happens with commands of a class that no rule is about. */
  classes: v.exactOptional(v.record(v.picklist(COMMAND_CLASSES, `one of ${COMMAND_CLASSES.join(", ")}`), verdict)),
  deny: v.exactOptional(toolRulesSchema),
  ask: v.exactOptional(toolRulesSchema),
  allow: v.exactOptional(toolRulesSchema),
});
