// Simulated agents that speak: what they record, how their provider answers, and what they make of being spoken to.
import type { RunEvent, RunRequest } from "../../src/agents/schema.ts";
import { type SimHost, WEATHERS, type World } from "./world.ts";

/** The provider's weather changes: mostly it gets better by itself, a login and a bill only by a person. */
export function changeWeather(world: World): void {
  if (world.weather === "fair") {
    if (!world.chance(world.odds.weather)) return;
    world.weather = world.pick(WEATHERS);
    world.limitUntil = world.clock.now() + 1_000 + world.random() * 1_800_000;
    world.count(`weather: ${world.weather}`);
  } else if (world.weather === "limited" ? world.clock.now() >= world.limitUntil : world.chance(0.005)) clearUp(world);
}

/** Whatever it was is over; a person who logged in has another login. */
export function clearUp(world: World): void {
  if (world.weather === "login" || world.weather === "billing") world.login = `login ${world.random()}`;
  world.weather = "fair";
}

export function beginTalk(world: World, host: SimHost): void {
  const { conversation, argv } = host.spec;
  if (!conversation) return;
  note(world, host, { kind: "started" });
  if (host.behaviour === "no-session" && !argv.includes("--resume")) host.behaviour = "work";
  if (host.behaviour === "no-session") return;
  world.sessions.add(conversation.session);
  say(world, host, { type: "system", subtype: "init", session_id: conversation.session, model: "m", claude_code_version: "2" });
}

/** True when the agent gives up at once: its provider refuses it. Otherwise it goes on, some of them in circles. */
export function advanceTalk(world: World, host: SimHost): boolean {
  if (!host.spec.conversation) return false;
  if (world.weather !== "fair") {
    host.isRefused = world.chance(0.3);
    return host.isRefused;
  }
  if (host.behaviour === "loop" && host.events.length < 200) callTool(world, host, "npm test");
  return false;
}

/** A word, or an interrupt, brings some back to work; others hear nothing. */
export function hear(world: World, host: SimHost, request: RunRequest): void {
  if (request.kind !== "message" && request.kind !== "interrupt") return;
  world.count(`agent heard: ${request.kind} while ${host.behaviour}`);
  note(world, host, request.kind === "message" ? { kind: "message", text: request.text } : { kind: "interrupt" });
  if ((host.behaviour !== "stall" && host.behaviour !== "loop") || !world.chance(0.4)) return;
  host.behaviour = "work";
  host.endsAt = world.clock.elapsed() + 1_000;
  callTool(world, host, `edit ${host.events.length}`);
}

/** The last result that the agent prints, if it prints one; it is recorded as well. */
export function endTalk(world: World, host: SimHost, code: number | null): Record<string, unknown> | null {
  if (!host.spec.conversation) return null;
  const result = resultOf(world, host, code);
  if (result) say(world, host, result);
  return result;
}

function resultOf(world: World, host: SimHost, code: number | null): Record<string, unknown> | null {
  const result = { type: "result", subtype: "success", is_error: true, terminal_reason: "completed" };
  if (host.isRefused) return { ...result, ...refusal(world, host) };
  if (host.behaviour === "ask") return ask(world, host, result);
  if (host.behaviour === "context") return { ...result, api_error_status: 400, result: "Prompt is too long" };
  if (host.behaviour === "no-session")
    return { ...result, subtype: "error_during_execution", errors: ["No conversation found with session ID: x"] };
  if (code === null || host.behaviour === "crash") return null;
  return { ...result, is_error: code !== 0, result: "done" };
}

/** As claude says it; a limit is reported before, with its end. */
function refusal(world: World, host: SimHost): Record<string, unknown> {
  world.count(`agent refused: ${world.weather}`);
  switch (world.weather) {
    case "limited": {
      const resetsAt = Math.ceil(world.limitUntil / 1_000);
      say(world, host, { type: "rate_limit_event", rate_limit_info: { status: "rejected", resetsAt, rateLimitType: "five_hour" } });
      return { api_error_status: 429, result: "You've hit your session limit" };
    }
    case "login":
      return { api_error_status: 401, result: "Invalid API key · Please run /login" };
    case "billing":
      return { api_error_status: 400, result: "Credit balance is too low" };
    case "unreachable":
      return { api_error_status: null, result: "API Error: Connection error." };
    default:
      return { api_error_status: 529, result: "API Error: 529 Overloaded" };
  }
}

/** The call that a person must allow ends the turn. */
function ask(world: World, host: SimHost, result: Record<string, unknown>): Record<string, unknown> {
  const key = `call-${host.spec.runId}`;
  note(world, host, { kind: "question", json: { key, tool: "Bash", input: { command: "git push" }, why: "It pushes." } });
  return { ...result, is_error: false, terminal_reason: "tool_deferred", deferred_tool_use: { id: key, name: "Bash", input: {} } };
}

function callTool(world: World, host: SimHost, command: string): void {
  const id = `tool-${host.events.length}`;
  say(world, host, { type: "assistant", message: { content: [{ type: "tool_use", id, name: "Bash", input: { command } }] } });
  say(world, host, { type: "user", message: { content: [{ type: "tool_result", tool_use_id: id, content: "the same" }] } });
}

function say(world: World, host: SimHost, json: Record<string, unknown>): void {
  note(world, host, { kind: "json", json });
}

function note(world: World, host: SimHost, event: Omit<RunEvent, "seq" | "at">): void {
  host.events.push({ seq: host.events.length + 1, at: world.clock.now(), ...event });
}
