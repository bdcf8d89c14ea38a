export declare function redirect(path: string): never;
export declare function notFound(): never;
