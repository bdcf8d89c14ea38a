import { listProjects } from '@/lib/db';
import { tenantPage } from '@/lib/tenant';

export const dynamic = 'force-static';

export default tenantPage(async () => <p>{JSON.stringify(await listProjects())}</p>);
