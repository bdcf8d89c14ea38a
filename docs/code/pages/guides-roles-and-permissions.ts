import { createRequires } from '@tenantry/rbac/hono';
import type { ReactNode } from 'react';
import { rbac } from '../features.ts';

export const requires = createRequires(rbac);
export const snapshot = rbac.snapshot();
export declare function Upgrade(): ReactNode;
export declare function NewProject(): ReactNode;
