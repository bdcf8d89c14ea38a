import type { Feature, Limit, Plan } from './features.ts';

/** One thing that happens. */
export type Step =
  | { readonly do: 'consume'; readonly amount: number; readonly key: string | null }
  | { readonly do: 'reserve'; readonly amount: number; readonly key: string }
  | { readonly do: 'confirm'; readonly key: string; readonly amount: number | null }
  | { readonly do: 'refund' | 'release'; readonly key: string }
  | { readonly do: 'timePasses' | 'clear' | 'graceEnds' | 'trialEnds' | 'overridesEnd' }
  | { readonly do: 'setPlan' | 'updatePlan'; readonly plan: Plan; readonly anchor: number | null }
  | { readonly do: 'startTrial'; readonly plan: Plan }
  | { readonly do: 'readOnly'; readonly is: boolean }
  | {
      readonly do: 'override';
      readonly feature: Feature;
      readonly set?: Limit;
      readonly add?: number;
    }
  | { readonly do: 'insert'; readonly feature: 'projects' | 'documents'; readonly rows: number }
  | { readonly do: 'delete'; readonly feature: 'projects' | 'documents'; readonly rows: number }
  | { readonly do: 'activate' | 'deactivate'; readonly rows: number };
