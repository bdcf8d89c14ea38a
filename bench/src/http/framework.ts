import type { Server } from 'node:http';
import type { TenantPool } from '@tenantry/core';
import type { Way } from './ways.ts';

/** Makes the server of `GET /projects/:id`, which answers one row as JSON. */
export type Framework = (pool: TenantPool, way: Way) => Server | Promise<Server>;
