// What stands where a page would be that cannot be shown.
import type { Markup } from "../src/kernel/page.ts";
import { ButtonLink } from "./parts/button.tsx";
import { Words } from "./parts/words.tsx";

export function FaultSection({ message, hint }: { message: string; hint: string }): Markup {
  return (
    <section id="fault" class="fault">
      <h1 safe>{message}</h1>
      <p>
        <Words text={hint} />
      </p>
      <ButtonLink label="Home" icon="home" href="/" />
    </section>
  );
}
