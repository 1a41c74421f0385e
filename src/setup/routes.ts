// What this room shows on the web: home, and health.
import type { Routes } from "../kernel/page.ts";
import { automationForm } from "./page-automations.ts";
import { healthPage, tryForm } from "./page-health.ts";
import { homePage } from "./page-home.ts";

export const routes: Routes = { pages: [homePage, healthPage], forms: [tryForm, automationForm] };
