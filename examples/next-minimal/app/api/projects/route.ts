import { addProject, listProjects } from '@/lib/db';
import { roomForOneMore } from '@/lib/full';
import { withTenant } from '@/lib/tenant';

export const GET = withTenant(async () => Response.json(await listProjects()));

export const POST = withTenant(roomForOneMore, async (request) => {
  const { name } = (await request.json()) as { name: string };
  await addProject(name);
  return new Response(null, { status: 201 });
});
