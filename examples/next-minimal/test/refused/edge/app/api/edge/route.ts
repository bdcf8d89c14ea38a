import { listProjects } from '@/lib/db';
import { withTenant } from '@/lib/tenant';

export const runtime = 'edge';

export const GET = withTenant(async () => Response.json(await listProjects()));
