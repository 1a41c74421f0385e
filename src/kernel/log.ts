// placeholder type, replaced by the owner of this file
export type Log = {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
};
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };
