import { listProjects } from '@/lib/db';
import { withTenant } from '@/lib/tenant';

export const dynamic = 'force-static';

export const GET = withTenant(async () => Response.json(await listProjects()));
