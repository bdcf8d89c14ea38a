/**
 * How serious a finding is: an `error` leaks now or soon, a `warning` weakens the isolation, `info` is
 * good to know.
 */
export type Severity = 'error' | 'warning' | 'info';

/** The subject of a rule. */
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
  /** The object: `projects`, `projects.projects_tenant_floor`, `role app`. */
  readonly object: string;
  /** The finding in one sentence; never contains a row or a secret. */
  readonly found: string;
  /** Output of the server: the condition of a policy, lines of a plan. */
  readonly evidence: readonly string[];
  /** What to do. */
  readonly fix: string;
  /** The same as SQL, where SQL can do it. */
  readonly fixSql: readonly string[];
  /** Whether that SQL needs a superuser instead of the owner. */
  readonly needsSuperuser: boolean;
  /** A query that shows a row that nobody should see, when there is one; the operator can run it. */
  readonly proof: readonly string[];
  /** The row that it returned, with `prove`. */
  readonly shown: readonly string[];
  readonly docs: string;
}

/** An accepted finding, and the reason. */
export interface IgnoredFinding extends Finding {
  readonly reason: string;
}

/** Which findings to leave out. */
export interface Ignore {
  /** The id of a rule. */
  readonly rule: string;
  /** The object of the finding; `*` stands for any characters. Default: every object. */
  readonly object?: string;
  /** The reason, for the next reader. */
  readonly reason: string;
}

/** What `diagnose` returns. */
export interface Diagnosis {
  /** `database`, `login`, the version and what was looked at. */
  readonly database: string;
  readonly serverVersion: string;
  readonly login: string;
  /**
   * Whether the server is a standby. It has the objects of its primary, and the fixes are for the
   * primary.
   */
  readonly standby: boolean;
  /** The role that serves tenants, which was examined. */
  readonly role: string;
  /** The tenant column, and whether it was guessed. */
  readonly tenantColumn: string | undefined;
  readonly guessed: boolean;
  readonly tables: number;
  readonly tenantTables: number;
  /** The number of tables whose plan was read. */
  readonly plans: number;
  /** The number of generated objects that were compared with the database. */
  readonly objects: number;
  readonly findings: readonly Finding[];
  readonly ignored: readonly IgnoredFinding[];
  /** Ignores that match nothing any more. */
  readonly staleIgnores: readonly Ignore[];
  /** Tables, views, sequences and functions that the configuration exempts, with the reasons. */
  readonly exempted: readonly { readonly object: string; readonly reason: string }[];
  /** Exemptions that match nothing any more. */
  readonly staleExemptions: readonly string[];
  /** The parts of the catalogue that this login may not read. */
  readonly unseen: readonly string[];
  readonly durationMs: number;
}
