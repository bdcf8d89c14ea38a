export { requires, router, tenantProcedure } from '../../../examples/frameworks/src/trpc.ts';
export declare function userOf(request: Request): string | null;
