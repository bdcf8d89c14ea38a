export declare function asAda<R>(fn: () => R): Promise<Awaited<R>>;
export declare function asBob<R>(fn: () => R): Promise<Awaited<R>>;
export declare function changed(sql: string): Promise<number>;
export declare const bob: string;
