// The pages on agents and on their policy, and what a person may say to an agent.
import type { Routes } from "../kernel/page.ts";
import { agentForms } from "./form-agents.ts";
import { agentsPage } from "./page-agents.ts";
import { policyForms, policyPages } from "./page-policy.ts";

export const routes: Routes = { pages: [agentsPage, ...policyPages], forms: [...agentForms, ...policyForms] };
