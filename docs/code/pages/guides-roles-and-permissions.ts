import type { ReactNode } from 'react';
import { rbac } from '../features.ts';

export const snapshot = rbac.snapshot();
export declare function Upgrade(): ReactNode;
export declare function NewProject(): ReactNode;
