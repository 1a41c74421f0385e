// What is said of guards as words: `network=ask`, `deny=Bash(make deploy:*)`.
import { COMMAND_CLASSES, type GuardWish } from "../hooks/rules.ts";
import { valueTyped } from "../kernel/config-file.ts";
import { oneOf } from "../kernel/input.ts";

export const GUARD_EXAMPLE = "network=ask";

const RULE_LISTS = ["deny", "ask", "allow"] as const;

/**
 * What was said before with what is said now, as its schema wants it, which checks it afterwards. A class has a verdict; a
 * list of rules is one rule, or YAML, and replaces the list that was there. An empty text takes the class or list away.
 * Faults: `invalid` for a name that is neither.
 */
export function guardsFrom(before: GuardWish, named: Readonly<Record<string, string>>): Record<string, unknown> {
  const classes: Record<string, string> = { ...before.classes };
  const lists: Record<string, unknown> = { deny: before.deny, ask: before.ask, allow: before.allow };
  for (const [name, text] of Object.entries(named)) {
    oneOf([...COMMAND_CLASSES, ...RULE_LISTS], name, "class of commands or list of rules");
    if (Object.hasOwn(lists, name)) lists[name] = text === "" ? undefined : rulesIn(text);
    else if (text === "") delete classes[name];
    else classes[name] = text;
  }
  const said = Object.entries({ ...lists, classes: Object.keys(classes).length > 0 ? classes : undefined });
  return Object.fromEntries(said.filter(([, value]) => value !== undefined));
}

function rulesIn(text: string): unknown {
  const typed = valueTyped(text);
  return Array.isArray(typed) ? typed : [text];
}
