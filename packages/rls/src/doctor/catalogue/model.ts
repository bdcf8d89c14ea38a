import type { LiveConstraint, LivePolicy, LiveTable } from '../../model/live.ts';
import type { CitusFacts } from './citus/model.ts';

/** The data that `doctor` reads: the catalogue, never a row of a table. */
export interface Catalogue {
  readonly server: ServerFacts;
  readonly role: RoleFacts | undefined;
  /** The logins that serve tenants, when they are not the role itself. */
  readonly logins: readonly RoleFacts[];
  readonly schemas: readonly SchemaFacts[];
  readonly tables: readonly LiveTable[];
  readonly policies: readonly LivePolicy[];
  /** Keys, exclusions and foreign keys; no checks. */
  readonly constraints: readonly LiveConstraint[];
  readonly indexes: readonly IndexFacts[];
  readonly functions: readonly FunctionFacts[];
  readonly views: readonly ViewFacts[];
  readonly triggers: readonly TriggerFacts[];
  readonly sequences: readonly SequenceFacts[];
  readonly settings: readonly SettingFacts[];
  readonly defaultRights: readonly DefaultRightFacts[];
  readonly publications: readonly PublicationFacts[];
  /** A summary of every role of the server. */
  readonly roles: readonly RoleSummary[];
  /** Undefined in a database without the extension. */
  readonly citus: CitusFacts | undefined;
}

/** The facts of a role that matter for rights granted to it. */
export interface RoleSummary {
  readonly name: string;
  readonly superuser: boolean;
  readonly bypassRls: boolean;
  readonly canLogin: boolean;
  /** Whether it is predefined in PostgreSQL: `pg_monitor`. */
  readonly predefined: boolean;
  /** Whether a login that is not a superuser is this role or a member of it. */
  readonly reached: boolean;
  /** The roles whose rights it has without taking them on, directly or indirectly. */
  readonly inherits: readonly string[];
}

export interface ServerFacts {
  /** `server_version_num`: 150004. */
  readonly version: number;
  readonly versionText: string;
  readonly database: string;
  /** The login of doctor itself. */
  readonly login: string;
  readonly isSuperuser: boolean;
  readonly inRecovery: boolean;
  readonly citus: boolean;
  readonly roleMayTemporary: boolean;
  readonly roleMayCreateSchemas: boolean;
  /** Whether the role may open connections through dblink. */
  readonly roleMayDblink: boolean;
  /** Whether `@tenantry/testing` started it. */
  readonly ofTests: boolean;
  /** The functions of large objects that the role may call. */
  readonly largeObjectFunctions: readonly string[];
  /** How many large objects the role owns, or may read. */
  readonly largeObjects: number;
}

export interface RoleFacts {
  readonly name: string;
  readonly superuser: boolean;
  readonly bypassRls: boolean;
  readonly replication: boolean;
  readonly createRole: boolean;
  readonly canLogin: boolean;
  /** Whether initdb created it; a server cannot work without it. */
  readonly bootstrap: boolean;
  /** How many tables it owns itself in this database. */
  readonly owns: number;
  /** Whether it may terminate sessions, at least its own. */
  readonly mayTerminate: boolean;
  /** Whether it sees the statements of the sessions of its own login. */
  readonly maySeeSessions: boolean;
  /** Roles that it is a member of, directly or indirectly, with their dangerous attributes. */
  readonly becomes: readonly {
    readonly name: string;
    readonly superuser: boolean;
    readonly bypassRls: boolean;
    readonly replication: boolean;
    readonly predefined: boolean;
    /** How many tables it owns in this database. */
    readonly owns: number;
  }[];
}

export interface SchemaFacts {
  readonly name: string;
  readonly roleMayUse: boolean;
  readonly roleMayCreate: boolean;
  /** The mark of the tenancy that owns it: `tenancy of workspace, roles app and system`. */
  readonly mark: string | null;
}

export interface IndexFacts {
  readonly table: number;
  readonly name: string;
  readonly unique: boolean;
  readonly valid: boolean;
  readonly partial: boolean;
  /** Whether it belongs to a constraint. */
  readonly ofConstraint: boolean;
  readonly method: string;
  /** Its columns; null for an expression. */
  readonly columns: readonly (string | null)[];
  /** Columns, and expressions as SQL, whose operators are not leakproof. */
  readonly notLeakproof: readonly string[];
}

export interface FunctionFacts {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  /** Its arguments, as DROP FUNCTION wants them. */
  readonly args: string;
  readonly argCount: number;
  readonly owner: string;
  readonly ownerBypasses: boolean;
  readonly language: string;
  readonly volatility: 'immutable' | 'stable' | 'volatile';
  readonly definer: boolean;
  readonly leakproof: boolean;
  readonly isTrigger: boolean;
  readonly roleMayExecute: boolean;
  /** The roles besides the owner that may call it; `PUBLIC` for everybody. */
  readonly executors: readonly string[];
  /** Its `SET search_path`; null when there is none. */
  readonly searchPath: string | null;
  readonly body: string;
  readonly inPolicy: boolean;
}

export interface ViewFacts {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly materialized: boolean;
  readonly securityInvoker: boolean;
  readonly owner: string;
  readonly ownerBypasses: boolean;
  readonly roleMaySelect: boolean;
  /** The tables and views that it reads. */
  readonly reads: readonly number[];
}

export interface TriggerFacts {
  readonly table: number;
  readonly name: string;
  readonly function: number;
  readonly functionName: string;
  readonly enabled: boolean;
  /** `CREATE TRIGGER …` */
  readonly definition: string;
}

export interface SequenceFacts {
  readonly schema: string;
  readonly name: string;
  /** The table whose column uses it; 0 for none. */
  readonly table: number;
  readonly roleMayUse: boolean;
  readonly roleMayRead: boolean;
  readonly roleMaySet: boolean;
}

export interface SettingFacts {
  readonly role: string | null;
  readonly database: string | null;
  /** The name of the setting; its value is never read. */
  readonly name: string;
}

export interface DefaultRightFacts {
  readonly owner: string;
  readonly schema: string | null;
  readonly kind: 'tables' | 'sequences' | 'functions' | 'schemas' | 'types';
  readonly grantee: string;
  readonly rights: readonly string[];
}

export interface PublicationFacts {
  readonly name: string;
  readonly allTables: boolean;
  /** Tables that it publishes without a row filter. */
  readonly unfiltered: readonly number[];
}
