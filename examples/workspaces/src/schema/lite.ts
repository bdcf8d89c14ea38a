// The lite variant: no workspaces, a project belongs to the tenant. `tenantry.lite.config.ts` names this
// file in place of index.ts, and that is the whole switch.
export * from './features.ts';
export * from './lite-content.ts';
export * from './people.ts';
