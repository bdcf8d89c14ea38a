/** How much a finding matters: an `error` leaks or soon will, a `warning` weakens, `info` is good to know. */
export type Severity = 'error' | 'warning' | 'info';

/** What a rule is about. */
export type RuleGroup =
  | 'server'
  | 'roles'
  | 'tables'
  | 'policies'
  | 'constraints'
  | 'privileges'
  | 'objects'
  | 'schema'
  | 'features';

/** Something that `doctor` found. */
export interface Finding {
  /** The id of the rule: `rls-not-forced`. It never changes its meaning. */
  readonly rule: string;
  readonly group: RuleGroup;
  readonly severity: Severity;
  /** What it is about: `projects`, `projects.projects_tenant_floor`, `role app`. */
  readonly object: string;
  /** What was found, in one sentence; never a row and never a secret. */
  readonly found: string;
  /** What the server itself says: the condition of a policy, lines of a plan. */
  readonly evidence: readonly string[];
  /** What to do. */
  readonly fix: string;
  /** The same as SQL, where SQL can do it. */
  readonly fixSql: readonly string[];
  /** Whether that SQL needs a superuser instead of the owner. */
  readonly needsSuperuser: boolean;
  /** A query that shows a row which nobody should see, where one can: the operator runs it. */
  readonly proof: readonly string[];
  /** The row that it showed, when it was run: `prove`. */
  readonly shown: readonly string[];
  readonly docs: string;
}

/** A finding that somebody decided to live with, and why. */
export interface IgnoredFinding extends Finding {
  readonly reason: string;
}

/** Which findings to leave out. */
export interface Ignore {
  /** The id of a rule. */
  readonly rule: string;
  /** The object of the finding; `*` stands for any characters. Default: every object. */
  readonly object?: string;
  /** Why, in words that the next reader understands. */
  readonly reason: string;
}

/** What `diagnose` returns. */
export interface Diagnosis {
  /** `database`, `login`, the version and what was looked at. */
  readonly database: string;
  readonly serverVersion: string;
  readonly login: string;
  /** Whether the server is a standby: it shows what its primary has, and the fixes are for the primary. */
  readonly standby: boolean;
  /** The role that serves tenants, whose reach was examined. */
  readonly role: string;
  /** The tenant column, and whether it was guessed. */
  readonly tenantColumn: string | undefined;
  readonly guessed: boolean;
  readonly tables: number;
  readonly tenantTables: number;
  /** Tables whose plan was looked at. */
  readonly plans: number;
  /** Objects of `generate` that were compared with what is there. */
  readonly objects: number;
  readonly findings: readonly Finding[];
  readonly ignored: readonly IgnoredFinding[];
  /** Ignores that match nothing any more. */
  readonly staleIgnores: readonly Ignore[];
  /** Tables, views, sequences and functions that the configuration exempts, and why. */
  readonly exempted: readonly { readonly object: string; readonly reason: string }[];
  /** Exemptions that name nothing any more. */
  readonly staleExemptions: readonly string[];
  /** What this login was not shown. */
  readonly unseen: readonly string[];
  readonly durationMs: number;
}
