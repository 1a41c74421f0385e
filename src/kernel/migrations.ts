// Every migration of the local database in order; a file that was released is never edited again.
import core from "../../migrations/local/0001_core.sql" with { type: "text" };
import type { Migration } from "./migrate.ts";

export const MIGRATIONS: readonly Migration[] = [{ version: 1, name: "core", sql: core }];

/** The schema version that this ccm reads and writes. */
export const SCHEMA_VERSION = MIGRATIONS.length;
