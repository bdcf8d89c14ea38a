/**
 * The upkeep of all features, in one place: retention, seals, partitions, expired reservations.
 *
 * @module
 */
export { type RunUpkeepOptions, runUpkeep, type UpkeepTurn } from './run.ts';
export { type Schedule, type ScheduledTask, schedule } from './schedule.ts';
export { type StartUpkeepOptions, startUpkeep } from './start.ts';
export type { UpkeepOf } from './tasks.ts';
