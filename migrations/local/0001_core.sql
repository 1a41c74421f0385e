-- The core: projects, tasks, runs, trees, candidates, approvals, merges, requests, and the event log.

CREATE TABLE events (
  seq        INTEGER PRIMARY KEY AUTOINCREMENT,
  at         INTEGER NOT NULL,
  name       TEXT NOT NULL,
  source     TEXT NOT NULL CHECK (source IN ('person', 'daemon', 'host', 'agent', 'hub', 'outside')),
  project_id INTEGER,
  task_id    INTEGER,
  run_id     INTEGER,
  data       TEXT NOT NULL
) STRICT;
CREATE INDEX events_by_task ON events (task_id, seq) WHERE task_id IS NOT NULL;
CREATE INDEX events_of_automations ON events (seq) WHERE name IN ('automation.ran', 'automation.failed');
CREATE INDEX events_by_project ON events (project_id, seq) WHERE project_id IS NOT NULL;

CREATE TABLE projects (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  uuid         TEXT NOT NULL UNIQUE,
  name         TEXT NOT NULL,
  path         TEXT NOT NULL,
  git_dir      TEXT NOT NULL,
  base         TEXT NOT NULL,
  agent        TEXT NOT NULL,
  approval     TEXT NOT NULL CHECK (approval IN ('ask', 'auto')),
  settings     TEXT NOT NULL,
  author_name  TEXT NOT NULL,
  author_email TEXT NOT NULL,
  created_at   INTEGER NOT NULL,
  removed_at   INTEGER
) STRICT;
CREATE UNIQUE INDEX projects_by_name ON projects (name) WHERE removed_at IS NULL;

CREATE TABLE tasks (
  id             INTEGER PRIMARY KEY AUTOINCREMENT,
  uuid           TEXT NOT NULL UNIQUE,
  project_id     INTEGER NOT NULL REFERENCES projects (id),
  title          TEXT NOT NULL,
  prompt         TEXT NOT NULL,
  kind           TEXT NOT NULL,
  priority       INTEGER NOT NULL CHECK (priority BETWEEN 0 AND 3),
  agent          TEXT,
  state          TEXT NOT NULL CHECK (state IN ('queued', 'planning', 'executing', 'reviewing', 'verifying', 'approving', 'merging', 'done', 'failed', 'cancelled', 'paused')),
  paused_from    TEXT,
  stage_done     INTEGER NOT NULL DEFAULT 0,
  unmet          INTEGER NOT NULL DEFAULT 0,
  waiting_reason TEXT,
  waiting_text   TEXT,
  waiting_since  INTEGER,
  result         TEXT CHECK (result IN ('merged', 'pull_request', 'report', 'no_change')),
  error_code     TEXT,
  error_text     TEXT,
  error_hint     TEXT,
  branch         TEXT NOT NULL,
  base_commit    TEXT,
  tip_commit     TEXT,
  merged_commit  TEXT,
  instruction    TEXT,
  cause          TEXT NOT NULL DEFAULT 'the task was created',
  fresh_session  INTEGER NOT NULL DEFAULT 0,
  attempts       INTEGER NOT NULL DEFAULT 0,
  send_backs     INTEGER NOT NULL DEFAULT 0,
  conflicts      INTEGER NOT NULL DEFAULT 0,
  -- Runs in a row that ended for no fault of the task, and since when: bounded, but no tries.
  setbacks       INTEGER NOT NULL DEFAULT 0,
  setback_since  INTEGER,
  -- When a person last said that it is to be tried, whatever it waits for.
  urged_at       INTEGER,
  job_faults     INTEGER NOT NULL DEFAULT 0,
  runs           INTEGER NOT NULL DEFAULT 0,
  not_before     INTEGER,
  cost_usd       REAL NOT NULL DEFAULT 0,
  -- Who wrote what it says: `outside` is anybody whom the person does not vouch for. Then its runs may do less.
  origin         TEXT NOT NULL DEFAULT 'person' CHECK (origin IN ('person', 'outside')),
  -- Where that text is from: an address, a file.
  source         TEXT,
  -- Rights of its runs that a person gave back, as a JSON list.
  lifted         TEXT NOT NULL DEFAULT '[]',
  created_at     INTEGER NOT NULL,
  updated_at     INTEGER NOT NULL,
  state_since    INTEGER NOT NULL,
  finished_at    INTEGER
) STRICT;
-- The queue: what may start, in the order in which it starts, without reading what may not.
CREATE INDEX tasks_queue ON tasks (project_id, priority, created_at, id) WHERE state = 'queued' AND unmet = 0;
CREATE INDEX tasks_blocked ON tasks (project_id, id) WHERE state = 'queued' AND unmet > 0;
CREATE INDEX tasks_active ON tasks (state, id) WHERE state IN ('planning', 'executing', 'reviewing', 'verifying', 'approving', 'merging');
CREATE INDEX tasks_by_project ON tasks (project_id, id);
CREATE INDEX tasks_ended ON tasks (finished_at, id, project_id) WHERE finished_at IS NOT NULL;
-- All that lists are filtered and sorted by: a list that is searched reads this, and not the rows, whose prompts are long.
CREATE INDEX tasks_listed ON tasks (state, id, project_id, priority, kind, agent, state_since, cost_usd, title);
-- The beginning of a list of all tasks in a state, however it is sorted.
CREATE INDEX tasks_moved ON tasks (state, state_since);
CREATE INDEX tasks_costly ON tasks (state, cost_usd);
CREATE INDEX tasks_urgent ON tasks (state, priority);

-- How many tasks a project has in each state, and what they have cost: counted as they change, since a long history takes long to count.
CREATE TABLE task_totals (
  project_id INTEGER NOT NULL REFERENCES projects (id),
  state      TEXT NOT NULL,
  tasks      INTEGER NOT NULL,
  cost_usd   REAL NOT NULL,
  PRIMARY KEY (project_id, state)
) STRICT, WITHOUT ROWID;

-- What was spent in each quarter of an hour, which begins at the epoch ms: days of every time zone begin with one.
CREATE TABLE spending (
  quarter    INTEGER NOT NULL,
  project_id INTEGER NOT NULL REFERENCES projects (id),
  cost_usd   REAL NOT NULL,
  PRIMARY KEY (quarter, project_id)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER tasks_counted AFTER INSERT ON tasks BEGIN
  INSERT INTO task_totals VALUES (new.project_id, new.state, 1, new.cost_usd)
    ON CONFLICT DO UPDATE SET tasks = tasks + 1, cost_usd = cost_usd + excluded.cost_usd;
END;
CREATE TRIGGER tasks_recounted AFTER UPDATE OF state, cost_usd ON tasks
  WHEN new.state <> old.state OR new.cost_usd <> old.cost_usd BEGIN
  UPDATE task_totals SET tasks = tasks - 1, cost_usd = cost_usd - old.cost_usd WHERE project_id = old.project_id AND state = old.state;
  INSERT INTO task_totals VALUES (new.project_id, new.state, 1, new.cost_usd)
    ON CONFLICT DO UPDATE SET tasks = tasks + 1, cost_usd = cost_usd + excluded.cost_usd;
END;
CREATE TRIGGER tasks_uncounted AFTER DELETE ON tasks BEGIN
  UPDATE task_totals SET tasks = tasks - 1, cost_usd = cost_usd - old.cost_usd WHERE project_id = old.project_id AND state = old.state;
END;
CREATE TRIGGER tasks_paid_for AFTER INSERT ON tasks WHEN new.cost_usd > 0 BEGIN
  INSERT INTO spending VALUES (new.updated_at - new.updated_at % 900000, new.project_id, new.cost_usd)
    ON CONFLICT DO UPDATE SET cost_usd = cost_usd + excluded.cost_usd;
END;
CREATE TRIGGER tasks_paid_more AFTER UPDATE OF cost_usd ON tasks WHEN new.cost_usd > old.cost_usd BEGIN
  INSERT INTO spending VALUES (new.updated_at - new.updated_at % 900000, new.project_id, new.cost_usd - old.cost_usd)
    ON CONFLICT DO UPDATE SET cost_usd = cost_usd + excluded.cost_usd;
END;

CREATE TABLE task_dependencies (
  task_id  INTEGER NOT NULL REFERENCES tasks (id),
  after_id INTEGER NOT NULL REFERENCES tasks (id),
  PRIMARY KEY (task_id, after_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX task_dependencies_by_after ON task_dependencies (after_id);

CREATE TABLE worktrees (
  task_id       INTEGER PRIMARY KEY REFERENCES tasks (id),
  state         TEXT NOT NULL CHECK (state IN ('wanted', 'ready', 'discarding', 'discarded', 'restoring', 'purged')),
  setup         TEXT NOT NULL CHECK (setup IN ('unknown', 'none', 'needed', 'done')),
  setup_command TEXT,
  copies        TEXT NOT NULL DEFAULT '[]',
  skipped       TEXT NOT NULL DEFAULT '[]',
  trash_commit  TEXT,
  -- Why not all of it could be kept under a ref when it was discarded: then only a person deletes its folder.
  unkept        TEXT,
  -- What it takes on the disk, and when that was measured.
  size_bytes    INTEGER NOT NULL DEFAULT 0,
  measured_at   INTEGER NOT NULL DEFAULT 0,
  created_at    INTEGER NOT NULL,
  updated_at    INTEGER NOT NULL
) STRICT;
CREATE INDEX worktrees_by_state ON worktrees (state, updated_at) WHERE state <> 'purged';
CREATE INDEX worktrees_listed ON worktrees (task_id) WHERE state <> 'purged';

CREATE TABLE runs (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  uuid        TEXT NOT NULL UNIQUE,
  task_id     INTEGER NOT NULL REFERENCES tasks (id),
  project_id  INTEGER NOT NULL REFERENCES projects (id),
  kind        TEXT NOT NULL CHECK (kind IN ('agent', 'setup', 'gate')),
  state       TEXT NOT NULL CHECK (state IN ('claimed', 'starting', 'running', 'ended', 'finished')),
  agent       TEXT NOT NULL,
  attempt     INTEGER NOT NULL,
  cause       TEXT NOT NULL,
  session     TEXT,
  commit_id   TEXT,
  command     TEXT,
  sandbox     TEXT CHECK (sandbox IN ('namespace', 'kernel', 'none')),
  -- What its sandbox let it do beyond the level: network, unix sockets, the user it ran as. JSON, for people.
  rights      TEXT,
  stop_wanted TEXT,
  stop_sent   INTEGER NOT NULL DEFAULT 0,
  exit        TEXT,
  outcome     TEXT CHECK (outcome IN ('passed', 'failed', 'stopped', 'died', 'limit', 'unstarted')),
  summary     TEXT,
  claimed_at  INTEGER NOT NULL,
  started_at  INTEGER,
  ended_at    INTEGER,
  finished_at INTEGER
) STRICT;
-- At most one live run per task, whatever the code above does.
CREATE UNIQUE INDEX runs_one_live ON runs (task_id) WHERE state <> 'finished';
CREATE INDEX runs_live ON runs (id) WHERE state <> 'finished';
CREATE INDEX runs_by_task ON runs (task_id, id);

-- What the daemon has read of a run's recorded events, and what they add up to; `position` is a byte of events.jsonl.
CREATE TABLE observations (
  run_id         INTEGER PRIMARY KEY REFERENCES runs (id),
  position       INTEGER NOT NULL,
  observed       TEXT NOT NULL,
  activity       TEXT NOT NULL,
  activity_text  TEXT NOT NULL,
  activity_since INTEGER NOT NULL,
  -- What the daemon has done about a stalled or looping agent in this run.
  nudges         INTEGER NOT NULL DEFAULT 0,
  nudged_at      INTEGER
) STRICT;

-- What agents asked of people. One that is open holds its task; key is the id of the agent's tool call.
CREATE TABLE questions (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  task_id      INTEGER NOT NULL REFERENCES tasks (id),
  run_id       INTEGER NOT NULL REFERENCES runs (id),
  key          TEXT NOT NULL,
  tool         TEXT NOT NULL,
  input        TEXT NOT NULL,
  why          TEXT NOT NULL,
  asked_at     INTEGER NOT NULL,
  answered_at  INTEGER,
  verdict      TEXT CHECK (verdict IN ('allow', 'deny')),
  answer       TEXT,
  answered_by  TEXT,
  -- The agent has it: it was given to its process, or the run that was started with it has begun.
  delivered_at INTEGER,
  -- Nobody needs to answer any more: the agent or the task went on without it.
  dropped_at   INTEGER
) STRICT;
CREATE UNIQUE INDEX questions_by_key ON questions (task_id, key);
CREATE INDEX questions_open ON questions (task_id) WHERE answered_at IS NULL AND dropped_at IS NULL;

-- Agents that nothing is started with for now: the provider is down, a limit is used up, the login fails.
CREATE TABLE breakers (
  agent       TEXT PRIMARY KEY,
  kind        TEXT NOT NULL CHECK (kind IN ('provider', 'limit', 'login', 'billing', 'missing')),
  failures    INTEGER NOT NULL,
  text        TEXT NOT NULL,
  opened_at   INTEGER,
  retry_at    INTEGER,
  -- What the login looked like when it failed; another one closes the breaker.
  fingerprint TEXT
) STRICT;

CREATE TABLE candidates (
  task_id      INTEGER PRIMARY KEY REFERENCES tasks (id),
  state        TEXT NOT NULL CHECK (state IN ('unchecked', 'passed', 'stale')),
  base_commit  TEXT NOT NULL,
  tip_commit   TEXT NOT NULL,
  commit_id    TEXT NOT NULL,
  patch_id     TEXT NOT NULL,
  gate         TEXT,
  gate_command TEXT,
  gate_run_id  INTEGER,
  created_at   INTEGER NOT NULL
) STRICT;

CREATE TABLE approvals (
  id        INTEGER PRIMARY KEY AUTOINCREMENT,
  task_id   INTEGER NOT NULL REFERENCES tasks (id),
  commit_id TEXT,
  patch_id  TEXT,
  verdict   TEXT NOT NULL CHECK (verdict IN ('approved', 'rejected', 'changes')),
  comment   TEXT NOT NULL,
  decided_by TEXT NOT NULL,
  at        INTEGER NOT NULL,
  -- The work was taken back to an earlier state: what was decided before holds no more.
  void_at   INTEGER
) STRICT;
CREATE INDEX approvals_by_task ON approvals (task_id, id);

CREATE TABLE merges (
  task_id     INTEGER PRIMARY KEY REFERENCES tasks (id),
  project_id  INTEGER NOT NULL REFERENCES projects (id),
  state       TEXT NOT NULL CHECK (state IN ('intended', 'merged', 'dropped')),
  branch      TEXT NOT NULL,
  commit_id   TEXT NOT NULL,
  from_commit TEXT NOT NULL,
  intended_at INTEGER NOT NULL,
  merged_at   INTEGER
) STRICT;

-- Texts of strangers that a task is about: shown to its agent between marks that they cannot contain.
CREATE TABLE task_texts (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  task_id INTEGER NOT NULL REFERENCES tasks (id),
  source  TEXT NOT NULL,
  text    TEXT NOT NULL,
  at      INTEGER NOT NULL
) STRICT;
CREATE INDEX task_texts_by_task ON task_texts (task_id, id);

-- States of a task's work that can be gone back to; each is held by refs/ccm/snapshots/<task>/<n> in the repository.
CREATE TABLE snapshots (
  task_id   INTEGER NOT NULL REFERENCES tasks (id),
  n         INTEGER NOT NULL,
  commit_id TEXT NOT NULL,
  -- The base that the task was on then: going back to the state goes back to it, too.
  base_commit TEXT NOT NULL,
  why       TEXT NOT NULL CHECK (why IN ('commits', 'send-back', 'rollback', 'asked')),
  note      TEXT NOT NULL DEFAULT '',
  -- What was under way, such as a merge with conflicts: a state to look at, not to go back to.
  unfinished TEXT,
  at        INTEGER NOT NULL,
  PRIMARY KEY (task_id, n)
) STRICT, WITHOUT ROWID;

-- By what values of secrets are recognised in text: those that are kept, and earlier ones, which may still stand somewhere.
CREATE TABLE secret_prints (
  id     INTEGER PRIMARY KEY AUTOINCREMENT,
  name   TEXT NOT NULL,
  prints TEXT NOT NULL
) STRICT;
CREATE INDEX secret_prints_by_name ON secret_prints (name, id);

-- What is known of stored secrets without opening the store: names, and who may have them.
CREATE TABLE secrets (
  name       TEXT PRIMARY KEY,
  store      TEXT NOT NULL CHECK (store IN ('keyring', 'file')),
  prints_id  INTEGER NOT NULL REFERENCES secret_prints (id),
  uses       TEXT NOT NULL DEFAULT '[]',
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Who decided, allowed, overrode or changed what. Never changed and never deleted; each row's hash covers the one before.
CREATE TABLE audit (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  at         INTEGER NOT NULL,
  name       TEXT NOT NULL,
  source     TEXT NOT NULL CHECK (source IN ('person', 'daemon', 'host', 'agent', 'hub', 'outside')),
  project_id INTEGER,
  task_id    INTEGER,
  run_id     INTEGER,
  data       TEXT NOT NULL,
  digest     TEXT NOT NULL,
  hash       TEXT NOT NULL,
  -- Secrets were taken out of `data` later; its digest is that of what was there.
  scrubbed_at INTEGER
) STRICT;
CREATE INDEX audit_by_task ON audit (task_id, id) WHERE task_id IS NOT NULL;
CREATE INDEX audit_by_name ON audit (name, id);
CREATE INDEX audit_by_run ON audit (run_id) WHERE run_id IS NOT NULL;
CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit BEGIN SELECT raise(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_is_as_written BEFORE UPDATE ON audit WHEN new.scrubbed_at IS NULL
  OR new.id <> old.id OR new.at <> old.at OR new.name <> old.name OR new.source <> old.source
  OR new.project_id IS NOT old.project_id OR new.task_id IS NOT old.task_id OR new.run_id IS NOT old.run_id
  OR new.digest <> old.digest OR new.hash <> old.hash
  BEGIN SELECT raise(ABORT, 'the audit log is append-only'); END;

-- What a command asks the daemon to do, because only the daemon may touch repositories and trees.
CREATE TABLE requests (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  kind        TEXT NOT NULL,
  input       TEXT NOT NULL,
  output      TEXT,
  error       TEXT,
  created_at  INTEGER NOT NULL,
  answered_at INTEGER
) STRICT;
CREATE INDEX requests_open ON requests (id) WHERE answered_at IS NULL;

-- Browsers that are signed in to the page, and links that sign one in, each once. Only hashes: a copy of this file opens nothing.
CREATE TABLE web_sessions (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  hash       TEXT NOT NULL UNIQUE,
  browser    TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  seen_at    INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;

CREATE TABLE sign_in_links (
  hash       TEXT PRIMARY KEY,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Requests of the API that a caller may send again, by the key that was given with them, and what they were answered.
CREATE TABLE idempotency_keys (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  key        TEXT NOT NULL UNIQUE,
  request    TEXT NOT NULL,
  answer     TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
