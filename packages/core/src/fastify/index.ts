export { tenantryErrorOf } from '../adapter/index.ts';
export { type GuardHook, guard } from './guard.ts';
export { type TenantPluginOptions, tenantPlugin } from './plugin.ts';
export { sendProblem } from './problem.ts';
export { webhook } from './webhook.ts';
