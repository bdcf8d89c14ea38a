import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createColumn, moveColumn } from '../src/actions/board.ts';
import {
  createPersonalTask,
  deletePersonalTask,
  updatePersonalTask,
} from '../src/actions/personal-tasks.ts';
import { createProject } from '../src/actions/projects.ts';
import { createTask, deleteTask, moveTask, updateTask } from '../src/actions/tasks.ts';
import { listPersonalTasks } from '../src/queries/personal-tasks.ts';
import { projectBoard } from '../src/queries/projects.ts';
import { codeOf, testWorld } from './support/world.ts';

const { db, as, seeded } = await testWorld();
const asPriya = <T>(work: () => Promise<T>) => as('nair', 'priya', work);

/** A board with three tasks in its first column, and what it shows. */
async function newBoard(name: string) {
  const projectId = await asPriya(() => createProject(db, { name }));
  const shown = () =>
    asPriya(async () =>
      (await projectBoard(db, projectId))?.columns.map(({ name, tasks }) => [
        name,
        ...tasks.map(({ title }) => title),
      ]),
    );
  const board = await asPriya(() => projectBoard(db, projectId));
  const columns = (board?.columns ?? []).map(({ id }) => id) as [string, string, string];
  const tasks: string[] = [];
  for (const title of ['a', 'b', 'c'])
    tasks.push(await asPriya(() => createTask(db, { projectId, columnId: columns[0], title })));
  return { projectId, columns, tasks: tasks as [string, string, string], shown };
}

it('moves tasks within a column and to another one', async () => {
  const { columns, tasks, shown } = await newBoard('Moving');
  const [a, b, c] = tasks;
  const [todo, doing] = columns;
  const move = (task: string, columnId: string, position?: number) =>
    asPriya(() => moveTask(db, task, { columnId, ...(position !== undefined && { position }) }));
  expect(await shown()).toEqual([['To do', 'a', 'b', 'c'], ['In progress'], ['Done']]);
  await move(c, todo, 1);
  expect(await shown()).toEqual([['To do', 'c', 'a', 'b'], ['In progress'], ['Done']]);
  await move(a, doing);
  await move(b, doing, 1);
  expect(await shown()).toEqual([['To do', 'c'], ['In progress', 'b', 'a'], ['Done']]);
  await move(c, doing, 2);
  expect(await shown()).toEqual([['To do'], ['In progress', 'b', 'c', 'a'], ['Done']]);
  await move(c, doing, 99);
  expect(await shown()).toEqual([['To do'], ['In progress', 'b', 'a', 'c'], ['Done']]);
});

it('moves and adds columns', async () => {
  const { projectId, columns, shown } = await newBoard('Columns');
  const review = await asPriya(() =>
    createColumn(db, { projectId, name: 'In review', status: 'in_progress' }),
  );
  await asPriya(() => moveColumn(db, review, 3));
  expect((await shown())?.map(([name]) => name)).toEqual([
    'To do',
    'In progress',
    'In review',
    'Done',
  ]);
  await asPriya(() => moveColumn(db, columns[0], 4));
  expect((await shown())?.map(([name]) => name)).toEqual([
    'In progress',
    'In review',
    'Done',
    'To do',
  ]);
});

it('refuses a column of another board, and of another business', async () => {
  const mine = await newBoard('Mine');
  const other = await newBoard('Other');
  const move = (columnId: string) => asPriya(() => moveTask(db, mine.tasks[0], { columnId }));
  expect(await move(other.columns[0])).toBe(false);
  expect(await move('nothing')).toBe(false);
  expect(await codeOf(asPriya(() => moveTask(db, mine.tasks[0], { columnId: 7 })))).toBe(
    'REQUEST_INVALID',
  );
  await as('weber', 'jonas', async () => {
    expect(await moveTask(db, mine.tasks[0], { columnId: mine.columns[1] })).toBe(false);
    expect(await updateTask(db, mine.tasks[0], { title: 'theirs' })).toBe(false);
    expect(await deleteTask(db, mine.tasks[0])).toBe(false);
    expect(await projectBoard(db, mine.projectId)).toBeUndefined();
  });
  expect(await mine.shown()).toEqual([['To do', 'a', 'b', 'c'], ['In progress'], ['Done']]);
});

it('loses no task and gives no place twice, when many move at once', async () => {
  const { projectId, columns, tasks } = await newBoard('Busy');
  for (const title of ['d', 'e', 'f'])
    tasks.push(await asPriya(() => createTask(db, { projectId, columnId: columns[1], title })));
  const moves = fc.sample(
    fc.record({
      task: fc.constantFrom(...tasks),
      columnId: fc.constantFrom(...columns),
      position: fc.integer({ min: 1, max: 6 }),
    }),
    40,
  );
  await Promise.all(moves.map(({ task, ...to }) => asPriya(() => moveTask(db, task, to))));
  const board = await asPriya(() => projectBoard(db, projectId));
  const all = (board?.columns ?? []).flatMap((column) => {
    const places = column.tasks.map(({ position }) => position);
    expect(new Set(places).size).toBe(places.length);
    return column.tasks.map(({ id }) => id);
  });
  expect(all.sort()).toEqual([...tasks].sort());
});

it('shows what a person has to do to that person only', async () => {
  await as('nair', 'jonas', async () => {
    expect(await listPersonalTasks(db)).toEqual([]);
    const id = await createPersonalTask(db, { title: 'Book a train', isToday: true });
    expect(await updatePersonalTask(db, id, { completed: true })).toBe(true);
    expect(await listPersonalTasks(db)).toMatchObject([
      { id, userId: seeded.users.jonas, completed: true, isToday: true, category: 'work' },
    ]);
  });
  await asPriya(async () => {
    const mine = await listPersonalTasks(db);
    expect(mine.map(({ title }) => title)).not.toContain('Book a train');
    expect(mine).toHaveLength(3);
    expect(await deletePersonalTask(db, String(mine[2]?.id))).toBe(true);
  });
  const [theirs] = await as('nair', 'jonas', () => listPersonalTasks(db));
  expect(await asPriya(() => deletePersonalTask(db, String(theirs?.id)))).toBe(false);
});
