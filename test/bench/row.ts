// One line of the table: a figure beside its budget and beside what else was measured in the same run.

export type Row = {
  what: string;
  budget: string;
  measured: string;
  /** The floor or the rival, measured in the same run. */
  beside: string;
  verdict: "met" | "gap" | "no budget";
};

/** `met` is null where there is no budget yet. */
export function row(what: string, budget: string, measured: string, beside: string, met: boolean | null): Row {
  return { what, budget, measured, beside, verdict: met === null ? "no budget" : met ? "met" : "gap" };
}

export const ms = (value: number): string => `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ms`;
export const us = (valueMs: number): string => (valueMs < 1 ? `${(valueMs * 1_000).toFixed(0)} µs` : ms(valueMs));
export const mb = (value: number): string => `${value.toFixed(1)} MB`;
export const times = (value: number): string => `${value < 100 ? value.toFixed(2) : value.toFixed(0)} ×`;
