// All SQL on projects.
import type { SQLQueryBindings } from "bun:sqlite";
import type { Db } from "../kernel/database.ts";
import type { DiskUse, Project } from "./schema.ts";

const COLUMNS = `id, uuid, name, path, git_dir AS gitDir, base, agent, approval, settings, author_name AS authorName,
  author_email AS authorEmail, created_at AS createdAt, removed_at AS removedAt`;

type Row = Omit<Project, "settings"> & { settings: string };

function parse(row: Row): Project {
  return { ...row, settings: JSON.parse(row.settings) };
}

export function insertProject(db: Db, project: Omit<Project, "id" | "removedAt">): Project {
  const row = db.sql
    .query<Row, SQLQueryBindings[]>(
      `INSERT INTO projects (uuid, name, path, git_dir, base, agent, approval, settings, author_name, author_email, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING ${COLUMNS}`,
    )
    .get(
      project.uuid,
      project.name,
      project.path,
      project.gitDir,
      project.base,
      project.agent,
      project.approval,
      JSON.stringify(project.settings),
      project.authorName,
      project.authorEmail,
      project.createdAt,
    );
  if (!row) throw new Error("INSERT INTO projects returned no row.");
  return parse(row);
}

/** Also finds a project that was unregistered: its tasks still name it. */
export function findProject(db: Db, id: number): Project | null {
  const row = db.sql.query<Row, [number]>(`SELECT ${COLUMNS} FROM projects WHERE id = ?`).get(id);
  return row ? parse(row) : null;
}

export function findProjectByName(db: Db, name: string): Project | null {
  const row = db.sql.query<Row, [string]>(`SELECT ${COLUMNS} FROM projects WHERE name = ? AND removed_at IS NULL`).get(name);
  return row ? parse(row) : null;
}

export function findProjectByGitDir(db: Db, gitDir: string): Project | null {
  const row = db.sql.query<Row, [string]>(`SELECT ${COLUMNS} FROM projects WHERE git_dir = ? AND removed_at IS NULL`).get(gitDir);
  return row ? parse(row) : null;
}

export function listProjects(db: Db): Project[] {
  return db.sql.query<Row, []>(`SELECT ${COLUMNS} FROM projects WHERE removed_at IS NULL ORDER BY name`).all().map(parse);
}

/** Writes what a person may change of it. */
export function updateProject(db: Db, { id, name, base, agent, approval, settings }: Project): void {
  db.sql
    .query<null, SQLQueryBindings[]>("UPDATE projects SET name = ?2, base = ?3, agent = ?4, approval = ?5, settings = ?6 WHERE id = ?1")
    .run(id, name, base, agent, approval, JSON.stringify(settings));
}

/** Marks a project as removed; false when it was already. */
export function removeProject(db: Db, id: number, at: number): boolean {
  return (
    db.sql.query<null, [number, number]>("UPDATE projects SET removed_at = ?2 WHERE id = ?1 AND removed_at IS NULL").run(id, at).changes > 0
  );
}

/** What trees and trash of each project take, in bytes as last measured. */
export function diskUse(db: Db): DiskUse[] {
  return db.sql
    .query<DiskUse, []>(
      `SELECT t.project_id AS projectId, coalesce(sum(w.size_bytes) FILTER (WHERE w.state <> 'discarded'), 0) AS treeBytes,
         coalesce(sum(w.size_bytes) FILTER (WHERE w.state = 'discarded'), 0) AS trashBytes
       FROM worktrees w JOIN tasks t ON t.id = w.task_id WHERE w.state <> 'purged' GROUP BY t.project_id`,
    )
    .all();
}
