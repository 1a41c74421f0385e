// What stands where a page would be that cannot be shown.
import type { Markup } from "../src/kernel/page.ts";

export function FaultSection({ message, hint }: { message: string; hint: string }): Markup {
  return (
    <section id="fault" class="fault">
      <h1 safe>{message}</h1>
      <p safe>{hint}</p>
    </section>
  );
}
