// What this room shows on the web: tasks and projects.
import type { Routes } from "../kernel/page.ts";
import { moveForms } from "./form-moves.ts";
import { newProjectForm, projectSettingsForm, unregisterForm } from "./form-projects.ts";
import { trustForms } from "./form-trust.ts";
import { newProjectPage, projectPage, projectsPage } from "./page-projects.ts";
import { editTaskForm, editTaskPage, newTaskForm, newTaskPage } from "./page-task-form.ts";
import { tasksPage } from "./page-tasks.ts";

export const routes: Routes = {
  pages: [tasksPage, newTaskPage, editTaskPage, projectsPage, newProjectPage, projectPage],
  forms: [newTaskForm, editTaskForm, ...moveForms, ...trustForms, newProjectForm, projectSettingsForm, unregisterForm],
};
