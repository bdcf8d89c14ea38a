import { queue as asyncQueue, cargo } from 'async';
import { Mutex, Semaphore } from 'async-mutex';
import Bottleneck from 'bottleneck';
import fastq from 'fastq';
import { createPool } from 'generic-pool';
import pLimit from 'p-limit';
import PQueue from 'p-queue';

export type Job = () => Promise<unknown>;

/** Runs jobs one after the other, and gives what each gives. */
export type Submit = (job: Job) => Promise<unknown>;

/** For a queue that tells nobody what a job gave. */
const answering =
  (push: (job: Job) => void): Submit =>
  (job) =>
    new Promise((resolve, reject) => {
      push(() => job().then(resolve, reject));
    });

/** What runs a job in the scope of whoever put the queue to work. */
export const borrowing: Record<string, () => Submit> = {
  'p-queue': () => {
    const queue = new PQueue({ concurrency: 1 });
    return (job) => queue.add(job);
  },
  fastq: () => {
    const queue = fastq.promise((job: Job) => job(), 1);
    return (job) => queue.push(job);
  },
  'fastq with callbacks': () => {
    const queue = fastq((job: Job, done: (error: Error | null, given?: unknown) => void) => {
      job().then((given) => done(null, given), done);
    }, 1);
    return (job) =>
      new Promise((resolve, reject) => {
        queue.push(job, (error, given) => (error === null ? resolve(given) : reject(error)));
      });
  },
  'bottleneck, schedule': () => {
    const limiter = new Bottleneck({ maxConcurrent: 1 });
    return (job) => limiter.schedule(job);
  },
  'bottleneck, wrap': () => {
    const limiter = new Bottleneck({ maxConcurrent: 1 });
    return (job) => limiter.wrap(job)();
  },
  'async, queue': () => {
    const queue = asyncQueue<Job>((job, done) => {
      void job().finally(() => done());
    }, 1);
    return answering((job) => void queue.push(job));
  },
  'async, cargo': () => {
    const queue = cargo<Job>((jobs, done) => {
      void Promise.all(jobs.map((job) => job())).finally(() => done());
    }, 1);
    return answering((job) => void queue.push(job));
  },
};

/** What keeps the scope of whoever hands a job over. */
export const keeping: Record<string, () => Submit> = {
  'p-limit': () => {
    const limit = pLimit(1);
    return (job) => limit(job);
  },
  'async-mutex': () => {
    const mutex = new Mutex();
    return (job) => mutex.runExclusive(job);
  },
  'async-mutex, a semaphore': () => {
    const semaphore = new Semaphore(1);
    return (job) => semaphore.runExclusive(job);
  },
  'generic-pool, use': () => {
    const resources = createPool(
      { create: async () => ({}), destroy: async () => {} },
      { max: 1, min: 0 },
    );
    return async (job) => resources.use(job);
  },
};
