// What this room shows on the web: home.
import type { Routes } from "../kernel/page.ts";
import { homePage } from "./page-home.ts";

export const routes: Routes = { pages: [homePage] };
