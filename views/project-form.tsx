// The settings of a project: when it is registered, and later.
import type { Markup, Typed } from "../src/kernel/page.ts";
import { Button, ButtonLink } from "./parts/button.tsx";
import { AreaField, CheckField, ChoiceField, FieldGroup, type FieldProps, SelectField, TextField } from "./parts/field.tsx";
import { Form, FormActions, FormErrors, typedOf } from "./parts/form.tsx";
import { Notice } from "./parts/notice.tsx";
import { Panel } from "./parts/panel.tsx";

/** The id of the section with the form. */
export const SETTINGS_FORM = "settings";

export type ProjectFormProps = {
  action: string;
  csrf: string;
  typed: Typed | null;
  values: Readonly<Record<string, string>>;
  agents: readonly string[];
  /** The registered project that is changed; null while one is registered. */
  of: { name: string; mcpServers: readonly string[]; sandbox: string } | null;
  /** The file that the proposed commands are from. */
  from: string | null;
};

const LABELS: Record<string, string> = {
  path: "Path",
  name: "Name",
  base: "Base branch",
  agent: "Agent",
  approval: "Approval",
  gateFull: "Full gate",
  gateQuick: "Quick gate",
  gateFast: "Fast gate",
  gatePerf: "Perf gate",
  setup: "Set-up",
  copies: "Copied files",
  env: "Variables",
  model: "Model",
  fallbackModel: "Fallback model",
  permissionMode: "Permission mode",
  maxTurns: "Most turns",
  maxBudgetUsd: "Most dollars",
  allowedTools: "Allowed tools",
  disallowedTools: "Forbidden tools",
  ask: "Tools to ask about",
  extraDirectories: "Extra folders",
  sandboxLevel: "Level",
  sandboxNetwork: "Network",
  sandboxHosts: "Hosts",
  sandboxPorts: "Ports",
  sandboxHide: "Hidden",
  sandboxReadOnly: "Read-only",
};

/** The first step: which repository it is about. It changes nothing, so its value is in the address. */
export function RepositoryForm({ path, reason }: { path: string; reason: string }): Markup {
  const typed = reason === "" ? null : { form: "", values: { path }, reasons: { path: reason }, fault: null };
  return (
    <Panel id="repository" title="Which repository?">
      <form method="get" action="/projects/new" class="form" aria-label="Which repository">
        <TextField
          name="path"
          label="Path"
          value={path}
          typed={typed}
          required
          mono
          placeholder="/home/you/src/my-app"
          hint="The folder of a git repository on this machine. ccm looks at it and changes nothing."
        />
        <FormActions>
          <Button label="Look at it" look="primary" />
          <ButtonLink label="Back" look="quiet" href="/projects" />
        </FormActions>
      </form>
    </Panel>
  );
}

const MODES = ["bypassPermissions", "acceptEdits", "auto", "default", "dontAsk", "plan"];

type FieldOf = (name: string) => Pick<FieldProps, "name" | "label" | "value"> & { typed: Typed | null };

export function ProjectForm(props: ProjectFormProps): Markup {
  const { action, csrf, values, of } = props;
  const typed = typedOf(props.typed, action);
  const field: FieldOf = (name) => ({ name, label: LABELS[name] ?? name, value: values[name] ?? "", typed });
  return (
    <Panel id={SETTINGS_FORM} title={of ? "Settings" : "Repository"}>
      <Form action={action} csrf={csrf} label={of ? "Settings of the project" : "Register a project"}>
        <FormErrors typed={typed} labels={LABELS} />
        {of ? (
          <Notice
            tone="info"
            text="What is saved here holds for what begins from now on."
            hint="Runs that are under way end as they began, gates that passed stay passed, and a changed gate checks the results that are made later."
          />
        ) : (
          <TextField
            {...field("path")}
            required
            mono
            placeholder="/home/you/src/my-app"
            hint="The folder of the git repository on this machine. Nothing in it is changed."
          />
        )}
        <Basics {...props} field={field} />
        <Gates field={field} from={props.from} />
        <Surroundings field={field} />
        {of ? <Worker field={field} mcpServers={of.mcpServers} /> : ""}
        {of ? <SandboxFields field={field} typed={typed} values={values} ofWorkers={of.sandbox} /> : ""}
        <FormActions>
          <Button label={of ? "Save settings" : "Register"} look="primary" />
          {of ? "" : <ButtonLink label="Back" look="quiet" href="/projects" />}
        </FormActions>
      </Form>
    </Panel>
  );
}

function Basics({ of, agents, field }: ProjectFormProps & { field: FieldOf }): JSX.Element {
  return (
    <>
      <div class="fields">
        {of ? (
          <>
            <TextField {...field("name")} required />
            <TextField {...field("base")} required mono hint="Work begins at it and merges into it." />
          </>
        ) : (
          <>
            <TextField {...field("name")} hint="The folder's name, if you say nothing." />
            <TextField
              {...field("base")}
              mono
              hint="Work begins at it and merges into it: the branch that is checked out, if you say nothing."
            />
          </>
        )}
        <TextField {...field("agent")} required list={agents} />
      </div>
      <ChoiceField
        {...field("approval")}
        required
        options={[
          { value: "ask", text: "ask", detail: "A person approves each merge." },
          { value: "auto", text: "auto", detail: "What passes its gates merges." },
        ]}
      />
    </>
  );
}

function Gates({ field, from }: { field: FieldOf; from: string | null }): JSX.Element {
  return (
    <FieldGroup
      legend="Gates"
      note="Commands that must end with 0 on the exact commit. Without a full gate nothing is checked before a merge, unless .ccm/project.yaml on the base branch names one."
    >
      <TextField
        {...field("gateFull")}
        mono
        placeholder="npm test"
        hint={from ? `Everything that must hold before a merge. Proposed from ${from}.` : "Everything that must hold before a merge."}
      />
      <div class="fields">
        <TextField {...field("gateQuick")} mono />
        <TextField {...field("gateFast")} mono />
        <TextField {...field("gatePerf")} mono />
      </div>
    </FieldGroup>
  );
}

function Surroundings({ field }: { field: FieldOf }): JSX.Element {
  return (
    <FieldGroup legend="Each task's tree">
      <TextField {...field("setup")} mono placeholder="npm ci" hint="Runs in a new tree before its agent starts." />
      <div class="fields">
        <AreaField {...field("copies")} mono rows={3} placeholder=".env" hint="Ignored files to copy from your checkout, one a line." />
        <AreaField
          {...field("env")}
          mono
          rows={3}
          placeholder="NODE_ENV=test"
          hint="NAME=value, one a line. Values are not shown again: a line left as it is keeps its value."
        />
      </div>
    </FieldGroup>
  );
}

type WorkerProps = { field: FieldOf; mcpServers: readonly string[] };

function Worker({ field, mcpServers }: WorkerProps): JSX.Element {
  const modes = [{ value: "", text: "as the agent is configured" }, ...MODES.map((mode) => ({ value: mode, text: mode }))];
  const servers =
    mcpServers.length > 0
      ? `MCP servers of this project (${mcpServers.join(", ")}) are set with ccm edit-project --role worker.mcpServers=…`
      : "";
  return (
    <FieldGroup legend="Workers" note={`How agents work here. What is empty is as the configuration of the agent says. ${servers}`.trim()}>
      <div class="fields">
        <TextField {...field("model")} mono />
        <TextField {...field("fallbackModel")} mono hint="While the model is overloaded." />
        <SelectField {...field("permissionMode")} options={modes} />
        <TextField {...field("maxTurns")} kind="number" hint="Of one run." />
        <TextField {...field("maxBudgetUsd")} kind="number" hint="Of one run, in US dollars." />
      </div>
      <div class="fields">
        <AreaField {...field("ask")} mono rows={3} placeholder="Bash(git push:*)" hint="Each call waits for a person. One a line." />
        <AreaField {...field("allowedTools")} mono rows={3} hint="One a line, as claude names them." />
        <AreaField {...field("disallowedTools")} mono rows={3} />
        <AreaField
          {...field("extraDirectories")}
          mono
          rows={3}
          placeholder="/home/you/docs"
          hint="Absolute paths, one a line; read-only."
        />
      </div>
    </FieldGroup>
  );
}

const LEVELS = [
  { value: "", text: "as configured" },
  { value: "auto", text: "auto: the strongest there is" },
  { value: "namespace", text: "namespace, or nothing starts" },
  { value: "kernel", text: "kernel" },
  { value: "none", text: "none, where it is allowed" },
];

const NETWORKS = [
  { value: "", text: "as configured" },
  { value: "host", text: "host: what the machine reaches" },
  { value: "hosts", text: "hosts: the named ones only" },
  { value: "ports", text: "ports: the named TCP ports only" },
  { value: "none", text: "none" },
];

type SandboxProps = { field: FieldOf; typed: Typed | null; values: Readonly<Record<string, string>>; ofWorkers: string };

function SandboxFields({ field, typed, values, ofWorkers }: SandboxProps): JSX.Element {
  const workers = ofWorkers === "" ? "" : `Agents differ: ${ofWorkers} (ccm edit-project --role worker.sandbox.level=…).`;
  return (
    <FieldGroup
      legend="Sandbox"
      note={`What agents, gates and set-up may see and reach. What is empty is as the configuration says. ${workers}`.trim()}
    >
      <div class="fields">
        <SelectField {...field("sandboxLevel")} options={LEVELS} hint="Without the level that is named here, its tasks wait." />
        <SelectField {...field("sandboxNetwork")} options={NETWORKS} />
      </div>
      <div class="fields">
        <AreaField
          {...field("sandboxHosts")}
          mono
          rows={3}
          placeholder="model"
          hint="For hosts, one a line: model is what the agent itself needs."
        />
        <AreaField {...field("sandboxPorts")} mono rows={3} placeholder="443" hint="For ports, one a line." />
        <AreaField
          {...field("sandboxHide")}
          mono
          rows={3}
          placeholder="~/private"
          hint="Not there for its runs, besides keys and tokens. One a line."
        />
        <AreaField
          {...field("sandboxReadOnly")}
          mono
          rows={3}
          placeholder="package.json"
          hint="Files and folders of the tree that work may not change. One a line."
        />
      </div>
      <CheckField
        name="unixSockets"
        label="Let runs use unix sockets where only the kernel sandbox works"
        typed={typed}
        checked={values.unixSockets === "yes"}
        hint="That sandbox cannot tell the project's sockets from your own."
      />
    </FieldGroup>
  );
}
