// The page on agents, and what a person may say to one.
import type { Routes } from "../kernel/page.ts";
import { agentForms } from "./form-agents.ts";
import { agentsPage } from "./page-agents.ts";

export const routes: Routes = { pages: [agentsPage], forms: agentForms };
